//! Lines and names that prose refers to.

use super::{Map, Places, Spot, identifiers};
use crate::Lines;
use crate::segment::has_number;
use regex::Regex;
use std::sync::LazyLock;

/// `jobs/parser.py`.
static MODULE: LazyLock<Regex> = LazyLock::new(|| regex(r"[\w/-]+\.py\b"));

/// `line 12`, `lines 12-15`, `L12`, `l. 34`, `ln 7`, `#12`, and what follows after commas and dashes.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x) (?: \b (?: (?i: lines? | linse? | lin | liens? | ln | lns | zeilen? | l[ií]neas? | lignes? | linia ) [\ .:\#*]* | ll?\.\ ? | L{1,2}\ ? | l{1,2}\ ?) | \#L)
        (\d{1,5} (?: \s* (?: [-–—,/&+] | \.\. | and | to | through | or | und | bis | y) \s* (?: (?: lines? | [Ll]\.?) \s? )? \d{1,5} \b )*)",
    )
});

/// `invoices.py:12`, `invoices.py:12-15`, `overdue.py` 32, 36.
static FILE_LINE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x) ([\w./-]+\.\w{1,5}) (?: `?\s*\#L | `?: | `\s+ | `?\s*\( ) (\d{1,5} (?: \s* (?: [-–—,/&+]) \s* L?\d{1,5} \b)*)",
    )
});

/// `(49)`, `(53, 64)`, `(see 25-29)`.
static BRACKETED: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"[(\[](?:see |at |in |also |lines? |on )?(\d{1,4}(?:\s*(?:[-–—,/&+]|and)\s*\d{1,4})*)[)\]]")
});

/// `on 53 and 64`, `in 32–34`, `at 56`: only before a stop or a small word, so that `in 30 seconds` is none.
static PREPOSITION: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?xi) \b (?: on | at | in | of | see | from | around | near | below | above | under | also | then | and ) \s+ (\d{1,4} (?: \s* (?: [-–—,/&+] | and | to) \s* \d{1,4} \b)*)
        (?: \s* (?: [.,;:)?!] (?: \s | $) | $ ) | \s+ (?: is | are | has | was | and | which | where | that | should | does | goes | gets | it | we | the | already | makes | takes | fires | hands | runs | calls | needs | then | as | with | could | can | will | would | looks | on | for | to | too | by | stays ) \b )",
    )
});

const PREPOSITIONS: &[&str] =
    &["on", "at", "in", "of", "see", "from", "around", "near", "below", "above", "under", "also", "then", "and"];

/// `61: ...` and `53 + 64, ...` at the start of a block; a whole table cell.
static LEADING: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^[\s*_`(\[]*(\d{1,4}(?:\s*(?:[-–—,/&+]|and)\s*\d{1,4})*)[)\]]?[\s*_`]*(?::\s|:$|[-–—]\s|,\s|\.?$)")
});

static NUMBERS: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(\d{1,5})(?:(\s*(?:-|–|—|\.\.|\bto\b|\bthrough\b|\bbis\b)\s*[Ll]?\.?)(\d{1,5}))?"));

static SPOKEN: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(lines?|forty|fifty|sixty|thirty|twenty|and|in|on|at|to)\s+((?:(?:twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?)|(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)|(?:one|two|three|four|five|six|seven|eight|nine))\b",
    )
});

pub(super) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| panic!("{error}"))
}

impl Map {
    /// What a piece of prose refers to. `leads` says that it begins a block, where a bare number may be a line.
    /// `file` is the one that the text names, or that was spoken of last.
    pub(crate) fn prose(&self, text: &str, leads: bool, mut file: usize) -> Places {
        let (mut names, may_speak) = self.names_in(text);
        let spoken = if may_speak { spoken_numbers(text) } else { None };
        if let Some(spoken) = &spoken {
            (names, _) = self.names_in(spoken);
        }
        let text = spoken.as_deref().unwrap_or(text);
        let mut places = Places { names, ..Places::default() };
        // Most sentences hold no number, and so no line; and most numbers stand behind no word that leads to one.
        let Some(heads) = Heads::of(text) else { return places };
        if heads.file {
            for found in FILE_LINE.find_iter(text) {
                // The path has neither blanks nor the signs between it and the numbers.
                let found = found.as_str();
                let path = found.find(|c: char| c.is_whitespace() || matches!(c, '`' | ':' | '(' | '#'));
                let (path, numbers) = found.split_at(path.unwrap_or(found.len()));
                if let Some(named) = self.file(path) {
                    file = named;
                    self.add_numbers(file, numbers, &mut places);
                }
            }
        }
        for (pattern, occurs) in [(&LINE, heads.line), (&BRACKETED, heads.bracket), (&PREPOSITION, heads.preposition)] {
            if occurs {
                pattern.find_iter(text).for_each(|found| self.add_numbers(file, found.as_str(), &mut places));
            }
        }
        let head = |c: char| c.is_whitespace() || matches!(c, '*' | '_' | '`' | '(' | '[');
        if leads
            && text.trim_start_matches(head).starts_with(char::is_numeric)
            && let Some(captures) = LEADING.captures(text)
        {
            self.add_numbers(file, &captures[1], &mut places);
        }
        places
    }

