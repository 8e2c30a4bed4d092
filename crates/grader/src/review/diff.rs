//! A unified diff against the source: the `#` comments that it adds are the review, each at the line that it stands by.

use super::{Part, Remark, ReviewError};

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

/// The comments that the diff adds, each at a line of the file as it was before: its own for one behind code, the next one
/// for one that stands alone.
pub(super) fn parts(text: &str) -> Result<Vec<Part>, ReviewError> {
    let mut parts = Vec::new();
    let mut remark = Remark::default();
    let mut file: Option<String> = None;
    // The next line of the old file; in a hunk only.
    let mut old: Option<usize> = None;
    // Lines that were taken away just now, each with its number: a line that comes back with a comment is the same line.
    let mut gone: Vec<(usize, &str)> = Vec::new();
    let mut start = 0;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end_matches(['\n', '\r']);
        let begin = start;
        start += raw.len();
        if let Some(hunk) = hunk_start(line) {
            parts.extend(remark.take(file.as_deref(), old.and_then(|line| line.checked_sub(1))));
            old = Some(hunk.old);
            gone.clear();
            continue;
        }
        if line.starts_with("diff ") || line.starts_with("Index: ") || (line.starts_with("--- ") && old.is_none()) {
            parts.extend(remark.take(file.as_deref(), old.and_then(|line| line.checked_sub(1))));
            old = None;
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
                if let Some((words, number)) = added(code, &gone) {
                    let at = begin + 1 + words;
                    match number {
                        Some(number) => {
                            parts.extend(remark.take(file.as_deref(), Some(here)));
                            remark.add(&code[words..], at);
                            parts.extend(remark.take(file.as_deref(), Some(number)));
                        }
                        None => remark.add(&code[words..], at),
                    }
                }
            }
            Some(b'-') => {
                parts.extend(remark.take(file.as_deref(), Some(here)));
                gone.push((here, &line[1..]));
                old = Some(here + 1);
            }
            Some(b'\\') => {}
            _ => {
                parts.extend(remark.take(file.as_deref(), Some(here)));
                gone.clear();
                old = Some(here + 1);
            }
        }
    }
    parts.extend(remark.take(file.as_deref(), old.and_then(|line| line.checked_sub(1))));
    if parts.is_empty() {
        let message =
            "the diff adds no comment; a review as a diff says what it has to say in added lines that begin with `#`";
        return Err(ReviewError { message: message.into(), line: 1, column: 1 });
    }
    Ok(parts)
}

/// Where the comment of an added line begins, and for one behind code that line's number.
fn added(code: &str, gone: &[(usize, &str)]) -> Option<(usize, Option<usize>)> {
    let indent = code.len() - code.trim_start().len();
    if code[indent..].starts_with('#') {
        return Some((indent, None));
    }
    gone.iter().find_map(|(number, before)| {
        let rest = code.strip_prefix(before.trim_end())?;
        let at = code.len() - rest.trim_start().len();
        (rest.trim_start().starts_with('#') && !before.trim().is_empty()).then_some((at, Some(*number)))
    })
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
                (20, "No tests.")
            ]
        );
        assert!(review.parts().iter().all(|part| part.file.as_deref() == Some("tags.py")));
        for part in review.parts() {
            for word in part.body.split_whitespace() {
                let at = part.body.find(word).unwrap();
                assert!(review.text[part.offset(at)..].starts_with(word), "{word}");
            }
        }
    }

    #[test]
    fn prose_that_quotes_a_diff_is_prose_and_an_empty_diff_an_error() {
        let quoting = format!("See below.\n```diff\n{DIFF}```\n");
        assert_eq!(Review::from_text("r", &quoting).unwrap().format, Format::Text);
        assert_eq!(Review::from_text("r", "--- all in all ---\nfine").unwrap().format, Format::Text);
        let error = Review::from_text("r", &DIFF.replace('#', "x")).unwrap_err();
        assert!(error.message.contains("adds no comment"), "{error}");
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
