//! What speaks for and against each credit: numbers with names, from the passages that speak of an issue.

use crate::assign::{affinity, assign};
use crate::lexicon::{Concepts, KindRules, Rule, best};
use crate::passage::{IDS, Passage, Sense};
use crate::place::Map;
use crate::segment::{Role, UnitKind};
use crate::target::{Compared, PROSE, Target, cosine, similarity, stems};
use std::collections::{BTreeMap, BTreeSet};

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
#[allow(clippy::struct_excessive_bools, reason = "independent observations of one review")]
pub(crate) struct Document {
    /// Share of prose units that name a place of the source.
    pub(crate) placed: f64,
    /// Of the units that speak of a target, the share that says all is well.
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

/// From this share of denials on, a review says that all is well. Of the labelled reviews that deny everything the lowest
/// has 0.5, of all others the highest has 0.3.
const DENIES_ALL: f64 = 0.45;
/// The same for a review that also says that it can go in as it is.
const DENIES_AND_APPROVES: f64 = 0.25;
/// A list of terms has at least so many words for each small word that joins them, and a comma for so few.
const TERMS: (f64, f64) = (0.12, 6.0);

/// Below this share of sentences about the exercise's subject, a review that names no place is general advice. Of the labelled
/// checklists and lectures the highest has 0.12; of the reviews in everyday words without a place the lowest has 0.3.
const ABOUT: f64 = 0.2;

fn generic(bare: bool, prose: &[&Passage]) -> bool {
    let about = prose.iter().filter(|passage| passage.about).count();
    bare && prose.len() >= 4 && (about as f64) < ABOUT * prose.len() as f64
}

impl Document {
    fn new(passages: &[Passage], assigned: &[Option<usize>]) -> Self {
        let prose: Vec<&Passage> = passages.iter().filter(|passage| passage.words >= 3).collect();
        let bare = passages.iter().all(|passage| passage.places.is_empty() && passage.inherited.is_empty());
        let placed = prose.iter().filter(|passage| !passage.places.is_empty() || !passage.inherited.is_empty()).count();
        let spoken: Vec<&Passage> = passages
            .iter()
            .zip(assigned)
            .filter(|(passage, target)| target.is_some() && passage.words >= 3)
            .map(|(passage, _)| passage)
            .collect();
        let denied = spoken.iter().filter(|passage| passage.denied).count();
        let words: usize = passages.iter().map(|passage| passage.words).sum();
        let joining: usize = passages.iter().map(|passage| passage.joining).sum();
        let commas: usize = passages.iter().map(|passage| passage.commas).sum();
        let pointed = passages.iter().any(|passage| !passage.places.spots.is_empty());
        Self {
            placed: placed as f64 / prose.len().max(1) as f64,
            denying: denied as f64 / spoken.len().max(1) as f64,
            bare,
            generic: generic(bare, &prose),
            approved: passages.iter().any(|passage| passage.concepts.has(IDS.verdict)),
            terms: !pointed
                && words >= 12
                && (joining as f64) < TERMS.0 * words as f64
                && commas as f64 * TERMS.1 > words as f64,
        }
    }

