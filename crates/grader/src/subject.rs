//! What speaks for a passage's being about an issue, and for its being about none.

use crate::observations::{flag, log_words, observations};
use crate::passage::{IDS, Passage};
use crate::segment::UnitKind;
use crate::target::{Compared, Target};
use crate::whole::Document;

observations! {
    /// What speaks for one issue or decoy as the subject of a passage.
    Subject {
        bias,
        /// Lines and names that the passage itself gives.
        lines, names, elsewhere, other_function,
        /// The same, taken over from the sentence before or a heading, where it gives none itself.
        held_lines, held_elsewhere, held_names, held_function,
        /// The same, where they are the comment's own line or the heading's.
        attached_lines, attached_elsewhere,
        /// Its lines are elsewhere, and so is the function it names; its words fit a rubric, and its lines are elsewhere.
        wrong_place, named_elsewhere,
        /// Strongest pattern of the kind's rubric.
        named, why, fix,
        /// Likeness to the key's prose, and words shared with it.
        like_summary, like_why, like_fix, like_all, cosine, shared, shared_names, term,
        grams_summary, grams_why, grams_fix, grams_most, grams_remark,
        lines_named, lines_like, names_like, names_named,
        /// How far it is ahead of the best of the other issues.
        like_margin, cosine_margin, most_alike, named_margin, lines_margin,
        grams_summary_margin, grams_why_margin, grams_fix_margin, grams_margin, grams_remark_margin,
        /// What its heading says.
        heading_named, heading_like, heading_lines, heading_names, heading_elsewhere,
        after_tests, cases,
        harm, suggests, new_code, denies, nit, foreign,
        code_lines, code_fix, code_like_fix,
    }
}

observations! {
    /// What speaks for a passage's being about none of the key's issues.
    NoSubject {
        bias, under_3, under_6, length, heading, code, old_code,
        denies, praises, question, advice, nit, consequence, suggests, imperative, deictic, contrasts,
        borrowed, about, not_about, spots, all_elsewhere, bare, placed, first, last, names, held_spots,
    }
}

/// A lead over the others from which a passage is most like an issue, and the likeness it needs at least.
const AHEAD: f64 = 0.02;
const ALIKE: f64 = 0.1;

/// The largest value that a passage has for any of the targets, and the second, not below 0.
#[derive(Debug, Clone, Copy, Default)]
struct Top {
    most: f64,
    at: usize,
    second: f64,
}

impl Top {
    fn new(row: &[Compared], value: fn(&Compared) -> f64) -> Self {
        let mut top = Self { at: usize::MAX, ..Self::default() };
        for (at, value) in row.iter().map(value).enumerate() {
            if value > top.most {
                top = Self { most: value, at, second: top.most };
            } else {
                top.second = top.second.max(value);
            }
        }
        top
    }

    /// How far the target with this index and value is ahead of the best of the others.
    fn margin(self, index: usize, value: f64) -> f64 {
        value - if index == self.at { self.second } else { self.most }
    }
}

/// How a passage compares with all targets at once.
#[derive(Debug)]
pub(crate) struct Tops {
    like: Top,
    cosine: Top,
    named: Top,
    lines: Top,
    grams: [Top; 3],
    grams_most: Top,
    remark_grams: Top,
}

impl Tops {
    pub(crate) fn new(row: &[Compared]) -> Self {
        Self {
            like: Top::new(row, |c| c.like_all),
            cosine: Top::new(row, |c| c.cosine),
            named: Top::new(row, |c| c.named),
            lines: Top::new(row, |c| c.own.lines),
            grams: [Top::new(row, |c| c.grams[0]), Top::new(row, |c| c.grams[1]), Top::new(row, |c| c.grams[2])],
            grams_most: Top::new(row, Compared::grams_most),
            remark_grams: Top::new(row, |c| c.remark_grams),
        }
    }
}

