//! A review's text as remarks and the units they are made of.
//!
//! Markdown gives the blocks; a block is cut into sentences, and a long sentence without full stops into clauses, so that a
//! unit speaks of one thing.

use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Sort of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnitKind {
    /// Words.
    Prose,
    /// A heading: it gives topic or place to what follows and earns little by itself.
    Heading,
    /// Lines of code, `diff` if their first column tells old from new.
    Code {
        /// Lines carry `+`, `-` or a blank in front.
        diff: bool,
    },
    /// Words quoted from elsewhere.
    Quote,
}

/// What is judged as one: a sentence, a clause of a long one, a table cell, a code block. Offsets lie in the part's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: UnitKind,
    /// The block it stands in; units of one block belong together closely.
    pub(crate) block: usize,
    /// The remark it stands in: a list item with all beneath it, a table row, a paragraph with the code after it.
    pub(crate) remark: usize,
    /// The headings above, as indices of units, outermost first.
    pub(crate) headings: Vec<usize>,
    /// A clause that goes on with the sentence of the unit before.
    pub(crate) continues: bool,
    /// What the title of its column says it is, or the word before its colon.
    pub(crate) role: Option<Role>,
    /// The number in front of an item, where items are numbered by lines of the source: `24. ...`, `44 default shared`.
    pub(crate) number: Option<Range<usize>>,
}

/// What a part of a remark is announced as: by the title of a table's column, or by a label such as `Impact:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Why, impact, consequence.
    Why,
    /// Fix, suggestion, recommendation.
    Fix,
}

/// The role that a title or label announces.
pub(crate) fn role(label: &str) -> Option<Role> {
    let has = |words: &[&str]| {
        label.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word.to_lowercase().as_str()))
    };
    if has(&[
        "fix",
        "fixes",
        "suggestion",
        "suggestions",
        "suggest",
        "recommendation",
        "recommended",
        "remedy",
        "solution",
        "proposal",
        "proposed",
        "action",
        "instead",
        "change",
        "todo",
    ]) {
        Some(Role::Fix)
    } else if has(&[
        "why",
        "impact",
        "consequence",
        "consequences",
        "effect",
        "reason",
        "risk",
        "because",
        "rationale",
        "result",
        "symptom",
    ]) {
        Some(Role::Why)
    } else {
        None
    }
}

/// The label at the head of a unit: `**Impact:** ...`, `fix - ...`.
fn label(text: &str) -> Option<Role> {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let end = text.find([':', '→', '—', '–']).filter(|&end| end <= 24)?;
    if text[..end].split_whitespace().count() <= 2 { role(&text[..end]) } else { None }
}

/// A clause that is shorter is not cut off.
const SHORT_CLAUSE: usize = 4;
/// A sentence of more words is cut at its joints.
const LONG_SENTENCE: usize = 38;

/// Cuts the body of one part into units. `block` and `remark` numbers begin at those given and are unique in the review.
pub(crate) fn units(body: &str, next_block: &mut usize, next_remark: &mut usize) -> Vec<Unit> {
    Segmenter {
        body,
        units: Vec::new(),
        headings: Vec::new(),
        block: next_block,
        remark: next_remark,
        row: false,
        titles: Vec::new(),
        column: 0,
        lists: Vec::new(),
        counted: 0,
    }
    .run()
}

struct Segmenter<'a> {
    body: &'a str,
    units: Vec<Unit>,
    headings: Vec<(HeadingLevel, usize)>,
    block: &'a mut usize,
    remark: &'a mut usize,
    row: bool,
    /// The table's column titles, by what they announce.
    titles: Vec<Option<Role>>,
    column: usize,
    /// For each list that is open, the items so far: the number in front, and the first unit.
    lists: Vec<Vec<Item>>,
    /// How far people have counted their remarks.
    counted: usize,
}

/// An item of a list, or a line that is one.
struct Item {
    number: Option<Range<usize>>,
    unit: usize,
}

