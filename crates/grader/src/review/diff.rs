//! A unified diff against the source: what it adds is the review. `#` comments are remarks, each at the line that it stands by;
//! code is a suggestion for the lines that it replaces.

use super::{Part, Remark, ReviewError, Snippet};
use crate::Lines;
use std::collections::HashMap;

/// Where a hunk begins, 1-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HunkStart {
    pub(super) old: usize,
    pub(super) new: usize,
}

/// The places in `@@ -3,7 +3,9 @@`.
pub(super) fn hunk_start(line: &str) -> Option<HunkStart> {
    let (places, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (old, new) = places.split_once(" +")?;
    let number = |range: &str| range.split(',').next()?.parse::<usize>().ok();
    Some(HunkStart { old: number(old)?, new: number(new)? })
}

/// Whether the text is a diff from its beginning on. A review that only quotes one is none.
pub(super) fn looks_like(text: &str) -> bool {
    let mut lines = text.trim_start_matches('\u{feff}').lines().skip_while(|line| line.trim().is_empty());
    let Some(first) = lines.next() else { return false };
    let begins = ["diff --git ", "diff -", "--- ", "Index: ", "From "].iter().any(|start| first.starts_with(start));
    begins && lines.clone().any(|line| line.starts_with("+++ ")) && lines.any(|line| hunk_start(line).is_some())
}

/// What the diff adds, each at a line of the file as it was before: a comment behind code at its own, one that stands alone at
/// the next one, code at those that it replaces.
pub(super) fn parts(text: &str) -> Result<Vec<Part>, ReviewError> {
    let mut parts = Vec::new();
    let mut remark = Remark::default();
    let mut snippet = Snippet::default();
    let mut file: Option<String> = None;
    // The next line of the old file; in a hunk only.
    let mut old: Option<usize> = None;
    let mut gone = Gone::default();
    let mut start = 0;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end_matches(['\n', '\r']);
        let begin = start;
        start += raw.len();
        if let Some(hunk) = hunk_start(line) {
            parts.extend(remark.take(file.as_deref(), old.and_then(|line| line.checked_sub(1))));
            parts.extend(snippet.take(file.as_deref(), gone.replaced(old)));
            old = Some(hunk.old);
            gone.clear();
            continue;
        }
        if line.starts_with("diff ") || line.starts_with("Index: ") || (line.starts_with("--- ") && old.is_none()) {
            parts.extend(remark.take(file.as_deref(), old.and_then(|line| line.checked_sub(1))));
            parts.extend(snippet.take(file.as_deref(), gone.replaced(old)));
            old = None;
            gone.clear();
            continue;
        }
        let Some(here) = old else {
            if let Some(path) = line.strip_prefix("+++ ") {
                let path = path.split('\t').next().unwrap_or(path).trim();
                file = Some(path.strip_prefix("b/").unwrap_or(path).to_owned());
            }
            continue;
        };
        match line.as_bytes().first() {
            Some(b'+') => {
                let code = &line[1..];
                if let Some((words, number)) = gone.comment(code) {
                    let at = begin + 1 + words;
                    match number {
                        Some(number) => {
                            parts.extend(remark.take(file.as_deref(), Some(here)));
                            remark.add(&code[words..], at);
                            parts.extend(remark.take(file.as_deref(), Some(number)));
                        }
                        None => remark.add(&code[words..], at),
                    }
                } else {
                    // A comment before changed code is about what was changed.
                    let line = gone.replaced(Some(here)).map(|lines| lines.start);
                    parts.extend(remark.take(file.as_deref(), line));
                    snippet.add(code, begin + 1);
                }
            }
            Some(b'-') => {
                parts.extend(remark.take(file.as_deref(), Some(here)));
                gone.push(here, &line[1..]);
                old = Some(here + 1);
            }
            Some(b'\\') => {}
            _ => {
                parts.extend(remark.take(file.as_deref(), Some(here)));
                parts.extend(snippet.take(file.as_deref(), gone.replaced(old)));
                gone.clear();
                old = Some(here + 1);
            }
        }
    }
    parts.extend(remark.take(file.as_deref(), old.and_then(|line| line.checked_sub(1))));
    parts.extend(snippet.take(file.as_deref(), gone.replaced(old)));
    if parts.is_empty() {
        let message = "the diff adds nothing; a review as a diff says what it has to say in added lines, words in those that \
                       begin with `#`";
        return Err(ReviewError { message: message.into(), line: 1, column: 1 });
    }
    Ok(parts)
}

/// So many `#` of a line may begin its comment; a line of nothing else is no code.
const SIGNS: usize = 16;

/// Lines that were taken away just now.
#[derive(Debug, Default)]
struct Gone<'t> {
    lines: Option<Lines>,
    /// Their numbers by what stands in them: a line that comes back with a comment is the same line.
    numbers: HashMap<&'t str, usize>,
}

