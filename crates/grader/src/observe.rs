//! What speaks for and against each credit: numbers with names, from the passages that speak of an issue.

use crate::assign::{affinity, assign};
use crate::lexicon::{Concepts, best};
use crate::passage::{IDS, Passage};
use crate::place::Map;
use crate::segment::UnitKind;
use crate::target::{Compared, Target, similarity};

/// Named observations, each about 0 to 1.
pub type Features = Vec<(&'static str, f64)>;

/// All that was observed of one review.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) assigned: Vec<Option<usize>>,
    pub(crate) compared: Vec<Vec<Compared>>,
    pub(crate) affinities: Vec<Vec<f64>>,
    pub(crate) document: Document,
}

/// What holds for the whole review.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Document {
    /// Share of prose units that name a place of the source.
    pub(crate) placed: f64,
    /// Share of units that deny a problem.
    pub(crate) denying: f64,
    /// No unit names a place of the source.
    pub(crate) bare: bool,
}

pub(crate) fn observe(passages: &[Passage], targets: &[Target], map: &Map) -> Observed {
    let compared: Vec<Vec<Compared>> =
        passages.iter().map(|passage| targets.iter().map(|target| target.compare(passage, map)).collect()).collect();
    let affinities: Vec<Vec<f64>> = passages
        .iter()
        .zip(&compared)
        .map(|(passage, row)| {
            row.iter().zip(targets).map(|(compared, target)| affinity(target, passage, compared)).collect()
        })
        .collect();
    let assigned = assign(passages, &affinities, targets.len());
    let prose: Vec<&Passage> = passages.iter().filter(|passage| passage.words >= 3).collect();
    let share = |test: &dyn Fn(&Passage) -> bool| {
        prose.iter().filter(|passage| test(passage)).count() as f64 / prose.len().max(1) as f64
    };
    let document = Document {
        placed: share(&|passage| !passage.places.is_empty() || !passage.inherited.is_empty()),
        denying: share(&|passage| passage.tone.denies && !passage.tone.contrasts),
        bare: false,
    };
    let document = Document {
        bare: passages.iter().all(|passage| passage.places.is_empty() && passage.inherited.is_empty()),
        ..document
    };
    Observed { assigned, compared, affinities, document }
}

fn max(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, f64::max)
}

fn flag(value: bool) -> f64 {
    f64::from(u8::from(value))
}

