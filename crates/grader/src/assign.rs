//! Which issue, if any, each passage speaks of.
//!
//! The passages are taken in order; each belongs to one target or to none. A passage alone often says too little ("it will be
//! slow"), so the best sequence as a whole is sought (Viterbi): what a passage says of each target, less a cost for changing
//! the subject, which is high within a sentence and nothing between remarks.

use crate::passage::Passage;
use crate::segment::UnitKind;
use crate::target::{Compared, PROSE, Target};

/// What a passage without a subject of the key is worth as such. Below it, evidence for a target is too thin: a right line or
/// a clear term alone is worth 1.
const NO_TARGET: f64 = 0.75;
/// Cost of changing the subject within a sentence, within a block, within a remark. Of the values tried on the labelled
/// reviews, each exercise left out in turn, these agreed best; half or double of them cost up to 0.01 F1 of `named`.
const SWITCH: [f64; 3] = [0.5, 0.2, 0.12];
/// What a phrase adds of which the key's author says that it names the issue.
const TERM: f64 = 1.0;
/// What a list of cases adds after tests were spoken of in the same remark.
const CASES: f64 = 0.6;

/// Where a key has no code: a cosine of 0.2 is then worth considering.
const BY_COSINE: f64 = 3.75;

/// How strongly a passage speaks of a target.
pub(crate) fn affinity(target: &Target, passage: &Passage, compared: &Compared) -> f64 {
    if target.kind == PROSE {
        return BY_COSINE * compared.cosine;
    }
    let fit = compared.fit;
    let reach = if compared.own_place { 1.0 } else { 0.7 };
    let mut place = reach * (fit.lines.max(0.8 * fit.names));
    if fit.elsewhere {
        place = if compared.own_place { -1.2 } else { -0.6 };
    } else if fit.other_function {
        place -= 0.5;
    }
    if target.kind == "missing-tests" && compared.named < 0.5 {
        // Everything in a function is at the place of its missing tests.
        place = place.min(0.25);
    }
    let meaning = compared.named.max(0.7 * compared.why).max(0.7 * compared.fix) - compared.not;
    let meaning = if target.rules.is_some() { meaning } else { 0.0 };
    // After tests were spoken of, a list is one of cases, whatever its items are.
    let cases = if target.kind == "missing-tests" && passage.after_tests && (passage.lists || compared.fix > 0.0) {
        CASES
    } else {
        0.0
    };
    let term =
        if target.terms[0].iter().any(|term| term.stands_in(&passage.tokens)) && !fit.elsewhere { TERM } else { 0.0 };
    let likeness = if target.rules.is_some() { 0.8 } else { 1.6 } * compared.similarity;
    let taste = if passage.tone.nit && !fit.agrees() { -0.2 } else { 0.0 };
    place + meaning + likeness + taste + cases + term
}

/// The target of each passage, by index; `None` for those that speak of none.
pub(crate) fn assign(passages: &[Passage], affinities: &[Vec<f64>], targets: usize) -> Vec<Option<usize>> {
    let states = targets + 1;
    let none = targets;
    let mut score = vec![0.0; states];
    let mut back: Vec<Vec<usize>> = Vec::with_capacity(passages.len());
    for (index, passage) in passages.iter().enumerate() {
        let switch = switch_cost(index.checked_sub(1).map(|before| &passages[before]), passage);
        let (best, best_score) = argmax(&score);
        let mut next = vec![0.0; states];
        let mut from = vec![0; states];
        for state in 0..states {
            let stay = score[state];
            let (origin, value) = if stay >= best_score - switch { (state, stay) } else { (best, best_score - switch) };
            let emission = if state == none { nothing(passage, &affinities[index]) } else { affinities[index][state] };
            next[state] = value + emission;
            from[state] = origin;
        }
        score = next;
        back.push(from);
    }
    let mut state = argmax(&score).0;
    let mut out = vec![None; passages.len()];
    for index in (0..passages.len()).rev() {
        out[index] = (state != none).then_some(state);
        state = back[index][state];
    }
    out
}

fn argmax(values: &[f64]) -> (usize, f64) {
    values
        .iter()
        .copied()
        .enumerate()
        .fold((0, f64::NEG_INFINITY), |best, (i, value)| if value > best.1 { (i, value) } else { best })
}

fn nothing(passage: &Passage, affinities: &[f64]) -> f64 {
    let elsewhere = !passage.places.spots.is_empty() && affinities.iter().all(|&affinity| affinity < 0.5);
    match passage.unit.kind {
        // A passage that says nothing of its own goes with its neighbours.
        _ if passage.words < 3 && passage.new_code == 0 && !elsewhere => 0.2,
        UnitKind::Heading => NO_TARGET,
        // A short clause says less of anything.
        _ => NO_TARGET * (0.4 + 0.6 * (passage.words as f64 / 10.0).min(1.0)) + if elsewhere { 0.4 } else { 0.0 },
    }
}

fn switch_cost(before: Option<&Passage>, passage: &Passage) -> f64 {
    let Some(before) = before else { return 0.0 };
    if passage.unit.continues {
        SWITCH[0]
    } else if before.unit.block == passage.unit.block {
        SWITCH[1]
    } else if before.unit.remark == passage.unit.remark
        || passage.unit.headings.last() == before.unit.headings.last() && before.unit.kind == UnitKind::Heading
    {
        SWITCH[2]
    } else {
        0.0
    }
}
