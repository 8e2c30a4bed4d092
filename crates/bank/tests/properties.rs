//! What holds of every grade, whatever the review: its words are those of the review, its figures add up, and what changes
//! nothing for a reader changes nothing for the grader.

#![allow(clippy::unwrap_used)]

use assay_bank::{Bank, Entry, Exercise};
use assay_grader::{Credit, Format, Grade, Grader, IssueGrade, Key, Review};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::path::Path;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

struct Ready {
    exercise: Exercise,
    grader: Grader<'static>,
    sources: &'static [assay_grader::Source],
    samples: Vec<String>,
}

/// The exercises of the bank that ships.
static READY: LazyLock<Vec<Ready>> = LazyLock::new(|| {
    let bank = Bank::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../exercises"));
    bank.entries.into_iter().map(ready).collect()
});

fn ready(entry: Entry) -> Ready {
    let exercise = Exercise::load(&entry.id, entry.folder).unwrap();
    let key: &'static Key = Box::leak(Box::new(exercise.key()));
    let (samples, _) = exercise.samples();
    let prose =
        samples.iter().filter(|sample| Path::new(&sample.name).extension().is_none_or(|extension| extension != "json"));
    let samples = prose.filter_map(|sample| String::from_utf8(sample.bytes.clone()).ok()).collect();
    Ready { grader: Grader::new(key), sources: &key.sources, exercise, samples }
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.exercise.id)
    }
}

impl Ready {
    fn grade(&self, text: &str) -> Grade {
        self.grader.grade(&Review::from_text("r.md", text).unwrap())
    }
}

/// What people write, and what nobody does.
const ODD: [&str; 48] = [
    "",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    "    ",
    "- ",
    "  - ",
    "1. ",
    "# ",
    "###### ",
    "> ",
    "```\n",
    "```python\n",
    "~~~",
    "`",
    "``",
    "| a | b |\n|---|---|\n",
    "| ",
    "**",
    "*",
    "[x](y)",
    "<div>",
    "<!--",
    "&amp;",
    "\\",
    "---\n",
    "é",
    "e\u{301}",
    "ß",
    "👩\u{200d}👩\u{200d}👧",
    "\u{202e}",
    "\u{0}",
    "\u{feff}",
    "日本語",
    "…",
    "’",
    "line 31",
    "lines 40-2",
    "line 99999999999999999999999",
    "waitlist.py:31",
    "L12–L15:",
    "n+1",
    "1.1.1.1",
    "1,000,000",
    "+x = None\n",
    "@@ -1,2 +3,4 @@\n",
];

