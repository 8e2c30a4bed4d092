//! Words: tokens with their places in the text, stems, and the repair of misspelt words.

use rust_stemmers::{Algorithm, Stemmer};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// A word, number or sign of the text. Identifiers are split at underscores and case, so `raise_for_status` is three tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// Byte offset of the first byte.
    pub(crate) start: usize,
    /// Byte offset after the last byte.
    pub(crate) end: usize,
    /// Lower-cased text.
    pub(crate) word: String,
    /// The stem by which words are compared.
    pub(crate) stem: String,
    /// Whether it carries no content of its own.
    pub(crate) is_stop: bool,
}

/// Words that carry no content of their own.
static STOP: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    "a an the this that these those it its is are was were be been being am do does did doing have has had having i you he she we they me him her us \
     them my your his our their of in on at by for from to with as and or but if then than so not no nor too very can will would could should may might \
     must shall just also there here what which who whom when where why how all any both each few more most other some such only own same s t d ll m re \
     ve don doesn didn isn aren wasn weren won wouldn shouldn couldn into over under up down out off about because while until"
        .split_whitespace()
        .collect()
});

/// The stems of the words that most texts are made of, since to make one takes longer than to look it up.
static STEMS: LazyLock<FxHashMap<&'static str, String>> =
    LazyLock::new(|| assay_catalog::rubric::english().map(|word| (word, make_stem(word))).collect());

/// The stem of one lower-case word.
pub(crate) fn stem(word: &str) -> String {
    STEMS.get(word).map_or_else(|| make_stem(word), String::clone)
}

/// Whether a lower-case word is one of those that most texts are made of.
pub(crate) fn is_english(word: &str) -> bool {
    STEMS.contains_key(word)
}

fn make_stem(word: &str) -> String {
    if word.len() <= 3 || !word.is_ascii() {
        return word.to_owned();
    }
    STEMMER.stem(word).into_owned()
}

/// Splits `text[start..end]` into tokens; offsets are those of `text`.
pub(crate) fn tokens(text: &str, start: usize, end: usize, speller: Option<&Speller>) -> Vec<Token> {
    let mut out = Vec::new();
    pieces(text, start, end, |start, end, written| {
        let word = form(written, speller);
        let (stem, is_stop) = (stem_of(&word), is_stop(&word));
        out.push(Token { start, end, word, stem, is_stop });
    });
    out
}

/// A piece of text as the word that it stands for: in small letters, composed, and repaired.
pub(crate) fn form(written: &str, speller: Option<&Speller>) -> String {
    // Only "n + 1" has it, with blanks or without.
    if written.contains('+') {
        return written.split_whitespace().collect::<String>().to_ascii_lowercase();
    }
    let word = if written.is_ascii() {
        written.to_ascii_lowercase()
    } else {
        written.to_lowercase().replace('’', "'").nfc().collect()
    };
    match speller.and_then(|speller| speller.correct(&word)) {
        Some(better) => better.to_owned(),
        None => word,
    }
}

/// The stem of a word that may be in the genitive.
pub(crate) fn stem_of(word: &str) -> String {
    stem(word.strip_suffix("'s").unwrap_or(word))
}

/// Whether a word carries no content of its own.
pub(crate) fn is_stop(word: &str) -> bool {
    STOP.contains(word)
}

/// A letter, digit or underscore of ASCII.
const IN_WORD: u8 = 1;
/// Where it stands in a word, the word may be an identifier made of several.
const SPLITS: u8 = 2;

/// The properties of each byte.
static BYTES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            table[byte as usize] |= IN_WORD;
        }
        if byte.is_ascii_uppercase() || byte == b'_' {
            table[byte as usize] |= SPLITS;
        }
        byte += 1;
    }
    table
};

fn is(byte: u8, property: u8) -> bool {
    BYTES[usize::from(byte)] & property != 0
}

/// The character that begins at `at`, which is not the end.
fn char_at(text: &str, at: usize) -> char {
    text[at..].chars().next().unwrap_or_default()
}