impl<'t> Gone<'t> {
    fn push(&mut self, number: usize, line: &'t str) {
        let start = self.lines.map_or(number, |lines| lines.start);
        self.lines = Some(Lines { start, end: number });
        let line = line.trim_end();
        if !line.is_empty() {
            self.numbers.entry(line).or_insert(number);
        }
    }

    fn clear(&mut self) {
        *self = Self::default();
    }

    /// The lines that added code replaces; where none were taken away, the next one.
    fn replaced(&self, next: Option<usize>) -> Option<Lines> {
        self.lines.or_else(|| next.filter(|&next| next > 0).map(|next| Lines { start: next, end: next }))
    }

    /// Where the comment of an added line begins, and for one behind code that line's number.
    fn comment(&self, code: &str) -> Option<(usize, Option<usize>)> {
        let indent = code.len() - code.trim_start().len();
        if code[indent..].starts_with('#') {
            return Some((indent, None));
        }
        code.match_indices('#')
            .take(SIGNS)
            .find_map(|(at, _)| Some((at, Some(*self.numbers.get(code[..at].trim_end())?))))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Format, Review};

    const DIFF: &str = "\
diff --git a/tags.py b/tags.py
--- a/tags.py
+++ b/tags.py\t2024-01-01
@@ -4,4 +4,7 @@ SEPARATOR
 
 
+# The default list is made once
+#   and shared by every call.
 def collect(line, tags=[]):
-    for tag in line.split(SEPARATOR):
+    for tag in line.split(SEPARATOR):  # what about quotes?
+    tags = list(tags)
@@ -20,1 +23,2 @@
 return x
+# No tests.
";

    #[test]
    fn added_comments_stand_at_the_lines_of_the_source() {
        let review = Review::from_text("r", DIFF).unwrap();
        assert_eq!(review.format, Format::Diff);
        let parts: Vec<_> = review.parts().iter().map(|p| (p.lines.unwrap().start, p.body.as_str())).collect();
        assert_eq!(
            parts,
            [
                (6, "The default list is made once\n  and shared by every call."),
                (7, "what about quotes?"),
                (7, "```suggestion\n    tags = list(tags)"),
                (20, "No tests.")
            ]
        );
        assert!(review.parts().iter().all(|part| part.file.as_deref() == Some("tags.py")));
        for part in review.parts() {
            for word in part.body.trim_start_matches("```suggestion").split_whitespace() {
                let at = part.body.find(word).unwrap();
                assert!(review.text[part.offset(at)..].starts_with(word), "{word}");
            }
        }
    }

    #[test]
    fn added_code_stands_at_the_lines_that_it_replaces() {
        let diff = "--- a/tags.py\r\n+++ b/tags.py\r\n@@ -4,4 +4,5 @@\r\n \r\n-def collect(line, tags=[]):\r\n-    for tag in line:\r\n\
                    +# shared\r\n+def collect(line, tags=None):\r\n+    tags = tags or []\r\n     keep(tag)\r\n+    more()\r\n";
        let review = Review::from_text("r", diff).unwrap();
        let parts: Vec<_> =
            review.parts().iter().map(|p| (p.lines.map(|l| (l.start, l.end)), p.body.as_str())).collect();
        assert_eq!(
            parts,
            [
                (Some((5, 5)), "shared"),
                (Some((5, 6)), "```suggestion\ndef collect(line, tags=None):\n    tags = tags or []"),
                (Some((8, 8)), "```suggestion\n    more()"),
            ]
        );
        for part in review.parts() {
            for line in part.body.lines().filter(|line| *line != "```suggestion") {
                let at = part.body.find(line).unwrap();
                assert!(review.text[part.offset(at)..].starts_with(line), "{line}");
            }
            assert!((0..part.body.len()).all(|at| part.offset(at) < review.text.len()));
        }
    }

    #[test]
    fn prose_that_quotes_a_diff_is_prose_and_an_empty_diff_an_error() {
        let quoting = format!("See below.\n```diff\n{DIFF}```\n");
        assert_eq!(Review::from_text("r", &quoting).unwrap().format, Format::Text);
        assert_eq!(Review::from_text("r", "--- all in all ---\nfine").unwrap().format, Format::Text);
        let less = "--- a/tags.py\n+++ b/tags.py\n@@ -4,2 +4,1 @@\n x = 1\n-y = 2\n+\n";
        let error = Review::from_text("r", less).unwrap_err();
        assert!(error.message.contains("adds nothing"), "{error}");
    }

    #[test]
    fn broken_diffs_do_no_harm() {
        for cut in (0..DIFF.len()).filter(|cut| DIFF.is_char_boundary(*cut)) {
            let _ = Review::read("r", &DIFF.as_bytes()[..cut], Some(Format::Diff), &[]);
        }
        let huge = DIFF.replace("-4,4", "-99999999999999999999,4").replace("-20,1", &format!("-{},1", usize::MAX - 1));
        let _ = Review::read("r", huge.as_bytes(), Some(Format::Diff), &[]);
    }
}
