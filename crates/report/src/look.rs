//! How text for people looks: colours and width.

use anstyle::{AnsiColor, Style};
use miette::{GraphicalReportHandler, GraphicalTheme};
use std::fmt::Display;

/// How text for people looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether to use colours and bold type.
    pub colour: bool,
    /// Columns to fill; longer lines are wrapped.
    pub width: usize,
}

impl Default for Look {
    /// Without colours, 100 columns: what files and pipes get.
    fn default() -> Self {
        Self { colour: false, width: 100 }
    }
}

impl Look {
    pub(crate) fn handler(self) -> GraphicalReportHandler {
        let theme = if self.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        GraphicalReportHandler::new_themed(theme).with_width(self.width).with_links(false).with_context_lines(1)
    }

    pub(crate) fn bold(self, text: impl Display) -> String {
        self.paint(Style::new().bold(), text)
    }

    pub(crate) fn dim(self, text: impl Display) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    pub(crate) fn good(self, text: impl Display) -> String {
        self.paint(Style::new().fg_color(Some(AnsiColor::Green.into())), text)
    }

    pub(crate) fn bad(self, text: impl Display) -> String {
        self.paint(Style::new().fg_color(Some(AnsiColor::Red.into())), text)
    }

    pub(crate) fn mark(self, text: impl Display) -> String {
        self.paint(Style::new().bold().fg_color(Some(AnsiColor::Yellow.into())), text)
    }

    fn paint(self, style: Style, text: impl Display) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_string() }
    }

    /// Wraps prose to the width, each line after `indent` spaces.
    pub(crate) fn wrap(self, text: &str, indent: usize) -> String {
        let spaces = " ".repeat(indent);
        let width = self.width.max(indent + 20);
        textwrap::fill(text, textwrap::Options::new(width).initial_indent(&spaces).subsequent_indent(&spaces))
    }
}
