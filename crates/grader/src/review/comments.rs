//! Comments as GitHub and GitLab export them: review comments, reviews with their body, discussions with notes.
//!
//! An array of them, one alone, or an object with lists of them (`comments`, `reviews`) are all read by the same rules. What
//! is not needed is passed over, so that exports with more fields than these are welcome.

use super::{Part, ReviewError, mark_length, position};
use crate::Lines;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// So deep may lists lie in each other: an object with discussions with notes has three levels.
const DEEPEST: usize = 4;

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(default)]
    id: Option<&'a RawValue>,
    #[serde(default)]
    in_reply_to_id: Option<&'a RawValue>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    line: Option<usize>,
    #[serde(default)]
    start_line: Option<usize>,
    #[serde(default)]
    original_line: Option<usize>,
    #[serde(default)]
    original_start_line: Option<usize>,
    #[serde(default)]
    side: Option<String>,
    #[serde(default)]
    diff_hunk: Option<String>,
    /// GitLab's is an object, GitHub's a number that is of no use.
    #[serde(borrow, default)]
    position: Option<&'a RawValue>,
    /// GitLab: whether the site wrote it.
    #[serde(default)]
    system: bool,
    #[serde(borrow, default, deserialize_with = "present")]
    body: Option<&'a RawValue>,
    #[serde(borrow, default)]
    notes: Option<&'a RawValue>,
    #[serde(borrow, default)]
    comments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    reviews: Option<&'a RawValue>,
    #[serde(borrow, default)]
    discussions: Option<&'a RawValue>,
}

/// A field that is there, be it `null`.
fn present<'de, D: serde::Deserializer<'de>>(field: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(field).map(Some)
}

/// GitLab's place of a note.
#[derive(Deserialize)]
struct Position {
    #[serde(default)]
    new_path: Option<String>,
    #[serde(default)]
    new_line: Option<usize>,
    #[serde(default)]
    line_range: Option<LineRange>,
}

#[derive(Deserialize)]
struct LineRange {
    start: LineOf,
}

#[derive(Deserialize)]
struct LineOf {
    #[serde(default)]
    new_line: Option<usize>,
}

/// Where a comment stands: what its replies take over.
#[derive(Debug, Clone, Default)]
struct Place {
    file: Option<String>,
    lines: Option<Lines>,
}

/// Whether the text is JSON that holds comments. A Markdown review may begin with a bracket as well: `[nit] ...`, `[ ] ...`.
pub(super) fn looks_like(name: &str, text: &str) -> bool {
    let content = text[mark_length(text)..].trim();
    let named = name.to_ascii_lowercase().ends_with(".json");
    let object = |text: &str| text.strip_prefix('{').is_some_and(|rest| rest.trim_start().starts_with(['"', '}']));
    match content.strip_prefix('[') {
        Some(rest) => named || object(rest.trim_start()) || rest.trim() == "]",
        None => named || (object(content) && serde_json::from_str::<serde::de::IgnoredAny>(content).is_ok()),
    }
}

pub(super) fn parts(text: &str) -> Result<Vec<Part>, ReviewError> {
    let json = &text[mark_length(text)..];
    let mut reader = Reader { text, parts: Vec::new(), places: HashMap::new() };
    let top: &RawValue = serde_json::from_str(json).map_err(|error| ReviewError {
        message: format!("the review is no whole JSON ({error}); export it again"),
        line: error.line().max(1),
        column: error.column().max(1),
    })?;
    reader.value(top, &Place::default(), 0)?;
    Ok(reader.parts)
}

struct Reader<'t> {
    text: &'t str,
    parts: Vec<Part>,
    /// Places of comments by id, for replies.
    places: HashMap<&'t str, Place>,
}

impl<'t> Reader<'t> {
    /// Where a piece of the text begins. The pieces are borrowed from it.
    fn offset(&self, raw: &RawValue) -> usize {
        raw.get().as_ptr() as usize - self.text.as_ptr() as usize
    }

    fn error(&self, raw: &RawValue, message: impl Into<String>) -> ReviewError {
        let (line, column) = position(self.text, self.offset(raw));
        ReviewError { message: message.into(), line, column }
    }