    /// Whether the review as a whole says that there are no problems.
    fn denies(&self) -> bool {
        self.denying >= if self.approved { DENIES_AND_APPROVES } else { DENIES_ALL }
    }
}

pub(crate) fn observe(passages: &[Passage], targets: &[Target], map: &Map) -> Observed {
    let mut compared: Vec<Vec<Compared>> =
        passages.iter().map(|passage| targets.iter().map(|target| target.compare(passage, map)).collect()).collect();
    if targets.iter().any(|target| target.kind == PROSE) {
        compare_remarks(passages, targets, &mut compared);
    }
    let affinities: Vec<Vec<f64>> = passages
        .iter()
        .zip(&compared)
        .map(|(passage, row)| {
            row.iter().zip(targets).map(|(compared, target)| affinity(target, passage, compared)).collect()
        })
        .collect();
    let mut assigned = assign(passages, &affinities, targets.len());
    let document = Document::new(passages, &assigned);
    if document.terms || document.generic || document.denies() {
        assigned.fill(None);
    }
    Observed { assigned, compared, affinities, document }
}

/// Fills in the cosines, for which a remark counts as a whole.
fn compare_remarks(passages: &[Passage], targets: &[Target], compared: &mut [Vec<Compared>]) {
    let mut remarks: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for passage in passages {
        remarks.entry(passage.unit.remark).or_default().extend(stems(&passage.tokens));
    }
    for (passage, row) in passages.iter().zip(compared) {
        for (compared, target) in row.iter_mut().zip(targets) {
            compared.cosine = cosine(&remarks[&passage.unit.remark], &target.stems);
        }
    }
}

/// A passage that speaks of another target speaks of a decoy as well if its affinities are as near as this, and high enough.
const TIE: f64 = 0.2;
const TIE_FROM: f64 = 1.2;

/// Observations on one target: for `named`, `why`, `fix` (for a decoy, only the first is of use).
pub(crate) fn features(index: usize, target: &Target, passages: &[Passage], observed: &Observed) -> [Features; 3] {
    let speaks = |i: usize| match observed.assigned[i] {
        Some(assigned) if assigned == index => true,
        // One sentence may call two decoys a problem, or a decoy and an issue.
        Some(assigned) if target.decoy => {
            let affinity = observed.affinities[i][index];
            affinity >= TIE_FROM && affinity >= observed.affinities[i][assigned] - TIE
        }
        _ => false,
    };
    let spoken: Vec<usize> = (0..passages.len()).filter(|&i| speaks(i)).collect();
    // A place that was taken over from a sentence on another issue says nothing of this one.
    let of_another = |i: usize| {
        !observed.compared[i][index].own_place
            && passages[i]
                .inherited_from
                .is_some_and(|from| observed.assigned[from].is_some_and(|target| target != index))
    };
    let elsewhere = |i: usize| observed.compared[i][index].fit.elsewhere && !of_another(i);
    // What is said of another place, or said to be well, names nothing.
    let naming =
        spoken.iter().copied().filter(|&i| !passages[i].denied && !passages[i].borrowed && !elsewhere(i)).collect();
    let naming = Group::new(naming, index, target, passages, observed);
    let all = Group::new(spoken, index, target, passages, observed);
    let mut common = vec![
        ("denied", all.share(|i| passages[i].denied)),
        ("elsewhere", all.share(elsewhere)),
        ("other-function", all.max(|i| flag(observed.compared[i][index].fit.other_function))),
        ("document-denial", observed.document.denying),
        ("document-placed", observed.document.placed),
        ("document-bare", flag(observed.document.bare)),
    ];
    common.extend(naming.place());
    let mut features = [naming.named(), all.why(), all.fix()];
    for list in &mut features {
        list.extend(common.iter().copied());
    }
    features
}

fn flag(value: bool) -> f64 {
    f64::from(u8::from(value))
}

/// Passages that speak of one target, looked at together.
struct Group<'a> {
    list: Vec<usize>,
    /// The same by remark: concepts that stand in neighbouring sentences work together.
    remarks: Vec<Vec<usize>>,
    index: usize,
    target: &'a Target,
    passages: &'a [Passage],
    observed: &'a Observed,
}

type Pick = fn(&KindRules) -> &[Rule];

impl<'a> Group<'a> {
    fn new(
        list: Vec<usize>,
        index: usize,
        target: &'a Target,
        passages: &'a [Passage],
        observed: &'a Observed,
    ) -> Self {
        let mut remarks: Vec<Vec<usize>> = Vec::new();
        for &i in &list {
            match remarks.last_mut() {
                Some(held) if passages[held[0]].unit.remark == passages[i].unit.remark => held.push(i),
                _ => remarks.push(vec![i]),
            }
        }
        Self { list, remarks, index, target, passages, observed }
    }

    fn max(&self, value: impl Fn(usize) -> f64) -> f64 {
        self.list.iter().map(|&i| value(i)).fold(0.0, f64::max)
    }

    fn max_remark(&self, value: impl Fn(&[usize]) -> f64) -> f64 {
        self.remarks.iter().map(|list| value(list)).fold(0.0, f64::max)
    }

    /// Share of the passages for which the test holds.
    fn share(&self, test: impl Fn(usize) -> bool) -> f64 {
        self.list.iter().filter(|&&i| test(i)).count() as f64 / self.list.len().max(1) as f64
    }

    /// Number of passages for which the test holds, three and more as 1.
    fn count(&self, test: impl Fn(&Passage) -> bool) -> f64 {
        (self.list.iter().filter(|&&i| test(&self.passages[i])).count() as f64).min(3.0) / 3.0
    }

