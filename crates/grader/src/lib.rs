//! Compares a written review with an answer key and says, with quotes, what was found, explained and remedied.
//!
//! A pipeline of small steps: text -> remarks -> sentences -> features -> matches -> credits -> grade. It takes values and
//! returns values: reading files is the business of the bank and the command line. It never reads Python; the bank tells it
//! what the source defines and where.

pub mod agreement;
mod assign;
mod credit;
pub mod decide;
mod grade;
mod key;
mod language;
mod lexicon;
mod observe;
mod passage;
mod place;
mod review;
mod segment;
mod target;
mod text;

pub use grade::{Band, Credit, DecoyGrade, Evidence, Grade, IssueGrade, Level, RemarkGrade, Signal, Verdict};
pub use key::{Definition, DefinitionKind, Key, KeyDecoy, KeyIssue, Lines, Source};
pub use observe::Features;
pub use review::{Format, Part, Review, ReviewError};

/// Grades reviews of one exercise. Building it compiles the key; grading is then cheap and may be done from many threads.
#[derive(Debug)]
pub struct Grader<'k> {
    key: &'k Key,
    map: place::Map,
    targets: Vec<target::Target>,
    speller: text::Speller,
    brief: passage::Brief,
}

impl<'k> Grader<'k> {
    /// Prepares the key of one exercise.
    pub fn new(key: &'k Key) -> Self {
        let english: std::collections::HashSet<&str> = assay_catalog::rubric::english().collect();
        let map = place::Map::new(&key.sources, |word| english.contains(word));
        let targets = target::targets(key, &map);
        Self { key, map, targets, speller: target::speller(key), brief: passage::Brief::new(key) }
    }

    /// Grades one review. Same key and review give the same grade, always.
    pub fn grade(&self, review: &Review) -> Grade {
        let passages = passage::read(review, &self.map, &self.speller, &self.brief);
        let observed = observe::observe(&passages, &self.targets, &self.map);
        credit::Case { key: self.key, review, targets: &self.targets, passages: &passages, observed: &observed }.grade()
    }

    /// What the grader observes of each issue, then of each decoy: for `named`, `why` and `fix`.
    pub fn observe(&self, review: &Review) -> Vec<[Features; 3]> {
        let passages = passage::read(review, &self.map, &self.speller, &self.brief);
        let observed = observe::observe(&passages, &self.targets, &self.map);
        self.targets
            .iter()
            .enumerate()
            .map(|(index, target)| observe::features(index, target, &passages, &observed))
            .collect()
    }
}