impl Subject {
    /// `x` is the comparison of the passage with the target of this index, `heading` that of its heading.
    pub(crate) fn new(
        index: usize,
        target: &Target,
        passage: &Passage,
        x: &Compared,
        tops: &Tops,
        heading: Option<&Compared>,
    ) -> Self {
        let like_margin = tops.like.margin(index, x.like_all);
        let own_spots = !passage.places.spots.is_empty();
        let own = !passage.places.is_empty();
        let attached = flag(passage.attached);
        let code = flag(passage.is_code());
        let tests = flag(target.kind == "missing-tests" && passage.after_tests);
        let unless = |there: bool, value: f64| if there { 0.0 } else { value };
        let held_lines = unless(own_spots, x.held.lines);
        let held_elsewhere = unless(own_spots, flag(x.held.elsewhere));
        let of_head = |value: fn(&Compared) -> f64| heading.map_or(0.0, value);
        Self {
            bias: 1.0,
            lines: x.own.lines,
            names: x.own.names,
            elsewhere: flag(x.own.elsewhere),
            other_function: flag(x.own.other_function),
            held_lines,
            held_elsewhere,
            held_names: unless(own, x.held.names),
            held_function: unless(own, flag(x.held.other_function)),
            attached_lines: attached * held_lines,
            attached_elsewhere: attached * held_elsewhere,
            wrong_place: flag(x.place().elsewhere && (x.own.other_function || x.held.other_function)),
            named_elsewhere: x.named * flag(x.place().elsewhere),
            named: x.named,
            why: x.why,
            fix: x.fix,
            like_summary: x.like[0],
            like_why: x.like[1],
            like_fix: x.like[2],
            like_all: x.like_all,
            cosine: x.cosine,
            shared: x.shared,
            shared_names: x.shared_names,
            term: flag(x.terms.contains(&true)),
            grams_summary: 2.0 * x.grams[0],
            grams_why: 2.0 * x.grams[1],
            grams_fix: 2.0 * x.grams[2],
            grams_most: 2.0 * x.grams_most(),
            grams_remark: 2.0 * x.remark_grams,
            lines_named: x.own.lines * x.named,
            lines_like: x.own.lines * x.like_all,
            names_like: x.own.names * x.like_all,
            names_named: x.own.names * x.named,
            like_margin,
            cosine_margin: tops.cosine.margin(index, x.cosine),
            most_alike: flag(like_margin > AHEAD && x.like_all > ALIKE),
            grams_summary_margin: 2.0 * tops.grams[0].margin(index, x.grams[0]),
            grams_why_margin: 2.0 * tops.grams[1].margin(index, x.grams[1]),
            grams_fix_margin: 2.0 * tops.grams[2].margin(index, x.grams[2]),
            grams_margin: 2.0 * tops.grams_most.margin(index, x.grams_most()),
            grams_remark_margin: 2.0 * tops.remark_grams.margin(index, x.remark_grams),
            named_margin: tops.named.margin(index, x.named),
            lines_margin: tops.lines.margin(index, x.own.lines),
            heading_named: of_head(|c| c.named),
            heading_like: of_head(|c| c.like_all),
            heading_lines: of_head(|c| c.own.lines),
            heading_names: of_head(|c| c.own.names),
            heading_elsewhere: of_head(|c| flag(c.own.elsewhere)),
            after_tests: tests,
            cases: tests * flag(passage.lists),
            harm: flag(passage.concepts.has(IDS.harm)),
            suggests: flag(passage.tone.suggests),
            new_code: flag(passage.new_code > 0),
            denies: flag(passage.tone.denies),
            nit: flag(passage.tone.nit),
            foreign: flag(passage.foreign),
            code_lines: code * x.own.lines,
            code_fix: code * x.fix,
            code_like_fix: code * x.like[2],
        }
    }
}

impl NoSubject {
    /// `place` is the passage's position among `count`.
    pub(crate) fn new(passage: &Passage, row: &[Compared], document: &Document, place: usize, count: usize) -> Self {
        let tone = passage.tone;
        let spots = !passage.places.spots.is_empty();
        Self {
            bias: 1.0,
            under_3: flag(passage.words < 3),
            under_6: flag(passage.words < 6),
            length: log_words(passage.words),
            heading: flag(passage.unit.kind == UnitKind::Heading),
            code: flag(passage.is_code()),
            old_code: flag(passage.is_code() && passage.new_code == 0),
            denies: flag(tone.denies),
            praises: flag(tone.praises),
            question: flag(tone.question),
            advice: flag(tone.advice),
            nit: flag(tone.nit),
            consequence: flag(tone.consequence),
            suggests: flag(tone.suggests),
            imperative: flag(tone.imperative),
            deictic: flag(tone.deictic),
            contrasts: flag(tone.contrasts),
            borrowed: flag(passage.borrowed),
            about: flag(passage.about),
            not_about: flag(!passage.about && passage.words >= 5),
            spots: flag(spots),
            all_elsewhere: flag(all_elsewhere(passage, row)),
            bare: flag(document.bare),
            placed: document.placed,
            first: flag(place == 0),
            last: flag(place + 1 == count),
            names: flag(!passage.places.names.is_empty()),
            held_spots: flag(!passage.inherited.spots.is_empty()),
        }
    }
}

/// Below this fit of its lines a place is hardly an issue's.
const HARDLY: f64 = 0.3;

/// Whether the passage gives lines, and none of the key's issues is there.
pub(crate) fn all_elsewhere(passage: &Passage, row: &[Compared]) -> bool {
    !passage.places.spots.is_empty() && row.iter().all(|c| c.own.elsewhere || c.own.lines < HARDLY)
}
