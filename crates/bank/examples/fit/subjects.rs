//! Fitting of the chain that says what each passage speaks of.

use crate::regression::{Space, Sparse, minimise};
use crate::{Case, Vocabulary};
use assay_grader::chain::{CHANGES, JOINS, STEPS, sums};
use assay_grader::learn::Sight;

/// The penalties on a squared weight: what holds for all kinds, a kind's correction, a run of letters.
const PENALTIES: [f64; 3] = [1.0, 4.0, 0.5];
/// The kinds of which runs of letters may speak.
const KINDS: [&str; 6] =
    ["mutable-default", "n-plus-one", "missing-error-handling", "missing-tests", "custom", "decoy"];
/// The bias is hardly penalised: how often something is spoken of is a fact and not a preference.
const BIAS_PENALTY: f64 = 0.01;
/// The group of what speaks for no subject.
pub(crate) const NONE: &str = "none";
/// The group of the changes of subject.
pub(crate) const CHANGE: &str = "change";

/// The fitted chain.
pub(crate) struct Chain {
    pub(crate) space: Space,
    pub(crate) weights: Vec<f64>,
    first_change: usize,
}

/// One review's observations by number: `rows[passage][state]`, and for each passage its runs of letters, whose numbers are
/// counted from where the state's column begins.
struct Sequence {
    rows: Vec<Vec<Sparse>>,
    grams: Vec<Sparse>,
    begins: Vec<Option<usize>>,
}

fn sequence(case: &Case, space: &mut Space, vocabulary: &Vocabulary, fit: bool) -> Sequence {
    let [all, kind, _] = PENALTIES.map(|penalty| fit.then_some(penalty));
    let bias = fit.then_some(BIAS_PENALTY);
    let rows = (0..case.sight.spans().len())
        .map(|passage| {
            let mut states: Vec<Sparse> = (0..case.targets.len())
                .map(|target| {
                    let group = &case.targets[target].kind;
                    let mut row = Sparse::new();
                    for (name, value) in case.sight.subject(passage, target) {
                        row.extend(space.get("all", name, if name == "bias" { bias } else { all }).map(|i| (i, value)));
                        row.extend(space.get(group, name, kind).map(|i| (i, value)));
                    }
                    row
                })
                .collect();
            let mut none = Sparse::new();
            for (name, value) in case.sight.none(passage) {
                none.extend(space.get(NONE, name, if name == "bias" { bias } else { all }).map(|i| (i, value)));
            }
            states.push(none);
            states
        })
        .collect();
    let grams = (0..case.sight.spans().len()).map(|passage| vocabulary.of(case, passage)).collect();
    let columns = case.targets.iter().map(|target| format!("subject.{}", target.kind)).chain([NONE.to_owned()]);
    Sequence { rows, grams, begins: columns.map(|column| space.begin(&column)).collect() }
}

impl Chain {
    /// Fits to cases whose passages are annotated.
    pub(crate) fn fit(cases: &[&Case], vocabulary: &Vocabulary) -> Self {
        let columns = KINDS.iter().map(|kind| format!("subject.{kind}")).chain([NONE.to_owned()]).collect();
        let mut space = Space::new(columns, vocabulary.len(), PENALTIES[2]);
        let first_change = space.penalties.len();
        for name in CHANGES.iter().flatten() {
            space.get(CHANGE, name, Some(PENALTIES[0]));
        }
        let sequences: Vec<Sequence> = cases.iter().map(|case| sequence(case, &mut space, vocabulary, true)).collect();
        let size = space.penalties.len();
        let penalties = space.penalties.clone();
        let halves: Vec<Vec<(&Sequence, &&Case)>> = (0..2)
            .map(|half| {
                sequences.iter().zip(cases).enumerate().filter(|(i, _)| i % 2 == half).map(|(_, x)| x).collect()
            })
            .collect();
        let weights = minimise(size, |weights, gradient| {
            let parts: Vec<(f64, Vec<f64>)> = std::thread::scope(|scope| {
                let workers: Vec<_> = halves
                    .iter()
                    .map(|half| {
                        scope.spawn(|| {
                            let mut gradient = vec![0.0; size];
                            let loss = half
                                .iter()
                                .map(|(sequence, case)| sequence.loss(case, weights, first_change, &mut gradient))
                                .sum::<f64>();
                            (loss, gradient)
                        })
                    })
                    .collect();
                workers.into_iter().map(|worker| worker.join().expect("no worker panics")).collect()
            });
            let mut loss = 0.0;
            for (index, out) in gradient.iter_mut().enumerate() {
                loss += 0.5 * penalties[index] * weights[index] * weights[index];
                *out = penalties[index] * weights[index] + parts.iter().map(|(_, part)| part[index]).sum::<f64>();
            }
            loss + parts.iter().map(|(loss, _)| loss).sum::<f64>()
        });
        Self { space, weights, first_change }
    }

