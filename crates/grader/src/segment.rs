//! A review's text as remarks and the units they are made of.
//!
//! Markdown gives the blocks; a block is cut into sentences, and a long sentence without full stops into clauses, so that a
//! unit speaks of one thing.

mod code;
mod label;
mod sentences;

pub(crate) use label::{Role, role};
pub(crate) use sentences::has_number;

use code::{chunks, looks_like_code};
use label::label;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use sentences::{clauses, is_title, leading_number, paragraphs, sentences};
use std::ops::Range;

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

/// An enumeration hardly begins with this number or a higher one.
const UNCOUNTED: usize = 8;

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

fn trim(text: &str, start: usize, end: usize) -> (usize, usize) {
    let slice = &text[start..end];
    let head = slice.len() - slice.trim_start().len();
    (start + head, start + slice.trim_end().len().max(head))
}

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
