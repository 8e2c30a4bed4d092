//! Lines and names that prose refers to.

use super::{File, Map, Places, Spot, identifiers};
use crate::Lines;
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
        let mut places = Places::default();
        let spoken = spoken_numbers(text);
        let text = spoken.as_deref().unwrap_or(text);
        self.add_names(text, &mut places);
        // Most sentences hold no number, and so no line.
        if !text.chars().any(char::is_numeric) {
            return places;
        }
        for captures in FILE_LINE.captures_iter(text) {
            if let Some(named) = self.file(&captures[1]) {
                file = named;
                self.add_numbers(file, &captures[2], &mut places);
            }
        }
        for captures in
            LINE.captures_iter(text).chain(BRACKETED.captures_iter(text)).chain(PREPOSITION.captures_iter(text))
        {
            self.add_numbers(file, &captures[1], &mut places);
        }
        if leads && let Some(captures) = LEADING.captures(text) {
            self.add_numbers(file, &captures[1], &mut places);
        }
        places
    }

    /// The file that the text names.
    pub(crate) fn mentioned(&self, text: &str) -> Option<usize> {
        let base = |file: &File| file.path.rfind('/').map_or(0, |slash| slash + 1);
        self.files.iter().position(|file| text.contains(&file.path[base(file)..]))
    }

    /// Whether the text names a Python module that the exercise does not have. Tests may well be spoken of that are yet to be written.
    pub(crate) fn foreign(&self, text: &str) -> bool {
        // The pattern is looked for only where its end stands.
        text.contains(".py")
            && MODULE
                .find_iter(text)
                .map(|found| found.as_str())
                .any(|path| !path.contains("test") && self.file(path).is_none())
    }

    /// Adds the lines that these numbers are, as far as the source has them.
    pub(crate) fn add_numbers(&self, file: usize, text: &str, places: &mut Places) {
        for captures in NUMBERS.captures_iter(text) {
            let Ok(start) = captures[1].parse::<usize>() else { continue };
            let end = captures.get(3).and_then(|end| end.as_str().parse().ok()).unwrap_or(start);
            if start >= 1 && start <= self.last_line() {
                let lines = Lines { start, end: end.clamp(start, self.last_line().max(start)) };
                let spot = Spot { file, lines };
                if !places.spots.contains(&spot) {
                    places.spots.push(spot);
                }
            }
        }
    }

    fn add_names(&self, text: &str, places: &mut Places) {
        let mut in_code = false;
        let mut last = 0;
        for (start, name) in identifiers(text) {
            in_code ^= text[last..start].bytes().filter(|&byte| byte == b'`').count() % 2 == 1;
            last = start;
            if let Some(&index) = self.by_text.get(name) {
                let called = text[start + name.len()..].starts_with('(');
                let attribute = text[..start].ends_with('.') && !text[..start].ends_with("..");
                if in_code || called || attribute || !self.names[index].ordinary {
                    places.add_name(index);
                }
            }
        }
    }
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

fn spoken(word: &str) -> usize {
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
    const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let word = if word == "fourty" { "forty" } else { word };
    ONES.iter()
        .position(|&one| one == word)
        .or_else(|| TENS.iter().position(|&ten| ten == word).map(|ten| ten * 10))
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
