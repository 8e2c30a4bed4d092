//! Workflow commands.
//!
//! The format and what has to be escaped in it: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
//! and the toolkit's `command.ts`.

use std::fmt::Write as _;

/// Adds one annotation, on one line. `place` is `line=..` and what may follow it.
pub(crate) fn annotation(out: &mut String, command: &str, path: &str, place: &str, title: &str, message: &str) {
    let path = property(path.strip_prefix("./").unwrap_or(path));
    let _ = writeln!(out, "::{command} file={path},{place},title={}::{}", property(title), data(message));
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
