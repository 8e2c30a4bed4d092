//! A copy of the source with comments added and code corrected: a comment is a remark at the line of the original that it
//! stands by, code that is not the source's a suggestion for the lines that it replaces.

use super::{Part, Remark, ReviewError, Snippet};
use crate::{Lines, Source};

/// A copy holds at least this share of the source's lines. People delete a line or mend one; prose that quotes code holds less.
const COPIED: f64 = 0.8;
/// A copy has at most this share of further lines that are neither comments nor empty. Prose around a quoted source is more.
const FURTHER: f64 = 0.2;
/// So far ahead a line of the source is looked for where some were changed or left out.
const AHEAD: usize = 20;

/// A copy held against its original.
struct Copy<'s> {
    source: &'s Source,
    parts: Vec<Part>,
    /// Shares of the source's lines: found again, and added without being comments.
    copied: f64,
    further: f64,
}

/// Whether the text is a copy of one of the sources.
pub(super) fn looks_like(text: &str, sources: &[Source]) -> bool {
    // Most reviews have far fewer lines than a copy, and are not compared at all.
    let lines = text.lines().count();
    let enough = |source: &Source| {
        // So many of the source's lines would be too many.
        let filled = source.text.lines().filter(|line| !line.trim_end().is_empty()).take(2 * lines + 1).count();
        lines as f64 >= COPIED * filled as f64
    };
    sources.iter().any(enough)
        && best(text, sources).is_some_and(|copy| copy.copied >= COPIED && copy.further <= FURTHER)
}

pub(super) fn parts(text: &str, sources: &[Source]) -> Result<Vec<Part>, ReviewError> {
    let error = |message: String| Err(ReviewError { message, line: 1, column: 1 });
    match best(text, sources) {
        Some(copy) if copy.copied >= COPIED => Ok(copy.parts),
        Some(copy) => error(format!(
            "this is no copy of {}: {:.0} % of its lines are here; an annotated copy keeps them and adds comments",
            copy.source.path,
            copy.copied * 100.0
        )),
        None => error("this exercise has no source that could be annotated".to_owned()),
    }
}

fn best<'s>(text: &str, sources: &'s [Source]) -> Option<Copy<'s>> {
    sources.iter().map(|source| compare(text, source)).max_by(|a, b| a.copied.total_cmp(&b.copied))
}

fn compare<'s>(text: &str, source: &'s Source) -> Copy<'s> {
    let original: Vec<&str> = source.text.lines().map(str::trim_end).collect();
    let file = Some(source.path.as_str());
    let mut parts = Vec::new();
    let mut remark = Remark::default();
    let mut snippet = Snippet::default();
    // The next line of the source when the snippet began.
    let mut first = 0;
    let (mut next, mut found, mut further) = (0, 0_usize, 0_usize);
    let mut start = super::mark_length(text);
    for raw in text[start..].split_inclusive('\n') {
        let line = raw.trim_end();
        let begin = start;
        start += raw.len();
        if line.trim().is_empty() {
            if original.get(next).is_some_and(|line| line.is_empty()) {
                next += 1;
            }
            continue;
        }
        let same = original.iter().enumerate().skip(next).take(AHEAD).find_map(|(index, before)| {
            let comment = if before.is_empty() { None } else { line.strip_prefix(before) }?;
            (comment.is_empty() || comment.trim_start().starts_with('#')).then_some((index, comment.trim_start()))
        });
        if let Some((index, comment)) = same {
            parts.extend(remark.take(file, Some(index + 1)));
            parts.extend(snippet.take(file, Some(replaced(&original, first, index))));
            if !comment.is_empty() {
                remark.add(comment, begin + line.len() - comment.len());
                parts.extend(remark.take(file, Some(index + 1)));
            }
            next = index + 1;
            found += 1;
        } else if line.trim_start().starts_with('#') {
            remark.add(line.trim_start(), begin + line.len() - line.trim_start().len());
        } else {
            if snippet.is_empty() {
                first = next;
            }
            // A comment before changed code is about what was changed.
            let here = original.iter().skip(next).position(|line| !line.is_empty()).map(|ahead| next + ahead + 1);
            parts.extend(remark.take(file, here.or((next > 0).then_some(next))));
            snippet.add(line, begin);
            further += 1;
        }
    }
    parts.extend(remark.take(file, (next > 0).then_some(next)));
    parts.extend(snippet.take(file, Some(replaced(&original, first, original.len()))));
    let all = original.iter().filter(|line| !line.is_empty()).count().max(1) as f64;
    Copy { source, parts, copied: found as f64 / all, further: further as f64 / all }
}

