//! The catalog's lexicon and rubric, compiled once: which concepts a passage holds, and which combinations earn a credit.

use crate::text::{self, Speller, Token};
use assay_catalog::rubric::{self, Pattern};
use std::collections::{HashMap, HashSet};
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

    pub(crate) fn union(self, other: Self) -> Self {
        let mut both = self;
        for (a, b) in both.0.iter_mut().zip(other.0) {
            *a |= b;
        }
        both
    }
}

#[derive(Debug)]
enum Slot {
    Stems(Vec<String>),
    Exact(Vec<String>),
}

impl Slot {
    fn matches(&self, token: &Token) -> bool {
        match self {
            Self::Stems(stems) => stems.contains(&token.stem),
            Self::Exact(words) => words.contains(&token.word),
        }
    }
}

#[derive(Debug)]
struct Phrase {
    concept: Concept,
    slots: Vec<Slot>,
}

/// A pattern with its concepts looked up.
#[derive(Debug)]
pub(crate) struct Rule {
    all: Vec<Vec<Concept>>,
    none: Vec<Concept>,
    pub(crate) weight: f64,
    pub(crate) because: &'static str,
}

/// The rubric of one kind, compiled.
#[derive(Debug, Default)]
pub(crate) struct KindRules {
    pub(crate) named: Vec<Rule>,
    pub(crate) why: Vec<Rule>,
    pub(crate) fix: Vec<Rule>,
    pub(crate) not: Vec<Rule>,
}

/// The compiled lexicon and rubrics.
#[derive(Debug)]
pub(crate) struct Lexicon {
    ids: HashMap<&'static str, Concept>,
    /// Phrases by the stem or word that begins them.
    by_first: HashMap<String, Vec<usize>>,
    phrases: Vec<Phrase>,
    kinds: HashMap<&'static str, KindRules>,
    synonyms: HashMap<String, u16>,
    words: Vec<String>,
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
        let mut by_first: HashMap<String, Vec<usize>> = HashMap::new();
        let mut words = HashSet::new();
        for (id, list) in &source.concepts {
            for phrase in list {
                let slots: Vec<Slot> = phrase.split_whitespace().map(slot).collect();
                words.extend(phrase.split([' ', '|']).map(|word| word.trim_start_matches('=').to_lowercase()));
                let first = match slots.first() {
                    Some(Slot::Stems(stems)) => stems.clone(),
                    Some(Slot::Exact(exact)) => exact.clone(),
                    None => continue,
                };
                for key in first {
                    by_first.entry(key).or_default().push(phrases.len());
                }
                phrases.push(Phrase { concept: ids[id.as_str()], slots });
            }
        }
        let mut synonyms = HashMap::new();
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
                    patterns.iter().map(|pattern| rule(&kind.id, pattern, &ids)).collect()
                };
                let rubric = &kind.rubric;
                let compiled = KindRules {
                    named: rules(&rubric.named),
                    why: rules(&rubric.why),
                    fix: rules(&rubric.fix),
                    not: rules(&rubric.not),
                };
                (kind.id.as_str(), compiled)
            })
            .collect();
        let mut words: Vec<String> = words.into_iter().collect();
        words.sort_unstable();
        Self { ids, by_first, phrases, kinds, synonyms, words }
    }

    /// The index of a concept that the grader itself asks for. It is a defect of the lexicon if it is missing.
    pub(crate) fn id(&self, name: &str) -> Concept {
        *self.ids.get(name).unwrap_or_else(|| panic!("lexicon.toml has no concept {name:?}"))
    }

    /// The rules of a kind; none for `custom`.
    pub(crate) fn kind(&self, id: &str) -> Option<&KindRules> {
        self.kinds.get(id)
    }

    /// A number for the group of words that mean the same in reviews, where the stem is in one.
    pub(crate) fn synonym(&self, stem: &str) -> Option<u16> {
        self.synonyms.get(stem).copied()
    }

    /// A speller that repairs towards the lexicon's words and the given ones.
    pub(crate) fn speller<'a>(&'a self, more: impl Iterator<Item = &'a str>) -> Speller {
        let plain = |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase());
        let words = self.words.iter().map(String::as_str);
        Speller::new(words.chain(more).filter(plain), rubric::english())
    }

    /// The concepts that stand in these tokens, each with the token where it begins and the one after its end.
    pub(crate) fn find(&self, tokens: &[Token], mut found: impl FnMut(Concept, usize, usize)) {
        for at in 0..tokens.len() {
            for key in [&tokens[at].stem, &tokens[at].word] {
                for &index in self.by_first.get(key.as_str()).into_iter().flatten() {
                    let phrase = &self.phrases[index];
                    if let Some(end) = match_from(&phrase.slots, tokens, at) {
                        found(phrase.concept, at, end);
                    }
                }
                if tokens[at].stem == tokens[at].word {
                    break;
                }
            }
        }
    }
}

fn match_from(slots: &[Slot], tokens: &[Token], at: usize) -> Option<usize> {
    if !slots[0].matches(&tokens[at]) {
        return None;
    }
    let mut position = at + 1;
    for slot in &slots[1..] {
        let window = tokens.get(position..(position + GAP + 1).min(tokens.len()))?;
        position += window.iter().position(|token| slot.matches(token))? + 1;
    }
    Some(position)
}

fn slot(text: &str) -> Slot {
    if let Some(exact) = text.strip_prefix('=') {
        Slot::Exact(exact.split('|').map(str::to_lowercase).collect())
    } else {
        Slot::Stems(text.split('|').map(|word| text::stem(&word.to_lowercase())).collect())
    }
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
    rules
        .iter()
        .filter(|rule| {
            rule.all.iter().all(|any| any.iter().any(|&concept| concepts.has(concept)))
                && !rule.none.iter().any(|&concept| concepts.has(concept))
        })
        .max_by(|a, b| a.weight.total_cmp(&b.weight))
}
