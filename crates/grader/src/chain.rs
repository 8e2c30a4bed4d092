//! Which issue, if any, each passage speaks of: a linear-chain conditional random field.
//!
//! A passage alone often says too little ("it will be slow"), so a review is judged as a sequence: what each passage says of each
//! subject, and how likely it is that the next passage stays with the subject, given how the two are joined. Method: Lafferty,
//! `McCallum` and Pereira, Conditional Random Fields, ICML 2001; forward and backward sums, scaled passage by passage (Rabiner,
//! A tutorial on hidden Markov models, 1989, section V.A).

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
pub fn sums(emissions: &[Vec<f64>], joins: &[Join], change: &[[f64; STEPS]; JOINS]) -> Sums {
    let both = Passes::new(emissions, joins, change);
    let mut steps = [[0.0; STEPS]; JOINS];
    for (i, join) in joins.iter().enumerate().take(emissions.len()).skip(1) {
        let (before, from_none) = parted(&both.forward[i - 1]);
        let ahead = both.ahead(i);
        let (after, to_none) = parted(&ahead);
        let (from, to): (f64, f64) = (before.iter().sum(), after.iter().sum());
        let stay: f64 = before.iter().zip(after).map(|(before, after)| before * after).sum();
        let change: f64 = before.iter().zip(after).map(|(before, after)| before * (to - after)).sum();
        // In the order of `Step`.
        let ways = [stay, from_none * to_none, from * to_none, from_none * to, change];
        let weights = &both.weights[*join as usize];
        for ((sum, way), weight) in steps[*join as usize].iter_mut().zip(ways).zip(weights) {
            *sum += way * weight / both.scales[i];
        }
    }
    Sums { log_total: both.log_total, states: both.states(), steps }
}

/// The probabilities of [`Sums::states`] alone.
pub(crate) fn states(emissions: &[Vec<f64>], joins: &[Join], change: &[[f64; STEPS]; JOINS]) -> Vec<Vec<f64>> {
    Passes::new(emissions, joins, change).states()
}

/// The states of a passage: the issues, and none.
fn parted(row: &[f64]) -> (&[f64], f64) {
    row.split_last().map_or((row, 0.0), |(none, issues)| (issues, *none))
}

/// The sums over all beginnings and over all endings, each divided by those of the beginnings, so that they stay in range.
///
/// What a step weighs depends on no more than whether it stays with an issue, changes it, or goes to or comes from none. So a
/// passage takes time by the number of its states, and not by that of their pairs.
struct Passes {
    /// What a state of a passage weighs, relative to the weightiest of the passage.
    weighed: Vec<Vec<f64>>,
    /// What each step weighs at each join.
    weights: [[f64; STEPS]; JOINS],
    forward: Vec<Vec<f64>>,
    backward: Vec<Vec<f64>>,
    /// For each passage what its forward sums were divided by.
    scales: Vec<f64>,
    log_total: f64,
}

impl Passes {
    fn new(emissions: &[Vec<f64>], joins: &[Join], change: &[[f64; STEPS]; JOINS]) -> Self {
        let weights = change.map(|row| row.map(f64::exp));
        let mut passes = Self {
            weighed: Vec::with_capacity(emissions.len()),
            weights,
            forward: Vec::with_capacity(emissions.len()),
            backward: Vec::new(),
            scales: Vec::with_capacity(emissions.len()),
            log_total: 0.0,
        };
        for (i, row) in emissions.iter().enumerate() {
            let most = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let weighed: Vec<f64> = row.iter().map(|emission| (emission - most).exp()).collect();
            let mut forward = weighed.clone();
            if let Some(before) = i.checked_sub(1) {
                let [stay, stay_out, leave, enter, change] = weights[joins[i] as usize];
                let (issues, none) = parted(&passes.forward[before]);
                let all: f64 = issues.iter().sum();
                let ways = issues.iter().map(|issue| stay * issue + change * (all - issue) + enter * none);
                for (sum, way) in forward.iter_mut().zip(ways.chain([leave * all + stay_out * none])) {
                    *sum *= way;
                }
            }
            let scale: f64 = forward.iter().sum();
            for sum in &mut forward {
                *sum /= scale;
            }
            passes.log_total += most + scale.ln();
            passes.scales.push(scale);
            passes.forward.push(forward);
            passes.weighed.push(weighed);
        }
        passes.backward = emissions.iter().map(|row| vec![1.0; row.len()]).collect();
        for i in (1..emissions.len()).rev() {
            let [stay, stay_out, leave, enter, change] = weights[joins[i] as usize];
            let ahead = passes.ahead(i);
            let (issues, none) = parted(&ahead);
            let all: f64 = issues.iter().sum();
            let ways = issues.iter().map(|issue| stay * issue + change * (all - issue) + leave * none);
            for (sum, way) in passes.backward[i - 1].iter_mut().zip(ways.chain([enter * all + stay_out * none])) {
                *sum = way / passes.scales[i];
            }
        }
        passes
    }

    /// What the states of a passage weigh with all that comes after it.
    fn ahead(&self, i: usize) -> Vec<f64> {
        self.weighed[i].iter().zip(&self.backward[i]).map(|(weight, after)| weight * after).collect()
    }

    fn states(&self) -> Vec<Vec<f64>> {
        let of = |ahead: &[f64], behind: &[f64]| ahead.iter().zip(behind).map(|(a, b)| a * b).collect();
        self.forward.iter().zip(&self.backward).map(|(ahead, behind)| of(ahead, behind)).collect()
    }
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
