//! Keys without code: an issue is then known by its prose alone, and a review's remarks are compared with it as wholes.
//!
//! On comments of public reviews the plain cosine of stemmed words agreed with a judge better than weights by rarity or a
//! sentence embedding did.

use crate::observations::observations;
use crate::passage::Passage;
use crate::target::Target;
use crate::vocabulary::{compared, cosine};
use crate::words::Stem;
use std::collections::{BTreeMap, BTreeSet};

/// The kind under which an issue is judged whose key has no code.
pub(crate) const PROSE: &str = "prose";

observations! {
    /// What is seen of the remark that is most like an issue's prose.
    Likeness {
        bias,
        /// Cosine of the remark and of its likest sentence, and the lead of the remark over the other issues.
        remark, sentence, lead,
        /// Likeness with words weighed by how few issues share them.
        like_all, shared_names, length,
    }
}

/// The remark that is most like each target: its observations and passages.
pub(crate) fn likeness(
    passages: &[Passage],
    targets: &[Target],
    like: &[Vec<crate::target::Compared>],
) -> Vec<(Likeness, Vec<usize>)> {
    let mut remarks: BTreeMap<usize, (BTreeSet<Stem>, Vec<usize>)> = BTreeMap::new();
    for (index, passage) in passages.iter().enumerate() {
        let (stems, list) = remarks.entry(passage.unit.remark).or_default();
        stems.extend(compared(&passage.tokens).map(|token| token.word.stem));
        list.push(index);
    }
    let cosines: Vec<(Vec<f64>, &Vec<usize>, usize)> = remarks
        .values()
        .map(|(stems, list)| {
            let like =
                |target: &Target| cosine(stems.intersection(&target.stems).count(), stems.len(), target.stems.len());
            (targets.iter().map(like).collect(), list, stems.len())
        })
        .collect();
    (0..targets.len())
        .map(|target| {
            let best = cosines.iter().max_by(|a, b| a.0[target].total_cmp(&b.0[target]));
            let Some((row, list, length)) = best else { return (Likeness::default(), Vec::new()) };
            let most = |value: fn(&crate::target::Compared) -> f64| {
                list.iter().map(|&passage| value(&like[passage][target])).fold(0.0, f64::max)
            };
            let others = row.iter().enumerate().filter(|&(other, _)| other != target).map(|(_, &value)| value);
            let seen = Likeness {
                bias: 1.0,
                remark: row[target],
                sentence: most(|x| x.cosine),
                lead: row[target] - others.fold(0.0, f64::max),
                like_all: most(|x| x.like_all),
                shared_names: most(|x| x.shared_names),
                length: (*length as f64).ln_1p() / 5.0,
            };
            (seen, (*list).clone())
        })
        .collect()
}