impl Segmenter<'_> {
    #[allow(clippy::too_many_lines, reason = "one match over the events of the Markdown parser")]
    fn run(mut self) -> Vec<Unit> {
        let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
        let mut items = 0_usize;
        let mut quotes = 0_usize;
        let mut heading = None;
        let mut code: Option<(usize, usize, bool, bool)> = None;
        let mut run: Option<(usize, usize)> = None;
        let body = self.body;
        for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    self.flush(&mut run, quotes);
                    *self.remark += 1;
                    heading = Some(level);
                }
                Event::End(TagEnd::Heading(_)) => {
                    if let (Some(level), Some((start, end))) = (heading.take(), run.take()) {
                        self.heading(level, start, end);
                    }
                }
                Event::Start(Tag::List(_)) => {
                    self.flush(&mut run, quotes);
                    self.lists.push(Vec::new());
                }
                Event::End(TagEnd::List(_)) => {
                    self.flush(&mut run, quotes);
                    let items = self.lists.pop().unwrap_or_default();
                    self.number(items);
                }
                Event::Start(Tag::Item) => {
                    self.flush(&mut run, quotes);
                    if let Some(items) = self.lists.last_mut() {
                        // Behind a bullet the number is that of the text.
                        let marker = body[range.clone()].trim_start_matches(['-', '*', '+', ' ']);
                        items.push(Item {
                            number: leading_number(body, range.end - marker.len()),
                            unit: self.units.len(),
                        });
                    }
                    if items == 0 {
                        *self.remark += 1;
                    }
                    items += 1;
                }
                Event::End(TagEnd::Item) => {
                    self.flush(&mut run, quotes);
                    items = items.saturating_sub(1);
                    if items == 0 {
                        *self.remark += 1;
                    }
                }
                Event::Start(Tag::Paragraph) => {
                    self.flush(&mut run, quotes);
                    if items == 0 && quotes == 0 {
                        *self.remark += 1;
                    }
                }
                Event::Start(Tag::BlockQuote(_)) => {
                    self.flush(&mut run, quotes);
                    if quotes == 0 && items == 0 {
                        *self.remark += 1;
                    }
                    quotes += 1;
                }
                Event::End(TagEnd::BlockQuote(_)) => {
                    self.flush(&mut run, quotes);
                    quotes = quotes.saturating_sub(1);
                }
                Event::Start(Tag::TableRow) => {
                    *self.remark += 1;
                    self.row = true;
                    self.column = 0;
                }
                Event::End(TagEnd::TableRow) => self.row = false,
                Event::Start(Tag::TableHead) => self.titles.clear(),
                Event::End(TagEnd::TableCell) => {
                    if self.row {
                        self.flush(&mut run, quotes);
                        self.column += 1;
                    } else {
                        // Column titles are no remarks.
                        self.titles.push(run.take().and_then(|(start, end)| role(&body[start..end])));
                    }
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    self.flush(&mut run, quotes);
                    let (diff, indented) = match &kind {
                        CodeBlockKind::Fenced(info) => (info.starts_with("diff") || info.starts_with("patch"), false),
                        CodeBlockKind::Indented => (false, true),
                    };
                    code = Some((usize::MAX, 0, diff, indented));
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some((start, end, diff, indented)) = code.take()
                        && start < end
                    {
                        self.code(start, end, diff, indented);
                    }
                }
                Event::End(TagEnd::Paragraph | TagEnd::HtmlBlock) => self.flush(&mut run, quotes),
                Event::Text(_) if code.is_some() => {
                    if let Some((start, end, ..)) = &mut code {
                        *start = (*start).min(range.start);
                        *end = (*end).max(range.end);
                    }
                }
                Event::Text(_)
                | Event::Code(_)
                | Event::InlineHtml(_)
                | Event::Html(_)
                | Event::InlineMath(_)
                | Event::DisplayMath(_)
                | Event::TaskListMarker(_) => {
                    let (start, end) = run.unwrap_or((range.start, range.end));
                    run = Some((start.min(range.start), end.max(range.end)));
                }
                _ => {}
            }
        }
        self.flush(&mut run, quotes);
        self.units
    }

    fn headings(&self) -> Vec<usize> {
        self.headings.iter().map(|&(_, unit)| unit).collect()
    }

    fn push(&mut self, start: usize, end: usize, kind: UnitKind, continues: bool) {
        let (start, end) = trim(self.body, start, end);
        if start < end {
            let headings = self.headings();
            let cell = if self.row { self.titles.get(self.column).copied().flatten() } else { None };
            let labelled = label(&self.body[start..end]);
            // A label holds for its whole block.
            let before = self.units.last().filter(|unit| unit.block == *self.block).and_then(|unit| unit.role);
            let role = cell.or(labelled).or(before);
            self.units.push(Unit {
                start,
                end,
                kind,
                block: *self.block,
                remark: *self.remark,
                headings,
                continues,
                role,
                number: None,
            });
        }
    }

    /// Items that are not counted one, two, three, but begin with other numbers, are numbered by lines.
    fn number(&mut self, items: Vec<Item>) {
        let numbers: Vec<usize> = items
            .iter()
            .filter_map(|item| {
                self.body[item.number.clone()?].split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
            })
            .collect();
        let Some((&first, &last)) = numbers.first().zip(numbers.last()) else { return };
        if numbers.len() * 3 < items.len() * 2 {
            return;
        }
        let counted = numbers.windows(2).all(|pair| pair[1] == pair[0] || pair[1] == pair[0] + 1);
        if counted && (first < UNCOUNTED || first <= self.counted + 1) {
            self.counted = last;
            return;
        }
        let mut end = self.units.len();
        for item in items.into_iter().rev() {
            // An item without text has no unit of its own.
            if item.unit < end {
                self.units[item.unit].number = item.number;
            }
            end = item.unit;
        }
    }

    fn heading(&mut self, level: HeadingLevel, start: usize, end: usize) {
        self.headings.retain(|&(held, _)| held < level);
        *self.block += 1;
        let before = self.units.len();
        self.push(start, end, UnitKind::Heading, false);
        if self.units.len() > before {
            self.headings.push((level, before));
        }
    }

    fn flush(&mut self, run: &mut Option<(usize, usize)>, quotes: usize) {
        let Some((start, end)) = run.take() else { return };
        let kind = if quotes > 0 { UnitKind::Quote } else { UnitKind::Prose };
        let mut lines = Vec::new();
        for (index, (start, end)) in paragraphs(self.body, start, end).into_iter().enumerate() {
            *self.block += 1;
            if index > 0 {
                *self.remark += 1;
            }
            if is_title(&self.body[start..end]) && !self.row {
                self.heading(HeadingLevel::H6, start, end);
                continue;
            }
            lines.push(Item { number: leading_number(self.body, start), unit: self.units.len() });
            for (start, end) in sentences(self.body, start, end) {
                for (index, (start, end)) in clauses(self.body, start, end).into_iter().enumerate() {
                    self.push(start, end, kind, index > 0);
                }
            }
        }
        if lines.len() > 1 {
            self.number(lines);
        }
    }

    fn code(&mut self, start: usize, end: usize, diff: bool, indented: bool) {
        *self.block += 1;
        let text = &self.body[start..end];
        // People indent paragraphs of an e-mail; that is no code.
        if indented && !looks_like_code(text) {
            let mut run = Some((start, end));
            self.flush(&mut run, 0);
            return;
        }
        let diff = diff || text.lines().any(|line| line.starts_with("@@ ") || line.starts_with("+++ "));
        for (from, to) in chunks(text, diff) {
            self.push_code(start + from, start + to, UnitKind::Code { diff });
        }
    }

    fn push_code(&mut self, start: usize, end: usize, kind: UnitKind) {
        if !self.body[start..end].trim().is_empty() {
            let end = start + self.body[start..end].trim_end().len();
            let headings = self.headings();
            self.units.push(Unit {
                start,
                end,
                kind,
                block: *self.block,
                remark: *self.remark,
                headings,
                continues: false,
                role: None,
                number: None,
            });
        }
    }
}

