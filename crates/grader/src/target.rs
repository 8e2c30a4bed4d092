//! The issues and decoys of a key, prepared for comparison with passages.

use crate::lexicon::{KindRules, Lexicon, Rule, Term, best, lexicon};
use crate::passage::{Passage, Sense, content};
use crate::place::{Fit, Map, Profile};
use crate::prose::PROSE;
use crate::text::{self, Speller};
use crate::vocabulary::{Common, Vocabulary};
use crate::words::Stem;
use crate::{Key, Lines};
use std::collections::{BTreeMap, BTreeSet};

/// An issue or decoy of the key.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) decoy: bool,
    /// Index among the key's issues, or among its decoys.
    pub(crate) index: usize,
    pub(crate) rules: Option<&'static KindRules>,
    pub(crate) kind: String,
    pub(crate) profile: Profile,
    /// Content words of summary, why and fix, each with its weight: words of one target weigh more than those of several.
    pub(crate) prose: [BTreeMap<Sense, f64>; 3],
    /// All three together.
    pub(crate) all: BTreeMap<Sense, f64>,
    /// The words of summary, why and fix. A text that says next to nothing is like anything that says the same
    /// nothing: it has none.
    pub(crate) words: [Vec<String>; 3],
    /// Stems of all its prose.
    pub(crate) stems: BTreeSet<Stem>,
    /// The key's own phrases that earn named, why and fix.
    pub(crate) terms: [Vec<Term>; 3],
}

/// Prepares all targets: issues first, then decoys.
pub(crate) fn targets(key: &Key, map: &Map) -> Vec<Target> {
    let lexicon = lexicon();
    let mut targets: Vec<Target> = Vec::new();
    for (index, issue) in key.issues.iter().enumerate() {
        let prose = [
            format!("{} {}", issue.summary, issue.terms_named.join(". ")),
            format!("{} {}", issue.why, issue.terms_why.join(". ")),
            format!("{} {}", issue.fix, issue.terms_fix.join(". ")),
        ];
        let whole = issue.kind == "missing-tests";
        // Without code there are no places, only the words of the key.
        let kind = if key.sources.is_empty() { PROSE } else { &issue.kind };
        let place = Place { file: issue.file.as_deref(), lines: issue.lines, whole };
        let mut target = target(lexicon, map, key, false, index, kind, &place, &prose);
        target.terms = [&issue.terms_named, &issue.terms_why, &issue.terms_fix]
            .map(|terms| terms.iter().map(|term| Term::new(term)).collect());
        targets.push(target);
    }
    for (index, decoy) in key.decoys.iter().enumerate() {
        let prose = [decoy.summary.clone(), decoy.why.clone(), String::new()];
        let place = Place { file: decoy.file.as_deref(), lines: decoy.lines, whole: false };
        targets.push(target(lexicon, map, key, true, index, "decoy", &place, &prose));
    }
    let mut shared: BTreeMap<Sense, usize> = BTreeMap::new();
    for target in &targets {
        for sense in target.all.keys() {
            *shared.entry(sense.clone()).or_default() += 1;
        }
    }
    for target in &mut targets {
        for prose in target.prose.iter_mut().chain([&mut target.all]) {
            for (sense, weight) in prose.iter_mut() {
                *weight = 1.0 / shared[sense] as f64;
            }
        }
    }
    targets
}

struct Place<'a> {
    file: Option<&'a str>,
    lines: Option<Lines>,
    whole: bool,
}

#[allow(clippy::too_many_arguments, reason = "one private constructor")]
fn target(
    lexicon: &'static Lexicon,
    map: &Map,
    key: &Key,
    decoy: bool,
    index: usize,
    kind: &str,
    place: &Place,
    prose: &[String; 3],
) -> Target {
    let profile = Profile::new(map, key, place.file, place.lines, &prose.join("\n"), place.whole);
    let words = prose.each_ref().map(|text| text::tokens(text, 0, text.len(), None));
    let senses = words
        .each_ref()
        .map(|words| content(words, lexicon).into_iter().map(|sense| (sense, 1.0)).collect::<BTreeMap<_, _>>());
    let stems = words.each_ref().map(|words| stems(words));
    let telling = std::array::from_fn(|part| match stems[part].len() {
        ..TELLING => Vec::new(),
        _ => words[part].iter().map(|token| token.word.clone()).collect(),
    });
    let all: BTreeMap<Sense, f64> = senses.iter().flatten().map(|(sense, weight)| (sense.clone(), *weight)).collect();
    Target {
        decoy,
        index,
        rules: lexicon.kind(kind),
        kind: kind.to_owned(),
        profile,
        terms: Default::default(),
        words: telling,
        stems: stems.into_iter().flatten().collect(),
        prose: senses,
        all,
    }
}

