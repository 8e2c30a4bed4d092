//! Agreement of the grader with people's labels.

use crate::Grade;
use std::collections::BTreeMap;

/// What a person said one issue or decoy of one review earns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// File name of the review.
    pub review: String,
    /// Id of the issue or decoy.
    pub issue: String,
    /// Credit; for a decoy: it is called a problem.
    pub named: bool,
    /// Credit.
    pub why: bool,
    /// Credit.
    pub fix: bool,
}

/// Two-by-two counts of label against grade.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Both say yes.
    pub tp: usize,
    /// Only the grader says yes.
    pub fp: usize,
    /// Only the label says yes.
    pub fn_: usize,
    /// Both say no.
    pub tn: usize,
}

impl Counts {
    /// Counts one label against one grade.
    pub fn add(&mut self, label: bool, grade: bool) {
        match (label, grade) {
            (true, true) => self.tp += 1,
            (false, true) => self.fp += 1,
            (true, false) => self.fn_ += 1,
            (false, false) => self.tn += 1,
        }
    }

    /// Of the grader's yes, the share that people share; 1 where there is none.
    pub fn precision(self) -> f64 {
        share(self.tp, self.tp + self.fp)
    }

    /// Of people's yes, the share that the grader found; 1 where there is none.
    pub fn recall(self) -> f64 {
        share(self.tp, self.tp + self.fn_)
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(self) -> f64 {
        share(2 * self.tp, 2 * self.tp + self.fp + self.fn_)
    }

    /// Cohen's kappa: agreement beyond chance. J. Cohen, Educational and Psychological Measurement 20 (1960).
    pub fn kappa(self) -> f64 {
        let [tp, fp, fn_, tn] = [self.tp, self.fp, self.fn_, self.tn].map(|n| n as f64);
        let n = tp + fp + fn_ + tn;
        if n == 0.0 {
            return 1.0;
        }
        let observed = (tp + tn) / n;
        let expected = ((tp + fp) * (tp + fn_) + (fn_ + tn) * (fp + tn)) / (n * n);
        if expected >= 1.0 { 1.0 } else { (observed - expected) / (1.0 - expected) }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Counts of the three credits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CreditCounts {
    /// Named.
    pub named: Counts,
    /// Why.
    pub why: Counts,
    /// Fix.
    pub fix: Counts,
}

/// One credit on which label and grade differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// `track/slug`.
    pub exercise: String,
    /// Name of the review.
    pub review: String,
    /// Id of the issue or decoy.
    pub issue: String,
    /// `named`, `why`, `fix`, or `decoy`.
    pub credit: &'static str,
    /// What people said.
    pub label: bool,
    /// What the grader said.
    pub grade: bool,
    /// The words behind the grader's yes, or the nearest passage for a no; may be empty.
    pub quote: String,
}

/// Agreement over many reviews.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Agreement {
    /// Number of reviews.
    pub reviews: usize,
    /// Number of labels.
    pub rows: usize,
    /// Over all issues.
    pub credits: CreditCounts,
    /// Over all decoys.
    pub decoys: Counts,
    /// Labels by level against grades by level: `confusion[label][grade]`, missed first.
    pub confusion: [[usize; 4]; 4],
    /// By kind of issue.
    pub by_kind: BTreeMap<String, CreditCounts>,
    /// Every credit on which label and grade differ.
    pub disagreements: Vec<Disagreement>,
}

impl Agreement {
    /// Counts one graded review against its labels. Labels of other reviews are passed over.
    pub fn add(&mut self, grade: &Grade, labels: &[Label]) {
        self.reviews += 1;
        for label in labels.iter().filter(|label| label.review == grade.review) {
            if let Some(issue) = grade.issues.iter().find(|issue| issue.id == label.issue) {
                self.rows += 1;
                let kind = self.by_kind.entry(issue.kind.clone()).or_default();
                let quote = |credit| issue.evidence.iter().find(|e| e.credit == Some(credit)).map(|e| e.quote.clone());
                for (name, credit, said, given, all, by_kind) in [
                    ("named", crate::Credit::Named, label.named, issue.named, &mut self.credits.named, &mut kind.named),
                    ("why", crate::Credit::Why, label.why, issue.why, &mut self.credits.why, &mut kind.why),
                    ("fix", crate::Credit::Fix, label.fix, issue.fix, &mut self.credits.fix, &mut kind.fix),
                ] {
                    all.add(said, given);
                    by_kind.add(said, given);
                    if said != given {
                        self.disagreements.push(Disagreement {
                            exercise: grade.exercise.clone(),
                            review: grade.review.clone(),
                            issue: issue.id.clone(),
                            credit: name,
                            label: said,
                            grade: given,
                            quote: quote(credit).unwrap_or_default(),
                        });
                    }
                }
                self.confusion[level(label.named, label.why, label.fix)][level(issue.named, issue.why, issue.fix)] += 1;
            } else if let Some(decoy) = grade.decoys.iter().find(|decoy| decoy.id == label.issue) {
                self.rows += 1;
                self.decoys.add(label.named, decoy.called);
                if label.named != decoy.called {
                    self.disagreements.push(Disagreement {
                        exercise: grade.exercise.clone(),
                        review: grade.review.clone(),
                        issue: decoy.id.clone(),
                        credit: "decoy",
                        label: label.named,
                        grade: decoy.called,
                        quote: decoy.evidence.first().map(|e| e.quote.clone()).unwrap_or_default(),
                    });
                }
            }
        }
    }

    /// Share of issues on whose level label and grade agree.
    pub fn level_exact(&self) -> f64 {
        let same = (0..4).map(|i| self.confusion[i][i]).sum();
        share(same, self.confusion.iter().flatten().sum())
    }

    /// Quadratic-weighted kappa of the levels. J. Cohen, Psychological Bulletin 70 (1968).
    pub fn level_qwk(&self) -> f64 {
        let n: usize = self.confusion.iter().flatten().sum();
        let row = |i: usize| self.confusion[i].iter().sum::<usize>() as f64;
        let column = |j: usize| (0..4).map(|i| self.confusion[i][j]).sum::<usize>() as f64;
        let (mut observed, mut expected) = (0.0, 0.0);
        for i in 0..4_usize {
            for j in 0..4_usize {
                let weight = (i.abs_diff(j) * i.abs_diff(j)) as f64;
                observed += weight * self.confusion[i][j] as f64;
                expected += weight * row(i) * column(j) / n.max(1) as f64;
            }
        }
        if expected == 0.0 { 1.0 } else { 1.0 - observed / expected }
    }
}

/// Named + fix without why is `flagged`, as the table of levels has it.
fn level(named: bool, why: bool, fix: bool) -> usize {
    match (named, why, fix) {
        (false, ..) => 0,
        (true, false, _) => 1,
        (true, true, false) => 2,
        (true, true, true) => 3,
    }
}
