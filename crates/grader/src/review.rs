//! A review as it was read: its text, and for comments their places. One file a form.

mod annotated;
mod comments;
mod diff;
mod docx;

use crate::{Lines, Source};

/// The form of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Markdown or plain text.
    Text,
    /// JSON of GitHub or GitLab: review comments, reviews, discussions.
    Comments,
    /// A unified diff against the source; the comments and the code that it adds are the review.
    Diff,
    /// The source with comments added and code corrected; these are the review.
    Annotated,
    /// A document of Word; its paragraphs are the review.
    Docx,
}

/// A candidate's review.
///
/// Offsets into a review are byte offsets into the text as it was read, for JSON into the JSON; of a Word document into the
/// text that was taken out of it.
#[derive(Debug, Clone)]
pub struct Review {
    /// How the review is called in reports, as a rule the file's name.
    pub name: String,
    /// The text as it was read.
    pub text: String,
    /// The form that it has.
    pub format: Format,
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
    /// The bytes of the review's text that a part of the body stands for.
    pub(crate) fn span(&self, start: usize, end: usize) -> std::ops::Range<usize> {
        // The end is that of the last byte, so that it does not run past an escape behind it.
        let last = self.body[..end].char_indices().next_back().map_or(0, |(at, _)| at);
        self.offset(start)..self.offset(last) + (end - last)
    }

    pub(crate) fn offset(&self, at: usize) -> usize {
        let index = self.map.partition_point(|&(body, _)| body <= at).saturating_sub(1);
        let (body, text) = self.map.get(index).copied().unwrap_or((0, 0));
        // What the body has before its first stretch stands nowhere in the text.
        text + at.saturating_sub(body)
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

impl Review {
    /// The parts in their order: the whole text, or the comments with their places.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Reads a review from bytes. Its form is told by its content; an annotated copy is not known as one here, since that takes
    /// the source.
    ///
    /// # Errors
    /// As of [`Review::read`].
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, ReviewError> {
        Self::read(name, bytes, None, &[])
    }

    /// Reads a review from text, as [`Review::from_bytes`] does.
    ///
    /// # Errors
    /// As of [`Review::read`].
    pub fn from_text(name: &str, text: &str) -> Result<Self, ReviewError> {
        Self::from_bytes(name, text.as_bytes())
    }

    /// Reads a review of these sources from bytes, in the form that is named, or else in the one that the content shows. A
    /// byte order mark is passed over.
    ///
    /// # Errors
    /// Where the bytes are not UTF-8 (with the place of the first bad byte), or not of the form that is named or begun.
    pub fn read(name: &str, bytes: &[u8], format: Option<Format>, sources: &[Source]) -> Result<Self, ReviewError> {
        if format == Some(Format::Docx) || (format.is_none() && docx::looks_like(bytes)) {
            let text = docx::text(bytes)?;
            let parts = vec![whole(&text)];
            return Ok(Self { name: name.to_owned(), text, format: Format::Docx, parts });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let (line, column) = position(&good, good.len());
            ReviewError { message: "the review is not UTF-8; save it as UTF-8 text".into(), line, column }
        })?;
        let format = format.unwrap_or_else(|| recognise(name, text, sources));
        let parts = match format {
            Format::Text | Format::Docx => vec![whole(text)],
            Format::Comments => comments::parts(text)?,
            Format::Diff => diff::parts(text)?,
            Format::Annotated => annotated::parts(text, sources)?,
        };
        Ok(Self { name: name.to_owned(), text: text.to_owned(), format, parts })
    }
}

/// The form of a review by its content; by its name only where the content says nothing.
fn recognise(name: &str, text: &str, sources: &[Source]) -> Format {
    if comments::looks_like(name, text) {
        Format::Comments
    } else if diff::looks_like(text) {
        Format::Diff
    } else if annotated::looks_like(text, sources) {
        Format::Annotated
    } else {
        Format::Text
    }
}

/// Where the text begins after a byte order mark.
fn mark_length(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

fn whole(text: &str) -> Part {
    let skip = mark_length(text);
    Part { file: None, lines: None, body: text[skip..].to_owned(), map: vec![(0, skip)] }
}

/// The words of comment lines of code, put together line by line without the signs that make them comments.
#[derive(Debug, Default)]
struct Remark {
    body: String,
    map: Vec<(usize, usize)>,
}

impl Remark {
    /// Adds a line, a piece of the review at `start`, that begins with `#`.
    fn add(&mut self, line: &str, start: usize) {
        let words = line.trim_start_matches('#');
        let words = words.strip_prefix(' ').unwrap_or(words);
        if !self.map.is_empty() {
            self.body.push('\n');
        }
        self.map.push((self.body.len(), start + (line.len() - words.len())));
        self.body.push_str(words.trim_end());
    }

    /// The remark as a part at a line of a file, if it has any words; the remark is empty afterwards.
    fn take(&mut self, file: Option<&str>, line: Option<usize>) -> Option<Part> {
        let Self { body, map } = std::mem::take(self);
        let lines = line.map(|line| Lines { start: line, end: line });
        (!body.trim().is_empty()).then(|| Part { file: file.map(ToOwned::to_owned), lines, body, map })
    }
}

/// Begins a block of code as a comment on the web does that offers other code for its lines.
const SUGGESTION: &str = "```suggestion\n";

/// Lines of code that somebody put in place of the source's. They are read as a comment that suggests them.
#[derive(Debug, Default)]
struct Snippet {
    body: String,
    map: Vec<(usize, usize)>,
}

impl Snippet {
    fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Adds a line, a piece of the review at `start`.
    fn add(&mut self, line: &str, start: usize) {
        if self.is_empty() {
            self.body.push_str(SUGGESTION);
        } else {
            self.body.push('\n');
        }
        self.map.push((self.body.len(), start));
        self.body.push_str(line);
    }

    /// The code as a part at lines of a file, if there is any; the snippet is empty afterwards.
    fn take(&mut self, file: Option<&str>, lines: Option<Lines>) -> Option<Part> {
        // The block needs no end: it goes on to that of the part.
        let Self { body, map } = std::mem::take(self);
        let code = body.strip_prefix(SUGGESTION)?;
        (!code.trim().is_empty()).then(|| Part { file: file.map(ToOwned::to_owned), lines, body, map })
    }
}

/// Where the lines of a text end, to look up line after line without reading the text again.
#[derive(Debug)]
pub(crate) struct LineEnds(Vec<usize>);

impl LineEnds {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at).collect())
    }

    /// The 1-based line of a byte offset.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|&end| end < offset) + 1
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
    fn line_ends_agree_with_position() {
        for text in ["", "a", "\n", "a\n\nbä\r\nc", "a\n"] {
            let ends = LineEnds::new(text);
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                assert_eq!(ends.line(offset), position(text, offset).0, "{text:?} at {offset}");
            }
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
        let error = Review::from_text("r.json", "[\n  {\"body\": \"x\"},\n  {\"line\": \"3\"}]").unwrap_err();
        assert_eq!((error.line, error.column), (3, 14), "{error}");
        assert!(Review::from_text("r.json", "{\"text\": \"x\"}").is_err());
        assert!(Review::from_text("r.md", "[nit] fine").is_ok());
    }

    #[test]
    fn bad_bytes_name_the_place() {
        let error = Review::from_bytes("r.md", b"ok\nab\xff").unwrap_err();
        assert_eq!((error.line, error.column), (2, 3));
    }
}
