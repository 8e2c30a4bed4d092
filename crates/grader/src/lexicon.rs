//! The catalog's lexicon and rubric, compiled once: which concepts a passage holds, and which combinations earn a credit.

use crate::text::{self, Speller};
use crate::words::{Stem, Token};
use assay_catalog::rubric::{self, Pattern};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Words that may stand between two words of a phrase.
const GAP: usize = 2;

/// A concept's index in the lexicon.
pub(crate) type Concept = u16;

/// The concepts that a passage holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Concepts([u64; 4]);

impl Concepts {
    pub(crate) fn insert(&mut self, concept: Concept) {
        self.0[usize::from(concept) / 64] |= 1 << (concept % 64);
    }

    pub(crate) fn has(self, concept: Concept) -> bool {
        self.0[usize::from(concept) / 64] & (1 << (concept % 64)) != 0
    }

    /// Whether they have any in common.
    fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }

    pub(crate) fn union(self, other: Self) -> Self {
        let mut both = self;
        for (a, b) in both.0.iter_mut().zip(other.0) {
            *a |= b;
        }
        both
    }
}

/// The number of a word or stem that the lexicon's phrases are made of.
pub(crate) type Number = u32;

/// The number of all other words.
const UNKNOWN: Number = Number::MAX;

/// The words that may fill one place of a phrase.
#[derive(Debug, Default)]
struct Slot {
    stems: Vec<Number>,
    exact: Vec<Number>,
}

impl Slot {
    /// `a|=b`: any word with the stem of `a`, or the very word `b`.
    fn new(text: &str, mut number: impl FnMut(String) -> Number) -> Self {
        let mut slot = Self::default();
        for word in text.split('|') {
            match word.strip_prefix('=') {
                Some(exact) => slot.exact.push(number(exact.to_lowercase())),
                None => slot.stems.push(number(text::stem(&word.to_lowercase()))),
            }
        }
        slot
    }

    /// Whether a word fits that has a stem and a form of these numbers.
    fn matches(&self, (stem, word): (Number, Number)) -> bool {
        self.stems.contains(&stem) || self.exact.contains(&word)
    }
}

/// A set of numbers, a bit each, which several numbers share.
type Bits = u128;

fn bit(number: Number) -> Bits {
    if number == UNKNOWN { 0 } else { 1 << (number % Bits::BITS) }
}

/// A phrase by its first word.
#[derive(Debug, Clone, Copy)]
struct Start {
    phrase: u32,
    /// The words that may fill its second place, none for a phrase of one word. Where none of them is near, which is most often so,
    /// the phrase need not be looked at.
    second: Bits,
}

/// Words in order, with gaps, that express a concept.
#[derive(Debug)]
struct Phrase {
    concept: Concept,
    slots: Vec<Slot>,
}

/// A phrase of a key's `terms`: stems in order, with gaps.
#[derive(Debug)]
pub(crate) struct Term(Vec<Stem>);

impl Term {
    pub(crate) fn new(text: &str) -> Self {
        Self(text::tokens(text, 0, text.len(), None).iter().map(|token| Stem::new(&token.stem)).collect())
    }

    /// Whether the phrase stands in these tokens.
    pub(crate) fn stands_in(&self, tokens: &[Token]) -> bool {
        let fits = |stem: &Stem, at: usize| *stem == tokens[at].word.stem;
        !self.0.is_empty() && (0..tokens.len()).any(|at| match_from(&self.0, tokens, at, fits).is_some())
    }
}

impl FromIterator<Concept> for Concepts {
    fn from_iter<I: IntoIterator<Item = Concept>>(concepts: I) -> Self {
        let mut all = Self::default();
        concepts.into_iter().for_each(|concept| all.insert(concept));
        all
    }
}

/// A pattern with its concepts looked up.
#[derive(Debug)]
pub(crate) struct Rule {
    /// Of each of these at least one.
    all: Vec<Concepts>,
    none: Concepts,
    pub(crate) weight: f64,
    pub(crate) because: &'static str,
}

/// The rubric of one kind, compiled; of each credit the strongest rule first.
#[derive(Debug, Default)]
pub(crate) struct KindRules {
    pub(crate) named: Vec<Rule>,
    pub(crate) why: Vec<Rule>,
    pub(crate) fix: Vec<Rule>,
}