/// The lines of the source that code stands for between two of them, as indices: those that are not there any more, else the
/// next one. 1-based and inside the source.
fn replaced(original: &[&str], first: usize, next: usize) -> Lines {
    let gone = original.iter().enumerate().take(next).skip(first).filter(|(_, line)| !line.is_empty());
    let (mut start, mut end) = (next.min(original.len().saturating_sub(1)), 0);
    for (index, _) in gone {
        start = start.min(index);
        end = index;
    }
    Lines { start: start + 1, end: end.max(start) + 1 }
}

#[cfg(test)]
mod tests {
    use crate::{Format, Review, Source};

    const SOURCE: &str = "import os\n\n\ndef collect(line, tags=[]):\n    for tag in line:\n        tags.append(tag)  # keep\n    return tags\n";

    fn read(text: &str) -> Review {
        let source = Source { path: "tags.py".into(), text: SOURCE.into(), definitions: vec![] };
        Review::read("tags.py", text.as_bytes(), None, &[source]).unwrap()
    }

    fn remarks(review: &Review) -> Vec<(usize, &str)> {
        review.parts().iter().map(|part| (part.lines.unwrap().start, part.body.as_str())).collect()
    }

    #[test]
    fn comments_stand_at_lines_of_the_original() {
        let text = "# General: no tests.\nimport os\n\n# REVIEW: made once\n# and shared\ndef collect(line, tags=[]):  # use None\n\n    for tag in line:\n        tags.append(tag)  # keep # why?\n    return tags\n# the end\n";
        let review = read(text);
        assert_eq!(review.format, Format::Annotated);
        assert_eq!(
            remarks(&review),
            [
                (1, "General: no tests."),
                (4, "REVIEW: made once\nand shared"),
                (4, "use None"),
                (6, "why?"),
                (7, "the end")
            ]
        );
        for part in review.parts() {
            assert!(review.text[part.offset(0)..].starts_with(part.body.lines().next().unwrap()));
        }
    }

    #[test]
    fn corrected_code_stands_at_the_lines_of_the_original_that_it_replaces() {
        let text = SOURCE
            .replace(
                "def collect(line, tags=[]):\n",
                "# made once\ndef collect(line, tags=None):\n    tags = tags or []\n",
            )
            .replace("    return tags\n", "    log(tags)\n    return tags\nprint(1)\n");
        // Of five lines four are needed to know a copy.
        let source = Source { path: "tags.py".into(), text: SOURCE.into(), definitions: vec![] };
        let review = Review::read("tags.py", text.as_bytes(), Some(Format::Annotated), &[source]).unwrap();
        assert_eq!(
            remarks(&review),
            [
                (4, "made once"),
                (4, "```suggestion\ndef collect(line, tags=None):\n    tags = tags or []"),
                (7, "```suggestion\n    log(tags)"),
                (7, "```suggestion\nprint(1)"),
            ]
        );
        for part in review.parts() {
            let code = part.body.trim_start_matches("```suggestion\n");
            let at = part.body.len() - code.len();
            assert!(review.text[part.offset(at)..].starts_with(code), "{code}");
        }
    }

    #[test]
    fn prose_around_quoted_code_is_prose() {
        let quoted = format!("I looked at this:\n```python\n{SOURCE}```\nThe default is shared.\nAnd more.\n");
        assert_eq!(read(&quoted).format, Format::Text);
        assert_eq!(read("import os\n# fine\n").format, Format::Text);
        assert_eq!(read(SOURCE).format, Format::Annotated);
        assert!(read(SOURCE).parts().is_empty(), "a copy without a word is an empty review");
    }

    #[test]
    fn what_is_no_copy_says_how_much_is_missing() {
        let source = Source { path: "tags.py".into(), text: SOURCE.into(), definitions: vec![] };
        let read = |sources: &[Source]| {
            Review::read("r", b"import os\n# fine\n", Some(Format::Annotated), sources).unwrap_err()
        };
        assert!(read(&[source]).message.contains("20 % of its lines"), "{}", read(&[]));
        assert!(read(&[]).message.contains("no source"));
    }
}