/// Calls `found` with the place and the letters of each word, number or sign of `text[start..end]`; offsets are those of `text`.
pub(crate) fn pieces(text: &str, start: usize, end: usize, mut found: impl FnMut(usize, usize, &str)) {
    let slice = &text[start..end];
    let bytes = slice.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let first = if byte.is_ascii() { char::from(byte) } else { char_at(slice, at) };
        let mut stop = at + first.len_utf8();
        if is(byte, IN_WORD) || (!byte.is_ascii() && first.is_alphanumeric()) {
            let several;
            (stop, several) = word_end(slice, at, first);
            let rest = &slice[stop..];
            // n+1 is one word.
            if matches!(first, 'n' | 'N') && stop == at + 1 && ["+1", " + 1", "+ 1"].iter().any(|n| rest.starts_with(n))
            {
                stop += rest.find('1').unwrap_or(0) + 1;
                found(start + at, start + stop, &slice[at..stop]);
            } else if several {
                split_identifier(&slice[at..stop], start + at, &mut found);
            } else {
                found(start + at, start + stop, &slice[at..stop]);
            }
        } else if matches!(first, '→' | '⇒' | '%' | '×' | '?' | '!') || (byte == b'-' && bytes.get(stop) == Some(&b'>'))
        {
            found(start + at, start + stop, &slice[at..stop]);
        }
        at = stop;
    }
}

/// Where the word, number or identifier ends that begins at `begin` with the character `first`, and whether it may be several words.
fn word_end(slice: &str, begin: usize, first: char) -> (usize, bool) {
    let bytes = slice.as_bytes();
    let mut number = first.is_ascii_digit();
    let mut several = !first.is_ascii() || first == '_';
    let mut at = begin + first.len_utf8();
    while let Some(&byte) = bytes.get(at) {
        if is(byte, IN_WORD) {
            number &= byte.is_ascii_digit();
            several |= is(byte, SPLITS);
            at += 1;
            continue;
        }
        let c = if byte.is_ascii() { char::from(byte) } else { char_at(slice, at) };
        let after = at + c.len_utf8();
        // don't, isn't: one word with its apostrophe; 1,412 and 5.00: one number.
        let joined = match c {
            '\'' | '’' => first.is_alphabetic() && next_is(slice, after, char::is_alphabetic),
            '.' | ',' => number && next_is(slice, after, |d| d.is_ascii_digit()) && three_or_fraction(slice, begin, at),
            c => !c.is_ascii() && (c.is_alphanumeric() || is_combining_mark(c)),
        };
        if !joined {
            break;
        }
        number &= matches!(c, '.' | ',');
        several |= !c.is_ascii();
        at = after;
    }
    (at, several)
}

fn next_is(text: &str, at: usize, accept: impl Fn(char) -> bool) -> bool {
    text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(accept)
}

/// Whether the comma or point at `j` goes on with the number begun at `i`: 1,412 and 5.00, but not the list 12,13.
fn three_or_fraction(text: &str, i: usize, j: usize) -> bool {
    let digits = text[j + 1..].bytes().take_while(u8::is_ascii_digit).count();
    match text.as_bytes()[j] {
        b',' => digits == 3 && j - i <= 3,
        _ => true,
    }
}

fn split_identifier(whole: &str, base: usize, found: &mut impl FnMut(usize, usize, &str)) {
    let mut push = |from: usize, to: usize| {
        if from < to {
            found(base + from, base + to, &whole[from..to]);
        }
    };
    let mut begin = 0;
    let mut previous: Option<char> = None;
    for (at, c) in whole.char_indices() {
        if c == '_' {
            push(begin, at);
            begin = at + 1;
        } else if c.is_uppercase() {
            let next_lower = next_is(whole, at + c.len_utf8(), char::is_lowercase);
            if let Some(p) = previous
                && begin < at
                && (p.is_lowercase() || (p.is_uppercase() && next_lower && at - begin > 1))
            {
                push(begin, at);
                begin = at;
            }
        }
        previous = Some(c);
    }
    push(begin, whole.len());
}