/// Observations on one target: for `named`, `why`, `fix` (for a decoy, only the first is of use).
#[allow(clippy::too_many_lines, reason = "one flat list of observations, best read in one place")]
pub(crate) fn features(
    target_index: usize,
    target: &Target,
    passages: &[Passage],
    observed: &Observed,
) -> [Features; 3] {
    let mine: Vec<usize> = (0..passages.len()).filter(|&i| observed.assigned[i] == Some(target_index)).collect();
    let compared = |i: usize| &observed.compared[i][target_index];
    let passage = |i: usize| &passages[i];
    // Remarks as wholes: concepts that stand in neighbouring sentences work together.
    let mut remarks: Vec<(usize, Vec<usize>)> = Vec::new();
    for &i in &mine {
        match remarks.last_mut() {
            Some((remark, list)) if *remark == passage(i).unit.remark => list.push(i),
            _ => remarks.push((passage(i).unit.remark, vec![i])),
        }
    }
    let union = |list: &[usize]| list.iter().fold(Concepts::default(), |all, &i| all.union(passage(i).concepts));
    let rule = |pick: fn(&crate::lexicon::KindRules) -> &[crate::lexicon::Rule], concepts: Concepts| {
        target.rules.and_then(|rules| best(pick(rules), concepts)).map_or(0.0, |rule| rule.weight)
    };
    let place = |i: usize| {
        let fit = compared(i).fit;
        if fit.elsewhere { 0.0 } else { fit.lines.max(fit.names) }
    };
    let remark_place = |list: &[usize]| max(list.iter().map(|&i| place(i)));
    let content = |list: &[usize]| list.iter().flat_map(|&i| passage(i).content.iter().cloned()).collect();
    let all_content = content(&mine);

    let denies = |i: usize| passage(i).tone.denies && !passage(i).tone.contrasts;
    let elsewhere = max(mine.iter().map(|&i| flag(compared(i).fit.elsewhere)));
    let other_function = max(mine.iter().map(|&i| flag(compared(i).fit.other_function)));
    let remark_denies = |list: &[usize]| {
        let remark = passage(list[0]).unit.remark;
        let all: Vec<&Passage> = passages.iter().filter(|p| p.unit.remark == remark).collect();
        all.iter().any(|p| p.tone.denies && !p.tone.contrasts) && all.len() < 6
    };
    let denied_remarks =
        remarks.iter().filter(|(_, list)| remark_denies(list)).count() as f64 / remarks.len().max(1) as f64;
    let telegraphic = max(mine.iter().map(|&i| flag(passage(i).is_telegraphic())));
    let denial = mine.iter().filter(|&&i| denies(i)).count() as f64 / mine.len().max(1) as f64;
    let kind_at_place =
        max(remarks.iter().map(|(_, list)| remark_place(list).min(1.0) * rule(|r| &r.named, union(list))));
    let likeness_at_place =
        max(remarks.iter().map(|(_, list)| remark_place(list) * similarity(&content(list), &target.all)));
    let words: usize = mine.iter().map(|&i| passage(i).words).sum();
    let new_code: usize = mine.iter().map(|&i| passage(i).new_code).sum();
    let code_lines = max(mine
        .iter()
        .map(|&i| flag(matches!(passage(i).unit.kind, UnitKind::Code { .. }) && passage(i).new_code > 0)));
    let log_words = (words as f64 / 8.0).ln_1p() / 3.0;
    let top = max(mine.iter().map(|&i| observed.affinities[i][target_index] / 3.0));
    let advice = mine.iter().filter(|&&i| passage(i).tone.advice && passage(i).places.is_empty()).count() as f64
        / mine.len().max(1) as f64;
    let nit = mine.iter().filter(|&&i| passage(i).tone.nit).count() as f64 / mine.len().max(1) as f64;
    let count_tone =
        |test: &dyn Fn(&Passage) -> bool| (mine.iter().filter(|&&i| test(passage(i))).count() as f64).min(3.0) / 3.0;
    let has = |id: u16| max(mine.iter().map(|&i| flag(passage(i).concepts.has(id))));

    let common: Features = vec![
        ("any", flag(!mine.is_empty())),
        ("affinity", top),
        (
            "lines",
            max(mine
                .iter()
                .map(|&i| if compared(i).own_place { compared(i).fit.lines } else { 0.7 * compared(i).fit.lines })),
        ),
        ("names", max(mine.iter().map(|&i| compared(i).fit.names))),
        ("elsewhere", elsewhere),
        ("other-function", other_function),
        ("denial", denial),
        ("document-denial", observed.document.denying),
        ("denied-remarks", denied_remarks),
        ("document-placed", observed.document.placed),
        ("document-bare", flag(observed.document.bare)),
        ("telegraphic", telegraphic),
        ("advice", advice),
        ("nit", nit),
    ];
    let mut named = common.clone();
    named.extend([
        ("kind", max(remarks.iter().map(|(_, list)| rule(|r| &r.named, union(list))))),
        ("kind-in-unit", max(mine.iter().map(|&i| compared(i).named))),
        ("kind-at-place", kind_at_place),
        ("like-summary", similarity(&all_content, &target.prose[0])),
        ("like-why", similarity(&all_content, &target.prose[1])),
        ("like-fix", similarity(&all_content, &target.prose[2])),
        ("like-at-place", likeness_at_place),
        ("fix", max(remarks.iter().map(|(_, list)| rule(|r| &r.fix, union(list))))),
        ("why", max(remarks.iter().map(|(_, list)| rule(|r| &r.why, union(list))))),
        ("new-code", (new_code as f64).min(4.0) / 4.0),
        ("words", log_words),
        ("suggests", count_tone(&|p| p.tone.suggests)),
        ("question", count_tone(&|p| p.tone.question)),
        ("harm", has(IDS.harm).max(has(IDS.failure))),
    ]);
    let mut why = common.clone();
    why.extend([
        ("why", max(remarks.iter().map(|(_, list)| rule(|r| &r.why, union(list))))),
        ("why-in-unit", max(mine.iter().map(|&i| compared(i).why))),
        ("kind", max(remarks.iter().map(|(_, list)| rule(|r| &r.named, union(list))))),
        ("like-summary", similarity(&all_content, &target.prose[0])),
        ("like-why", similarity(&all_content, &target.prose[1])),
        ("like-fix", similarity(&all_content, &target.prose[2])),
        ("consequence", count_tone(&|p| p.tone.consequence)),
        ("harm", has(IDS.harm)),
        ("failure", has(IDS.failure)),
        ("regression", has(IDS.regression)),
        ("cost", has(IDS.cost)),
        ("number", has(IDS.number)),
        ("words", log_words),
        ("long", flag(words > 25)),
        ("short", flag(words < 12)),
        ("units", (mine.len() as f64).min(6.0) / 6.0),
        ("question", count_tone(&|p| p.tone.question)),
        (
            "prose-consequence",
            count_tone(&|p| p.tone.consequence && !p.tone.suggests && !p.tone.imperative && p.words > 7),
        ),
        (
            "suggest-only",
            flag(
                !mine.is_empty()
                    && mine
                        .iter()
                        .all(|&i| passage(i).tone.suggests || passage(i).tone.imperative || passage(i).words < 4),
            ),
        ),
    ]);
    let mut fix = common;
    fix.extend([
        ("fix", max(remarks.iter().map(|(_, list)| rule(|r| &r.fix, union(list))))),
        ("fix-in-unit", max(mine.iter().map(|&i| compared(i).fix))),
        ("kind", max(remarks.iter().map(|(_, list)| rule(|r| &r.named, union(list))))),
        ("like-summary", similarity(&all_content, &target.prose[0])),
        ("like-fix", similarity(&all_content, &target.prose[2])),
        ("new-code", (new_code as f64).min(4.0) / 4.0),
        ("any-new-code", flag(new_code > 0)),
        ("code-block", code_lines),
        ("suggests", count_tone(&|p| p.tone.suggests)),
        ("imperative", count_tone(&|p| p.tone.imperative)),
        (
            "suggest-fix",
            max(mine.iter().map(|&i| flag(passage(i).tone.suggests || passage(i).tone.imperative) * compared(i).fix)),
        ),
        (
            "suggest-like",
            max(mine.iter().map(|&i| {
                flag(passage(i).tone.suggests || passage(i).tone.imperative)
                    * similarity(&passage(i).content, &target.prose[2])
            })),
        ),
        ("like-in-unit", max(mine.iter().map(|&i| similarity(&passage(i).content, &target.prose[2])))),
        ("words", log_words),
        ("question", count_tone(&|p| p.tone.question)),
        ("units", (mine.len() as f64).min(6.0) / 6.0),
    ]);
    [named, why, fix]
}