    /// The place in the whole text of a mistake in a piece of it.
    fn inner(&self, raw: &RawValue, error: &serde_json::Error) -> ReviewError {
        let message = format!("this is no review comment ({error}); {EXPECTED}");
        let (line, column) = position(self.text, self.offset(raw));
        match error.line() {
            0 | 1 => ReviewError { message, line, column: column + error.column().saturating_sub(1) },
            further => ReviewError { message, line: line + further - 1, column: error.column().max(1) },
        }
    }

    fn value(&mut self, raw: &'t RawValue, above: &Place, depth: usize) -> Result<(), ReviewError> {
        if depth > DEEPEST {
            return Err(self.error(raw, format!("lists lie too deep in each other here; {EXPECTED}")));
        }
        if raw.get() == "null" {
            return Ok(());
        }
        if raw.get().starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(|error| self.inner(raw, &error))?;
            let mut above = above.clone();
            for item in items {
                // In a discussion the first note has the place, and the others answer it.
                if let Some(place) = self.item(item, &above, depth + 1)?
                    && depth > 0
                    && above.file.is_none()
                {
                    above = place;
                }
            }
            return Ok(());
        }
        self.item(raw, above, depth).map(|_| ())
    }

    /// Reads one comment and what lies in it. Returns its place, where it is a note of a discussion.
    fn item(&mut self, raw: &'t RawValue, above: &Place, depth: usize) -> Result<Option<Place>, ReviewError> {
        let item: Item = serde_json::from_str(raw.get()).map_err(|error| self.inner(raw, &error))?;
        let lists = [item.reviews, item.discussions, item.comments, item.notes];
        if item.body.is_none() && lists.iter().all(Option::is_none) {
            return Err(self.error(raw, format!("this has no `body`; {EXPECTED}")));
        }
        let mut place = item.place();
        if place.file.is_none() && place.lines.is_none() {
            let root = item.in_reply_to_id.and_then(|id| self.places.get(id.get()));
            place = root.unwrap_or(above).clone();
        }
        if let Some(id) = item.id {
            self.places.insert(id.get(), place.clone());
        }
        if let Some(body) = item.body.filter(|body| !item.system && body.get() != "null") {
            let begin = self.offset(body);
            let unescaped: String = serde_json::from_str(body.get())
                .map_err(|_| self.error(body, "`body` must be a string; put the comment's text there"))?;
            let Place { file, lines } = place.clone();
            self.parts.push(Part { file, lines, map: escapes(body.get(), begin), body: unescaped });
        }
        for list in lists.into_iter().flatten() {
            self.value(list, &Place::default(), depth + 1)?;
        }
        let is_note = item.position.is_some_and(|position| position.get().starts_with('{'));
        Ok(is_note.then_some(place))
    }
}

/// What a mistake is told with.
const EXPECTED: &str = "a review in JSON is GitHub's review comments (objects with `body`, and optionally `path`, `line`, \
                        `start_line`), a review with its `body`, or GitLab's discussions (objects with `notes`)";

impl Item<'_> {
    fn place(&self) -> Place {
        let position = self.position.and_then(|raw| serde_json::from_str::<Position>(raw.get()).ok());
        if let Some(Position { new_path: Some(file), new_line, line_range }) = position {
            let start = line_range.and_then(|range| range.start.new_line);
            return Place { file: Some(file), lines: lines(start, new_line) };
        }
        // The left side is the file as it was before; its lines are not those of the source.
        let lines = if self.side.as_deref() == Some("LEFT") {
            None
        } else {
            // A comment on an older commit has only the lines that it had there.
            lines(self.start_line, self.line)
                .or_else(|| lines(self.original_start_line, self.original_line))
                .or_else(|| self.diff_hunk.as_deref().and_then(last_line).map(|line| Lines { start: line, end: line }))
        };
        Place { file: self.path.clone(), lines }
    }
}

fn lines(start: Option<usize>, end: Option<usize>) -> Option<Lines> {
    let end = end.or(start)?;
    let start = start.unwrap_or(end);
    Some(Lines { start: start.min(end), end: end.max(start) })
}

