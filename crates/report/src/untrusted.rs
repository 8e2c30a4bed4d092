//! Text that other people wrote, made safe for a terminal, a log or a spreadsheet.
//!
//! A review may hold terminal escape sequences (that recolour, hide or retype what stands around them), bidirectional
//! controls (that make a line read differently from what it is) and invisible characters. They are shown as `\u{1b}`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

/// Whether a character acts on the display instead of being seen.
pub fn is_control(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        // Soft hyphen, Arabic letter mark, Mongolian vowel separator.
        | '\u{ad}' | '\u{61c}' | '\u{180e}'
        // Zero width space; the joiners stay, since scripts and emoji need them.
        | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// The text with every control character made visible. Line breaks and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.contains(is_control) { Cow::Owned(Visible::new(text).text) } else { Cow::Borrowed(text) }
}

/// The text on one line: control characters made visible, runs of white space made one space.
pub fn one_line(text: &str) -> String {
    visible(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with every control character made visible, and where its bytes went.
#[derive(Debug, Clone)]
pub struct Visible {
    /// The text to show.
    pub text: String,
    /// For each replaced character the offset after it: in the original, and here.
    moved: Vec<(usize, usize)>,
}

impl Visible {
    /// Makes a text visible. A carriage return before a line feed is left out.
    pub fn new(text: &str) -> Self {
        let mut visible = Self { text: String::with_capacity(text.len()), moved: Vec::new() };
        let mut characters = text.char_indices().peekable();
        while let Some((offset, c)) = characters.next() {
            let line_break = c == '\r' && characters.peek().is_some_and(|(_, next)| *next == '\n');
            if !is_control(c) {
                visible.text.push(c);
                continue;
            }
            if !line_break {
                // Writing to a string cannot fail.
                let _ = write!(visible.text, "\\u{{{:x}}}", u32::from(c));
            }
            visible.moved.push((offset + c.len_utf8(), visible.text.len()));
        }
        visible
    }

    /// Where a byte offset of the original is in [`text`](Self::text).
    pub fn offset(&self, original: usize) -> usize {
        let before = self.moved.partition_point(|(from, _)| *from <= original);
        let (from, to) = before.checked_sub(1).map_or((0, 0), |index| self.moved[index]);
        let offset = (to + (original - from)).min(self.text.len());
        self.text.floor_char_boundary(offset)
    }
}

/// A cell that a spreadsheet takes for text and not for a formula.
/// See <https://owasp.org/www-community/attacks/CSV_Injection>.
pub fn cell(text: &str) -> String {
    let text = visible(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text.into_owned()
    }
}

/// A grade has about so many bytes.
const EXPECTED_BYTES: usize = 12 << 10;

/// Prints a value as JSON whose strings hold no control characters, so that it does no harm where it is looked at. To a
/// program it is the same value.
pub fn json<T: serde::Serialize>(value: &T, pretty: bool) -> String {
    let mut bytes = Vec::with_capacity(EXPECTED_BYTES);
    let result = if pretty {
        let formatter = Inert(serde_json::ser::PrettyFormatter::new());
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter))
    } else {
        let formatter = Inert(serde_json::ser::CompactFormatter);
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter))
    };
    // The types of this crate have string keys and finite numbers, and memory does not fail to be written.
    debug_assert!(result.is_ok());
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

struct Inert<F>(F);

impl<F: serde_json::ser::Formatter> serde_json::ser::Formatter for Inert<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        // Nearly all text is plain, and that is told quickly: many bytes at once, since none of them ends the search.
        let plain = fragment.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'));
        if plain || !fragment.contains(is_control) {
            return writer.write_all(fragment.as_bytes());
        }
        for c in fragment.chars() {
            if is_control(c) {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            } else {
                write!(writer, "{c}")?;
            }
        }
        Ok(())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

/// A share or a sum of points, without the noise of binary fractions.
pub(crate) fn rounded(number: f64) -> f64 {
    // Adding zero turns the negative zero of an empty sum into the plain one.
    (number * 10_000.0).round() / 10_000.0 + 0.0
}

#[cfg(test)]
mod tests {
    use super::{Visible, cell, json, one_line, visible};

    const HOSTILE: &str = "a\u{1b}[2Jb\u{202e}c\u{9b}d\r\ne\u{7f}ü\0";

    #[test]
    fn controls_become_visible_and_offsets_follow() {
        let shown = Visible::new(HOSTILE);
        assert_eq!(shown.text, "a\\u{1b}[2Jb\\u{202e}c\\u{9b}d\ne\\u{7f}ü\\u{0}");
        for letter in ['a', 'b', 'c', 'd', 'e', 'ü'] {
            let original = HOSTILE.find(letter).unwrap();
            let here = shown.offset(original);
            assert!(shown.text[here..].starts_with(letter), "{letter}");
        }
        assert_eq!(shown.offset(HOSTILE.len()), shown.text.len());
        assert_eq!(visible("plain\ttext\n"), "plain\ttext\n");
        assert_eq!(one_line(" a\n\tb\u{7} "), "a b\\u{7}");
    }

    #[test]
    fn json_holds_no_controls_and_keeps_its_value() {
        let value = serde_json::json!({"quote": format!("{HOSTILE}\u{e0041}\"\\"), "n": [1, 2.5], "empty": {}});
        for pretty in [false, true] {
            let text = json(&value, pretty);
            assert!(!text.contains(super::is_control), "{text}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        }
    }

    #[test]
    fn cells_are_no_formulas() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(cell("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(cell("a=b"), "a=b");
    }
}
