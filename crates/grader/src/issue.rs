//! What speaks for each credit of an issue: the passages taken together.

use crate::observations::{flag, observations};
use crate::passage::Passage;
use crate::role::{CALLS, DENIES, EXPLAINS, NAMES, REMEDIES, ROLES, Taken};
use crate::target::Compared;
use crate::whole::Document;

observations! {
    /// What is seen of one issue or decoy in the whole review. For each role: the surest passage, the second, that any of them
    /// does it, and how many do. What the review says of other issues is none of it: the labelled reviews were mostly written to name
    /// two or three of them, so weights for that would take credits from those who find more.
    Issue {
        bias,
        names_most, names_second, names_any, names_sum,
        explains_most, explains_second, explains_any, explains_sum,
        remedies_most, remedies_second, remedies_any, remedies_sum,
        denies_most, denies_second, denies_any, denies_sum,
        subject_most, subject_second, subject_sum,
        /// The same for the surest passage, where it does not matter what else the passage speaks of.
        names_alone, explains_alone, remedies_alone, subject_alone,
        denies_more,
        /// Of all passages that neither deny nor speak of another place: the strongest pattern of the kind's rubric, the same with
        /// names or lines that fit, and likeness to the key with them.
        stated, stated_here, like_here,
        bare, placed, denying, approved, generic, terms,
        bare_names, generic_names, terms_names,
        /// The probability that the review as a whole earns nothing.
        empty, empty_value, empty_names,
    }
}

/// Log odds, bounded and about -2 to 2.
fn log_odds(p: f64) -> f64 {
    let p = p.clamp(0.003, 0.997);
    (p / (1.0 - p)).ln() / 3.0
}

struct Summary {
    most: f64,
    second: f64,
    any: f64,
    sum: f64,
}

fn summary(values: impl Iterator<Item = f64>) -> Summary {
    let mut out = Summary { most: 0.0, second: 0.0, any: 1.0, sum: 0.0 };
    // What is not said at all adds nothing.
    for value in values.filter(|value| *value != 0.0) {
        if value > out.most {
            out.second = out.most;
            out.most = value;
        } else {
            out.second = out.second.max(value);
        }
        out.any *= 1.0 - value.min(0.999);
        out.sum += value;
    }
    out.any = 1.0 - out.any;
    out
}

impl Issue {
    pub(crate) fn new(
        index: usize,
        decoy: bool,
        passages: &[Passage],
        compared: &[Vec<Compared>],
        document: &Document,
        Taken { states, alone, roles }: &Taken,
        empty: f64,
    ) -> Self {
        let roles: Vec<&[f64; ROLES]> = roles.iter().map(|row| &row[index]).collect();
        let spoken: Vec<f64> = states.iter().map(|row| row[index]).collect();
        let alone: Vec<f64> = alone.iter().map(|row| row[index]).collect();
        let role = |role: usize| summary(spoken.iter().zip(&roles).map(|(spoken, roles)| spoken * roles[role]));
        let names = role(if decoy { CALLS } else { NAMES });
        let (explains, remedies, denies) = (role(EXPLAINS), role(REMEDIES), role(DENIES));
        let subject = summary(spoken.iter().copied());
        let most_alone = |role: usize| {
            let values = alone.iter().zip(&roles).map(|(alone, roles)| alone * roles[role]);
            log_odds(values.fold(0.0, f64::max))
        };
        let names_any = log_odds(names.any);
        let stating: Vec<&Compared> = passages
            .iter()
            .zip(compared)
            .map(|(passage, row)| (passage, &row[index]))
            .filter(|(passage, x)| {
                let place = x.place();
                !(passage.denied || passage.tone.denies || place.elsewhere || place.other_function)
            })
            .map(|(_, x)| x)
            .collect();
        let stated = |value: fn(&Compared) -> f64| stating.iter().map(|x| value(x)).fold(0.0, f64::max);
        Self {
            bias: 1.0,
            names_most: log_odds(names.most),
            names_second: names.second,
            names_any,
            names_sum: names.sum.min(3.0) / 3.0,
            explains_most: log_odds(explains.most),
            explains_second: explains.second,
            explains_any: log_odds(explains.any),
            explains_sum: explains.sum.min(3.0) / 3.0,
            remedies_most: log_odds(remedies.most),
            remedies_second: remedies.second,
            remedies_any: log_odds(remedies.any),
            remedies_sum: remedies.sum.min(3.0) / 3.0,
            denies_most: log_odds(denies.most),
            denies_second: denies.second,
            denies_any: log_odds(denies.any),
            denies_sum: denies.sum.min(3.0) / 3.0,
            subject_most: log_odds(subject.most),
            subject_second: subject.second,
            subject_sum: subject.sum.ln_1p() / 2.0,
            names_alone: most_alone(if decoy { CALLS } else { NAMES }),
            explains_alone: most_alone(EXPLAINS),
            remedies_alone: most_alone(REMEDIES),
            subject_alone: log_odds(alone.iter().copied().fold(0.0, f64::max)),
            denies_more: log_odds(denies.most) - log_odds(names.most),
            stated: stated(|x| x.named),
            stated_here: stated(|x| x.named * x.own.here()),
            like_here: stated(|x| x.like_all * x.own.here()),
            bare: flag(document.bare),
            placed: document.placed,
            denying: document.denying,
            approved: flag(document.approved),
            generic: flag(document.generic),
            terms: flag(document.terms),
            bare_names: flag(document.bare) * names_any,
            generic_names: flag(document.generic) * names_any,
            terms_names: flag(document.terms) * names_any,
            empty: log_odds(empty),
            empty_value: empty,
            empty_names: empty * names_any,
        }
    }
}