/// Repairs misspelt words against the words that matter: those of the rubric, which all spellers share, and those of a key and
/// its source.
#[derive(Debug, Default)]
pub(crate) struct Speller {
    base: Option<&'static Speller>,
    known: FxHashSet<String>,
    /// Known words that end in e or y, without it.
    short_of_e: FxHashSet<String>,
    short_of_y: FxHashSet<String>,
    /// Words to repair towards, by first letter and length.
    buckets: FxHashMap<(char, usize), Vec<Candidate>>,
}

#[derive(Debug)]
struct Candidate {
    word: String,
    letters: u32,
}

/// The set of letters of a word, a bit each; all other characters share one.
fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |set, byte| set | 1 << if byte.is_ascii_lowercase() { byte - b'a' } else { 26 })
}

/// Shorter words have too many neighbours to be repaired.
const SHORTEST_REPAIRED: usize = 5;

impl Speller {
    /// Words to repair towards, each once, and words that are right as they are.
    pub(crate) fn new<'a, 'b>(targets: impl Iterator<Item = &'a str>, right: impl Iterator<Item = &'b str>) -> Self {
        let mut speller = Self::default();
        right.for_each(|word| speller.know(word));
        speller.repair_towards(targets);
        speller
    }

    /// A speller that knows other words too.
    pub(crate) fn with<'a>(&'static self, targets: impl Iterator<Item = &'a str>) -> Self {
        let mut speller = Self { base: Some(self), ..Self::default() };
        speller.repair_towards(targets);
        speller
    }

    fn repair_towards<'a>(&mut self, targets: impl Iterator<Item = &'a str>) {
        for word in targets.filter(|word| word.bytes().all(|b| b.is_ascii_lowercase())) {
            self.know(word);
            if word.len() >= SHORTEST_REPAIRED {
                let first = word.chars().next().unwrap_or(' ');
                let candidate = Candidate { word: word.to_owned(), letters: letters(word) };
                self.buckets.entry((first, word.len())).or_default().push(candidate);
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &Self> {
        [self].into_iter().chain(self.base)
    }

    fn know(&mut self, word: &str) {
        self.known.insert(word.to_owned());
        self.short_of_e.extend(word.strip_suffix('e').map(str::to_owned));
        self.short_of_y.extend(word.strip_suffix('y').map(str::to_owned));
    }

    /// The word that a misspelt one most likely stands for; `None` for words that are known or like no known word.
    pub(crate) fn correct(&self, word: &str) -> Option<&str> {
        if word.len() < SHORTEST_REPAIRED - 1 || !word.bytes().all(|b| b.is_ascii_lowercase()) || self.is_known(word) {
            return None;
        }
        let first = word.chars().next()?;
        let allowed = if word.len() >= 8 { 2 } else { 1 };
        let held = letters(word);
        let mut best: Option<(usize, &str)> = None;
        for length in word.len().saturating_sub(allowed)..=word.len() + allowed {
            let candidates = self.all().filter_map(|speller| speller.buckets.get(&(first, length)));
            for Candidate { word: candidate, letters } in candidates.flatten() {
                let limit = if candidate.len() >= 8 { allowed } else { 1 };
                // An edit takes a letter away, adds one, or both. Most words are passed over here, at a tenth of the cost.
                if (held ^ letters).count_ones() as usize > 2 * limit {
                    continue;
                }
                let distance = strsim::osa_distance(word, candidate);
                if distance <= limit && best.is_none_or(|(least, held)| (distance, candidate.as_str()) < (least, held))
                {
                    best = Some((distance, candidate));
                }
            }
        }
        best.map(|(_, candidate)| candidate)
    }

    fn is_known(&self, word: &str) -> bool {
        let known = |word: &str| self.all().any(|speller| speller.known.contains(word));
        // Inflected forms of known words are right as they are.
        known(word)
            || ["s", "es", "ed", "d", "ing", "ly", "er", "ers", "al", "less", "ness", "able"].iter().any(|suffix| {
                word.strip_suffix(suffix).is_some_and(|base| {
                    known(base)
                        || self.all().any(|speller| speller.short_of_e.contains(base))
                        || (base.len() > 2 && known(&base[..base.len() - 1]))
                })
            })
            || word.strip_suffix("ies").is_some_and(|base| self.all().any(|speller| speller.short_of_y.contains(base)))
    }
}
