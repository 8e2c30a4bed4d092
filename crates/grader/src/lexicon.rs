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

/// The words that may fill one place of a phrase.
#[derive(Debug, Default)]
struct Slot {
    stems: Vec<String>,
    exact: Vec<String>,
}

impl Slot {
    /// `a|=b`: any word with the stem of `a`, or the very word `b`.
    fn new(text: &str) -> Self {
        let mut slot = Self::default();
        for word in text.split('|') {
            match word.strip_prefix('=') {
                Some(exact) => slot.exact.push(exact.to_lowercase()),
                None => slot.stems.push(text::stem(&word.to_lowercase())),
            }
        }
        slot
    }

    fn matches(&self, token: &Token) -> bool {
        self.stems.contains(&token.stem) || self.exact.contains(&token.word)
    }
}

/// Words in order, with gaps.
#[derive(Debug)]
pub(crate) struct Phrase {
    concept: Concept,
    slots: Vec<Slot>,
}

impl Phrase {
    /// A phrase of a key's `terms`, which belongs to no concept.
    pub(crate) fn plain(text: &str) -> Self {
        let words = text::tokens(text, 0, text.len(), None);
        Self {
            concept: Concept::MAX,
            slots: words.into_iter().map(|token| Slot { stems: vec![token.stem], exact: Vec::new() }).collect(),
        }
    }

    /// Whether the phrase stands in these tokens.
    pub(crate) fn stands_in(&self, tokens: &[Token]) -> bool {
        !self.slots.is_empty() && (0..tokens.len()).any(|at| match_from(&self.slots, tokens, at).is_some())
    }
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
    terms: HashSet<String>,
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
                let slots: Vec<Slot> = phrase.split_whitespace().map(Slot::new).collect();
                words.extend(phrase.split([' ', '|']).map(|word| word.trim_start_matches('=').to_lowercase()));
                let Some(first) = slots.first() else { continue };
                for key in first.stems.iter().chain(&first.exact) {
                    by_first.entry(key.clone()).or_default().push(phrases.len());
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
                let compiled =
                    KindRules { named: rules(&rubric.named), why: rules(&rubric.why), fix: rules(&rubric.fix) };
                (kind.id.as_str(), compiled)
            })
            .collect();
        let mut words: Vec<String> = words.into_iter().collect();
        words.sort_unstable();
        let terms = words.iter().map(|word| text::stem(word)).collect();
        Self { ids, by_first, phrases, kinds, synonyms, words, terms }
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

/// Words that turn what follows into its opposite.
pub(crate) fn negates(token: &Token) -> bool {
    matches!(
        token.word.as_str(),
        "not" | "no" | "never" | "without" | "nothing" | "nobody" | "cannot" | "hardly" | "neither" | "nor"
    ) || token.word.ends_with("n't")
}

fn match_from(slots: &[Slot], tokens: &[Token], at: usize) -> Option<usize> {
    if !slots[0].matches(&tokens[at]) {
        return None;
    }
    let mut position = at + 1;
    for slot in &slots[1..] {
        let window = tokens.get(position..(position + GAP + 1).min(tokens.len()))?;
        let skipped = window.iter().position(|token| slot.matches(token))?;
        // "are not handled" is no "are handled".
        if window[..skipped].iter().any(negates) {
            return None;
        }
        position += skipped + 1;
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
    rules
        .iter()
        .filter(|rule| {
            rule.all.iter().all(|any| any.iter().any(|&concept| concepts.has(concept)))
                && !rule.none.iter().any(|&concept| concepts.has(concept))
        })
        .max_by(|a, b| a.weight.total_cmp(&b.weight))
}
