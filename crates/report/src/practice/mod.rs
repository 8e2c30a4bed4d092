//! What someone who practises sees: the task, feedback that does not spoil, hints by degrees, the key at the end.

mod feedback;
mod hint;
mod reveal;
mod task;

pub use feedback::feedback;
pub use hint::{Degree, hints};
pub use reveal::reveal;
pub use task::task;

use crate::Look;
use crate::problem::plural;
use crate::untrusted::one_line;
use std::fmt::Write as _;

/// One line an exercise that was attempted: its id and the scores in their order.
pub fn progress(rows: &[(String, Vec<f64>)], look: Look) -> String {
    if rows.is_empty() {
        return "Nothing was practised yet. `assay list` shows the exercises.\n".to_owned();
    }
    let mut out = format!("{}\n", look.bold("Practised so far"));
    for (exercise, scores) in rows {
        let best = scores.iter().copied().fold(0.0, f64::max);
        let last = scores.last().copied().unwrap_or_default();
        let attempts = plural(scores.len(), "attempt");
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  {}: {attempts}, best {best:.2}, last {last:.2}", one_line(exercise));
    }
    out
}

#[cfg(test)]
mod sample {
    use assay_bank::{Bank, Exercise};
    use assay_grader::{Grade, Grader, Review};

    pub(super) const REVIEW: &str = "\
Line 31: `served=set()` is made once, so people who got an offer stay in it for the life of the worker\u{1b}[2J.
Line 53: one COUNT query for each course, use annotate(Count(\"enrolment\")) instead.
Line 56: `waiting[course.id]` raises a KeyError.
";

    /// An exercise that ships, and the grade of a review of it.
    pub(super) fn graded() -> (Exercise, Grade) {
        let entry = Bank::built_in().entries.into_iter().find(|entry| entry.id == "web/course-waitlist").unwrap();
        let exercise = Exercise::load(&entry.id, entry.folder).unwrap();
        let key = exercise.key();
        let grade = Grader::new(&key).grade(&Review::from_text("review.md", REVIEW).unwrap());
        (exercise, grade)
    }
}

#[cfg(test)]
mod tests {
    use super::{Degree, feedback, hints, progress, reveal, sample, task};
    use crate::Look;

    #[test]
    fn the_task_is_brief_and_numbered_source() {
        let (exercise, _) = sample::graded();
        let text = task(&exercise, Look::default());
        insta::assert_snapshot!(text.lines().take(20).collect::<Vec<_>>().join("\n"));
        assert!(text.contains("\n  53 │         taken = Enrolment.objects.filter("), "{text}");
    }

    #[test]
    fn feedback_names_nothing_that_was_not_found() {
        let (exercise, grade) = sample::graded();
        let text = feedback(&grade, sample::REVIEW, &[0.25, 0.5], Look::default());
        assert!(!text.contains('\u{1b}'));
        for issue in &exercise.manifest.issues {
            for secret in [issue.id.get_ref(), &issue.summary, &issue.why, &issue.fix] {
                assert!(!text.contains(secret.as_str()), "{secret}: {text}");
            }
        }
        for decoy in &exercise.manifest.decoys {
            assert!(!text.contains(decoy.id.get_ref().as_str()) && !text.contains(&decoy.why), "{text}");
        }
        insta::assert_snapshot!("feedback", text);
    }

    /// Each degree says what the one before it says, and more; none says the answer.
    #[test]
    fn hints_come_by_degrees() {
        let (exercise, grade) = sample::graded();
        let found: Vec<&str> = grade.issues.iter().filter(|issue| issue.named).map(|issue| issue.id.as_str()).collect();
        let all: Vec<String> = [Degree::Area, Degree::Function, Degree::Line, Degree::Kind]
            .into_iter()
            .map(|degree| hints(&exercise, &found, degree, Look::default()))
            .collect();
        for text in &all {
            assert!(exercise.manifest.issues.iter().all(|issue| !text.contains(&issue.summary)), "{text}");
        }
        assert!(!all[0].contains("send_offers") && all[1].contains("send_offers") && !all[1].contains("63"), "{all:?}");
        assert!(all[2].contains("63") && !all[2].contains("failure") && all[3].contains("failure"), "{all:?}");
        insta::assert_snapshot!("hints", all.join("\n"));
    }

    #[test]
    fn the_key_is_shown_with_a_strong_answer() {
        let (exercise, grade) = sample::graded();
        let text = reveal(
            &exercise,
            &|id| grade.issues.iter().find(|issue| issue.id == id).map(|issue| issue.level),
            Some("A strong one.\u{7}"),
            Look::default(),
        );
        insta::assert_snapshot!("reveal", text);
    }

    #[test]
    fn progress_is_a_line_an_exercise() {
        let rows = [("web/a".to_owned(), vec![0.2, 0.8, 0.6]), ("data/b\u{1b}".to_owned(), vec![1.0])];
        insta::assert_snapshot!("progress", progress(&rows, Look::default()));
        assert!(progress(&[], Look::default()).contains("assay list"));
    }
}
