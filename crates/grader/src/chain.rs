//! Which issue, if any, each passage speaks of: a linear-chain conditional random field.
//!
//! A passage alone often says too little ("it will be slow"), so a review is judged as a sequence: what each passage says of each
//! subject, and how likely it is that the next passage stays with the subject, given how the two are joined. Method: Lafferty,
//! `McCallum` and Pereira, Conditional Random Fields, ICML 2001; forward and backward sums in the logarithm.

/// How a passage is joined to the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// It goes on with the sentence.
    Sentence,
    /// It stands in the same paragraph or cell.
    Block,
    /// It stands in the same remark.
    Remark,
    /// The one before is its heading.
    Heading,
    /// It begins a new remark.
    New,
}

/// What may happen to the subject between two passages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The same issue goes on.
    Stay,
    /// Neither speaks of an issue.
    StayOut,
    /// From an issue to none.
    Leave,
    /// From none to an issue.
    Enter,
    /// From one issue to another.
    Change,
}

/// Number of [`Join`]s and of [`Step`]s.
pub const JOINS: usize = 5;
/// See [`JOINS`].
pub const STEPS: usize = 5;

/// Names of the weights of each step at each join, for the model's table `change`.
pub const CHANGES: [[&str; STEPS]; JOINS] = [
    ["sentence-stay", "sentence-stay-out", "sentence-leave", "sentence-enter", "sentence-change"],
    ["block-stay", "block-stay-out", "block-leave", "block-enter", "block-change"],
    ["remark-stay", "remark-stay-out", "remark-leave", "remark-enter", "remark-change"],
    ["heading-stay", "heading-stay-out", "heading-leave", "heading-enter", "heading-change"],
    ["new-stay", "new-stay-out", "new-leave", "new-enter", "new-change"],
];

/// The step from one state to the next, where the last state is "none".
pub fn step(from: usize, to: usize, none: usize) -> Step {
    match (from == none, to == none) {
        (true, true) => Step::StayOut,
        (true, false) => Step::Enter,
        (false, true) => Step::Leave,
        (false, false) if from == to => Step::Stay,
        (false, false) => Step::Change,
    }
}

/// The result of summing over all sequences of subjects.
#[derive(Debug)]
pub struct Sums {
    /// Logarithm of the sum of all sequences' weights.
    pub log_total: f64,
    /// For each passage the probability of each state.
    pub states: Vec<Vec<f64>>,
    /// For each join and step the expected number.
    pub steps: [[f64; STEPS]; JOINS],
}

/// Sums over all sequences. `emissions[i][state]`, the last state being "none"; `joins[i]` joins passage `i` to the one before
/// (the first is not looked at). A state that is impossible has the emission negative infinity.
#[allow(clippy::needless_range_loop, reason = "the indices are the states of the method as it is published")]
pub fn sums(emissions: &[Vec<f64>], joins: &[Join], change: &[[f64; STEPS]; JOINS]) -> Sums {
    let both = Passes::new(emissions, joins, change);
    let mut steps = [[0.0; STEPS]; JOINS];
    let states = emissions.first().map_or(0, Vec::len);
    for i in 1..emissions.len() {
        for from in 0..states {
            for to in 0..states {
                let step = step(from, to, states - 1) as usize;
                let weight = change[joins[i] as usize][step];
                let log = both.forward[i - 1][from] + weight + emissions[i][to] + both.backward[i][to];
                steps[joins[i] as usize][step] += (log - both.log_total).exp();
            }
        }
    }
    Sums { log_total: both.log_total, states: both.states(), steps }
}

/// The probabilities of [`Sums::states`] alone, which take two thirds of the time.
pub(crate) fn states(emissions: &[Vec<f64>], joins: &[Join], change: &[[f64; STEPS]; JOINS]) -> Vec<Vec<f64>> {
    Passes::new(emissions, joins, change).states()
}

/// The sums over all beginnings and over all endings.
struct Passes {
    forward: Vec<Vec<f64>>,
    backward: Vec<Vec<f64>>,
    log_total: f64,
}

impl Passes {
    #[allow(clippy::needless_range_loop, reason = "the indices are the states of the method as it is published")]
    fn new(emissions: &[Vec<f64>], joins: &[Join], change: &[[f64; STEPS]; JOINS]) -> Self {
        let Some(first) = emissions.first() else {
            return Self { forward: Vec::new(), backward: Vec::new(), log_total: 0.0 };
        };
        let states = first.len();
        let none = states - 1;
        let weight = |i: usize, from: usize, to: usize| change[joins[i] as usize][step(from, to, none) as usize];
        let mut scratch = vec![0.0; states];
        let mut forward = vec![first.clone()];
        for i in 1..emissions.len() {
            let mut row = vec![0.0; states];
            for (to, value) in row.iter_mut().enumerate() {
                for (from, held) in scratch.iter_mut().enumerate() {
                    *held = forward[i - 1][from] + weight(i, from, to);
                }
                *value = emissions[i][to] + log_sum(&scratch);
            }
            forward.push(row);
        }
        let mut backward = vec![vec![0.0; states]; emissions.len()];
        for i in (1..emissions.len()).rev() {
            for from in 0..states {
                for (to, held) in scratch.iter_mut().enumerate() {
                    *held = weight(i, from, to) + emissions[i][to] + backward[i][to];
                }
                backward[i - 1][from] = log_sum(&scratch);
            }
        }
        let log_total = log_sum(&forward[emissions.len() - 1]);
        Self { forward, backward, log_total }
    }

    fn states(&self) -> Vec<Vec<f64>> {
        let of = |ahead: &[f64], behind: &[f64]| {
            ahead.iter().zip(behind).map(|(a, b)| (a + b - self.log_total).exp()).collect()
        };
        self.forward.iter().zip(&self.backward).map(|(ahead, behind)| of(ahead, behind)).collect()
    }
}

fn log_sum(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY {
        return most;
    }
    most + values.iter().map(|value| (value - most).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums agree with listing every sequence.
    #[test]
    fn sums_are_those_of_all_sequences() {
        let emissions = vec![vec![0.3, -1.0, 0.5], vec![1.2, 0.1, 0.0], vec![-0.4, 0.9, 0.2]];
        let joins = [Join::New, Join::Block, Join::New];
        let mut change = [[0.0; STEPS]; JOINS];
        change[Join::Block as usize] = [0.8, 0.5, -0.3, -0.2, -1.0];
        change[Join::New as usize] = [0.1, 0.4, 0.2, -0.6, 0.3];
        let mut total = 0.0;
        let mut first = [0.0; 3];
        for a in 0..3 {
            for b in 0..3 {
                for c in 0..3 {
                    let log = emissions[0][a]
                        + emissions[1][b]
                        + emissions[2][c]
                        + change[Join::Block as usize][step(a, b, 2) as usize]
                        + change[Join::New as usize][step(b, c, 2) as usize];
                    total += f64::exp(log);
                    first[a] += f64::exp(log);
                }
            }
        }
        let sums = sums(&emissions, &joins, &change);
        assert!((sums.log_total - total.ln()).abs() < 1e-9);
        for (got, expected) in sums.states[0].iter().zip(first) {
            assert!((got - expected / total).abs() < 1e-9);
        }
        let steps: f64 = sums.steps.iter().flatten().sum();
        assert!((steps - 2.0).abs() < 1e-9);
    }
}
