//! How a passage says what it says: whether it denies, praises, asks, advises, suggests.

use super::Passage;
use crate::lexicon::lexicon;
use crate::words::Token;
use std::sync::LazyLock;

/// How a unit says what it says.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "independent observations of one sentence")]
pub(crate) struct Tone {
    /// Says that something is no problem.
    pub(crate) denies: bool,
    pub(crate) praises: bool,
    pub(crate) question: bool,
    /// Advice that would fit any code.
    pub(crate) advice: bool,
    /// A matter of taste.
    pub(crate) nit: bool,
    /// Words that lead to a consequence: so, because, if, will.
    pub(crate) consequence: bool,
    /// Words that lead to a remedy: should, instead, please.
    pub(crate) suggests: bool,
    /// Begins with, or turns on, a verb in the imperative.
    pub(crate) imperative: bool,
    /// Speaks of this code: here, this function, your loop.
    pub(crate) deictic: bool,
    /// Limits what was said before: but, however.
    pub(crate) contrasts: bool,
}

pub(crate) struct Ids {
    pub(crate) deny: u16,
    pub(super) praise: u16,
    pub(super) advice: u16,
    pub(super) nit: u16,
    pub(super) consequence: u16,
    pub(super) suggest: u16,
    pub(super) imperative: u16,
    pub(super) here: u16,
    pub(super) contrast: u16,
    pub(crate) harm: u16,
    pub(crate) cost: u16,
    pub(crate) number: u16,
    pub(crate) production: u16,
    pub(crate) requirement: u16,
    pub(super) test: u16,
    pub(super) none_default: u16,
    pub(crate) grader: u16,
    pub(crate) verdict: u16,
    pub(super) n_plus_one: u16,
}

pub(crate) static IDS: LazyLock<Ids> = LazyLock::new(|| {
    let id = |name| lexicon().id(name);
    Ids {
        deny: id("deny"),
        praise: id("praise"),
        advice: id("advice"),
        nit: id("nit"),
        consequence: id("consequence"),
        suggest: id("suggest"),
        imperative: id("imperative"),
        here: id("here"),
        contrast: id("contrast"),
        harm: id("harm"),
        cost: id("cost-grows"),
        number: id("big-number"),
        production: id("production"),
        requirement: id("requirement"),
        test: id("test"),
        none_default: id("default"),
        grader: id("addresses-grader"),
        verdict: id("verdict-fine"),
        n_plus_one: id("n-plus-one"),
    }
});

/// `N+1 queries: none.` says that there are none; `Tests: none.` names the problem.
fn says_none(passage: &Passage) -> bool {
    let last = passage.tokens.last().is_some_and(|token| token.word.is_none);
    last && passage.words <= 5 && !passage.concepts.has(IDS.test) && !passage.concepts.has(IDS.none_default)
        || last && passage.words >= 2 && passage.words <= 4 && passage.concepts.has(IDS.n_plus_one)
}

/// A remark that begins by saying that something is no problem goes on to say why, for a sentence or two, until it turns.
pub(super) fn mark_denials(passages: &mut [Passage]) {
    let mut left = 0;
    for index in 0..passages.len() {
        let held = &passages[index];
        let before = index
            .checked_sub(1)
            .map(|before| &passages[before])
            .filter(|before| before.unit.remark == held.unit.remark);
        let tone = held.tone;
        let denies = (tone.denies && !tone.contrasts && !tone.question) || says_none(held);
        // The lead of a remark may be only its topic: "Tests: not needed", "**N+1.** None."
        let leads = before.is_none_or(|before| before.words <= 5);
        left = match before {
            _ if denies && leads => 2,
            None => 0,
            Some(_) if tone.contrasts || tone.suggests || tone.question => 0,
            Some(_) => usize::saturating_sub(left, 1),
        };
        // "Checked, fine" as a heading speaks for all beneath it.
        let below =
            held.unit.headings.iter().any(|&heading| passages[heading].tone.denies || passages[heading].tone.praises)
                && !tone.contrasts
                && !tone.suggests;
        passages[index].denied = denies || left > 0 || below;
    }
}

/// Words after which a verb is an order.
const LEADS: &[&str] = &[
    "please",
    "pls",
    "plz",
    "just",
    "then",
    "instead",
    "rather",
    "simply",
    "should",
    "could",
    "would",
    "must",
    "let's",
    "lets",
    "better",
    "not",
    "you",
    "we",
    "i'd",
    "→",
    "fix",
    "suggestion",
    "recommendation",
    "to",
    "and",
    "or",
    "also",
    "so",
    "maybe",
    "perhaps",
    "can",
    "least",
    "also",
    "either",
    "solution",
    "d",
    "do",
    "by",
];

/// Those of them that make it one only if somebody is asked: a subject before the verb makes it a statement.
const JOINS: &[&str] = &["and", "or", "to", "you", "we", "not", "so", "by", "do", "d", "can"];

/// Whether an order may follow a word, and whether it only joins it to what was said before.
pub(crate) fn orders(word: &str) -> (bool, bool) {
    (LEADS.contains(&word), JOINS.contains(&word))
}

/// Whether one of the verbs at these tokens is an order: it begins the sentence, or follows a word that leads to one.
pub(super) fn directs(tokens: &[Token], verbs: impl IntoIterator<Item = usize>) -> bool {
    verbs.into_iter().any(|at| match at.checked_sub(1).map(|before| tokens[before].word) {
        None => true,
        Some(before) if before.joins => {
            at >= 2 && tokens[at.saturating_sub(6)..at - 1].iter().any(|token| token.word.leads && !token.word.joins)
        }
        Some(before) => before.leads || (at <= 2 && before.is_digits),
    })
}
