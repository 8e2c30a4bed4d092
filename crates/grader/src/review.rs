//! A review as it was read: its text, and for a list of comments their places.

use crate::Lines;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A candidate's review.
///
/// Offsets into a review are byte offsets into the text as it was read, for JSON into the JSON.
#[derive(Debug, Clone)]
pub struct Review {
    /// How the review is called in reports, as a rule the file's name.
    pub name: String,
    /// The text as it was read.
    pub text: String,
    /// The parts to read: the whole text, or the bodies of the comments.
    pub(crate) parts: Vec<Part>,
}

/// A piece of prose with the place it was attached to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The file that the comment stands at.
    pub file: Option<String>,
    /// The lines that the comment stands at.
    pub lines: Option<Lines>,
    /// The prose, unescaped.
    pub body: String,
    /// Where stretches of `body` begin in the text as read: `(offset in body, offset in text)`, ascending. Between two
    /// entries both run on byte by byte.
    pub(crate) map: Vec<(usize, usize)>,
}

impl Part {
    /// The offset in the body of an offset in the text as read. `None` for an offset outside this part.
    pub fn body_offset(&self, at: usize) -> Option<usize> {
        let index = self.map.partition_point(|&(_, text)| text <= at).checked_sub(1)?;
        let (body, text) = self.map[index];
        // What lies between two stretches, such as an escape, belongs to the end of the first.
        let limit = self.map.get(index + 1).map_or(self.body.len(), |&(next, _)| next);
        let offset = body + (at - text);
        if offset <= limit {
            return Some(offset);
        }
        (index + 1 < self.map.len()).then_some(limit)
    }

    /// The offset in the text as read of an offset in the body.
    pub(crate) fn offset(&self, at: usize) -> usize {
        let index = self.map.partition_point(|&(body, _)| body <= at).saturating_sub(1);
        let (body, text) = self.map.get(index).copied().unwrap_or((0, 0));
        text + (at - body)
    }
}

/// Why a review cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ReviewError {
    /// What is wrong and what to do about it.
    pub message: String,
    /// 1-based line.
    pub line: usize,
    /// 1-based column in characters.
    pub column: usize,
}

#[derive(Deserialize)]
struct Comment<'a> {
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    line: Option<usize>,
    #[serde(default)]
    start_line: Option<usize>,
    #[serde(borrow)]
    body: &'a RawValue,
}

impl Review {
    /// The parts in their order: the whole text, or the comments with their places.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Reads a review from bytes: Markdown, plain text, or JSON (an array of GitHub's review comments), told apart by content.
    /// A byte order mark is passed over.
    ///
    /// # Errors
    /// Where the bytes are not UTF-8 (with the place of the first bad byte), or are JSON of another form.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, ReviewError> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let (line, column) = position(&good, good.len());
            ReviewError { message: "the review is not UTF-8; save it as UTF-8 text".into(), line, column }
        })?;
        Self::from_text(name, text)
    }

    /// Reads a review from text, as [`Review::from_bytes`] does.
    ///
    /// # Errors
    /// Where the text is JSON of another form than an array of review comments.
    pub fn from_text(name: &str, text: &str) -> Result<Self, ReviewError> {
        let content = text.trim_start_matches('\u{feff}').trim_start();
        let parts = if looks_like_comments(name, content) { comments(text)? } else { vec![whole(text)] };
        Ok(Self { name: name.to_owned(), text: text.to_owned(), parts })
    }
}

fn whole(text: &str) -> Part {
    let skip = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    Part { file: None, lines: None, body: text[skip..].to_owned(), map: vec![(0, skip)] }
}

/// A Markdown review may begin with a bracket as well: `[nit] ...`, `[ ] ...`; an array of objects does not.
fn looks_like_comments(name: &str, content: &str) -> bool {
    let Some(rest) = content.strip_prefix('[') else {
        return name.to_ascii_lowercase().ends_with(".json");
    };
    let rest = rest.trim_start();
    rest.starts_with('{')
        || (rest.starts_with(']') && rest[1..].trim().is_empty())
        || name.to_ascii_lowercase().ends_with(".json")
}