/// The compiled lexicon and rubrics.
#[derive(Debug)]
pub(crate) struct Lexicon {
    ids: HashMap<&'static str, Concept>,
    /// The words and stems of phrases.
    numbers: FxHashMap<String, Number>,
    /// Phrases by the number of the stem or word that begins them.
    by_first: Vec<Vec<Start>>,
    phrases: Vec<Phrase>,
    kinds: HashMap<&'static str, KindRules>,
    synonyms: FxHashMap<String, u16>,
    words: Vec<String>,
    terms: FxHashSet<String>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::compile);

/// The compiled lexicon that ships.
pub(crate) fn lexicon() -> &'static Lexicon {
    &LEXICON
}

impl Lexicon {
    fn compile() -> Self {
        let source = rubric::lexicon();
        let ids: HashMap<&'static str, Concept> = source
            .concepts
            .keys()
            .enumerate()
            .map(|(i, id)| (id.as_str(), Concept::try_from(i).unwrap_or(Concept::MAX)))
            .collect();
        assert!(ids.len() <= 256, "the lexicon holds more than 256 concepts; widen `Concepts`");
        let mut phrases = Vec::new();
        let mut numbers: FxHashMap<String, Number> = FxHashMap::default();
        let mut number = |word: String| {
            let next = Number::try_from(numbers.len()).unwrap_or(UNKNOWN);
            *numbers.entry(word).or_insert(next)
        };
        let mut by_first: Vec<Vec<Start>> = Vec::new();
        let mut words = FxHashSet::default();
        for (id, list) in &source.concepts {
            for phrase in list {
                let slots: Vec<Slot> = phrase.split_whitespace().map(|slot| Slot::new(slot, &mut number)).collect();
                words.extend(phrase.split([' ', '|']).map(|word| word.trim_start_matches('=').to_lowercase()));
                let Some(first) = slots.first() else { continue };
                let second = slots.get(1).into_iter().flat_map(|slot| slot.stems.iter().chain(&slot.exact));
                let start = Start {
                    phrase: u32::try_from(phrases.len()).unwrap_or(u32::MAX),
                    second: second.fold(0, |bits, &number| bits | bit(number)),
                };
                for &key in first.stems.iter().chain(&first.exact) {
                    by_first.resize_with(by_first.len().max(key as usize + 1), Vec::new);
                    by_first[key as usize].push(start);
                }
                phrases.push(Phrase { concept: ids[id.as_str()], slots });
            }
        }
        let mut synonyms = FxHashMap::default();
        for (group, list) in source.synonyms.iter().enumerate() {
            for word in list {
                words.insert(word.clone());
                synonyms.entry(text::stem(word)).or_insert(u16::try_from(group).unwrap_or(u16::MAX));
            }
        }
        let kinds = assay_catalog::kinds()
            .iter()
            .map(|kind| {
                let rules = |patterns: &'static [Pattern]| {
                    // Of equals the last in the file comes first.
                    let mut rules: Vec<Rule> =
                        patterns.iter().rev().map(|pattern| rule(&kind.id, pattern, &ids)).collect();
                    rules.sort_by(|a, b| b.weight.total_cmp(&a.weight));
                    rules
                };
                let rubric = &kind.rubric;
                let compiled =
                    KindRules { named: rules(&rubric.named), why: rules(&rubric.why), fix: rules(&rubric.fix) };
                (kind.id.as_str(), compiled)
            })
            .collect();
        let mut words: Vec<String> = words.into_iter().collect();
        words.sort_unstable();
        let terms = words.iter().map(|word| text::stem(word)).collect();
        Self { ids, numbers, by_first, phrases, kinds, synonyms, words, terms }
    }

    /// The index of a concept that the grader itself asks for. It is a defect of the lexicon if it is missing.
    pub(crate) fn id(&self, name: &str) -> Concept {
        *self.ids.get(name).unwrap_or_else(|| panic!("lexicon.toml has no concept {name:?}"))
    }

    /// The rules of a kind; none for `custom` and for a kind without a rubric, which are judged by the key's prose.
    pub(crate) fn kind(&self, id: &str) -> Option<&KindRules> {
        self.kinds.get(id).filter(|rules| !rules.named.is_empty())
    }

    /// Whether the stem is that of a word of the lexicon.
    pub(crate) fn is_term(&self, stem: &str) -> bool {
        self.terms.contains(stem)
    }

    /// A number for the group of words that mean the same in reviews, where the stem is in one.
    pub(crate) fn synonym(&self, stem: &str) -> Option<u16> {
        self.synonyms.get(stem).copied()
    }

    /// The stems that are in a group, with its number.
    pub(crate) fn synonyms(&self) -> impl Iterator<Item = (&str, u16)> {
        self.synonyms.iter().map(|(stem, &group)| (stem.as_str(), group))
    }

    /// A speller that repairs towards the lexicon's words and the given ones.
    pub(crate) fn speller<'a>(more: impl Iterator<Item = &'a str>) -> Speller {
        static SHARED: LazyLock<Speller> =
            LazyLock::new(|| Speller::new(lexicon().words.iter().map(String::as_str), rubric::english()));
        SHARED.with(more)
    }

    /// The numbers of a word's stem and of the word itself.
    pub(crate) fn numbers(&self, token: &text::Token) -> (Number, Number) {
        let number = |word: &String| self.numbers.get(word).copied().unwrap_or(UNKNOWN);
        (number(&token.stem), number(&token.word))
    }

    /// The concepts that stand in these tokens, each with the token where it begins and the one after its end.
    pub(crate) fn find(&self, tokens: &[Token], mut found: impl FnMut(Concept, usize, usize)) {
        let fits = |slot: &Slot, at: usize| slot.matches(tokens[at].word.numbers);
        let starts = |number: Number| self.by_first.get(number as usize).map_or(&[][..], Vec::as_slice);
        for (at, token) in tokens.iter().enumerate() {
            let (stem, word) = token.word.numbers;
            let (by_stem, by_word) = (starts(stem), if word == stem { &[] } else { starts(word) });
            if by_stem.is_empty() && by_word.is_empty() {
                continue;
            }
            let near = tokens[at + 1..].iter().take(GAP + 1).fold(0, |bits, token| {
                let (stem, word) = token.word.numbers;
                bits | bit(stem) | bit(word)
            });
            for start in by_stem.iter().chain(by_word).filter(|start| start.second == 0 || start.second & near != 0) {
                let phrase = &self.phrases[start.phrase as usize];
                if let Some(end) = match_from(&phrase.slots, tokens, at, fits) {
                    found(phrase.concept, at, end);
                }
            }
        }
    }
}