    fn compared(&self, i: usize) -> &Compared {
        &self.observed.compared[i][self.index]
    }

    fn has(&self, concept: u16) -> f64 {
        self.max(|i| flag(self.passages[i].concepts.has(concept)))
    }

    /// The strongest rule that a remark as a whole satisfies.
    fn rule(&self, pick: Pick, list: &[usize]) -> f64 {
        let concepts = list.iter().fold(Concepts::default(), |all, &i| all.union(self.passages[i].concepts));
        self.target.rules.and_then(|rules| best(pick(rules), concepts)).map_or(0.0, |rule| rule.weight)
    }

    fn like(&self, list: &[usize], prose: &BTreeMap<Sense, f64>) -> f64 {
        let content: BTreeSet<Sense> = list.iter().flat_map(|&i| self.passages[i].content.iter().cloned()).collect();
        similarity(&content, prose)
    }

    /// Words that the remark shares with the key's prose and that are no names of the source, five and more as 1.
    fn shared(&self, list: &[usize]) -> f64 {
        let content: BTreeSet<&Sense> = list.iter().flat_map(|&i| &self.passages[i].content).collect();
        let shared = content
            .into_iter()
            .filter(|sense| !self.target.names.contains(*sense))
            .filter_map(|sense| self.target.all.get(sense));
        shared.sum::<f64>().min(4.0) / 4.0
    }

    fn place_of(&self, list: &[usize]) -> f64 {
        let place = |i: usize| {
            let fit = self.compared(i).fit;
            if fit.elsewhere { 0.0 } else { fit.lines.max(fit.names) }
        };
        list.iter().map(|&i| place(i)).fold(0.0, f64::max)
    }

    fn words(&self) -> usize {
        self.list.iter().map(|&i| self.passages[i].words).sum()
    }

    fn new_code(&self) -> f64 {
        (self.list.iter().map(|&i| self.passages[i].new_code).sum::<usize>() as f64).min(4.0) / 4.0
    }

    fn suggests(&self, i: usize) -> bool {
        self.passages[i].tone.suggests || self.passages[i].tone.imperative
    }

    fn place(&self) -> Features {
        let lines = |i: usize| {
            if self.compared(i).own_place { self.compared(i).fit.lines } else { 0.7 * self.compared(i).fit.lines }
        };
        vec![
            ("any", flag(!self.list.is_empty())),
            ("affinity", self.max(|i| self.observed.affinities[i][self.index]) / 3.0),
            ("lines", self.max(lines)),
            ("names", self.max(|i| self.compared(i).fit.names)),
            ("advice", self.share(|i| self.passages[i].tone.advice && self.passages[i].places.is_empty())),
            ("nit", self.share(|i| self.passages[i].tone.nit)),
            ("telegraphic", self.max(|i| flag(self.passages[i].is_telegraphic()))),
        ]
    }

    fn named(&self) -> Features {
        let [summary, why, fix] = &self.target.prose;
        vec![
            ("kind", self.max_remark(|list| self.rule(|rules| &rules.named, list))),
            ("kind-in-unit", self.max(|i| self.compared(i).named)),
            ("kind-at-place", self.max_remark(|list| self.place_of(list) * self.rule(|rules| &rules.named, list))),
            ("like-summary", self.max_remark(|list| self.like(list, summary))),
            ("like-why", self.max_remark(|list| self.like(list, why))),
            ("like-fix", self.max_remark(|list| self.like(list, fix))),
            ("like-all", self.max_remark(|list| self.like(list, &self.target.all))),
            ("like-in-unit", self.max(|i| self.compared(i).similarity)),
            ("cosine", self.max(|i| self.compared(i).cosine)),
            ("shared", self.max_remark(|list| self.shared(list))),
            ("like-at-place", self.max_remark(|list| self.place_of(list) * self.like(list, &self.target.all))),
            ("why", self.max_remark(|list| self.rule(|rules| &rules.why, list))),
            ("fix", self.max_remark(|list| self.rule(|rules| &rules.fix, list))),
            ("new-code", self.new_code()),
            ("words", log_words(self.words())),
            ("suggests", self.count(|passage| passage.tone.suggests)),
            ("question", self.count(|passage| passage.tone.question)),
            ("harm", self.has(IDS.harm).max(self.has(IDS.failure))),
        ]
    }