/// Cuts a code block where it goes on to another definition, another hunk, or after a gap.
fn chunks(text: &str, diff: bool) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let (mut begin, mut at, mut filled) = (0, 0, false);
    for line in text.split_inclusive('\n') {
        let code = if diff { line.get(1..).unwrap_or("") } else { line };
        let definition = ["def ", "class ", "async def ", "@"].iter().any(|head| code.starts_with(head));
        let after_decorator = text[begin..at]
            .lines()
            .last()
            .is_some_and(|before| before.trim_start_matches(['+', '-', ' ']).starts_with('@'));
        let gap = code.trim().is_empty() || code.trim() == "...";
        let cut = line.starts_with("@@") || gap || (definition && !after_decorator && !diff);
        if cut && filled {
            out.push((begin, at));
            (begin, filled) = (at, false);
        }
        filled |= !gap;
        at += line.len();
    }
    out.push((begin, text.len()));
    out
}

fn looks_like_code(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim();
        line.ends_with([':', '(', '{', '[', ',', ')'])
            || line.contains(" = ")
            || line.starts_with(['@', '#', '+', '-', '>'])
    })
}

/// A line that is nothing but a few bold words, or a few words and a colon, stands for a heading.
fn is_title(text: &str) -> bool {
    let text = text.trim();
    let bold = text
        .strip_prefix("**")
        .and_then(|rest| rest.trim_end_matches([':', '.']).strip_suffix("**"))
        .is_some_and(|inner| !inner.contains("**"));
    bold && text.split_whitespace().count() <= 8
}

