//! Blocks of prose cut into sentences and clauses, and paragraphs into the lists that they are.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A clause that is shorter is not cut off.
const SHORT_CLAUSE: usize = 4;

/// A sentence of more words is cut at its joints.
const LONG_SENTENCE: usize = 38;

/// Whether a text holds a digit, or another sign of a number.
pub(crate) fn has_number(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) || (!text.is_ascii() && text.chars().any(char::is_numeric))
}

/// A line that is nothing but a few bold words, or a few words and a colon, stands for a heading.
pub(super) fn is_title(text: &str) -> bool {
    let text = text.trim();
    let bold = text
        .strip_prefix("**")
        .and_then(|rest| rest.trim_end_matches([':', '.']).strip_suffix("**"))
        .is_some_and(|inner| !inner.contains("**"));
    bold && text.split_whitespace().count() <= 8
}

/// Cuts a paragraph where a line begins with a place, or is a title: people write lists without bullets.
pub(super) fn paragraphs(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
    let slice = &text[start..end];
    let mut out = Vec::new();
    let (mut begin, mut at, mut titled) = (0, 0, false);
    // A paragraph of one line is cut nowhere.
    if !slice.contains('\n') {
        return vec![(start, end)];
    }
    // Where most lines begin with a place, the paragraph is a list, and each line an item.
    let lines = slice.lines().count();
    // Most lines hold no number, and so no place.
    let begins = |pattern: &Regex, line: &str| has_number(line) && pattern.is_match(line);
    let count = |pattern: &Regex| slice.lines().filter(|line| begins(pattern, line)).count();
    let (placed, numbered) = (count(&PLACE_FIRST), count(&NUMBER_FIRST));
    let listed = (placed > 1 && placed * 2 >= lines) || (numbered > 1 && numbered * 3 >= lines * 2);
    for line in slice.split_inclusive('\n') {
        if at > begin && (titled || listed || begins(&PLACE_FIRST, line) || is_title(line)) {
            out.push((start + begin, start + at));
            begin = at;
        }
        titled = is_title(line);
        at += line.len();
    }
    out.push((start + begin, end));
    out
}

/// A line that begins with `line 16`, `L16`, `service.py line 28`, `service.py:28`, `16:`.
static PLACE_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*[-*`(\[]*(?i:(?:[\w./-]+\.py`?,?\s*:?\s*)?(?:lines?|zeile|l)\.?\s*\d|[\w./-]+\.py`?[:\s]+\d|\d{1,3}(?:\s*[-–/,&+]\s*\d{1,3})*\s*[:)]\s)")
        .unwrap_or_else(|error| panic!("{error}"))
});

/// A line that begins with `16 ...`, `31-33 ...`, `43/46 - ...`: only where most lines do.
static NUMBER_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^[\s*`(\[]*(\d{1,4}(?:\s*[-–—,/&+]\s*\d{1,4})*)[)\]*`]*(?:\s*[-–—:|>.)]+)?\s+[^\s\d]")
        .unwrap_or_else(|error| panic!("{error}"))
});

/// The number with which the text from `start` on begins.
pub(super) fn leading_number(text: &str, start: usize) -> Option<Range<usize>> {
    let line = text[start..].lines().next().filter(|line| {
        let head = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '`' | '(' | '['));
        head.starts_with(char::is_numeric)
    })?;
    let number = NUMBER_FIRST.captures(line)?.get(1)?;
    Some(start + number.start()..start + number.end())
}

/// Editors wrap lines at this width or more.
const UNWRAPPED: usize = 60;