    fn why(&self) -> Features {
        let [summary, why, fix] = &self.target.prose;
        let words = self.words();
        let passage = |i: usize| &self.passages[i];
        let explains = |i: usize| {
            let harm = passage(i).concepts.has(IDS.harm) || passage(i).concepts.has(IDS.failure);
            0.5 * self.compared(i).why
                + similarity(&passage(i).content, why)
                + 0.3 * flag(harm)
                + 0.4 * flag(passage(i).tone.consequence)
                - 0.4 * flag(self.suggests(i) && !passage(i).tone.consequence)
                - 0.5 * flag(passage(i).words < 5)
        };
        vec![
            ("why", self.max_remark(|list| self.rule(|rules| &rules.why, list))),
            ("why-in-unit", self.max(|i| self.compared(i).why)),
            ("explains", self.max(explains)),
            ("kind", self.max_remark(|list| self.rule(|rules| &rules.named, list))),
            ("like-summary", self.like(&self.list, summary)),
            ("like-why", self.like(&self.list, why)),
            ("like-fix", self.like(&self.list, fix)),
            ("consequence", self.count(|passage| passage.tone.consequence)),
            ("harm", self.has(IDS.harm)),
            ("failure", self.has(IDS.failure)),
            ("regression", self.has(IDS.regression)),
            ("cost", self.has(IDS.cost)),
            ("number", self.has(IDS.number)),
            ("words", log_words(words)),
            ("long", flag(words > 25)),
            ("short", flag(words < 12)),
            ("announced", self.max(|i| flag(passage(i).unit.role == Some(Role::Why) && passage(i).words > 2))),
            ("units", (self.list.len() as f64).min(6.0) / 6.0),
            ("question", self.count(|passage| passage.tone.question)),
            (
                "statement",
                self.count(|passage| {
                    passage.tone.consequence && !passage.tone.suggests && !passage.tone.imperative && passage.words > 7
                }),
            ),
            (
                "suggest-only",
                flag(!self.list.is_empty()) * flag(self.list.iter().all(|&i| self.suggests(i) || passage(i).words < 4)),
            ),
        ]
    }

    fn fix(&self) -> Features {
        let [summary, _, fix] = &self.target.prose;
        let passage = |i: usize| &self.passages[i];
        let like = |i: usize| similarity(&passage(i).content, fix);
        let remedies = |i: usize| {
            0.6 * self.compared(i).fix + like(i) + 0.4 * flag(passage(i).new_code > 0) + 0.4 * flag(self.suggests(i))
                - 0.3 * flag(passage(i).words < 3 && passage(i).new_code == 0)
        };
        let code = |i: usize| matches!(passage(i).unit.kind, UnitKind::Code { .. }) && passage(i).new_code > 0;
        vec![
            ("fix", self.max_remark(|list| self.rule(|rules| &rules.fix, list))),
            ("fix-in-unit", self.max(|i| self.compared(i).fix)),
            ("remedies", self.max(remedies)),
            ("kind", self.max_remark(|list| self.rule(|rules| &rules.named, list))),
            ("like-summary", self.like(&self.list, summary)),
            ("like-fix", self.like(&self.list, fix)),
            ("like-in-unit", self.max(like)),
            ("new-code", self.new_code()),
            ("any-new-code", flag(self.new_code() > 0.0)),
            ("code-block", self.max(|i| flag(code(i)))),
            (
                "announced",
                self.max(|i| {
                    flag(passage(i).unit.role == Some(Role::Fix) && passage(i).words + passage(i).new_code > 1)
                }),
            ),
            ("directs", self.max(|i| flag(passage(i).tone.imperative && passage(i).words >= 5))),
            ("suggests", self.count(|passage| passage.tone.suggests)),
            ("imperative", self.count(|passage| passage.tone.imperative)),
            ("suggest-fix", self.max(|i| flag(self.suggests(i)) * self.compared(i).fix)),
            ("suggest-like", self.max(|i| flag(self.suggests(i)) * like(i))),
            ("words", log_words(self.words())),
            ("question", self.count(|passage| passage.tone.question)),
            ("units", (self.list.len() as f64).min(6.0) / 6.0),
        ]
    }
}

/// Length on a scale on which the first words count most; 0 for none, about 1 for 150.
fn log_words(words: usize) -> f64 {
    (words as f64 / 8.0).ln_1p() / 3.0
}