    /// The file that the text names.
    pub(crate) fn mentioned(&self, text: &str) -> Option<usize> {
        let module = has_module(text);
        self.files.iter().position(|file| (module || !file.is_module) && text.contains(&file.path[file.name..]))
    }

    /// Whether the text names a Python module that the exercise does not have. Tests may well be spoken of that are yet to be written.
    pub(crate) fn foreign(&self, text: &str) -> bool {
        // The pattern is looked for only where its end stands.
        has_module(text)
            && MODULE
                .find_iter(text)
                .map(|found| found.as_str())
                .any(|path| !path.contains("test") && self.file(path).is_none())
    }

    /// Adds the lines that these numbers are, as far as the source has them.
    pub(crate) fn add_numbers(&self, file: usize, text: &str, places: &mut Places) {
        let number = text.trim_matches(|c: char| !c.is_ascii_digit());
        if text.is_ascii() && number.len() <= 5 && number.bytes().all(|byte| byte.is_ascii_digit()) {
            self.add_lines(file, number, None, places);
            return;
        }
        for captures in NUMBERS.captures_iter(text) {
            self.add_lines(file, &captures[1], captures.get(3).map(|end| end.as_str()), places);
        }
    }

    fn add_lines(&self, file: usize, start: &str, end: Option<&str>, places: &mut Places) {
        let Ok(start) = start.parse::<usize>() else { return };
        let end = end.and_then(|end| end.parse().ok()).unwrap_or(start);
        if start >= 1 && start <= self.last_line() {
            let lines = Lines { start, end: end.clamp(start, self.last_line().max(start)) };
            let spot = Spot { file, lines };
            if !places.spots.contains(&spot) {
                places.spots.push(spot);
            }
        }
    }

    /// The names of the source that stand in the text, each once, and whether a line may be spoken of there.
    fn names_in(&self, text: &str) -> (Vec<usize>, bool) {
        let mut names = Vec::new();
        let mut may_speak = false;
        let mut in_code = false;
        let (mut last, mut before) = (0, "");
        for (start, name) in identifiers(text) {
            let between = &text[last..start];
            in_code = between.bytes().fold(in_code, |in_code, byte| in_code ^ (byte == b'`'));
            may_speak |= is_spoken(before, between, name);
            (last, before) = (start + name.len(), name);
            if let Some(&index) = self.by_text.get(name) {
                let called = text[last..].starts_with('(');
                let attribute = text[..start].ends_with('.') && !text[..start].ends_with("..");
                let marked = in_code || called || attribute || !self.names[index].ordinary;
                if marked && !names.contains(&index) {
                    names.push(index);
                }
            }
        }
        (names, may_speak)
    }
}

/// Whether the end of a Python module's name stands in the text.
pub(super) fn has_module(text: &str) -> bool {
    text.match_indices('.').any(|(at, _)| text[at + 1..].starts_with("py"))
}

/// What stands before the numbers of a text, as far as it tells which patterns need not be looked for.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "one for each pattern")]
struct Heads {
    file: bool,
    line: bool,
    bracket: bool,
    preposition: bool,
}

impl Heads {
    /// `None` for a text without a number.
    fn of(text: &str) -> Option<Self> {
        if !has_number(text) {
            return None;
        }
        if !text.is_ascii() && text.chars().any(|c| !c.is_ascii() && c.is_numeric()) {
            return Some(Self { file: true, line: true, bracket: true, preposition: true });
        }
        let mut heads = Self::default();
        let bytes = text.as_bytes();
        let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        for at in (0..bytes.len()).filter(|&at| digit(at) && (at == 0 || !digit(at - 1))) {
            heads.add(&text[..at]);
        }
        Some(heads)
    }

