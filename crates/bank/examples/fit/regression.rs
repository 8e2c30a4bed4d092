//! Fitting by L-BFGS (Liu and Nocedal, Mathematical Programming 45, 1989), and logistic regression on named observations.

use std::collections::HashMap;

/// Differences that L-BFGS remembers.
const MEMORY: usize = 8;
/// Steps at most; the loss no longer changes in the fourth digit then.
const STEPS: usize = 90;

/// The point at which a convex function is least. `loss` gives the value and writes the gradient.
pub(crate) fn minimise(size: usize, mut loss: impl FnMut(&[f64], &mut [f64]) -> f64) -> Vec<f64> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let (mut at, mut gradient) = (vec![0.0; size], vec![0.0; size]);
    let mut value = loss(&at, &mut gradient);
    let mut memory: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..STEPS {
        let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut coefficients = Vec::new();
        for (s, y, scale) in memory.iter().rev() {
            let a = scale * dot(s, &direction);
            direction.iter_mut().zip(y).for_each(|(d, y)| *d -= a * y);
            coefficients.push(a);
        }
        if let Some((_, y, scale)) = memory.last() {
            let shrink = 1.0 / (scale * dot(y, y));
            for d in &mut direction {
                *d *= shrink;
            }
        }
        for ((s, y, scale), a) in memory.iter().zip(coefficients.into_iter().rev()) {
            let b = scale * dot(y, &direction);
            direction.iter_mut().zip(s).for_each(|(d, s)| *d += (a - b) * s);
        }
        let slope = dot(&direction, &gradient);
        let mut step = if memory.is_empty() { 1.0 / dot(&gradient, &gradient).sqrt().max(1.0) } else { 1.0 };
        let (mut next, mut next_gradient, mut next_value);
        loop {
            next = at.iter().zip(&direction).map(|(x, d)| x + step * d).collect::<Vec<f64>>();
            next_gradient = vec![0.0; size];
            next_value = loss(&next, &mut next_gradient);
            if next_value <= value + 1e-4 * step * slope || step < 1e-10 {
                break;
            }
            step /= 2.0;
        }
        let s: Vec<f64> = next.iter().zip(&at).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&s, &y);
        let done = (value - next_value).abs() <= 1e-7 * value.abs().max(1.0);
        if curvature > 1e-12 {
            memory.push((s, y, 1.0 / curvature));
            if memory.len() > MEMORY {
                memory.remove(0);
            }
        }
        (at, gradient, value) = (next, next_gradient, next_value);
        if done {
            break;
        }
    }
    at
}

/// Numbers for observations, each with the penalty on its squared weight: first for the runs of letters, as often as there are
/// columns for them, then for (group, name) pairs.
#[derive(Debug)]
pub(crate) struct Space {
    /// What the columns are called, and the runs in each.
    pub(crate) columns: Vec<String>,
    runs: usize,
    pub(crate) index: HashMap<(String, String), usize>,
    pub(crate) penalties: Vec<f64>,
}

/// Observations by number.
pub(crate) type Sparse = Vec<(usize, f64)>;

impl Space {
    pub(crate) fn new(columns: Vec<String>, runs: usize, penalty: f64) -> Self {
        let penalties = vec![penalty; columns.len() * runs];
        Self { columns, runs, index: HashMap::new(), penalties }
    }

    /// Where the numbers of a column's runs begin.
    pub(crate) fn begin(&self, column: &str) -> Option<usize> {
        Some(self.columns.iter().position(|held| held == column)? * self.runs)
    }

    /// The number of a pair, a new one where `penalty` is given; `None` if it is unknown and none is given.
    pub(crate) fn get(&mut self, group: &str, name: &str, penalty: Option<f64>) -> Option<usize> {
        if let Some(&index) = self.index.get(&(group.to_owned(), name.to_owned())) {
            return Some(index);
        }
        let penalty = penalty?;
        self.penalties.push(penalty);
        self.index.insert((group.to_owned(), name.to_owned()), self.penalties.len() - 1);
        Some(self.penalties.len() - 1)
    }
}

/// An observation set with its answer.
pub(crate) struct Example<'a> {
    pub(crate) kind: &'a str,
    pub(crate) features: &'a [(&'static str, f64)],
    /// Runs of letters by their number in the vocabulary.
    pub(crate) grams: &'a [(usize, f64)],
    pub(crate) answer: bool,
    /// How often it counts.
    pub(crate) weight: f64,
}

/// A fitted logistic regression.
pub(crate) struct Regression {
    pub(crate) space: Space,
    pub(crate) weights: Vec<f64>,
}

impl Regression {
    /// Fits with these penalties for what holds for all kinds, for each kind's correction, and for runs of letters, of which
    /// there are so many. They have a column of this name, and one for each of these kinds.
    pub(crate) fn fit(
        examples: &[Example<'_>],
        [all, kind, gram]: [f64; 3],
        name: &str,
        kinds: &[&str],
        runs: usize,
    ) -> Self {
        let columns = [name.to_owned()].into_iter().chain(kinds.iter().map(|kind| format!("{name}.{kind}"))).collect();
        let mut space = Space::new(columns, runs, gram);
        let rows: Vec<Sparse> = examples.iter().map(|example| sparse(&mut space, example, Some([all, kind]))).collect();
        let size = space.penalties.len();
        let weights = minimise(size, |weights, gradient| {
            let mut loss = 0.0;
            for ((weight, penalty), out) in weights.iter().zip(&space.penalties).zip(gradient.iter_mut()) {
                loss += 0.5 * penalty * weight * weight;
                *out = penalty * weight;
            }
            for (row, example) in rows.iter().zip(examples) {
                let sum: f64 = row.iter().map(|&(index, value)| weights[index] * value).sum();
                let signed = if example.answer { sum } else { -sum };
                loss += example.weight * (1.0 + (-signed.abs()).exp()).ln() + example.weight * (-signed).max(0.0);
                let error = example.weight * (1.0 / (1.0 + (-sum).exp()) - f64::from(u8::from(example.answer)));
                for &(index, value) in row {
                    gradient[index] += error * value;
                }
            }
            loss
        });
        Self { space, weights }
    }

    /// The probability of a yes.
    pub(crate) fn probability(&mut self, example: &Example<'_>) -> f64 {
        let row = sparse(&mut self.space, example, None);
        let sum: f64 = row.iter().map(|&(index, value)| self.weights[index] * value).sum();
        1.0 / (1.0 + (-sum).exp())
    }
}

fn sparse(space: &mut Space, example: &Example<'_>, penalties: Option<[f64; 2]>) -> Sparse {
    let [all, kind] = penalties.map_or([None; 2], |penalties| penalties.map(Some));
    let mut row = Sparse::new();
    for &(name, value) in example.features {
        row.extend(space.get("all", name, all).map(|index| (index, value)));
        row.extend(space.get(example.kind, name, kind).map(|index| (index, value)));
    }
    let of_kind = space.columns.iter().position(|column| column.ends_with(&format!(".{}", example.kind)));
    for column in [Some(0), of_kind].into_iter().flatten() {
        row.extend(example.grams.iter().map(|&(gram, value)| (column * space.runs + gram, value)));
    }
    row
}
