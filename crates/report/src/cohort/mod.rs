//! Many grades of one exercise together: who stands where, and what the exercise itself is worth.

mod html;
mod text;

pub use html::html;
pub use text::text;

use crate::grade::Outcome;
use assay_grader::Grade;

/// With fewer reviews nothing is said about how an issue was planted: that two people find the same says nothing.
const ENOUGH: usize = 5;

/// How often an issue was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rate {
    pub(crate) id: String,
    pub(crate) kind: String,
    /// Shares of the graded reviews that name it, say why, and say what to do.
    pub(crate) shares: [f64; 3],
    /// What is odd about it, if anything.
    pub(crate) odd: Option<&'static str>,
}

/// What a set of outcomes says together.
#[derive(Debug)]
pub(crate) struct Cohort<'o> {
    /// Best score first, names in order where scores are equal; then those that were not graded.
    pub(crate) sorted: Vec<&'o Outcome>,
    /// Number of graded reviews.
    pub(crate) graded: usize,
    /// In the key's order.
    pub(crate) issues: Vec<Rate>,
    /// Decoys, and the share of the reviews that call each a problem.
    pub(crate) decoys: Vec<(String, f64)>,
    /// The middle score.
    pub(crate) median: Option<f64>,
    /// Reviews by score: below 10 %, below 20 %, and so on; a score of 100 % is in the last.
    pub(crate) bins: [usize; 10],
}

impl<'o> Cohort<'o> {
    pub(crate) fn new(outcomes: &'o [Outcome]) -> Self {
        let grades: Vec<&Grade> = outcomes.iter().filter_map(|outcome| outcome.result.as_ref().ok()).collect();
        let mut sorted: Vec<&Outcome> = outcomes.iter().collect();
        let score = |outcome: &Outcome| outcome.result.as_ref().map_or(-1.0, |grade| grade.score);
        sorted.sort_by(|a, b| score(b).total_cmp(&score(a)).then_with(|| a.review.cmp(&b.review)));
        let share = |count: usize| count as f64 / grades.len().max(1) as f64;
        let first = grades.first();
        let issues = first.map_or(&[][..], |grade| &grade.issues).iter().enumerate().map(|(index, issue)| {
            let count = |given: fn(&assay_grader::IssueGrade) -> bool| {
                grades.iter().filter(|grade| grade.issues.get(index).is_some_and(given)).count()
            };
            let found = count(|issue| issue.named);
            let odd = match found {
                _ if grades.len() < ENOUGH => None,
                0 => Some("nobody finds it: badly planted, or the key asks for what nobody says"),
                all if all == grades.len() => Some("everybody finds it: it tells nobody apart"),
                _ => None,
            };
            let shares = [found, count(|issue| issue.why), count(|issue| issue.fix)].map(share);
            Rate { id: issue.id.clone(), kind: issue.kind.clone(), shares, odd }
        });
        let decoys = first.map_or(&[][..], |grade| &grade.decoys).iter().enumerate().map(|(index, decoy)| {
            let called =
                grades.iter().filter(|grade| grade.decoys.get(index).is_some_and(|decoy| decoy.called)).count();
            (decoy.id.clone(), share(called))
        });
        let mut scores: Vec<f64> = grades.iter().map(|grade| grade.score).collect();
        scores.sort_by(f64::total_cmp);
        let middle = scores.len() / 2;
        let median = match scores.len() {
            0 => None,
            odd if odd % 2 == 1 => Some(scores[middle]),
            _ => Some(f64::midpoint(scores[middle - 1], scores[middle])),
        };
        let mut bins = [0; 10];
        for score in &scores {
            // Scores lie from 0 to 1.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let bin = ((score * 10.0 + 1e-9) as usize).min(9);
            bins[bin] += 1;
        }
        Self { sorted, graded: grades.len(), issues: issues.collect(), decoys: decoys.collect(), median, bins }
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use crate::grade::{Outcome, sample};
    use assay_grader::decide::{Decision, decide};

    /// Six reviews: the sample with credits given and taken, one that could not be read.
    pub(crate) fn outcomes() -> Vec<Outcome> {
        let mut outcomes = vec![sample::unreadable()];
        for (name, named, called) in [
            ("b.md", true, false),
            ("a.md", true, true),
            ("c.md", false, true),
            ("d.md", false, false),
            ("e.md", true, false),
        ] {
            let mut outcome = sample::outcome();
            outcome.review = name.into();
            let grade = outcome.result.as_mut().unwrap();
            grade.review = name.into();
            let issue = Decision {
                id: "shared-list".into(),
                named: Some(named),
                why: Some(named),
                fix: Some(false),
                ..Decision::default()
            };
            let decoy = Decision { id: "retry-loop".into(), called: Some(called), ..Decision::default() };
            decide(grade, &[issue, decoy]).unwrap();
            outcomes.push(outcome);
        }
        outcomes
    }
}

#[cfg(test)]
mod tests {
    use super::{Cohort, sample};

    #[test]
    fn sorts_counts_and_flags() {
        let outcomes = sample::outcomes();
        let cohort = Cohort::new(&outcomes);
        let names: Vec<_> = cohort.sorted.iter().map(|outcome| outcome.review.as_str()).collect();
        assert_eq!(names, ["b.md", "e.md", "a.md", "c.md", "d.md", "r02.md"]);
        assert_eq!((cohort.graded, cohort.median), (5, Some(0.275)));
        assert_eq!(cohort.bins, [2, 0, 1, 0, 2, 0, 0, 0, 0, 0]);
        assert_eq!(cohort.issues[0].shares.map(crate::page::percent), ["60 %", "60 %", "0 %"]);
        assert!(cohort.issues[0].odd.is_none());
        assert!(cohort.issues[1].odd.unwrap().starts_with("nobody finds it"));
        assert_eq!(cohort.decoys[0], ("retry-loop".to_owned(), 0.4));
        let few = Cohort::new(&outcomes[..3]);
        assert!(few.issues.iter().all(|rate| rate.odd.is_none()));
        assert_eq!(Cohort::new(&[]).median, None);
    }
}
