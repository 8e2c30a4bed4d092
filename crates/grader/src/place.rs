//! Places: what part of the source a passage speaks of, and how that fits the place of an issue.

use crate::{DefinitionKind, Key, Lines, Source};
use regex::Regex;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Lines of one source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) file: usize,
    pub(crate) lines: Lines,
}

/// What a passage refers to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Places {
    /// Lines named by number, or by a quotation of the source.
    pub(crate) spots: Vec<Spot>,
    /// Names of the source, as indices into [`Map::names`].
    pub(crate) names: BTreeSet<usize>,
}

impl Places {
    pub(crate) fn is_empty(&self) -> bool {
        self.spots.is_empty() && self.names.is_empty()
    }
}

/// A name of the source and where it stands.
#[derive(Debug)]
pub(crate) struct Name {
    /// Every line on which it occurs.
    pub(crate) lines: BTreeSet<(usize, usize)>,
    /// The definition, if it is one's name.
    pub(crate) definition: Option<(usize, DefinitionKind, Lines)>,
    /// It reads like a word of English, so it counts only where it is marked as code.
    ordinary: bool,
}

/// The sources' names and lines, for looking up what a review refers to.
#[derive(Debug, Default)]
pub(crate) struct Map {
    pub(crate) names: Vec<Name>,
    by_text: FxHashMap<String, usize>,
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    path: String,
    /// The lines without their blanks.
    lines: Vec<String>,
    /// The identifiers of each line.
    names: Vec<BTreeSet<String>>,
}

const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "self", "cls", "int", "str", "dict",
    "list", "set", "bool", "float", "tuple", "bytes", "print", "len", "range", "type", "object", "match", "case",
];

/// The identifiers of a text, each with its place: a letter or underscore of ASCII, and what of these and digits follows.
fn identifiers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let begins = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(|&byte| begins(byte))?;
        let length = bytes[start..].iter().position(|&byte| !begins(byte) && !byte.is_ascii_digit());
        at = length.map_or(bytes.len(), |length| start + length);
        Some((start, &text[start..at]))
    })
}

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

static DIFF_HUNK: LazyLock<Regex> = LazyLock::new(|| regex(r"^@@ -(\d+)(?:,(\d+))?"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| panic!("{error}"))
}

impl Map {
    pub(crate) fn new(sources: &[Source], is_english: impl Fn(&str) -> bool) -> Self {
        let mut map = Self::default();
        for (file, source) in sources.iter().enumerate() {
            let names =
                source.text.lines().map(|line| identifiers(line).map(|(_, name)| name.to_owned()).collect()).collect();
            map.files.push(File {
                path: source.path.clone(),
                lines: source.text.lines().map(squeeze).collect(),
                names,
            });
            for (number, line) in source.text.lines().enumerate() {
                let code = line.split(" # ").next().unwrap_or(line);
                for (_, text) in identifiers(code) {
                    if text.len() < 2 || KEYWORDS.contains(&text) {
                        continue;
                    }
                    let index = *map.by_text.entry(text.to_owned()).or_insert_with(|| {
                        let marked = text.contains('_')
                            || text.chars().skip(1).any(char::is_uppercase)
                            || text.chars().any(|c| c.is_ascii_digit());
                        let ordinary = !marked && (is_english(&text.to_lowercase()) || text.len() < 4);
                        map.names.push(Name { lines: BTreeSet::new(), definition: None, ordinary });
                        map.names.len() - 1
                    });
                    map.names[index].lines.insert((file, number + 1));
                }
            }
            for definition in &source.definitions {
                if let Some(&index) = map.by_text.get(&definition.name) {
                    map.names[index].definition.get_or_insert((file, definition.kind, definition.lines));
                }
            }
        }
        map
    }

    fn last_line(&self) -> usize {
        self.files.iter().map(|file| file.lines.len()).max().unwrap_or(usize::MAX)
    }

