//! Puts the observations together: which passage speaks of what, in which role, and what follows for each issue.

use crate::chain::{CHANGES, JOINS, Join, STEPS, states};
use crate::grams::{REVIEW, Sum, Vector};
use crate::issue::Issue;
use crate::observations::{dot, dots};
use crate::passage::Passage;
use crate::place::Map;
use crate::prose::{self, Likeness, PROSE};
use crate::role::{ROLE_NAMES, ROLES, Role, Taken};
use crate::segment::UnitKind;
use crate::subject::{NoSubject, Subject, Tops};
use crate::target::{self, Compared, Target};
use crate::vocabulary::Vocabulary;
use crate::whole::{Document, Whole};
use assay_catalog::grams::column;
use assay_catalog::model::{self, probability, table};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;

/// Below this probability of a passage's speaking of an issue, its roles for it are not worth working out.
const FAINT: f64 = 0.02;

/// The model's weights for the targets of one key, in the order of the observations.
#[derive(Debug)]
pub(crate) struct Tables {
    none: [f64; NoSubject::COUNT],
    change: [[f64; STEPS]; JOINS],
    empty: [f64; Whole::COUNT],
    prose: [f64; Likeness::COUNT],
    none_column: Option<usize>,
    targets: Vec<TargetTables>,
}

#[derive(Debug)]
struct TargetTables {
    subject: [f64; Subject::COUNT],
    /// For each observation its weight for each role.
    roles: [[f64; ROLES]; Role::COUNT],
    /// Named, why and fix; for a decoy, that it is called a problem.
    credits: Vec<[f64; Issue::COUNT]>,
    /// The columns for the sums over runs of letters: as the subject, and for each role.
    subject_column: Option<usize>,
    role_columns: [Vec<usize>; ROLES],
}

/// What speaks for the review's earning nothing: the sum over its words, each counted once however often it is said.
fn everywhere(passages: &[Passage]) -> f64 {
    let mut seen = FxHashSet::default();
    let words = passages.iter().flat_map(|passage| &passage.tokens).map(|token| token.word);
    let new = words.filter(|word| seen.insert((word.stem, word.empty.to_bits())));
    new.map(|word| f64::from(word.empty)).sum::<f64>() / REVIEW
}

/// The weights of a judgement for a kind, in the order of the observations' names.
fn weights<const COUNT: usize>(judgement: &str, kind: &str, names: &[&str]) -> [f64; COUNT] {
    let mut weights = [0.0; COUNT];
    weights.copy_from_slice(&table(model::weights(judgement), kind, names));
    weights
}

impl Tables {
    pub(crate) fn new(targets: &[Target]) -> Self {
        let changes = model::weights("change").get("all");
        let change = CHANGES.map(|row| row.map(|name| changes.and_then(|all| all.get(name)).copied().unwrap_or(0.0)));
        Self {
            none: weights("none", "", NoSubject::NAMES),
            change,
            empty: weights("empty", "", Whole::NAMES),
            prose: weights("prose", "", Likeness::NAMES),
            none_column: column("none"),
            targets: targets
                .iter()
                .map(|target| {
                    let credits: &[&str] = if target.decoy { &["decoy"] } else { &["named", "why", "fix"] };
                    TargetTables {
                        subject: weights("subject", &target.kind, Subject::NAMES),
                        roles: {
                            let roles = ROLE_NAMES.map(|role| weights(role, &target.kind, Role::NAMES));
                            std::array::from_fn(|index| roles.map(|role: [f64; Role::COUNT]| role[index]))
                        },
                        credits: credits.iter().map(|credit| weights(credit, &target.kind, Issue::NAMES)).collect(),
                        subject_column: column(&format!("subject.{}", target.kind)),
                        role_columns: ROLE_NAMES.map(|role| {
                            [role.to_owned(), format!("{role}.{}", target.kind)]
                                .iter()
                                .filter_map(|name| column(name))
                                .collect()
                        }),
                    }
                })
                .collect(),
        }
    }
}

