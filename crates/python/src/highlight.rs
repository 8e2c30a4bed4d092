//! What the words of a source are, for whoever shows it in colours. Text that is no Python is coloured as far as it goes.

use ruff_text_size::Ranged;
use rustpython_ast::token::TokenKind;
use rustpython_parser::{Mode, ParseOptions, parse_unchecked};
use std::ops::Range;

/// What a stretch of source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// `def`, `for`, `in`; the soft keywords where they are used as such.
    Keyword,
    /// `None`, `True`, `False`, and numbers.
    Constant,
    /// Strings, with their quotes and prefixes; of an f-string the text.
    String,
    /// From `#` to the end of the line.
    Comment,
    /// The name that a `def` or a `class` gives.
    Definition,
    /// A decorator: `@` and the dotted name behind it.
    Decorator,
}

/// The coloured stretches of a source: byte ranges, ascending, none overlapping another.
pub fn highlight(text: &str) -> Vec<(Range<usize>, Class)> {
    // Deep nesting costs the parser stack; what is too large to be shown nicely is shown plain.
    const LONGEST: usize = 1 << 16;
    if text.len() > LONGEST {
        return Vec::new();
    }
    crate::with_deep_stack(|| classes(text))
}

fn classes(text: &str) -> Vec<(Range<usize>, Class)> {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let mut found = Vec::new();
    let mut before = TokenKind::Newline;
    let mut in_decorator = false;
    for token in parsed.tokens() {
        let kind = token.kind();
        let class = match kind {
            TokenKind::Comment => Some(Class::Comment),
            TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::None
            | TokenKind::True
            | TokenKind::False => Some(Class::Constant),
            TokenKind::String
            | TokenKind::FStringStart
            | TokenKind::FStringMiddle
            | TokenKind::FStringEnd
            | TokenKind::TStringStart
            | TokenKind::TStringMiddle
            | TokenKind::TStringEnd => Some(Class::String),
            TokenKind::Name if matches!(before, TokenKind::Def | TokenKind::Class) => Some(Class::Definition),
            TokenKind::At if starts_line(before) => {
                in_decorator = true;
                Some(Class::Decorator)
            }
            TokenKind::Name | TokenKind::Dot if in_decorator => Some(Class::Decorator),
            _ if kind.is_keyword() => Some(Class::Keyword),
            _ => None,
        };
        if !matches!(kind, TokenKind::At | TokenKind::Name | TokenKind::Dot) {
            in_decorator = false;
        }
        let range = token.range().start().to_usize()..token.range().end().to_usize();
        if let Some(class) = class
            && !range.is_empty()
        {
            found.push((range, class));
        }
        if kind != TokenKind::Comment {
            before = kind;
        }
    }
    found
}

fn starts_line(before: TokenKind) -> bool {
    matches!(before, TokenKind::Newline | TokenKind::NonLogicalNewline | TokenKind::Indent | TokenKind::Dedent)
}

#[cfg(test)]
mod tests {
    use super::{Class, highlight};

    fn words(text: &str) -> Vec<(&str, Class)> {
        highlight(text).into_iter().map(|(range, class)| (&text[range], class)).collect()
    }

    #[test]
    fn classes_follow_the_grammar() {
        let text = "@app.route(\"/\")\ndef f(a, match=None):  # match\n    return f\"{a} {1}\" @ b\n";
        assert_eq!(
            words(text),
            [
                ("@", Class::Decorator),
                ("app", Class::Decorator),
                (".", Class::Decorator),
                ("route", Class::Decorator),
                ("\"/\"", Class::String),
                ("def", Class::Keyword),
                ("f", Class::Definition),
                ("None", Class::Constant),
                ("# match", Class::Comment),
                ("return", Class::Keyword),
                ("f\"", Class::String),
                (" ", Class::String),
                ("1", Class::Constant),
                ("\"", Class::String),
            ]
        );
    }

    #[test]
    fn ranges_ascend_whatever_the_text_is() {
        for text in ["def (", "\u{feff}x = 'ä", "f\"{", "\t\0\u{202e}", "((((", "'''", "@", &"(".repeat(70_000)] {
            let found = highlight(text);
            assert!(found.windows(2).all(|pair| pair[0].0.end <= pair[1].0.start), "{text:?}");
            assert!(found.iter().all(|(range, _)| text.get(range.clone()).is_some()), "{text:?}");
        }
    }
}
