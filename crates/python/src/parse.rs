//! Parsing that neither panics nor overflows the stack, whatever the bytes are.

use crate::LineIndex;
use rustpython_ast::ModModule;
use rustpython_ast::token::TokenKind;
use rustpython_parser::{Mode, lexer};

/// Source that is not Python, with the first place that shows it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct SyntaxError {
    /// What the parser says.
    pub message: String,
    /// 1-based line.
    pub line: usize,
    /// 1-based column in characters.
    pub column: usize,
}

/// Stack for whatever walks a syntax tree. The parser and every walk recurse once for each level of nesting; this is
/// address space, of which only the touched part costs memory.
pub const STACK_BYTES: usize = 1 << 29;

/// A text of at most this many tokens cannot nest deeply enough to exhaust [`STACK_BYTES`]: a level takes one or more.
const SHALLOW_TOKENS: usize = 1 << 16;

/// The deepest nesting that is parsed in longer texts. Code written by people stays below 100.
const MAX_DEPTH: usize = 1 << 14;

/// Runs `work` on a thread whose stack fits any tree that [`parse`] returns, and waits for it.
///
/// # Panics
/// If `work` does, or if the system has no thread to give.
pub fn with_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(value)) => value,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => panic!("no thread with a stack of {STACK_BYTES} bytes: {error}"),
        }
    })
}

/// Parses a module. Must run on a stack such as [`with_deep_stack`] gives.
pub fn parse(text: &str) -> Result<ModModule, SyntaxError> {
    if u32::try_from(text.len()).is_err() {
        return Err(SyntaxError { message: "the file is larger than 4 GiB".into(), line: 1, column: 1 });
    }
    if most_tokens(text.as_bytes()) > SHALLOW_TOKENS && too_deep(text) {
        return Err(SyntaxError { message: format!("nested more than {MAX_DEPTH} levels deep"), line: 1, column: 1 });
    }
    match rustpython_parser::parse_module(text) {
        Ok(parsed) => Ok(parsed.into_syntax()),
        Err(error) => {
            let (line, column) = LineIndex::new(text).position(text, error.location.start().to_usize());
            Err(SyntaxError { message: error.error.to_string(), line, column })
        }
    }
}

/// A number that a text has no more tokens than, found much faster than by taking it apart: every token begins with a mark, with
/// the first letter of a word, or, as in `1if x else 2`, with a letter after a digit.
fn most_tokens(text: &[u8]) -> usize {
    if text.len() <= SHALLOW_TOKENS {
        return text.len();
    }
    // Whether something begins here needs no more than two bytes, so that many places are looked at in one step.
    let mut count = usize::from(begins(b' ', text[0]));
    for (before, here) in text[..text.len() - 1].chunks(CHUNK).zip(text[1..].chunks(CHUNK)) {
        count +=
            usize::from(before.iter().zip(here).map(|(before, here)| u8::from(begins(*before, *here))).sum::<u8>());
    }
    count
}

/// As many places as a `u8` can count.
const CHUNK: usize = 128;

/// Whether a token may begin with a byte, after another one. No token begins with a space or a control character.
fn begins(before: u8, here: u8) -> bool {
    here > b' ' && !(is_letter(here) && is_letter(before) || here.is_ascii_digit() && before.is_ascii_digit())
}

/// Whether a byte is part of a letter; all of another alphabet are.
fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// Whether the text may nest more than [`MAX_DEPTH`] levels, by a bound that never lies below the depth of the tree:
/// open brackets, plus the tokens since the last comma in each of them (`not not x`, `a.b.c`, `1 + 1 + 1`, `lambda: lambda: x`
/// nest without brackets), plus indentation.
fn too_deep(text: &str) -> bool {
    let mut lexer = lexer::lex(text, Mode::Module);
    let mut outer: Vec<usize> = Vec::new();
    let (mut sum, mut here, mut indents) = (0_usize, 0_usize, 0_usize);
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::EndOfFile => return false,
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Newline => {
                outer.clear();
                (sum, here) = (0, 0);
            }
            TokenKind::Comma => here = 0,
            TokenKind::String | TokenKind::Comment | TokenKind::NonLogicalNewline => {}
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                outer.push(here);
                sum += here + 1;
                here = 0;
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                if let Some(chain) = outer.pop() {
                    sum -= chain + 1;
                    here = chain + 1;
                }
            }
            _ => here += 1,
        }
        if sum + here + indents > MAX_DEPTH {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{most_tokens, parse, with_deep_stack};
    use rustpython_ast::token::TokenKind;
    use rustpython_parser::{Mode, lexer};

    fn outcome(text: &str) -> Result<(), String> {
        with_deep_stack(|| parse(text).map(drop).map_err(|error| error.to_string()))
    }

    #[test]
    fn reports_the_place_of_a_syntax_error() {
        assert_eq!(outcome("x = 1\nélan = = 2\n"), Err("2:8: Expected an expression".into()));
    }

    #[test]
    fn deep_nesting_ends_in_a_result() {
        for (open, middle, close) in [
            ("(", "1", ")"),
            ("[", "", "]"),
            ("{", "", "}"),
            ("-", "1", ""),
            ("not ", "1", ""),
            ("lambda:", "1", ""),
            ("x.", "x", ""),
            ("f(", "", ")"),
            ("1+", "1", ""),
            ("2**", "1", ""),
            ("a if b else ", "1", ""),
            ("await ", "x", ""),
            ("f'{", "1", "}'"),
            ("x[", "1", "]"),
            ("*", "x", ""),
        ] {
            for depth in [1_000, 60_000 / open.len(), 100_000] {
                let _ = outcome(&format!("{}{middle}{}\n", open.repeat(depth), close.repeat(depth)));
                let _ = outcome(&open.repeat(depth));
            }
        }
        let blocks: Vec<_> = (0..300).map(|depth| format!("{}if x:", " ".repeat(depth))).collect();
        let _ = outcome(&blocks.join("\n"));
    }

    #[test]
    fn no_text_has_more_tokens_than_the_bound() {
        let line = "x = 1if y else 0x1for.5j if f'{a!r:>{w}}' \"s\" and é2 << 3**-1 else(yield)# note\n";
        let text = line.repeat(1_000);
        let mut tokens = lexer::lex(&text, Mode::Module);
        let kinds = std::iter::from_fn(|| Some(tokens.next_token()).filter(|kind| *kind != TokenKind::EndOfFile));
        // Ends of lines nest nothing.
        let count = kinds.filter(|kind| !matches!(kind, TokenKind::Newline | TokenKind::NonLogicalNewline)).count();
        let bound = most_tokens(text.as_bytes());
        assert!(bound >= count, "{bound} is less than {count}");
        assert!(bound < text.len() * 3 / 4, "{bound} says too little of {} bytes", text.len());
    }

    #[test]
    fn long_flat_files_are_not_deep() {
        assert_eq!(outcome(&format!("x = [{}]\n", "1, ".repeat(200_000))), Ok(()));
        assert_eq!(outcome(&format!("x = (\n{})\n", "    'line'\n".repeat(20_000))), Ok(()));
        assert_eq!(outcome(&"x.append(1)\n".repeat(20_000)), Ok(()));
    }
}
