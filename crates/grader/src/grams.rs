//! Likeness by runs of letters: it sees `unbatched` and `batching`, `mutate` and `mutation`, and much misspelling as alike, and
//! lets a rare word count for more than a common one.
//!
//! Runs of four letters within words, weighted by logarithmic frequency and inverse document frequency, compared by their
//! cosine (Manning, Raghavan, Schütze, Introduction to Information Retrieval, 2008, chapter 6).

use assay_catalog::grams::{LENGTH, rarity};
use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

type Gram = [u8; LENGTH];

/// The runs of letters of a text, each with the number of times it stands there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counts(Vec<(Gram, u32)>);

impl Counts {
    /// Counts the runs of a text. Letters that are not ASCII are all alike.
    pub(crate) fn new(text: &str) -> Self {
        let mut grams = Vec::with_capacity(text.len());
        let mut word: Vec<u8> = Vec::new();
        for c in text.nfc().chain([' ']) {
            if c.is_alphanumeric() {
                word.push(if c.is_ascii() { c.to_ascii_lowercase() as u8 } else { b'~' });
            } else if !word.is_empty() {
                word.insert(0, b'_');
                word.push(b'_');
                // A word of one letter is shorter than a run.
                word.resize(word.len().max(LENGTH), b'_');
                grams.extend(word.windows(LENGTH).filter_map(|run| Gram::try_from(run).ok()));
                word.clear();
            }
        }
        grams.sort_unstable();
        let mut counts: Vec<(Gram, u32)> = Vec::with_capacity(grams.len());
        for gram in grams {
            match counts.last_mut() {
                Some((last, count)) if *last == gram => *count += 1,
                _ => counts.push((gram, 1)),
            }
        }
        Self(counts)
    }

    /// All together.
    pub(crate) fn sum<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut counts: Vec<(Gram, u32)> = all.into_iter().flat_map(|counts| &counts.0).copied().collect();
        counts.sort_unstable();
        counts.dedup_by(|(gram, count), (kept, sum)| {
            let same = gram == kept;
            if same {
                *sum += *count;
            }
            same
        });
        Self(counts)
    }

    /// The runs with their weights, and the length of the vector that these are.
    fn weigh(&self) -> (Vec<(Gram, f64)>, f64) {
        let weight = |count: u32| if count == 1 { 1.0 } else { 1.0 + f64::from(count).ln() };
        let runs: Vec<(Gram, f64)> = self.0.iter().map(|&(gram, count)| (gram, weight(count) * rarity(gram))).collect();
        let length = runs.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
        (runs, length)
    }

    /// A text as a vector of length 1.
    pub(crate) fn weighted(&self) -> Weighted {
        let (runs, length) = self.weigh();
        Weighted { runs: scaled(runs, length), length }
    }

    /// A whole review as a vector, longer for one that says more.
    pub(crate) fn review(&self) -> Vec<(Gram, f64)> {
        scaled(self.weigh().0, REVIEW)
    }
}

fn scaled(mut runs: Vec<(Gram, f64)>, length: f64) -> Vec<(Gram, f64)> {
    for (_, weight) in &mut runs {
        *weight /= length;
    }
    runs
}

/// About the length of the vector of a review of 200 words.
const REVIEW: f64 = 80.0;

/// A text as a vector of length 1, a dimension for each run of letters.
#[derive(Debug)]
pub(crate) struct Weighted {
    pub(crate) runs: Vec<(Gram, f64)>,
    /// The length before it was scaled: more runs, and rarer ones, are longer.
    length: f64,
}

/// A text of this length, which is that of three or four words, is worth half: what is like it may well be so by chance.
const SHORT: f64 = 20.0;

/// Texts to compare others with.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// For each run the texts it stands in, with its share of them.
    postings: FxHashMap<Gram, Vec<(usize, f64)>>,
    texts: usize,
}

impl Index {
    pub(crate) fn new<'a>(texts: impl IntoIterator<Item = &'a Counts>) -> Self {
        let mut index = Self::default();
        for counts in texts {
            let Weighted { runs, length } = counts.weighted();
            for (gram, weight) in runs {
                let share = weight * length / (length + SHORT);
                index.postings.entry(gram).or_default().push((index.texts, share));
            }
            index.texts += 1;
        }
        index
    }

    /// The cosine with each text, less for a short text, 0 to 1.
    pub(crate) fn cosines(&self, text: &Weighted) -> Vec<f64> {
        let mut cosines = vec![0.0; self.texts];
        for (gram, weight) in &text.runs {
            for &(text, share) in self.postings.get(gram).map_or(&[][..], Vec::as_slice) {
                cosines[text] += weight * share;
            }
        }
        cosines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_like_itself_and_like_other_forms_of_its_words() {
        let index =
            Index::new(&["A mutable default is shared.", "The invoices are loaded one by one.", ""].map(Counts::new));
        let cosines = |text: &str| index.cosines(&Counts::new(text).weighted());
        let same = cosines("a mutable default is SHARED")[0];
        let of = cosines("Sharing mutuable defaults");
        assert!(same > 0.5 && of[0] > 0.3 * same && of[1] < 0.05, "{same} {of:?}");
        assert_eq!(Counts::new("cafe\u{301} x").0, Counts::new("caf\u{e9} x").0);
        assert!(cosines("").iter().all(|cosine| cosine.abs() < 1e-9));
        assert!(cosines("A default")[2].abs() < 1e-9);
    }

    #[test]
    fn counts_add_up() {
        let sum = Counts::sum([&Counts::new("one invoice"), &Counts::new("invoice two")]);
        assert_eq!(sum.0, Counts::new("one invoice, invoice two").0);
    }
}
