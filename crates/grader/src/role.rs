//! What speaks for the part that a passage plays for the issue it is about: it names the problem, explains it, remedies it,
//! denies it, or calls a decoy a problem.

use crate::observations::{flag, log_words, observations};
use crate::passage::Passage;
use crate::segment::{Role as Announced, UnitKind};
use crate::subject::Subject;
use crate::target::Compared;
use crate::whole::Document;

/// Number of roles, and each one's place.
pub(crate) const ROLES: usize = 5;
pub(crate) const NAMES: usize = 0;
pub(crate) const EXPLAINS: usize = 1;
pub(crate) const REMEDIES: usize = 2;
pub(crate) const DENIES: usize = 3;
pub(crate) const CALLS: usize = 4;

/// The roles' names in the model, in order.
pub(crate) const ROLE_NAMES: [&str; ROLES] = ["names", "explains", "remedies", "denies", "calls"];

/// What the passages of a review are taken for.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// For each passage the probability of each target as its subject, then of none.
    pub states: Vec<Vec<f64>>,
    /// The same for each target by itself, as if there were no others: a sentence may speak of two.
    pub alone: Vec<Vec<f64>>,
    /// For each passage and target the probability of each role, in the order of [`ROLE_NAMES`].
    pub roles: Vec<Vec<[f64; ROLES]>>,
}

observations! {
    /// What is seen of a passage and the issue it may be about.
    Role from Subject {
        bias, lines, names, elsewhere, other_function, held_lines, held_elsewhere, held_names, held_function,
        attached_lines, attached_elsewhere, wrong_place, named_elsewhere, foreign, named, why, fix, like_summary,
        like_why, like_fix, like_all, cosine, shared, shared_names, grams_summary, grams_why, grams_fix, lines_named,
        lines_like, names_like, names_named, heading_named, heading_like, heading_lines, heading_names,
        heading_elsewhere, after_tests, cases, harm, code_lines, code_fix, code_like_fix, denies, nit, suggests,
        new_code,
    } and {
        grams_why_over_fix, term_named, term_why, term_fix, under_3, under_6, length, over_20, praises, question,
        advice, consequence, imperative, deictic, contrasts, code, code_new, new_code_parts, heading, quote,
        announces_why, announces_fix, continues, borrowed, denied, about, bare, placed, generic, terms, denying,
        suggests_fix, imperative_fix, suggests_like_fix, imperative_like_fix, new_code_like_fix, consequence_why,
        consequence_like_why, why_like_why, why_over_fix, summary_names, number,
        /// The sentence before, where it stands in the same remark.
        before_named, before_like, before_why, before_denies, before_denied, before_short, leads,
        heading_denies, heading_praises, heading_nit,
    }
}

impl Role {
    /// `x` is the comparison of the passage with the issue; `before` the passage before it in the same remark.
    #[allow(clippy::too_many_lines, reason = "one value after the other")]
    pub(crate) fn new(
        subject: &Subject,
        passage: &Passage,
        x: &Compared,
        document: &Document,
        before: Option<(&Passage, &Compared)>,
        heading: Option<&Passage>,
    ) -> Self {
        let tone = passage.tone;
        let code = passage.is_code();
        let new_code = flag(passage.new_code > 0);
        let (suggests, imperative, consequence) = (flag(tone.suggests), flag(tone.imperative), flag(tone.consequence));
        let of_before = |value: fn(&Passage, &Compared) -> f64| before.map_or(0.0, |(passage, x)| value(passage, x));
        let of_heading = |value: fn(&Passage) -> bool| flag(heading.is_some_and(value));
        Self {
            grams_why_over_fix: 2.0 * (x.grams[1] - x.grams[2]),
            term_named: flag(x.terms[0]),
            term_why: flag(x.terms[1]),
            term_fix: flag(x.terms[2]),
            under_3: flag(passage.words < 3),
            under_6: flag(passage.words < 6),
            length: log_words(passage.words),
            over_20: flag(passage.words > 20),
            praises: flag(tone.praises),
            question: flag(tone.question),
            advice: flag(tone.advice),
            consequence,
            imperative,
            deictic: flag(tone.deictic),
            contrasts: flag(tone.contrasts),
            code: flag(code),
            code_new: flag(code && passage.new_code > 0),
            new_code_parts: passage.new_code.min(4) as f64 / 4.0,
            heading: flag(passage.unit.kind == UnitKind::Heading),
            quote: flag(passage.unit.kind == UnitKind::Quote),
            announces_why: flag(passage.unit.role == Some(Announced::Why)),
            announces_fix: flag(passage.unit.role == Some(Announced::Fix)),
            continues: flag(passage.unit.continues),
            borrowed: flag(passage.borrowed),
            denied: flag(passage.denied),
            about: flag(passage.about),
            bare: flag(document.bare),
            placed: document.placed,
            generic: flag(document.generic),
            terms: flag(document.terms),
            denying: document.denying,
            suggests_fix: suggests * x.fix,
            imperative_fix: imperative * x.fix,
            suggests_like_fix: suggests * x.like[2],
            imperative_like_fix: imperative * x.like[2],
            new_code_like_fix: new_code * x.like[2],
            consequence_why: consequence * x.why,
            consequence_like_why: consequence * x.like[1],
            why_like_why: x.why * x.like[1],
            why_over_fix: x.like[1] - x.like[2],
            summary_names: x.like[0] * x.own.names,
            number: flag(passage.concepts.has(crate::passage::IDS.number)),
            before_named: of_before(|_, x| x.named),
            before_like: of_before(|_, x| x.like_all),
            before_why: of_before(|_, x| x.why),
            before_denies: of_before(|passage, _| flag(passage.tone.denies)),
            before_denied: of_before(|passage, _| flag(passage.denied)),
            before_short: of_before(|passage, _| flag(passage.words < 4)),
            leads: flag(before.is_none()),
            heading_denies: of_heading(|heading| heading.tone.denies),
            heading_praises: of_heading(|heading| heading.tone.praises),
            heading_nit: of_heading(|heading| heading.tone.nit),
            ..subject.into()
        }
    }
}