/// Cuts a paragraph where a line begins with a place, or is a title: people write lists without bullets.
fn paragraphs(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
    let slice = &text[start..end];
    let mut out = Vec::new();
    let (mut begin, mut at, mut titled) = (0, 0, false);
    // Where most lines begin with a place, the paragraph is a list, and each line an item.
    let lines = slice.lines().count();
    let count = |pattern: &Regex| slice.lines().filter(|line| pattern.is_match(line)).count();
    let (placed, numbered) = (count(&PLACE_FIRST), count(&NUMBER_FIRST));
    let listed = (placed > 1 && placed * 2 >= lines) || (numbered > 1 && numbered * 3 >= lines * 2);
    for line in slice.split_inclusive('\n') {
        if at > begin && (titled || listed || PLACE_FIRST.is_match(line) || is_title(line)) {
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

/// An enumeration hardly begins with this number or a higher one.
const UNCOUNTED: usize = 8;

/// The number with which the text from `start` on begins.
fn leading_number(text: &str, start: usize) -> Option<Range<usize>> {
    let line = text[start..].lines().next()?;
    let number = NUMBER_FIRST.captures(line)?.get(1)?;
    Some(start + number.start()..start + number.end())
}

fn trim(text: &str, start: usize, end: usize) -> (usize, usize) {
    let slice = &text[start..end];
    let head = slice.len() - slice.trim_start().len();
    (start + head, start + slice.trim_end().len().max(head))
}

/// Editors wrap lines at this width or more.
const UNWRAPPED: usize = 60;

/// Cuts at full stops, question and exclamation marks, and at line breaks that begin a new thought.
fn sentences(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
    let slice = &text[start..end];
    let mut out = Vec::new();
    let mut begin = 0;
    let mut in_code = false;
    // Lines that are all short were not wrapped by an editor: their writer ended them.
    let short_lines = slice.lines().count() > 1 && slice.lines().all(|line| line.chars().count() < UNWRAPPED);
    let chars: Vec<(usize, char)> = slice.char_indices().collect();
    for (k, &(i, c)) in chars.iter().enumerate() {
        match c {
            '`' => in_code = !in_code,
            _ if in_code || i < begin => {}
            '.' | '?' | '!' | '…' | ';' => {
                let mut next = k + 1;
                while next < chars.len()
                    && matches!(chars[next].1, '.' | '?' | '!' | ')' | '"' | '\'' | '*' | '_' | '’' | '”')
                {
                    next += 1;
                }
                let space = chars.get(next).is_none_or(|&(_, d)| d.is_whitespace());
                if space && !(c == '.' && abbreviation(slice, begin, i, &chars[next..])) {
                    let stop = chars.get(next).map_or(slice.len(), |&(j, _)| j);
                    out.push((start + begin, start + stop));
                    begin = stop;
                }
            }
            '\n' => {
                // A soft break is a blank; a line that begins like a list item of its own is a new thought.
                let rest = slice[i + 1..].trim_start();
                let starts_item = rest.starts_with(['-', '*', '+', '•', '–', '>', '#'])
                    || rest.split_once([':', '.', ')']).is_some_and(|(head, _)| {
                        !head.is_empty()
                            && head.len() <= 12
                            && head.bytes().any(|b| b.is_ascii_digit())
                            && head.split_whitespace().count() <= 2
                    });
                if starts_item || short_lines {
                    out.push((start + begin, start + i));
                    begin = i + 1;
                }
            }
            _ => {}
        }
    }
    if begin < slice.len() {
        out.push((start + begin, end));
    }
    out
}

/// Whether the full stop at `at` ends an abbreviation or a number in a list and not a sentence.
fn abbreviation(slice: &str, begin: usize, at: usize, rest: &[(usize, char)]) -> bool {
    let word = slice[begin..at].rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or("");
    let lower = word.to_lowercase();
    let next = rest.iter().map(|&(_, c)| c).find(|c| !c.is_whitespace());
    matches!(
        lower.as_str(),
        "e.g" | "i.e" | "l" | "ll" | "p" | "vs" | "cf" | "approx" | "resp" | "no" | "nr" | "z.b" | "ca"
    ) || (matches!(lower.as_str(), "etc" | "al" | "diff") && next.is_some_and(char::is_lowercase))
        || (!word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()) && slice[begin..at].trim().len() == word.len())
}

/// Cuts a long sentence at its joints: semicolons, colons and dashes between clauses, and the words with which people who
/// dictate or ramble go on to the next thing.
fn clauses(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
    let slice = &text[start..end];
    if slice.split_whitespace().count() <= LONG_SENTENCE {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(body: &str) -> Vec<(usize, &str)> {
        let (mut block, mut remark) = (0, 0);
        units(body, &mut block, &mut remark).iter().map(|unit| (unit.remark, &body[unit.start..unit.end])).collect()
    }

    #[test]
    fn list_items_are_remarks_with_what_is_beneath_them() {
        let cut = cut("- one. Two e.g. three\n  - nested\n- four\n");
        let texts: Vec<&str> = cut.iter().map(|&(_, text)| text).collect();
        assert_eq!(texts, ["one.", "Two e.g. three", "nested", "four"]);
        assert_eq!(cut[0].0, cut[2].0);
        assert_ne!(cut[2].0, cut[3].0);
    }

    /// The units with the numbers in front of them, where these are lines.
    fn numbers(body: &str) -> Vec<(&str, Option<&str>)> {
        let (mut block, mut remark) = (0, 0);
        let of = |unit: Unit| (&body[unit.start..unit.end], unit.number.map(|number| &body[number]));
        units(body, &mut block, &mut remark).into_iter().map(of).collect()
    }

    #[test]
    fn items_numbered_by_lines_have_their_lines() {
        assert_eq!(
            numbers("24. Slow peer.\n\n40. No yesterday.\n"),
            [("Slow peer.", Some("24")), ("No yesterday.", Some("40"))]
        );
        let lines = "1 line length\n31-33 default mutated\n60 - query each\n\nrest ok";
        assert_eq!(
            numbers(lines),
            [
                ("1 line length", Some("1")),
                ("31-33 default mutated", Some("31-33")),
                ("60 - query each", Some("60")),
                ("rest ok", None)
            ]
        );
        assert_eq!(numbers("- 14 magic six\n- 18 shared dict\n")[1], ("18 shared dict", Some("18")));
    }

    #[test]
    fn a_paragraph_with_one_place_stays_whole() {
        let body = "Line 17: the list is made once, and the second search still has the ones of\nthe first.";
        assert_eq!(cut(body).len(), 1);
    }

    #[test]
    fn items_that_are_counted_have_none() {
        for body in [
            "1. one\n2. two\n",
            "1. one\n1. two\n",
            "1. one\n\n# More\n\n2. two\n3. three\n",
            "3 remarks\n",
            "It takes\n20 queries\na page",
            "1 one\n2 two",
        ] {
            assert!(numbers(body).iter().all(|(_, number)| number.is_none()), "{body}");
        }
    }

    #[test]
    fn cells_of_a_row_belong_together_and_titles_are_dropped() {
        let cut = cut("| Where | What |\n|---|---|\n| l. 34 | lazy |\n| l. 40 | slow |\n");
        let texts: Vec<&str> = cut.iter().map(|&(_, text)| text).collect();
        assert_eq!(texts, ["l. 34", "lazy", "l. 40", "slow"]);
        assert_eq!(cut[0].0, cut[1].0);
        assert_ne!(cut[1].0, cut[2].0);
    }

    #[test]
    fn code_is_cut_at_gaps_and_belongs_to_the_remark_before() {
        let body = "Do this:\n\n```python\nx = 1\n\ny = 2\n```\nand that.";
        let (mut block, mut remark) = (0, 0);
        let units = units(body, &mut block, &mut remark);
        let texts: Vec<&str> = units.iter().map(|unit| &body[unit.start..unit.end]).collect();
        assert_eq!(texts, ["Do this:", "x = 1", "\ny = 2", "and that."]);
        assert_eq!(units[1].kind, UnitKind::Code { diff: false });
        assert_eq!(units[0].remark, units[2].remark);
    }
}