/// Cuts at full stops, question and exclamation marks, and at line breaks that begin a new thought.
pub(super) fn sentences(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
    let slice = &text[start..end];
    let mut out = Vec::new();
    let mut begin = 0;
    let mut in_code = false;
    // In a row of stops that ends no sentence none of them does.
    let mut passed = 0;
    // Lines that are all short were not wrapped by an editor: their writer ended them.
    let short_lines = slice.lines().nth(1).is_some() && slice.lines().all(|line| line.chars().count() < UNWRAPPED);
    for (i, mark) in slice.match_indices(is_mark) {
        match mark {
            "`" => in_code = !in_code,
            _ if in_code || i < begin.max(passed) => {}
            "\n" => {
                // A soft break is a blank; a line that begins like a list item of its own is a new thought.
                if short_lines || starts_item(slice[i + 1..].trim_start()) {
                    out.push((start + begin, start + i));
                    begin = i + 1;
                }
            }
            _ => {
                let closing = ['.', '?', '!', ')', '"', '\'', '*', '_', '’', '”'];
                let rest = slice[i + mark.len()..].trim_start_matches(closing);
                let stop = slice.len() - rest.len();
                if !rest.chars().next().is_none_or(char::is_whitespace) {
                    passed = stop;
                } else if mark != "." || !abbreviation(&slice[begin..i], rest) {
                    out.push((start + begin, start + stop));
                    begin = stop;
                }
            }
        }
    }
    if begin < slice.len() {
        out.push((start + begin, end));
    }
    out
}

/// Where a sentence may end, or code begins that no sentence ends in.
fn is_mark(c: char) -> bool {
    matches!(c, '`' | '.' | '?' | '!' | '…' | ';' | '\n')
}

/// Whether a line begins like a list item.
fn starts_item(line: &str) -> bool {
    let head = || line.bytes().take(LONGEST_HEAD + 1).position(|byte| matches!(byte, b':' | b'.' | b')'));
    line.starts_with(['-', '*', '+', '•', '–', '>', '#'])
        || head().is_some_and(|end| {
            line.as_bytes()[..end].iter().any(u8::is_ascii_digit) && line[..end].split_whitespace().count() <= 2
        })
}

/// A line's number is among its first bytes.
const LONGEST_HEAD: usize = 12;

/// Whether the full stop between what a sentence has so far and the rest of its block ends an abbreviation or a number in a
/// list and not the sentence.
fn abbreviation(sentence: &str, rest: &str) -> bool {
    let word = sentence.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or("");
    let is = |list: &[&str]| list.iter().any(|short| word.eq_ignore_ascii_case(short));
    is(&["e.g", "i.e", "l", "ll", "p", "vs", "cf", "approx", "resp", "no", "nr", "z.b", "ca"])
        || (is(&["etc", "al", "diff"]) && rest.trim_start().starts_with(char::is_lowercase))
        || (!word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()) && sentence.trim().len() == word.len())
}

/// Cuts a long sentence at its joints: semicolons, colons and dashes between clauses, and the words with which people who
/// dictate or ramble go on to the next thing.
pub(super) fn clauses(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
    let slice = &text[start..end];
    // Few blanks make few words.
    let blanks = slice.bytes().filter(|byte| *byte <= b' ' || !byte.is_ascii()).count();
    if blanks < LONG_SENTENCE || slice.split_whitespace().nth(LONG_SENTENCE).is_none() {
        return vec![(start, end)];
    }
    let mut out = Vec::new();
    let mut begin = 0;
    let mut in_code = false;
    for (i, c) in slice.char_indices() {
        if c == '`' {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let joint = match c {
            ',' => true,
            ' ' => {
                let rest = &slice[i + 1..];
                JOINTS.iter().any(|joint| {
                    rest.get(..joint.len()).is_some_and(|head| head.eq_ignore_ascii_case(joint))
                        && rest[joint.len()..].starts_with(|d: char| !d.is_alphanumeric())
                })
            }
            _ => false,
        };
        if joint && slice[begin..i].split_whitespace().count() >= SHORT_CLAUSE {
            out.push((start + begin, start + i));
            begin = i + c.len_utf8();
        }
    }
    out.push((start + begin, end));
    out
}

/// Words that begin a new clause.
const JOINTS: &[&str] = &[
    "and then", "then", "and", "but", "so", "because", "also", "ok", "okay", "next", "um", "uh", "oh", "which",
    "where", "while", "whereas", "line", "lines", "if", "when", "since", "although", "please",
];
