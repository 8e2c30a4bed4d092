//! Errors that end a command, or one part of its work.

use miette::Diagnostic;
use std::fmt;

/// What is wrong, and what to do about it.
#[derive(Debug)]
pub(crate) struct CliError {
    code: &'static str,
    message: String,
    help: String,
}

impl CliError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: help.into() }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CliError {}

impl Diagnostic for CliError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }
}

/// What ends a command: one error or several.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) Vec<Box<dyn Diagnostic>>);

impl<D: Diagnostic + 'static> From<D> for Failure {
    fn from(diagnostic: D) -> Self {
        Self(vec![Box::new(diagnostic)])
    }
}

impl Failure {
    pub(crate) fn all<D: Diagnostic + 'static>(diagnostics: impl IntoIterator<Item = D>) -> Self {
        Self(diagnostics.into_iter().map(|diagnostic| Box::new(diagnostic) as Box<dyn Diagnostic>).collect())
    }
}