    /// `before` ends where a number begins.
    fn add(&mut self, before: &str) {
        let unspaced = before.trim_end();
        let word_before = |text: &str| -> usize {
            let word = text.bytes().rev().take_while(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii()).count();
            text.len() - word
        };
        let begin = word_before(unspaced);
        let word = &unspaced.as_bytes()[begin..];
        self.file |= before.ends_with([':', '(', 'L']) || (unspaced.len() < before.len() && unspaced.ends_with('`'));
        self.bracket |=
            before.ends_with(['(', '[']) || (before.ends_with(' ') && unspaced[..begin].ends_with(['(', '[']));
        let led = || PREPOSITIONS.iter().any(|one| word.eq_ignore_ascii_case(one.as_bytes()));
        // Letters that are not ASCII are left to the patterns.
        self.preposition |= unspaced.len() < before.len() && (!word.is_ascii() || led());
        let parted = before.trim_end_matches([' ', '.', ':', '#', '*']);
        let parted = &parted.as_bytes()[word_before(parted)..];
        self.line |=
            !parted.is_ascii() || parted.first().is_some_and(|first| matches!(first, b'l' | b'L' | b'z' | b'Z'));
    }
}

/// Whether two words beside each other may be a spoken number and what leads to it: hardly any sentence has them.
fn is_spoken(before: &str, between: &str, word: &str) -> bool {
    let is = |word: &str, lists: &[&[&str]]| lists.iter().copied().flatten().any(|one| word.eq_ignore_ascii_case(one));
    (2..=6).contains(&before.len())
        && (3..=9).contains(&word.len())
        && is(before, &[&SPOKEN_LEADS, &TENS])
        && is(word, &[&ONES, &TENS, &["fourty"]])
        && between.chars().all(char::is_whitespace)
}

/// `line thirty seven` as `line 37`; `None` where nothing is spoken.
fn spoken_numbers(text: &str) -> Option<String> {
    if !SPOKEN.is_match(text) {
        return None;
    }
    Some(
        SPOKEN
            .replace_all(text, |captures: &regex::Captures| {
                let value: usize = captures[2].split([' ', '-']).map(|word| spoken(&word.to_lowercase())).sum();
                format!("{} {value}", &captures[1])
            })
            .into_owned(),
    )
}

/// Words before a spoken number, next to those that are part of one.
const SPOKEN_LEADS: [&str; 7] = ["line", "lines", "and", "in", "on", "at", "to"];
const ONES: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

fn spoken(word: &str) -> usize {
    let word = if word == "fourty" { "forty" } else { word };
    ONES.iter()
        .position(|&one| one == word)
        .or_else(|| TENS.iter().position(|&ten| ten == word).map(|ten| (ten + 2) * 10))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;

    fn map() -> Map {
        let text = "def fetch_rates(base):\n    response = get(base)\n    return response.json()\n".to_owned()
            + &"x = 1\n".repeat(60);
        Map::new(&[Source { path: "overdue.py".into(), text, definitions: Vec::new() }], |_| false)
    }

    fn lines(text: &str) -> Vec<(usize, usize)> {
        map().prose(text, true, 0).spots.iter().map(|spot| (spot.lines.start, spot.lines.end)).collect()
    }

    #[test]
    fn line_references_in_the_forms_people_use() {
        assert_eq!(lines("see line 12."), [(12, 12)]);
        assert_eq!(lines("L12-15 and L18"), [(12, 15), (18, 18)]);
        assert_eq!(lines("Lines 25-26: x"), [(25, 26)]);
        assert_eq!(lines("overdue.py:32 - use"), [(32, 32)]);
        assert_eq!(lines("`overdue.py` 32, 36"), [(32, 32), (36, 36)]);
        assert_eq!(lines("61: `x`"), [(61, 61)]);
        assert_eq!(lines("untested (49). half"), [(49, 49)]);
        assert_eq!(lines("the default on 53 and 60, please"), [(53, 53), (60, 60)]);
        assert_eq!(lines("on line thirty seven um"), [(37, 37)]);
        assert_eq!(lines("l. 34, called from l. 44"), [(34, 34), (44, 44)]);
        assert_eq!(lines("l.55 is just"), [(55, 55)]);
    }

    #[test]
    fn other_numbers_are_no_lines() {
        assert!(lines("it takes 30 seconds in 40 steps for 50 rows").is_empty());
        assert!(lines("a list of 12 invoices").is_empty());
    }
}
