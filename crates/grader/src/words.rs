//! The words of reviews, looked up.
//!
//! Reviews are made of few words said often. What grading has to know of a word by itself depends on the word and the key
//! alone: it is worked out when the word is first met, and kept.

use crate::grams::Sum;
use crate::lexicon::{self, Number, lexicon};
use crate::passage::{Brief, is_content, orders};
use crate::text::{self, Speller};
use crate::vocabulary::{Sense, Vocabulary};
use assay_catalog::grams;
use rustc_hash::FxHashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// The stem of a word, by a hash of it: that two of a review and its key have the same is less likely than that memory fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Stem(u64);

impl Stem {
    pub(crate) fn new(stem: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        stem.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// What is known of a word by itself.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "independent properties of one word")]
pub(crate) struct Word {
    pub(crate) stem: Stem,
    /// The numbers of stem and word in the lexicon's phrases.
    pub(crate) numbers: (Number, Number),
    /// Its meaning, if the key has it and it is a content word.
    pub(crate) sense: Option<Sense>,
    /// The targets whose prose has the stem, as [`Vocabulary::sharing`] numbers them.
    pub(crate) sharing: Option<u32>,
    /// The number of the stem in the exercise's brief.
    pub(crate) brief: Option<u32>,
    /// What it says for the review's earning nothing, as runs of letters.
    pub(crate) empty: f32,
    /// It carries no content of its own.
    pub(crate) is_stop: bool,
    /// Its stem counts when texts are compared by their stems.
    pub(crate) is_compared: bool,
    /// It turns what follows into its opposite.
    pub(crate) negates: bool,
    /// It is made of letters, more than one.
    pub(crate) is_plain: bool,
    pub(crate) has_letters: bool,
    pub(crate) is_letters: bool,
    /// It has letters that are not ASCII.
    pub(crate) is_foreign: bool,
    pub(crate) is_digits: bool,
    pub(crate) is_none: bool,
    pub(crate) is_question: bool,
    /// An order may follow it.
    pub(crate) leads: bool,
    /// It joins an order to what was said before.
    pub(crate) joins: bool,
}

/// A word where it stands in a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    /// Byte offset of the first byte.
    pub(crate) start: usize,
    /// Byte offset after the last byte.
    pub(crate) end: usize,
    pub(crate) word: Word,
}

/// Whether the words of a text are repaired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// Those of prose, towards the words of the rubric, the key and the source.
    Repaired,
    /// Those of code are as they are.
    AsWritten,
}

/// So many words are kept. More come together only where reviews are made of junk.
const MOST_KEPT: usize = 8192;

/// A longer word is hardly met again.
const LONGEST_KEPT: usize = 32;

/// Words that were met, each with its values for a [`Sum`]. All lie close together, for a review looks at hundreds of them.
#[derive(Debug, Default)]
struct Kept {
    /// The place of a word, by the form in which it was met, for each [`Spelling`].
    places: [FxHashMap<Box<str>, usize>; 2],
    words: Vec<Word>,
    /// The values of all words in turn, so many of each.
    values: Vec<f32>,
    width: usize,
}

impl Kept {
    fn place(&self, written: &str, spelling: Spelling) -> Option<usize> {
        self.places[spelling as usize].get(written).copied()
    }

    fn at(&self, place: usize) -> (&Word, &[f32]) {
        (&self.words[place], &self.values[place * self.width..(place + 1) * self.width])
    }

    fn insert(&mut self, written: Box<str>, spelling: Spelling, word: Word, values: &[f32]) {
        self.places[spelling as usize].insert(written, self.words.len());
        self.words.push(word);
        self.values.extend_from_slice(values);
        self.width = values.len();
    }
}

/// All that words are looked up in for one key.
#[derive(Debug)]
pub(crate) struct Words {
    speller: Speller,
    pub(crate) brief: Brief,
    pub(crate) vocabulary: Vocabulary,
    /// The column of [`Word::empty`].
    empty: Option<usize>,
    kept: RwLock<Kept>,
}

impl Words {
    pub(crate) fn new(speller: Speller, brief: Brief, vocabulary: Vocabulary) -> Self {
        Self { speller, brief, vocabulary, empty: grams::column("empty"), kept: RwLock::default() }
    }