/// Words that turn what follows into its opposite.
pub(crate) fn negates(word: &str) -> bool {
    matches!(word, "not" | "no" | "never" | "without" | "nothing" | "nobody" | "cannot" | "hardly" | "neither" | "nor")
        || word.ends_with("n't")
}

/// The end of a phrase that begins with the token `at`, where `fits` says whether a slot is filled by a token.
fn match_from<S>(slots: &[S], tokens: &[Token], at: usize, fits: impl Fn(&S, usize) -> bool) -> Option<usize> {
    let (first, others) = slots.split_first()?;
    if !fits(first, at) {
        return None;
    }
    let mut position = at + 1;
    for slot in others {
        let filled = (position..(position + GAP + 1).min(tokens.len())).find(|&at| fits(slot, at))?;
        // "are not handled" is no "are handled".
        if tokens[position..filled].iter().any(|token| token.word.negates) {
            return None;
        }
        position = filled + 1;
    }
    Some(position)
}

fn rule(kind: &str, pattern: &'static Pattern, ids: &HashMap<&'static str, Concept>) -> Rule {
    let look_up = |name: &str| {
        *ids.get(name.trim()).unwrap_or_else(|| panic!("kinds/{kind}.toml: the lexicon has no concept {name:?}"))
    };
    Rule {
        all: pattern.all.iter().map(|entry| entry.split('|').map(look_up).collect()).collect(),
        none: pattern.none.iter().map(|entry| look_up(entry)).collect(),
        weight: pattern.weight,
        because: &pattern.because,
    }
}

/// The strongest rule that the concepts satisfy.
pub(crate) fn best(rules: &[Rule], concepts: Concepts) -> Option<&Rule> {
    rules.iter().find(|rule| rule.all.iter().all(|any| any.meets(concepts)) && !rule.none.meets(concepts))
}