    pub(crate) fn file(&self, path: &str) -> Option<usize> {
        let base = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        self.files
            .iter()
            .position(|file| file.path == path || path.ends_with(&format!("/{}", file.path)))
            .or_else(|| self.files.iter().position(|file| base(&file.path) == base(path)))
    }

    /// The lines a comment was attached to.
    pub(crate) fn attached(&self, file: Option<&str>, lines: Option<Lines>) -> Places {
        let mut places = Places::default();
        if let Some(lines) = lines {
            let file = file.and_then(|file| self.file(file)).unwrap_or(0);
            places.spots.push(Spot { file, lines });
        }
        places
    }

    /// What a piece of prose refers to. `leads` says that it begins a block, where a bare number may be a line.
    /// `file` is the one that was spoken of last.
    pub(crate) fn prose(&self, text: &str, leads: bool, file: usize) -> Places {
        let mut places = Places::default();
        let spoken = spoken_numbers(text);
        let text = spoken.as_deref().unwrap_or(text);
        let mut file = self.mentioned(text).unwrap_or(file);
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
                    places.names.insert(index);
                }
            }
        }
    }

    /// What a piece of code refers to, what of it does not stand in the source, and the comments in it.
    pub(crate) fn code(&self, text: &str, diff: bool) -> Snippet {
        let mut snippet = Snippet::default();
        let mut last: Option<Spot> = None;
        let mut waiting = 0;
        let mut at = 0;
        for raw in text.split_inclusive('\n') {
            let offset = at;
            at += raw.len();
            let line = raw.trim_end_matches(['\n', '\r']);
            if let Some(captures) = DIFF_HUNK.captures(line) {
                let start = captures[1].parse().unwrap_or(0);
                if start > 0 && start <= self.last_line() {
                    snippet.hunk = Some(Spot { file: 0, lines: Lines { start, end: start } });
                }
                continue;
            }
            if diff && (line.starts_with("+++") || line.starts_with("---") || line.starts_with("diff ")) {
                continue;
            }
            let (new, skip) = match (diff, line.chars().next()) {
                (true, Some('+')) => (true, 1),
                (true, Some('-' | ' ')) => (false, 1),
                (true, _) => (false, 0),
                (false, _) => (true, 0),
            };
            let bare = &line[skip..];
            let squeezed = squeeze(bare);
            if squeezed.is_empty() {
                continue;
            }
            let mut hits = self.find_line(&squeezed);
            // A line of the source with a comment behind it, or a comment of its own, is a remark at that line.
            if hits.is_empty()
                && let Some(hash) = comment_start(bare)
            {
                let comment = bare[hash..].trim_start_matches(['#', ' ', '<', '-', '>', '!', '=']);
                let code = squeeze(&bare[..hash]);
                hits = if code.is_empty() { Vec::new() } else { self.find_line(&code) };
                if comment.split_whitespace().count() >= 2 {
                    let start = offset + skip + (bare.len() - comment.len());
                    let spot = if code.is_empty() {
                        None
                    } else {
                        hits.first().map(|&(file, number)| line_spot(file, number)).or(last)
                    };
                    snippet.comments.push((start, offset + line.len(), spot));
                    if code.is_empty() {
                        waiting += 1;
                    }
                }
                if code.is_empty() {
                    continue;
                }
                if hits.is_empty() && new {
                    snippet.fresh.push_str(&bare[..hash]);
                    snippet.fresh.push('\n');
                }
            } else if hits.is_empty() && new {
                snippet.fresh.push_str(bare);
                snippet.fresh.push('\n');
            }
            if let Some(&(file, number)) = hits.first() {
                // A line that stands once tells the place; a closing bracket does not.
                if hits.len() == 1 && squeezed.len() > 5 {
                    last = Some(line_spot(file, number));
                    snippet.places.spots.extend(last);
                }
            }
            // A comment on a line of its own speaks of the line below it.
            let placed = hits.first().map(|&(file, number)| line_spot(file, number));
            let total = snippet.comments.len();
            for comment in &mut snippet.comments[total - waiting..] {
                comment.2 = comment.2.or(placed);
            }
            waiting = 0;
        }
        if snippet.places.spots.is_empty() {
            snippet.places.spots.extend(snippet.hunk);
        }
        let fresh = std::mem::take(&mut snippet.fresh);
        self.add_code_names(&fresh, &mut snippet.places);
        // New code is where the source has lines like it.
        if !diff {
            for line in fresh.lines() {
                snippet.places.spots.extend(self.nearest(line));
            }
        }
        snippet.fresh = fresh;
        snippet
    }

    /// The source line that a changed line most likely replaces.
    fn nearest(&self, line: &str) -> Option<Spot> {
        let wanted: BTreeSet<&str> = identifiers(line).map(|(_, name)| name).collect();
        if wanted.len() < 2 {
            return None;
        }
        let mut best: Option<(usize, Spot)> = None;
        for (file, held) in self.files.iter().enumerate() {
            for (number, names) in held.names.iter().enumerate() {
                let common = names.iter().filter(|name| wanted.contains(name.as_str())).count();
                let similar = common >= 2 && common * 2 > names.len() && common * 5 >= wanted.len() * 2;
                if similar && best.is_none_or(|(most, _)| common > most) {
                    best = Some((common, line_spot(file, number + 1)));
                }
            }
        }
        best.map(|(_, spot)| spot)
    }

    fn add_code_names(&self, text: &str, places: &mut Places) {
        for (_, name) in identifiers(text) {
            if let Some(&index) = self.by_text.get(name) {
                places.names.insert(index);
            }
        }
    }

    fn find_line(&self, squeezed: &str) -> Vec<(usize, usize)> {
        self.files
            .iter()
            .enumerate()
            .flat_map(|(file, held)| {
                held.lines
                    .iter()
                    .enumerate()
                    .filter(|(_, line)| *line == squeezed)
                    .map(move |(number, _)| (file, number + 1))
            })
            .collect()
    }

    /// Lines that a quotation (inline code, or a quoted block) takes from the source.
    pub(crate) fn quoted(&self, text: &str) -> Vec<Spot> {
        let wanted = squeeze(text.trim_matches(|c: char| c == '`' || c.is_whitespace()));
        // A name alone is looked up as a name.
        if wanted.len() < 8 || wanted.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '(' | ')')) {
            return Vec::new();
        }
        let mut spots = Vec::new();
        for (file, held) in self.files.iter().enumerate() {
            for (number, line) in held.lines.iter().enumerate() {
                if line.contains(&wanted) || (line.len() >= 8 && wanted.contains(line.as_str())) {
                    spots.push(Spot { file, lines: Lines { start: number + 1, end: number + 1 } });
                }
            }
        }
        // Words that stand in many places point at none.
        if spots.len() > 3 { Vec::new() } else { spots }
    }

    /// Whether the text stands in the source, blanks apart.
    pub(crate) fn holds(&self, word: &str) -> bool {
        let wanted = squeeze(word);
        self.files.iter().any(|file| file.lines.iter().any(|line| line.contains(&wanted)))
    }
}

