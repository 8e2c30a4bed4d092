//! The result of grading one review. It can be kept and read again (`serde`), so that a batch that was stopped can go on.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// What can be credited for an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Credit {
    /// The author would know which problem is meant.
    Named,
    /// A right mechanism or consequence.
    Why,
    /// A concrete remedy.
    Fix,
}

/// How far a review got with an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// No credit.
    Missed,
    /// Named, without why.
    Flagged,
    /// Named and why.
    Explained,
    /// Named, why and fix.
    Resolved,
}

/// Words of the review that earned something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What they earned; `None` for decoys and signals.
    pub credit: Option<Credit>,
    /// The words, as a reader sees them (for JSON: unescaped).
    pub quote: String,
    /// Byte offset of the first byte in the review as read.
    pub start: usize,
    /// Byte offset after the last byte.
    pub end: usize,
    /// 1-based line of `start`.
    pub line: usize,
    /// Why these words earn it.
    pub because: String,
}

/// One issue's grade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IssueGrade {
    /// Id of the issue.
    pub id: String,
    /// Id of its kind.
    pub kind: String,
    /// How far the review got.
    pub level: Level,
    /// Credit.
    pub named: bool,
    /// Credit.
    pub why: bool,
    /// Credit.
    pub fix: bool,
    /// Points earned.
    pub points: f64,
    /// Points that could be earned.
    pub max_points: f64,
    /// 0 to 1: how sure the grader is of all three credits together.
    pub confidence: f64,
    /// The words behind every credit given.
    pub evidence: Vec<Evidence>,
    /// For every issue below `resolved`: the nearest passage and what it lacks, in one sentence.
    pub missing: Option<String>,
}

/// One decoy's grade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecoyGrade {
    /// Id of the decoy.
    pub id: String,
    /// Whether the review wrongly calls it a problem.
    pub called: bool,
    /// The words behind it.
    pub evidence: Vec<Evidence>,
}

/// What became of a remark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// It earned credit for an issue.
    Matched,
    /// It calls a decoy a problem.
    Decoy,
    /// It praises, or says that something is fine.
    Praise,
    /// None of the key's; people decide.
    Extra,
}

/// One remark of the review and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemarkGrade {
    /// The words.
    pub quote: String,
    /// Byte offset of the first byte in the review as read.
    pub start: usize,
    /// Byte offset after the last byte.
    pub end: usize,
    /// 1-based line of `start`.
    pub line: usize,
    /// What became of it.
    pub verdict: Verdict,
    /// The issue or decoy it belongs to.
    pub issue: Option<String>,
}

/// A sign of seniority that people look for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Signal {
    /// One of [`Signal::IDS`].
    pub id: &'static str,
    /// Whether the review shows it.
    pub present: bool,
    /// The words that show it.
    pub evidence: Vec<Evidence>,
}

impl Signal {
    /// The ids of all signals.
    pub const IDS: [&str; 5] = ["python-trap", "testability", "explains", "scale", "asks"];
}

/// A signal as it was kept.
#[derive(Deserialize)]
struct KeptSignal {
    id: String,
    present: bool,
    evidence: Vec<Evidence>,
}

// Derived, it would ask for input that lives for ever, as the id does.
impl<'de> Deserialize<'de> for Signal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let KeptSignal { id, present, evidence } = KeptSignal::deserialize(from)?;
        let known = Self::IDS.into_iter().find(|known| *known == id);
        let id = known.ok_or_else(|| D::Error::custom(format!("there is no signal `{id}`")))?;
        Ok(Self { id, present, evidence })
    }
}

/// The seniority that score and signals together suggest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Band {
    /// Below mid.
    Junior,
    /// Between.
    Mid,
    /// At the level the exercise is made for.
    Senior,
}

/// The grade of one review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grade {
    /// `track/slug`.
    pub exercise: String,
    /// Name of the review.
    pub review: String,
    /// Points over maximum, 0 to 1.
    pub score: f64,
    /// Points after the decoys' cost, not below 0.
    pub points: f64,
    /// Sum over the issues.
    pub max_points: f64,
    /// Suggested seniority.
    pub band: Band,
    /// The rule that gave the band, in words.
    pub band_because: String,
    /// In the key's order.
    pub issues: Vec<IssueGrade>,
    /// In the key's order.
    pub decoys: Vec<DecoyGrade>,
    /// In the review's order.
    pub remarks: Vec<RemarkGrade>,
    /// Always all five.
    pub signals: Vec<Signal>,
    /// What a person should look at, in words.
    pub needs_review: Vec<String>,
}