/// A review: pieces of samples, of odd signs, and of any characters.
fn review(ready: &'static Ready) -> impl Strategy<Value = String> {
    let sentences: Vec<&'static str> =
        ready.samples.iter().flat_map(|sample| sample.split_inclusive(['.', '\n'])).collect();
    let piece = prop_oneof![
        5 => select(sentences).prop_map(str::to_owned),
        4 => select(&ODD[..]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[ -~\n]{0,40}",
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

fn made() -> impl Strategy<Value = (&'static Ready, String)> {
    select((0..READY.len()).collect::<Vec<_>>()).prop_flat_map(|index| {
        let ready = &READY[index];
        review(ready).prop_map(move |text| (ready, text))
    })
}

/// Spans lie in the text, on the borders of characters, and quotes have words; figures add up.
fn is_sound(review: &Review, grade: &Grade) {
    let evidence = (grade.issues.iter().flat_map(|issue| &issue.evidence))
        .chain(grade.decoys.iter().flat_map(|decoy| &decoy.evidence))
        .chain(grade.signals.iter().flat_map(|signal| &signal.evidence));
    let spans = evidence.map(|held| (held.start, held.end, held.line, &held.quote));
    let remarks = grade.remarks.iter().map(|held| (held.start, held.end, held.line, &held.quote));
    for (start, end, line, quote) in spans.chain(remarks) {
        assert!(start < end && !quote.trim().is_empty(), "{start}..{end} {quote:?}");
        let words = review.text.get(start..end).expect("a span of the text, on borders of characters");
        assert_eq!(review.text[..start].matches('\n').count() + 1, line);
        if review.format == Format::Text {
            assert_eq!(words, quote);
        }
    }
    assert!((0.0..=1.0).contains(&grade.score) && grade.points >= 0.0, "{}", grade.score);
    let points: f64 = grade.issues.iter().map(|issue| issue.points).sum();
    let called = grade.decoys.iter().filter(|decoy| decoy.called).count();
    assert!((grade.points - (points - 0.25 * called as f64).max(0.0)).abs() < 1e-9);
    assert!((grade.score * grade.max_points - grade.points).abs() < 1e-9);
    for issue in &grade.issues {
        let IssueGrade { named, why, fix, .. } = *issue;
        let share = f64::from(u8::from(named)) * 0.4 + f64::from(u8::from(why)) * 0.4 + f64::from(u8::from(fix)) * 0.2;
        assert!((issue.points - share * issue.max_points).abs() < 1e-9, "{issue:?}");
        assert!(named || !why && !fix, "{issue:?}");
        assert!((0.0..=1.0).contains(&issue.confidence));
        for (credit, given) in [(Credit::Named, named), (Credit::Why, why), (Credit::Fix, fix)] {
            let words = issue.evidence.iter().any(|held| held.credit == Some(credit));
            assert_eq!(words, given, "no credit without words, and none with: {issue:?}");
        }
    }
}

/// What a reader of the grade acts on.
fn verdicts(grade: &Grade) -> (Vec<(bool, bool, bool)>, Vec<bool>) {
    let issues = grade.issues.iter().map(|issue| (issue.named, issue.why, issue.fix)).collect();
    (issues, grade.decoys.iter().map(|decoy| decoy.called).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_grade_of_any_text_is_sound((ready, text) in made()) {
        let review = Review::read("r", text.as_bytes(), Some(Format::Text), &[]).unwrap();
        let grade = ready.grader.grade(&review);
        is_sound(&review, &grade);
        prop_assert_eq!(grade, ready.grader.grade(&review));
    }

    /// The same words as comments of a pull request, as a diff, and as comments in a copy of the source.
    #[test]
    fn a_grade_of_any_form_is_sound((ready, text) in made(), line in 0_usize..90, format in 0..4) {
        let source = &ready.sources[0];
        let pieces: Vec<&str> = text.split("\n\n").collect();
        let made = match format {
            0 => {
                let comments: Vec<_> = pieces.iter().enumerate().map(|(index, piece)| {
                    serde_json::json!({"path": source.path, "line": line + index, "body": piece})
                }).collect();
                serde_json::to_string(&comments).unwrap()
            }
            1 => {
                let added: Vec<String> = text.lines().map(|line| format!("+# {line}\n+{line}\n")).collect();
                let added = added.concat();
                format!("--- a/{0}\n+++ b/{0}\n@@ -{line},1 +1,2 @@\n-old\n{added}", source.path)
            }
            2 => {
                let lines = source.text.lines().enumerate();
                let copy = lines.map(|(index, code)| match pieces.get(index) {
                    Some(piece) => format!("{code}\n# {}\n", piece.replace(['\n', '\r'], " ")),
                    None => format!("{code}\n"),
                });
                copy.collect::<String>()
            }
            _ => text.clone(),
        };
        // In whatever form it is taken to be; bytes that are no such form are an error, not a panic.
        for format in [None, Some(Format::Comments), Some(Format::Diff), Some(Format::Annotated)] {
            if let Ok(review) = Review::read("r", made.as_bytes(), format, ready.sources) {
                is_sound(&review, &ready.grader.grade(&review));
            }
        }
    }
}

/// Every second sample of the bank with its exercise; all of them take minutes where nothing is optimised.
fn samples() -> impl Iterator<Item = (&'static Ready, &'static str)> {
    READY.iter().flat_map(|ready| ready.samples.iter().map(move |sample| (ready, sample.as_str()))).step_by(2)
}

/// Ways to write the same review.
type Spelling = fn(&str) -> String;
const SPELLINGS: [(&str, Spelling); 7] = [
    ("CRLF", |text| text.replace('\n', "\r\n")),
    ("byte order mark", |text| format!("\u{feff}{text}")),
    ("NFD", |text| text.nfd().collect()),
    ("empty lines at both ends", |text| format!("\n\n{text}\n\n\n")),
    ("a blank at the end of each line", |text| text.replace('\n', " \n")),
    ("two blanks for one", |text| text.replace(". ", ".  ").replace(", ", ",  ")),
    ("more empty lines between", |text| text.replace("\n\n", "\n\n\n\n")),
];

#[test]
fn white_space_and_encoding_change_no_verdict() {
    for (ready, sample) in samples() {
        // With words that are written in two ways.
        let sample = format!("{sample}\nA naïve café résumé of Zoë's über-façade would not need that.\n");
        let before = verdicts(&ready.grade(&sample));
        for (name, spelling) in SPELLINGS {
            let text = spelling(&sample);
            assert_eq!(verdicts(&ready.grade(&text)), before, "{name} in {}:\n{text}", ready.exercise.id);
        }
    }
}

/// A review that has everything right as the key says it, a remark for each issue.
fn remarks(ready: &Ready) -> Vec<String> {
    let issues = &ready.exercise.manifest.issues;
    issues.iter().map(explanation).collect()
}

fn explanation(issue: &assay_bank::Issue) -> String {
    let place = match (&issue.file, &issue.lines) {
        (Some(file), Some(lines)) => format!("{} line {}: ", file.get_ref(), lines.get_ref().start),
        _ => String::new(),
    };
    format!("{place}{} {} {}", issue.summary, issue.why, issue.fix)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Remarks that do not speak of each other may stand in any order, and any of them may be missing. It is tested on remarks that
    /// are clear by themselves; one that is unclear takes its subject from its neighbours, so that there the order can matter.
    #[test]
    fn the_order_of_independent_remarks_changes_no_verdict(
        (index, order) in select((0..READY.len()).collect::<Vec<_>>()).prop_flat_map(|index| {
            let all: Vec<usize> = (0..remarks(&READY[index]).len()).collect();
            let some = subsequence(all.clone(), 1..=all.len()).prop_shuffle();
            (Just(index), some)
        })
    ) {
        let ready = &READY[index];
        let all = remarks(ready);
        let write = |order: &[usize]| order.iter().map(|&index| format!("- {}\n\n", all[index])).collect::<Vec<_>>().concat();
        let mut sorted = order.clone();
        sorted.sort_unstable();
        prop_assert_eq!(verdicts(&ready.grade(&write(&order))), verdicts(&ready.grade(&write(&sorted))));
    }
}

/// Whoever adds the right explanation of an issue to a review does not lose a credit for it. For other issues this holds but for
/// a few: passages are judged in their order, and one that is sure of its subject can draw an unsure one before it along.
#[test]
fn a_correct_explanation_lowers_no_credit_of_its_issue() {
    let (mut others, mut lost) = (0, 0);
    for (ready, sample) in samples() {
        let before = ready.grade(sample);
        for (index, issue) in ready.exercise.manifest.issues.iter().enumerate() {
            let after = ready.grade(&format!("{sample}\n\n- {}\n", explanation(issue)));
            for (other, (had, has)) in before.issues.iter().zip(&after.issues).enumerate() {
                let lower = had.named && !has.named || had.why && !has.why || had.fix && !has.fix;
                assert!(other != index || !lower, "{} {}: {had:#?}\n{has:#?}", ready.exercise.id, had.id);
                others += usize::from(other != index);
                lost += usize::from(lower);
            }
        }
    }
    assert!(lost * 100 <= others, "{lost} of {others} others lose a credit");
}