/// All that is known of the passages of one review before they are weighed.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) compared: Vec<Vec<Compared>>,
    pub(crate) document: Document,
    pub(crate) joins: Vec<Join>,
    pub(crate) subjects: Vec<Vec<Subject>>,
    pub(crate) none: Vec<NoSubject>,
}

impl Seen {
    pub(crate) fn new(passages: &[Passage], targets: &[Target], map: &Map, vocabulary: &Vocabulary) -> Self {
        let mut compared: Vec<Vec<Compared>> =
            passages.iter().map(|passage| target::compare(passage, targets, map, vocabulary)).collect();
        compare_grams(passages, &mut compared);
        let document = Document::new(passages);
        let subjects = passages
            .iter()
            .zip(&compared)
            .map(|(passage, row)| {
                let heading = passage.unit.headings.last().map(|&heading| &compared[heading]);
                let tops = Tops::new(row);
                targets
                    .iter()
                    .zip(row)
                    .enumerate()
                    .map(|(index, (target, x))| {
                        Subject::new(index, target, passage, x, &tops, heading.map(|row| &row[index]))
                    })
                    .collect()
            })
            .collect();
        let none = passages
            .iter()
            .zip(&compared)
            .enumerate()
            .map(|(place, (passage, row))| NoSubject::new(passage, row, &document, place, passages.len()))
            .collect();
        let joins = (0..passages.len()).map(|index| join(passages, index)).collect();
        Self { compared, document, joins, subjects, none }
    }

    /// What is seen of a passage's part for a target.
    pub(crate) fn role(&self, passages: &[Passage], passage: usize, target: usize) -> Role {
        let held = &passages[passage];
        let before = passage
            .checked_sub(1)
            .filter(|&before| passages[before].unit.remark == held.unit.remark)
            .map(|before| (&passages[before], &self.compared[before][target]));
        let heading = held.unit.headings.last().map(|&heading| &passages[heading]);
        Role::new(
            &self.subjects[passage][target],
            held,
            &self.compared[passage][target],
            &self.document,
            before,
            heading,
        )
    }
}

/// Fills in the likeness by runs of letters.
fn compare_grams(passages: &[Passage], compared: &mut [Vec<Compared>]) {
    let mut remarks: FxHashMap<usize, Sum> = FxHashMap::default();
    for passage in passages {
        match remarks.entry(passage.unit.remark) {
            Entry::Occupied(mut remark) => remark.get_mut().add(passage.sum.values()),
            Entry::Vacant(remark) => _ = remark.insert(passage.sum.clone()),
        }
    }
    let remarks: FxHashMap<usize, Vector> =
        remarks.into_iter().map(|(remark, words)| (remark, words.scaled())).collect();
    for (passage, row) in passages.iter().zip(compared) {
        let alike =
            passage.vector.cosines().chunks_exact(3).zip(remarks[&passage.unit.remark].cosines().chunks_exact(3));
        for (x, (own, remark)) in row.iter_mut().zip(alike) {
            x.grams.copy_from_slice(own);
            x.remark_grams = remark.iter().copied().fold(0.0, f64::max);
        }
    }
}

fn join(passages: &[Passage], index: usize) -> Join {
    let Some(before) = index.checked_sub(1) else { return Join::New };
    let (before, here) = (&passages[before].unit, &passages[index].unit);
    if here.continues {
        Join::Sentence
    } else if before.block == here.block {
        Join::Block
    } else if before.remark == here.remark {
        Join::Remark
    } else if before.kind == UnitKind::Heading && here.headings.last() == Some(&(index - 1)) {
        Join::Heading
    } else {
        Join::New
    }
}

/// All that was observed of one review.
#[derive(Debug)]
pub(crate) struct Observed {
    /// For each passage the likeliest subject, `None` for none.
    pub(crate) assigned: Vec<Option<usize>>,
    pub(crate) compared: Vec<Vec<Compared>>,
    pub(crate) taken: Taken,
    /// For each target the probability of each credit.
    pub(crate) credits: Vec<Vec<f64>>,
}