/// Content words from which on a text of the key can be told from others.
const TELLING: usize = 3;

/// A speller for reviews of this exercise.
pub(crate) fn speller(key: &Key) -> Speller {
    let mut words: BTreeSet<String> = BTreeSet::new();
    let mut add = |text: &str| {
        text::pieces(text, 0, text.len(), |_, _, written| _ = words.insert(text::form(written, None)));
    };
    key.sources.iter().for_each(|source| add(&source.text));
    add(&key.brief);
    for issue in &key.issues {
        for text in [&issue.summary, &issue.why, &issue.fix] {
            add(text);
        }
    }
    for decoy in &key.decoys {
        for text in [&decoy.summary, &decoy.why] {
            add(text);
        }
    }
    Lexicon::speller(words.iter().map(String::as_str))
}

/// Words matched beyond which more add little: half of the full similarity.
const HALF: f64 = 2.5;

/// 0 to 1: how much of the passage's content stands in the prose, rare words first, from the sum of their weights.
fn similarity(sum: f64) -> f64 {
    sum / (sum + HALF)
}

/// What a combination is worth whose parts stand in different clauses of one sentence.
const AROUND: f64 = 0.8;

/// The stems of content words.
fn stems(tokens: &[text::Token]) -> BTreeSet<Stem> {
    let content = tokens.iter().filter(|token| token.word.len() > 1 && !token.is_stop);
    content.map(|token| Stem::new(&token.stem)).collect()
}

/// The names and words of the source.
pub(crate) fn names(key: &Key) -> BTreeSet<Sense> {
    let of = |text: &str| content(&text::tokens(text, 0, text.len(), None), lexicon());
    key.sources.iter().flat_map(|source| of(&source.text)).collect()
}

/// How a passage compares with a target.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Compared {
    /// How the places that the passage itself names fit.
    pub(crate) own: Fit,
    /// How those fit that it takes over from the sentence before, its heading, or the comment's line.
    pub(crate) held: Fit,
    /// It names a place itself.
    pub(crate) own_place: bool,
    /// The strongest pattern of the kind's rubric for each.
    pub(crate) named: f64,
    pub(crate) why: f64,
    pub(crate) fix: f64,
    /// Likeness to the key's summary, why and fix, and to all three.
    pub(crate) like: [f64; 3],
    pub(crate) like_all: f64,
    /// Cosine of the stems of the passage and of the key's prose.
    pub(crate) cosine: f64,
    /// Likeness by runs of letters to the key's summary, why and fix, and the most of it that the whole remark has.
    pub(crate) grams: [f64; 3],
    pub(crate) remark_grams: f64,
    /// Words shared with the key's prose: those that are no names of the source, and those that are.
    pub(crate) shared: f64,
    pub(crate) shared_names: f64,
    /// Whether the key's own phrases for named, why and fix stand in it.
    pub(crate) terms: [bool; 3],
}

impl Compared {
    /// The most of the likeness by runs of letters.
    pub(crate) fn grams_most(&self) -> f64 {
        self.grams.iter().copied().fold(0.0, f64::max)
    }

    /// The fit of the place that counts: its own, else the one taken over.
    pub(crate) fn place(&self) -> Fit {
        if self.own_place { self.own } else { self.held }
    }
}

/// Compares a passage with each target.
pub(crate) fn compare(passage: &Passage, targets: &[Target], map: &Map, vocabulary: &Vocabulary) -> Vec<Compared> {
    let common = vocabulary.common(&passage.content, targets);
    targets.iter().zip(common).map(|(target, common)| target.compare(passage, map, common)).collect()
}

impl Target {
    fn compare(&self, passage: &Passage, map: &Map, common: Common) -> Compared {
        let weight = |rules: Option<&'static [Rule]>| {
            let at = |concepts| rules.and_then(|rules| best(rules, concepts)).map_or(0.0, |rule| rule.weight);
            let own = at(passage.concepts);
            if passage.around == passage.concepts { own } else { own.max(AROUND * at(passage.around)) }
        };
        Compared {
            own: self.profile.fit(&passage.places, map),
            held: self.profile.fit(&passage.inherited, map),
            own_place: !passage.places.is_empty(),
            named: weight(self.rules.map(|rules| &rules.named[..])),
            why: weight(self.rules.map(|rules| &rules.why[..])),
            fix: weight(self.rules.map(|rules| &rules.fix[..])),
            like: common.prose.map(similarity),
            like_all: similarity(common.all),
            cosine: common.cosine,
            grams: Default::default(),
            remark_grams: 0.0,
            shared: common.shared,
            shared_names: common.shared_names,
            terms: self.terms.each_ref().map(|terms| terms.iter().any(|term| term.stands_in(&passage.tokens))),
        }
    }
}
