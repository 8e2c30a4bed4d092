//! Compares a written review with an answer key and says, with quotes, what was found, explained and remedied.
//!
//! A pipeline of small steps: text -> remarks -> sentences -> features -> matches -> credits -> grade. It takes values and
//! returns values: reading files is the business of the bank and the command line. It never reads Python; the bank tells it
//! what the source defines and where.

pub mod agreement;
pub mod chain;
mod credit;
pub mod decide;
mod grade;
mod grams;
mod issue;
mod key;
mod language;
pub mod learn;
mod lexicon;
mod observations;
mod observe;
mod passage;
mod place;
mod prose;
mod review;
mod role;
mod segment;
mod subject;
mod target;
mod text;
mod vocabulary;
mod whole;
mod words;

pub use grade::{Band, Credit, DecoyGrade, Evidence, Grade, IssueGrade, Level, RemarkGrade, Signal, Verdict};
pub use key::{Definition, DefinitionKind, Key, KeyDecoy, KeyIssue, Lines, Source};
pub use review::{Format, Part, Review, ReviewError};

/// Grades reviews of one exercise. Building it compiles the key; grading is then cheap and may be done from many threads.
#[derive(Debug)]
pub struct Grader<'k> {
    key: &'k Key,
    map: place::Map,
    targets: Vec<target::Target>,
    words: words::Words,
    tables: observe::Tables,
}

impl<'k> Grader<'k> {
    /// Prepares the key of one exercise.
    pub fn new(key: &'k Key) -> Self {
        let map = place::Map::new(&key.sources, text::is_english);
        let targets = target::targets(key, &map);
        let tables = observe::Tables::new(&targets);
        let brief = text::tokens(&key.brief, 0, key.brief.len(), None);
        let names = target::names(key);
        let vocabulary = vocabulary::Vocabulary::new(&targets, &names, &passage::domain(&brief, &names));
        let words = words::Words::new(target::speller(key), passage::Brief::new(&brief), vocabulary);
        Self { key, map, targets, words, tables }
    }

    /// Grades one review. Same key and review give the same grade, always.
    pub fn grade(&self, review: &Review) -> Grade {
        let passages = self.read(review);
        let observed = observe::observe(&passages, &self.targets, &self.map, &self.words.vocabulary, &self.tables);
        credit::Case {
            key: self.key,
            words: &self.words,
            review,
            line_ends: review::LineEnds::new(&review.text),
            targets: &self.targets,
            passages: &passages,
            observed: &observed,
        }
        .grade()
    }

    /// What is seen of one review before it is weighed, for fitting the weights.
    pub fn see(&self, review: &Review) -> learn::Sight<'_> {
        learn::Sight::new(review, self.read(review), &self.targets, &self.map, &self.words)
    }

    fn read(&self, review: &Review) -> Vec<passage::Passage> {
        passage::read(review, &self.map, &self.words)
    }
}