    /// For each passage the probability of each subject, then of none; and of each target by itself.
    pub(crate) fn states(&mut self, case: &Case, vocabulary: &Vocabulary) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let emissions = sequence(case, &mut self.space, vocabulary, false).emissions(&self.weights);
        let states = sums(&emissions, case.sight.joins(), &changes(&self.weights[self.first_change..])).states;
        (states, Sight::alone(&emissions))
    }
}

/// The changes' weights, which come first of those that have names.
fn changes(weights: &[f64]) -> [[f64; STEPS]; JOINS] {
    let mut out = [[0.0; STEPS]; JOINS];
    for (join, row) in out.iter_mut().enumerate() {
        row.copy_from_slice(&weights[join * STEPS..(join + 1) * STEPS]);
    }
    out
}

impl Sequence {
    fn emissions(&self, weights: &[f64]) -> Vec<Vec<f64>> {
        let dot = |row: &Sparse, begin: usize| row.iter().map(|&(i, value)| weights[begin + i] * value).sum::<f64>();
        let of = |(states, grams): (&Vec<Sparse>, &Sparse)| {
            let state = |(row, begin): (&Sparse, &Option<usize>)| dot(row, 0) + begin.map_or(0.0, |b| dot(grams, b));
            states.iter().zip(&self.begins).map(state).collect()
        };
        self.rows.iter().zip(&self.grams).map(of).collect()
    }

    /// Minus the log likelihood of what people annotated; its gradient is added.
    fn loss(&self, case: &Case, weights: &[f64], first_change: usize, gradient: &mut [f64]) -> f64 {
        let emissions = self.emissions(weights);
        let change = changes(&weights[first_change..]);
        let annotated = case.annotated.as_ref().expect("the chain is fitted to annotated cases");
        let allowed: Vec<Vec<f64>> = emissions
            .iter()
            .zip(annotated)
            .map(|(row, (about, _))| {
                let none = row.len() - 1;
                let may = |state: usize| if about.is_empty() { state == none } else { about.contains(&state) };
                row.iter().enumerate().map(|(s, &e)| if may(s) { e } else { f64::NEG_INFINITY }).collect()
            })
            .collect();
        let free = sums(&emissions, case.sight.joins(), &change);
        let bound = sums(&allowed, case.sight.joins(), &change);
        for (sign, sums) in [(1.0, &free), (-1.0, &bound)] {
            for ((states, rows), grams) in sums.states.iter().zip(&self.rows).zip(&self.grams) {
                for ((p, row), begin) in states.iter().zip(rows).zip(&self.begins).filter(|((p, _), _)| **p > 0.0) {
                    for &(index, value) in row {
                        gradient[index] += sign * p * value;
                    }
                    for &(index, value) in begin.map_or(&[][..], |_| grams) {
                        gradient[begin.unwrap_or(0) + index] += sign * p * value;
                    }
                }
            }
            for (index, expected) in sums.steps.iter().flatten().enumerate() {
                gradient[first_change + index] += sign * expected;
            }
        }
        free.log_total - bound.log_total
    }
}