    /// Begins to read a review.
    pub(crate) fn reader(&self) -> Reader<'_> {
        // Words are kept whole or not at all, so those that are there are good, whatever befell another thread.
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        Reader { words: self, kept, new: Kept::default() }
    }

    /// A piece of text as the word that it is taken for.
    pub(crate) fn form(&self, written: &str, spelling: Spelling) -> String {
        text::form(written, (spelling == Spelling::Repaired).then_some(&self.speller))
    }

    fn look_up(&self, written: &str, spelling: Spelling) -> (Word, Vec<f32>) {
        let form = self.form(written, spelling);
        let stem = text::stem_of(&form);
        let token = text::Token { start: 0, end: 0, is_stop: text::is_stop(&form), word: form, stem };
        let hash = Stem::new(&token.stem);
        let word = token.word.as_str();
        let (leads, joins) = orders(word);
        let is_compared = token.word.len() > 1 && !token.is_stop;
        let values = self.vocabulary.grams.word(word);
        let known = Word {
            stem: hash,
            numbers: lexicon().numbers(&token),
            sense: if is_content(&token) { self.vocabulary.sense(&token.stem) } else { None },
            sharing: if is_compared { self.vocabulary.sharing(hash) } else { None },
            brief: self.brief.number(&token.stem),
            empty: self.empty.map_or(0.0, |column| values[column]),
            is_stop: token.is_stop,
            is_compared,
            negates: lexicon::negates(word),
            is_plain: word.len() > 1 && word.chars().all(|c| c.is_alphabetic() || c == '\''),
            has_letters: word.chars().any(char::is_alphabetic),
            is_letters: word.chars().all(char::is_alphabetic),
            is_foreign: word.chars().any(|c| c.is_alphabetic() && !c.is_ascii()),
            is_digits: word.bytes().all(|b| b.is_ascii_digit()),
            is_none: word == "none",
            is_question: word == "?",
            leads,
            joins,
        };
        (known, values)
    }
}

/// Looks up the words of one review.
pub(crate) struct Reader<'w> {
    words: &'w Words,
    kept: RwLockReadGuard<'w, Kept>,
    new: Kept,
}

impl Reader<'_> {
    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.words.vocabulary
    }

    /// The words of `text[start..end]`, and their sum; offsets are those of `text`.
    pub(crate) fn tokens(&mut self, text: &str, start: usize, end: usize, spelling: Spelling) -> (Vec<Token>, Sum) {
        // A word and the blank behind it have about so many bytes.
        let mut tokens = Vec::with_capacity((end - start) / 5 + 1);
        let mut sum = self.words.vocabulary.grams.nothing();
        text::pieces(text, start, end, |start, end, written| {
            tokens.push(Token { start, end, word: self.word(written, spelling, &mut sum) });
        });
        (tokens, sum)
    }

    fn word(&mut self, written: &str, spelling: Spelling, sum: &mut Sum) -> Word {
        for kept in [&*self.kept, &self.new] {
            if let Some(place) = kept.place(written, spelling) {
                let (word, values) = kept.at(place);
                sum.add(values);
                return *word;
            }
        }
        let (word, values) = self.words.look_up(written, spelling);
        sum.add(&values);
        if written.len() <= LONGEST_KEPT {
            self.new.insert(written.into(), spelling, word, &values);
        }
        word
    }

    /// Keeps the words that were new for the next review, unless another thread is reading: then it will be done another time.
    pub(crate) fn keep(self) {
        let Self { words, kept, new } = self;
        drop(kept);
        if new.words.is_empty() || new.words.len() > MOST_KEPT {
            return;
        }
        let Ok(mut kept) = words.kept.try_write() else { return };
        if kept.words.len() + new.words.len() > MOST_KEPT {
            *kept = Kept::default();
        }
        for spelling in [Spelling::Repaired, Spelling::AsWritten] {
            for (written, &place) in &new.places[spelling as usize] {
                // Another thread may have met it too.
                if kept.place(written, spelling).is_none() {
                    let (word, values) = new.at(place);
                    kept.insert(written.clone(), spelling, *word, values);
                }
            }
        }
    }
}