fn comments(text: &str) -> Result<Vec<Part>, ReviewError> {
    let skip = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let json = &text[skip..];
    let comments: Vec<Comment> = serde_json::from_str(json).map_err(|error| ReviewError {
        message: format!("the review is not an array of review comments ({error}); each comment is an object with `body`, and optionally `path`, `line`, `start_line`"),
        line: error.line().max(1),
        column: error.column().max(1),
    })?;
    comments
        .into_iter()
        .map(|comment| {
            let raw = comment.body.get();
            let begin = raw.as_ptr() as usize - json.as_ptr() as usize + skip;
            let (line, column) = position(text, begin);
            let error = |message: &str| ReviewError { message: message.into(), line, column };
            if raw == "null" {
                return Ok(Part { file: None, lines: None, body: String::new(), map: vec![(0, begin)] });
            }
            let body: String = serde_json::from_str(raw)
                .map_err(|_| error("`body` must be a string; put the comment's text there"))?;
            let lines = comment.line.or(comment.start_line).map(|end| {
                let start = comment.start_line.unwrap_or(end);
                Lines { start: start.min(end), end: end.max(start) }
            });
            Ok(Part { file: comment.path, lines, map: escapes(raw, begin), body })
        })
        .collect()
}

/// Maps offsets of an unescaped JSON string to those of its raw form, which begins at `begin` in the text.
fn escapes(raw: &str, begin: usize) -> Vec<(usize, usize)> {
    let bytes = raw.as_bytes();
    let (mut at, mut body) = (1, 0);
    let mut map = vec![(0, begin + 1)];
    while at + 1 < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            body += 1;
            continue;
        }
        let (raw_length, body_length) = match bytes[at + 1] {
            b'u' => unicode_escape(raw, at),
            _ => (2, 1),
        };
        at += raw_length;
        body += body_length;
        map.push((body, begin + at));
    }
    map
}

/// Length of a `\uXXXX` escape, or pair of them, and of the character it stands for.
fn unicode_escape(raw: &str, at: usize) -> (usize, usize) {
    let unit = |at: usize| raw.get(at + 2..at + 6).and_then(|hex| u16::from_str_radix(hex, 16).ok());
    match unit(at) {
        Some(high) if (0xD800..0xDC00).contains(&high) => (12, 4),
        Some(low) => (6, char::from_u32(u32::from(low)).map_or(3, char::len_utf8)),
        None => (6, 1),
    }
}

/// 1-based line and column in characters of a byte offset.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset.min(text.len())];
    let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
    (line, before.rsplit('\n').next().unwrap_or("").chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_of_json_lie_in_the_json() {
        let text = "[{\"path\": \"a.py\", \"line\": 3, \"body\": \"a \\u00e4\\n\\ud83d\\ude00 `x`\"}]";
        let review = Review::from_text("r.json", text).unwrap();
        let part = &review.parts[0];
        assert_eq!(part.body, "a ä\n😀 `x`");
        for word in ["`x`", "a"] {
            let at = part.body.find(word).unwrap();
            assert!(text[part.offset(at)..].starts_with(word), "{word}");
            assert_eq!(part.body_offset(part.offset(at)), Some(at));
        }
    }

    #[test]
    fn offsets_outside_a_part_have_no_place_in_it() {
        let review = Review::from_text("r.json", "[{\"body\": \"a\"}, {\"body\": \"b\"}]").unwrap();
        let [first, second] = review.parts() else { panic!("two comments") };
        assert_eq!(first.body_offset(second.offset(0)), None);
        assert_eq!(second.body_offset(first.offset(0)), None);
        assert_eq!((first.body_offset(first.offset(1)), second.body_offset(second.offset(1))), (Some(1), Some(1)));
    }

    #[test]
    fn bad_json_names_the_place() {
        let error = Review::from_text("r.json", "[{\"body\": 3}]").unwrap_err();
        assert_eq!((error.line, error.column), (1, 11));
        assert!(Review::from_text("r.json", "{\"body\": \"x\"}").is_err());
        assert!(Review::from_text("r.md", "[nit] fine").is_ok());
    }

    #[test]
    fn bad_bytes_name_the_place() {
        let error = Review::from_bytes("r.md", b"ok\nab\xff").unwrap_err();
        assert_eq!((error.line, error.column), (2, 3));
    }
}