pub(crate) fn observe(
    passages: &[Passage],
    targets: &[Target],
    map: &Map,
    vocabulary: &Vocabulary,
    tables: &Tables,
) -> Observed {
    let seen = Seen::new(passages, targets, map, vocabulary);
    if targets.iter().any(|target| target.kind == PROSE) {
        return by_prose(passages, targets, seen, tables);
    }
    let emissions: Vec<Vec<f64>> = (0..passages.len())
        .map(|i| {
            let targets = tables.targets.iter().zip(&seen.subjects[i]).map(|(tables, subject)| {
                dot(&subject.values(), &tables.subject) + passages[i].vector.said(tables.subject_column)
            });
            let none = dot(&seen.none[i].values(), &tables.none) + passages[i].vector.said(tables.none_column);
            targets.chain([none]).collect()
        })
        .collect();
    let states = states(&emissions, &seen.joins, &tables.change);
    let alone = alone(&emissions);
    let roles: Vec<Vec<[f64; ROLES]>> = (0..passages.len())
        .map(|i| {
            (0..targets.len())
                .map(|t| {
                    if states[i][t].max(alone[i][t]) < FAINT {
                        return [0.0; ROLES];
                    }
                    let values = seen.role(passages, i, t).values();
                    let mut of = dots(&values, &tables.targets[t].roles);
                    for (p, columns) in of.iter_mut().zip(&tables.targets[t].role_columns) {
                        *p = probability(
                            *p + columns.iter().map(|&column| passages[i].vector.said(Some(column))).sum::<f64>(),
                        );
                    }
                    of
                })
                .collect()
        })
        .collect();
    let taken = Taken { states, alone, roles };
    let whole = Whole::new(passages, &seen.compared, &seen.document, &taken);
    let empty = probability(dot(&whole.values(), &tables.empty) + everywhere(passages));
    let credits = targets
        .iter()
        .zip(&tables.targets)
        .enumerate()
        .map(|(index, (target, tables))| {
            let values =
                Issue::new(index, target.decoy, passages, &seen.compared, &seen.document, &taken, empty).values();
            tables.credits.iter().map(|weights| probability(dot(&values, weights))).collect()
        })
        .collect();
    let assigned = taken.states.iter().map(|row| most(row).filter(|&state| state < targets.len())).collect();
    Observed { assigned, compared: seen.compared, taken, credits }
}

/// For each passage and target the probability that it is the passage's subject rather than none, whatever the others are.
pub(crate) fn alone(emissions: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let of = |row: &Vec<f64>| {
        let (none, targets) = row.split_last()?;
        Some(targets.iter().map(|emission| probability(emission - none)).collect())
    };
    emissions.iter().map(|row| of(row).unwrap_or_default()).collect()
}

/// Without code there are neither places nor rubrics, only whole remarks and the words of the key.
fn by_prose(passages: &[Passage], targets: &[Target], seen: Seen, tables: &Tables) -> Observed {
    let mut states = vec![vec![0.0; targets.len() + 1]; passages.len()];
    let mut credits = Vec::new();
    for (target, (likeness, spoken)) in prose::likeness(passages, targets, &seen.compared).into_iter().enumerate() {
        let p = probability(dot(&likeness.values(), &tables.prose));
        credits.push(vec![p; tables.targets[target].credits.len()]);
        for passage in spoken {
            states[passage][target] = p;
        }
    }
    let assigned = states.iter().map(|row| most(row).filter(|&state| row[state] > 0.0)).collect();
    let roles = vec![vec![[1.0; ROLES]; targets.len()]; passages.len()];
    let taken = Taken { alone: states.clone(), states, roles };
    Observed { assigned, compared: seen.compared, taken, credits }
}

/// The place of the largest value, the first of equals.
fn most(values: &[f64]) -> Option<usize> {
    (0..values.len()).reduce(|best, index| if values[index] > values[best] { index } else { best })
}