fn line_spot(file: usize, line: usize) -> Spot {
    Spot { file, lines: Lines { start: line, end: line } }
}

/// Where a comment begins in a line of code; a `#` within quotes begins none.
fn comment_start(line: &str) -> Option<usize> {
    let mut quote = None;
    for (i, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') => return Some(i),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

/// A piece of code in a review.
#[derive(Debug, Default)]
pub(crate) struct Snippet {
    pub(crate) places: Places,
    /// Its lines that do not stand in the source.
    pub(crate) fresh: String,
    /// Comments that do not stand in the source: offsets in the snippet, and the line they speak of.
    pub(crate) comments: Vec<(usize, usize, Option<Spot>)>,
    hunk: Option<Spot>,
}

/// A line without its blanks.
fn squeeze(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
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

/// How the place of a passage fits the place of an issue.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Fit {
    /// 0 to 1: lines named by number or quotation.
    pub(crate) lines: f64,
    /// 0 to 1: names that stand for the issue's place.
    pub(crate) names: f64,
    /// Lines are named, and all of them elsewhere.
    pub(crate) elsewhere: bool,
    /// A function is named, and it is another one.
    pub(crate) other_function: bool,
}

impl Fit {
    /// 0 to 1: that the place is named by lines or by names.
    pub(crate) fn here(&self) -> f64 {
        self.lines.max(self.names)
    }
}

/// Where an issue or decoy lies, and which names stand for it.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    spot: Option<Spot>,
    /// The innermost function around it.
    function: Option<Spot>,
    /// The innermost function's name.
    function_name: Option<usize>,
    /// Lines elsewhere that belong to it: calls of the function, lines with its own names.
    related: BTreeSet<(usize, usize)>,
    /// 0 to 1: how surely a name stands for this place.
    names: BTreeMap<usize, f64>,
}

/// Callers of callers are followed so far.
const CALLERS: usize = 1;

/// A line number that is off by so much may still mean the place.
const NEAR: usize = 2;

impl Profile {
    /// The place of an issue with this file and lines and this prose. `whole_function`: the issue is with all of it.
    pub(crate) fn new(
        map: &Map,
        key: &Key,
        file: Option<&str>,
        lines: Option<Lines>,
        prose: &str,
        whole_function: bool,
    ) -> Self {
        let mut profile = Self::default();
        let said = map.prose(prose, false, 0);
        // `iter_readings` in the key's prose says that the issue is there; so do its line numbers.
        for &name in &said.names {
            let spread = map.names[name].lines.len() as f64;
            profile.names.insert(name, (1.2 / spread.sqrt()).clamp(0.15, 0.6));
        }
        for spot in &said.spots {
            profile.related.extend((spot.lines.start..=spot.lines.end).map(|line| (spot.file, line)));
        }
        let Some(mut lines) = lines else { return profile };
        let file = file.and_then(|file| map.file(file)).unwrap_or(0);
        let inside = |outer: Lines| outer.start <= lines.start && lines.end <= outer.end;
        let definitions = key.sources.get(file).map_or(&[][..], |source| &source.definitions);
        let around = definitions
            .iter()
            .filter(|d| inside(d.lines) && d.kind != DefinitionKind::Class)
            .min_by_key(|d| d.lines.end - d.lines.start);
        if let Some(function) = around {
            profile.function = Some(Spot { file, lines: function.lines });
            if whole_function {
                lines = function.lines;
            }
            if let Some(&index) = map.by_text.get(&function.name) {
                profile.function_name = Some(index);
                profile.names.insert(index, if whole_function { 1.0 } else { 0.5 });
                profile.relate(map, key, index, (file, function.lines), CALLERS);
            }
        }
        profile.spot = Some(Spot { file, lines });
        for (index, name) in map.names.iter().enumerate() {
            let within =
                name.lines.iter().filter(|&&(f, line)| f == file && lines.start <= line && line <= lines.end).count();
            if within == 0 || name.definition.is_some() || whole_function {
                continue;
            }
            let weight = within as f64 / name.lines.len() as f64;
            let held = profile.names.entry(index).or_insert(0.0);
            *held = held.max(weight);
            if weight >= 0.5 && name.lines.len() <= 3 {
                profile.related.extend(name.lines.iter().copied());
            }
        }
        profile
    }

    /// Adds the lines that name a function, and those that name the functions these stand in: a problem shows where its
    /// function is called.
    fn relate(&mut self, map: &Map, key: &Key, name: usize, (file, own): (usize, Lines), callers: usize) {
        for &(at_file, at) in &map.names[name].lines {
            if at_file == file && own.start <= at && at <= own.end
                || !self.related.insert((at_file, at))
                || callers == 0
            {
                continue;
            }
            let definitions = key.sources.get(at_file).map_or(&[][..], |source| &source.definitions);
            let around = definitions
                .iter()
                .filter(|d| d.lines.start < at && at <= d.lines.end && d.kind != DefinitionKind::Class)
                .min_by_key(|d| d.lines.end - d.lines.start);
            if let Some((caller, &index)) = around.and_then(|d| Some((d, map.by_text.get(&d.name)?))) {
                self.relate(map, key, index, (at_file, caller.lines), callers - 1);
            }
        }
    }

    /// How the places of a passage fit.
    pub(crate) fn fit(&self, places: &Places, map: &Map) -> Fit {
        let mut fit = Fit::default();
        for spot in &places.spots {
            fit.lines = fit.lines.max(self.lines_fit(*spot));
        }
        fit.elsewhere = self.spot.is_some() && !places.spots.is_empty() && fit.lines == 0.0;
        let mut miss = 1.0;
        for &name in &places.names {
            miss *= 1.0 - self.names.get(&name).copied().unwrap_or(0.0);
        }
        fit.names = 1.0 - miss;
        fit.other_function = fit.lines == 0.0 && self.function.is_some() && self.other_function(places, map);
        fit
    }

    fn other_function(&self, places: &Places, map: &Map) -> bool {
        let functions = places
            .names
            .iter()
            .filter(|&&name| map.names[name].definition.is_some_and(|(_, kind, _)| kind != DefinitionKind::Class));
        let mut any = false;
        for name in functions {
            if Some(*name) == self.function_name || self.names.get(name).is_some_and(|&weight| weight >= 0.2) {
                return false;
            }
            any = true;
        }
        any
    }

    fn lines_fit(&self, spot: Spot) -> f64 {
        let Some(own) = self.spot else { return 0.0 };
        let overlap = |a: Lines, b: Lines| a.start <= b.end && b.start <= a.end;
        if own.file == spot.file && overlap(own.lines, spot.lines) {
            // A range that spans half the file points at nothing.
            let wide =
                (spot.lines.end - spot.lines.start) as f64 / ((own.lines.end - own.lines.start + 1) as f64 + 12.0);
            return (1.0 - 0.5 * wide).clamp(0.4, 1.0);
        }
        let related = (spot.lines.start..=spot.lines.end).any(|line| self.related.contains(&(spot.file, line)));
        if related && spot.lines.end - spot.lines.start <= 2 {
            return 0.6;
        }
        let near = Lines { start: own.lines.start.saturating_sub(NEAR), end: own.lines.end + NEAR };
        if own.file == spot.file && overlap(near, spot.lines) {
            return 0.45;
        }
        match self.function {
            Some(function) if function.file == spot.file && overlap(function.lines, spot.lines) => 0.15,
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn identifiers_begin_with_a_letter_wherever_it_stands() {
        let found: Vec<_> = identifiers("9ab _x1-éy, `é` Z").collect();
        assert_eq!(found, [(1, "ab"), (4, "_x1"), (10, "y"), (18, "Z")]);
        assert_eq!(identifiers("é 12").next(), None);
    }

    #[test]
    fn other_numbers_are_no_lines() {
        assert!(lines("it takes 30 seconds in 40 steps for 50 rows").is_empty());
        assert!(lines("a list of 12 invoices").is_empty());
    }

    #[test]
    fn source_lines_in_code_give_the_place_and_new_lines_the_fix() {
        let snippet = map().code("def fetch_rates(base):\n    response = get(base, timeout=5)\n    return response.json()  # <- no status check\n", false);
        assert_eq!(snippet.places.spots[0].lines, Lines { start: 1, end: 1 });
        assert_eq!(snippet.fresh.trim(), "response = get(base, timeout=5)");
        assert_eq!(snippet.comments[0].2, Some(line_spot(0, 3)));
    }
}