/// The line of the new file at which a hunk ends: there its comment stands.
fn last_line(hunk: &str) -> Option<usize> {
    let (head, body) = hunk.split_once('\n')?;
    let start = super::diff::hunk_start(head)?.new;
    if body.lines().last()?.starts_with('-') {
        return None;
    }
    let count = body.lines().filter(|line| !line.starts_with(['-', '\\'])).count();
    (start + count).checked_sub(1)
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

#[cfg(test)]
mod tests {
    use crate::{Format, Review};

    type Read = (String, Option<(usize, usize)>, String);

    /// File, lines and body of each part.
    fn read(json: &str) -> Vec<Read> {
        let review = Review::from_text("export", json).unwrap();
        assert_eq!(review.format, Format::Comments);
        let parts = review.parts().iter().map(|part| {
            let at = part.body_offset(part.offset(part.body.len()));
            assert_eq!(at, Some(part.body.len()), "offsets go both ways");
            (part.file.clone().unwrap_or_default(), part.lines.map(|lines| (lines.start, lines.end)), part.body.clone())
        });
        parts.collect()
    }

    fn part(file: &str, lines: Option<(usize, usize)>, body: &str) -> Read {
        (file.into(), lines, body.into())
    }

    #[test]
    fn github_review_comments() {
        let json = r#"[
            {"id": 1, "path": "a.py", "start_line": 3, "line": 5, "side": "RIGHT", "body": "one", "position": 7, "user": {"login": "x"}},
            {"id": 2, "path": "a.py", "line": null, "original_line": 9, "body": "two"},
            {"id": 3, "path": "a.py", "line": 4, "side": "LEFT", "body": "three"},
            {"id": 4, "path": "a.py", "diff_hunk": "@@ -1,2 +10,3 @@ def f():\n context\n-gone\n+new", "body": "four"},
            {"id": 5, "in_reply_to_id": 1, "body": "five\n```suggestion\nx = None\n```"},
            {"id": 6, "body": null}]"#;
        assert_eq!(
            read(json),
            [
                part("a.py", Some((3, 5)), "one"),
                part("a.py", Some((9, 9)), "two"),
                part("a.py", None, "three"),
                part("a.py", Some((11, 11)), "four"),
                part("a.py", Some((3, 5)), "five\n```suggestion\nx = None\n```"),
            ]
        );
    }

    #[test]
    fn a_review_with_its_body_and_lists_of_both() {
        assert_eq!(read(r#"{"id": 8, "body": "All in all.", "state": "COMMENTED"}"#), [part("", None, "All in all.")]);
        let both = r#"{"reviews": [{"body": "All in all."}, {"body": ""}], "comments": [{"path": "a.py", "line": 2, "body": "one"}]}"#;
        assert_eq!(read(both), [part("", None, "All in all."), part("", None, ""), part("a.py", Some((2, 2)), "one")]);
    }

    #[test]
    fn gitlab_discussions() {
        let json = r#"[{"id": "d1", "individual_note": false, "notes": [
              {"id": 1, "body": "one", "system": false, "position": {"new_path": "a.py", "new_line": 7, "old_line": null,
                "line_range": {"start": {"new_line": 5}, "end": {"new_line": 7}}}},
              {"id": 2, "body": "and more", "system": false}]},
            {"id": "d2", "notes": [{"id": 3, "body": "changed the milestone", "system": true}]},
            {"id": "d3", "notes": [{"id": 4, "body": "overall", "position": null}]}]"#;
        assert_eq!(
            read(json),
            [part("a.py", Some((5, 7)), "one"), part("a.py", Some((5, 7)), "and more"), part("", None, "overall")]
        );
    }

    #[test]
    fn what_is_no_comment_names_its_place() {
        let error = |json: &str| {
            let error = Review::from_text("r.json", json).unwrap_err();
            (error.line, error.column)
        };
        assert_eq!(error("[{\"body\": \"a\"},\n {\"text\": \"b\"}]"), (2, 2));
        assert_eq!(error("[{\"body\": \"a\"},\n 3]"), (2, 2));
        assert_eq!(error("{\"notes\": [{\"notes\": [{\"notes\": [{\"notes\": []}]}]}]}").0, 1);
        assert_eq!(error("[{\"body\": \"a\""), (1, 13));
    }
}
