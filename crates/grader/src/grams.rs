//! Likeness by runs of letters: it sees `unbatched` and `batching`, `mutate` and `mutation`, and much misspelling as alike, and
//! lets a rare word count for more than a common one.
//!
//! A word is a vector of its runs of four letters, weighted by inverse document frequency; a text is the sum of its words, and
//! texts are compared by their cosine (Manning, Raghavan, Schütze, Introduction to Information Retrieval, 2008, chapter 6). A
//! text's length is taken from the lengths of its words, as if no two had a run in common. So all that is asked of a text is a sum
//! over its words, each of which is looked at once.

use assay_catalog::grams::{self, LENGTH, columns, rarity};
use rustc_hash::FxHashMap;

pub(crate) type Gram = [u8; LENGTH];

/// The runs of letters of a word in small letters, each with its rarity. Digits are all alike, and so are letters that are not ASCII.
pub(crate) fn runs(word: &str) -> impl Iterator<Item = (Gram, f64)> {
    let letter = |c: char| match c {
        '0'..='9' => b'0',
        c if c.is_ascii() => c as u8,
        _ => b'~',
    };
    let mut bytes = Vec::with_capacity(word.len() + 2);
    bytes.extend([b'_'].into_iter().chain(word.chars().map(letter)).chain([b'_']));
    // A word of one letter is shorter than a run.
    bytes.resize(bytes.len().max(LENGTH), b'_');
    (LENGTH..=bytes.len()).map(move |end| {
        let mut gram = [0; LENGTH];
        gram.copy_from_slice(&bytes[end - LENGTH..end]);
        (gram, rarity(gram))
    })
}

/// The sum of a text's words. A word is not kept by its runs of letters, but by what is asked of them: the sum for each of
/// [`columns`], then the product with each text of an [`Index`], and last the square of its length.
#[derive(Debug, Clone)]
pub(crate) struct Sum(Vec<f32>);

impl Sum {
    /// Adds a word, or the sum of another text.
    pub(crate) fn add(&mut self, other: &[f32]) {
        for (sum, value) in self.0.iter_mut().zip(other) {
            *sum += value;
        }
    }

    pub(crate) fn values(&self) -> &[f32] {
        &self.0
    }

    /// Scales the text to length 1.
    pub(crate) fn scaled(&self) -> Vector {
        let Some((&square, values)) = self.0.split_last().filter(|(square, _)| **square > 0.0) else {
            return Vector(vec![0.0; self.0.len()]);
        };
        let length = f64::from(square).sqrt();
        Vector(values.iter().map(|&value| f64::from(value) / length).collect())
    }
}

/// A text as a vector of length 1, by what is asked of it.
#[derive(Debug, Clone)]
pub(crate) struct Vector(Vec<f64>);

impl Vector {
    /// What it is worth in a column.
    pub(crate) fn said(&self, column: Option<usize>) -> f64 {
        column.map_or(0.0, |column| self.0[column])
    }

    /// The cosines with the texts of the index, less for a short text, 0 to 1.
    pub(crate) fn cosines(&self) -> &[f64] {
        &self.0[columns().len()..]
    }
}

/// About the length of the vector of a review of 200 words, by which that of a whole review is divided: one that says more is longer.
pub(crate) const REVIEW: f64 = 80.0;

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
    /// Each text is given by its words.
    pub(crate) fn new<'a, W: AsRef<[String]> + 'a>(texts: impl IntoIterator<Item = &'a W>) -> Self {
        let mut index = Self::default();
        for words in texts {
            let runs = || words.as_ref().iter().flat_map(|word| runs(word));
            let length = runs().map(|(_, rarity)| rarity * rarity).sum::<f64>().sqrt();
            for (gram, rarity) in runs() {
                index.postings.entry(gram).or_default().push((index.texts, rarity / (length + SHORT)));
            }
            index.texts += 1;
        }
        index
    }

    /// The sum of no words.
    pub(crate) fn nothing(&self) -> Sum {
        Sum(vec![0.0; columns().len() + self.texts + 1])
    }

    /// The values of a word in small letters, to be added to a [`Sum`].
    #[allow(clippy::cast_possible_truncation, reason = "seven digits are more than the weights have")]
    pub(crate) fn word(&self, word: &str) -> Vec<f32> {
        let mut values = vec![0.0; columns().len() + self.texts];
        let (said, cosines) = values.split_at_mut(columns().len());
        let mut square = 0.0;
        for (gram, rarity) in runs(word) {
            for (sum, weight) in said.iter_mut().zip(grams::weights(gram)) {
                *sum += rarity * f64::from(*weight);
            }
            for &(text, share) in self.postings.get(&gram).into_iter().flatten() {
                cosines[text] += rarity * share;
            }
            square += rarity * rarity;
        }
        values.into_iter().chain([square]).map(|value| value as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.to_lowercase().split([' ', '.']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn a_text_is_like_itself_and_like_other_forms_of_its_words() {
        let texts = ["A mutable default is shared.", "The invoices are loaded one by one.", ""].map(words);
        let index = Index::new(&texts);
        let text = |text: &str| {
            let mut sum = index.nothing();
            for word in words(text) {
                sum.add(&index.word(&word));
            }
            sum.scaled().cosines().to_vec()
        };
        let same = text("a mutable default is SHARED")[0];
        let other = text("Sharing mutuable defaults");
        assert!(same > 0.5 && other[0] > 0.3 * same && other[1] < 0.05, "{same} {other:?}");
        assert!(text("")[0].abs() < 1e-9 && text("A default")[2].abs() < 1e-9);
    }
}
