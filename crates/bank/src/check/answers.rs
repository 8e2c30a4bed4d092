//! The key against itself: an answer in the key's own words earns everything, and an empty one nothing.
//!
//! A key whose own prose does not say why or what to do would fail every candidate, however good.

use crate::exercise::Exercise;
use crate::problem::Problem;
use assay_grader::{Grade, Grader, IssueGrade, KeyIssue, Review};
use toml::Spanned;

/// `grader` is the one of this exercise's key.
pub(super) fn check(exercise: &Exercise, grader: &Grader<'_>, issues: &[KeyIssue]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Ok(review) = Review::from_text("ideal.md", &ideal_answer(issues)) {
        let grade = grader.grade(&review);
        problems.extend(grade.issues.iter().filter_map(|issue| short_of_full(exercise, issue)));
        problems.extend(decoys_called(exercise, &grade));
    }
    if let Ok(review) = Review::from_text("empty.md", "") {
        problems.extend(credit_for_nothing(exercise, &grader.grade(&review)));
    }
    problems
}

/// What a candidate would write who knew the key by heart: a paragraph for each issue, with its place.
pub fn ideal_answer(issues: &[KeyIssue]) -> String {
    let paragraphs: Vec<String> = issues
        .iter()
        .map(|issue| {
            let file = issue.file.as_ref().map(|file| format!("`{file}`"));
            let lines = issue.lines.map(|lines| match lines.end - lines.start {
                0 => format!("line {}", lines.start),
                _ => format!("lines {}-{}", lines.start, lines.end),
            });
            let place: Vec<String> = file.into_iter().chain(lines).collect();
            let place = if place.is_empty() { String::new() } else { format!("{}: ", place.join(", ")) };
            format!("{place}{} {} {}\n", issue.summary.trim(), issue.why.trim(), issue.fix.trim())
        })
        .collect();
    paragraphs.join("\n")
}

fn short_of_full(exercise: &Exercise, issue: &IssueGrade) -> Option<Problem> {
    let lacking: Vec<&str> = [("named", issue.named), ("why", issue.why), ("fix", issue.fix)]
        .into_iter()
        .filter_map(|(credit, given)| (!given).then_some(credit))
        .collect();
    if lacking.is_empty() {
        return None;
    }
    let message = format!("an answer in the key's own words does not earn full points for `{}`", issue.id);
    let label = format!("not given: {}", lacking.join(", "));
    let reason =
        issue.missing.as_ref().map(|missing| format!("{}. ", missing.trim_end_matches('.'))).unwrap_or_default();
    let help = format!(
        "{reason}Let `summary` say what is wrong, `why` the mechanism and what follows from it, and `fix` what to write instead; \
         phrases of this exercise alone belong in `terms`."
    );
    Some(at_issue(exercise, "ideal-answer", &issue.id, message, &label, help))
}

/// Of the grade of an empty answer. No key can bring this about; it guards against a fault of the grader.
fn credit_for_nothing(exercise: &Exercise, grade: &Grade) -> Vec<Problem> {
    let credited = grade.issues.iter().filter(|issue| issue.named || issue.why || issue.fix);
    let problem = |issue: &IssueGrade| {
        let message = format!("an empty answer earns credit for `{}`", issue.id);
        let help = "This is a fault of the grader; please report it with this exercise.";
        at_issue(exercise, "empty-answer", &issue.id, message, "", help.to_owned())
    };
    credited.map(problem).collect()
}

fn decoys_called(exercise: &Exercise, grade: &Grade) -> Vec<Problem> {
    let called = grade.decoys.iter().filter(|decoy| decoy.called);
    let problem = |id: &str, quote: &str| {
        let message = format!("an answer in the key's own words counts as calling the decoy `{id}` a problem");
        let label = format!("the key says “{quote}”");
        let help = "Let the issues and the decoys differ in place or in words.".to_owned();
        at_issue(exercise, "ideal-answer", id, message, &label, help)
    };
    called
        .map(|decoy| problem(&decoy.id, decoy.evidence.first().map_or("", |evidence| evidence.quote.as_str())))
        .collect()
}

/// A problem at the id of an issue or decoy.
fn at_issue(exercise: &Exercise, code: &'static str, id: &str, message: String, label: &str, help: String) -> Problem {
    let manifest = &exercise.manifest;
    let issues = manifest.issues.iter().map(|issue| &issue.id);
    let mut ids = issues.chain(manifest.decoys.iter().map(|decoy| &decoy.id));
    let span = ids.find(|known| known.get_ref() == id).map_or(0..0, Spanned::span);
    Problem::at(code, &manifest.document, span, message, label, help)
}

#[cfg(test)]
mod tests {
    use super::{credit_for_nothing, ideal_answer};
    use crate::{Bank, Exercise};
    use assay_grader::{Grader, KeyIssue, Lines, Review};

    #[test]
    fn the_ideal_answer_is_the_key_with_its_places() {
        let text = |text: &str| text.to_owned();
        let issue = |file: Option<&str>, lines| KeyIssue {
            file: file.map(text),
            lines,
            summary: text("S."),
            why: text("W.\n"),
            fix: text("F."),
            ..KeyIssue::default()
        };
        let lines = |start, end| Some(Lines { start, end });
        let issues = [issue(Some("a.py"), lines(3, 3)), issue(Some("a.py"), lines(3, 5)), issue(None, None)];
        assert_eq!(ideal_answer(&issues), "`a.py`, line 3: S. W. F.\n\n`a.py`, lines 3-5: S. W. F.\n\nS. W. F.\n");
    }

    #[test]
    fn credit_for_nothing_is_an_error_at_the_issue() {
        let entry = Bank::built_in().entries.remove(0);
        let exercise = Exercise::load(&entry.id, entry.folder).unwrap();
        let key = exercise.key();
        let mut grade = Grader::new(&key).grade(&Review::from_text("empty.md", "").unwrap());
        assert!(credit_for_nothing(&exercise, &grade).is_empty());
        grade.issues[1].fix = true;
        let problems = credit_for_nothing(&exercise, &grade);
        assert_eq!((problems.len(), problems[0].code), (1, "empty-answer"));
        assert!(problems[0].place.is_some_and(|(line, _)| line > 10), "{problems:?}");
    }
}
