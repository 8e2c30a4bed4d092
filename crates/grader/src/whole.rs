//! What holds for a review as a whole: whether it speaks of this code at all, or only lists terms, lectures, or denies.

use crate::observations::{flag, observations};
use crate::passage::{IDS, Passage};
use crate::role::{DENIES, NAMES, Taken};
use crate::subject::all_elsewhere;
use crate::target::Compared;

/// What is known of the review before any passage is judged.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "independent observations of one review")]
pub(crate) struct Document {
    /// Share of prose units that name a place of the source.
    pub(crate) placed: f64,
    /// Share of prose units that say that all is well.
    pub(crate) denying: f64,
    /// No unit names a place of the source.
    pub(crate) bare: bool,
    /// It says in so many words that nothing need be changed.
    pub(crate) approved: bool,
    /// It points nowhere in the code and hardly speaks of what the exercise is about: advice that fits any code.
    pub(crate) generic: bool,
    /// It is a list of terms and not sentences about this code.
    pub(crate) terms: bool,
}

/// A list of terms has at least so many words for each small word that joins them, and a comma for so few.
const TERMS: (f64, f64) = (0.12, 6.0);

/// Below this share of sentences about the exercise's subject, a review that names no place is general advice. Of the labelled
/// checklists and lectures the highest has 0.12; of the reviews in everyday words without a place the lowest has 0.3.
const ABOUT: f64 = 0.2;

impl Document {
    pub(crate) fn new(passages: &[Passage]) -> Self {
        let prose: Vec<&Passage> = prose(passages).collect();
        let bare = passages.iter().all(|passage| passage.places.is_empty() && passage.inherited.is_empty());
        let about = prose.iter().filter(|passage| passage.about).count();
        let words: usize = passages.iter().map(|passage| passage.words).sum();
        let joining: usize = passages.iter().map(|passage| passage.joining).sum();
        let commas: usize = passages.iter().map(|passage| passage.commas).sum();
        let pointed = passages.iter().any(|passage| !passage.places.spots.is_empty());
        Self {
            placed: share(&prose, |passage| !passage.places.is_empty() || !passage.inherited.is_empty()),
            denying: share(&prose, |passage| passage.denied),
            bare,
            generic: bare && prose.len() >= 4 && (about as f64) < ABOUT * prose.len() as f64,
            approved: passages.iter().any(|passage| passage.concepts.has(IDS.verdict)),
            terms: !pointed
                && words >= 12
                && (joining as f64) < TERMS.0 * words as f64
                && commas as f64 * TERMS.1 > words as f64,
        }
    }
}

fn prose(passages: &[Passage]) -> impl Iterator<Item = &Passage> {
    passages.iter().filter(|passage| passage.words >= 3)
}

fn share(passages: &[&Passage], test: impl Fn(&Passage) -> bool) -> f64 {
    passages.iter().filter(|passage| test(passage)).count() as f64 / passages.len().max(1) as f64
}

observations! {
    /// What speaks for a review's earning nothing at all.
    Whole {
        bias, placed, bare, generic, terms, denying, approved,
        spots, names, about, borrowed,
        denies, praises, question, advice, nit, consequence, suggests, imperative, deictic, contrasts,
        code, length, joining, grader,
        /// Of the passages that have lines, those whose words fit an issue that is elsewhere; those where no issue is.
        misplaced, all_elsewhere,
        /// How much is spoken of issues, and how much of that names or denies them.
        spoken, denied, named, denied_share,
    }
}

impl Whole {
    pub(crate) fn new(
        passages: &[Passage],
        compared: &[Vec<Compared>],
        document: &Document,
        Taken { states, roles, .. }: &Taken,
    ) -> Self {
        let list: Vec<&Passage> = prose(passages).collect();
        let share = |test: fn(&Passage) -> bool| share(&list, test);
        let of_all = |test: fn(&Passage) -> bool| {
            passages.iter().filter(|passage| test(passage)).count() as f64 / passages.len().max(1) as f64
        };
        let words: usize = list.iter().map(|passage| passage.words).sum();
        let joining: usize = list.iter().map(|passage| passage.joining).sum();
        let placed: Vec<(&Passage, &Vec<Compared>)> = passages
            .iter()
            .zip(compared)
            .filter(|(passage, _)| {
                passage.words >= 3 && !(passage.places.spots.is_empty() && passage.inherited.spots.is_empty())
            })
            .collect();
        let of_placed = |test: fn(&Passage, &[Compared]) -> bool| {
            placed.iter().filter(|(passage, row)| test(passage, row)).count() as f64 / placed.len().max(1) as f64
        };
        let mean =
            |value: &dyn Fn(usize) -> f64| (0..passages.len()).map(value).sum::<f64>() / passages.len().max(1) as f64;
        let mass = |role: usize| {
            mean(&|i| states[i].iter().zip(&roles[i]).map(|(state, roles)| state * roles[role]).sum::<f64>())
        };
        let (named, denied) = (mass(NAMES), mass(DENIES));
        Self {
            bias: 1.0,
            placed: document.placed,
            bare: flag(document.bare),
            generic: flag(document.generic),
            terms: flag(document.terms),
            denying: document.denying,
            approved: flag(document.approved),
            spots: share(|passage| !passage.places.spots.is_empty()),
            names: share(|passage| !passage.places.names.is_empty()),
            about: share(|passage| passage.about),
            borrowed: of_all(|passage| passage.borrowed),
            denies: share(|passage| passage.tone.denies),
            praises: share(|passage| passage.tone.praises),
            question: share(|passage| passage.tone.question),
            advice: share(|passage| passage.tone.advice),
            nit: share(|passage| passage.tone.nit),
            consequence: share(|passage| passage.tone.consequence),
            suggests: share(|passage| passage.tone.suggests),
            imperative: share(|passage| passage.tone.imperative),
            deictic: share(|passage| passage.tone.deictic),
            contrasts: share(|passage| passage.tone.contrasts),
            code: of_all(Passage::is_code),
            length: (words as f64).ln_1p() / 6.0,
            joining: joining as f64 / words.max(1) as f64,
            grader: flag(passages.iter().any(|passage| passage.concepts.has(IDS.grader))),
            misplaced: of_placed(|_, row| {
                let best = |elsewhere: bool| {
                    row.iter().filter(|c| c.place().elsewhere == elsewhere).map(|c| c.named).fold(0.0, f64::max)
                };
                best(true) > best(false)
            }),
            all_elsewhere: of_placed(all_elsewhere),
            spoken: mean(&|i| 1.0 - states[i].last().copied().unwrap_or(1.0)),
            denied,
            named,
            denied_share: denied / (named + denied + 0.05),
        }
    }
}
