//! Words of a review in their context, with the credited ones marked.
//!
//! miette shows source code and leaves lines as long as they are. A review is prose whose paragraphs are single lines of many
//! hundred characters, so its lines are wrapped here, and cut where they go on far beyond the words in question.

use crate::Look;
use crate::untrusted::Visible;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthChar;

/// Characters of context to each side of the marked words; a longer line is cut at a word.
const CONTEXT: usize = 120;
/// Columns of the gutter: indent, line number, bar.
const GUTTER: usize = 12;

/// The lines that hold the byte range `start..end` of a review, those bytes marked. `first_line` is the number of the first.
pub(crate) fn passage(review: &str, start: usize, end: usize, first_line: usize, look: Look) -> String {
    let end = review.floor_char_boundary(end);
    let start = review.floor_char_boundary(start.min(end));
    let from = review[..start].rfind('\n').map_or(0, |at| at + 1);
    let to = review[end..].find('\n').map_or(review.len(), |at| end + at);
    let from = cut_before(review, from, start);
    let to = if review[end..to].ends_with('\r') { to - 1 } else { to };
    let to = cut_after(review, to, end);
    let shown = Visible::new(&review[from..to]);
    let (mark_start, mark_end) = (shown.offset(start - from), shown.offset(end - from));
    let mut rows = Vec::new();
    let mut offset = 0;
    let whole_line = from == 0 || review.as_bytes()[from - 1] == b'\n';
    let lines: Vec<&str> = shown.text.split('\n').collect();
    for (index, line) in lines.iter().enumerate() {
        let mut cells: Vec<Cell> = line
            .char_indices()
            .map(|(at, c)| Cell {
                c: if c == '\t' { ' ' } else { c },
                marked: (mark_start..mark_end).contains(&(offset + at)),
            })
            .collect();
        offset += line.len() + 1;
        if index == 0 && !whole_line {
            cells.splice(0..0, "… ".chars().map(|c| Cell { c, marked: false }));
        }
        if index + 1 == lines.len() && to < review.len() && !review[to..].starts_with(['\r', '\n']) {
            cells.extend(" …".chars().map(|c| Cell { c, marked: false }));
        }
        if cells.iter().all(|cell| cell.c == ' ') {
            continue;
        }
        for (row, cells) in wrap(&cells, look.width.saturating_sub(GUTTER).max(20)).into_iter().enumerate() {
            rows.push(((row == 0).then_some(first_line + index), cells));
        }
    }
    let mut out = String::new();
    for (number, cells) in rows {
        let number = number.map(|number| number.to_string()).unwrap_or_default();
        let _ = writeln!(out, "    {} {}", look.dim(format_args!("{number:>5} │")), paint(&cells, look));
        if cells.iter().any(|cell| cell.marked) {
            let _ = writeln!(out, "    {} {}", look.dim("      ·"), look.mark(underline(&cells)));
        }
    }
    out
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    c: char,
    marked: bool,
}

impl Cell {
    fn width(self) -> usize {
        self.c.width().unwrap_or(0)
    }
}

fn cut_before(text: &str, from: usize, start: usize) -> usize {
    if start - from <= CONTEXT {
        return from;
    }
    let near = text.ceil_char_boundary(start - CONTEXT);
    text[near..start].find(' ').map_or(near, |at| near + at + 1)
}

fn cut_after(text: &str, to: usize, end: usize) -> usize {
    if to - end <= CONTEXT {
        return to;
    }
    let near = text.floor_char_boundary(end + CONTEXT);
    text[end..near].rfind(' ').map_or(near, |at| end + at)
}

/// Breaks at spaces, and within a word only where the word alone is too long.
fn wrap(cells: &[Cell], width: usize) -> Vec<Vec<Cell>> {
    let mut rows = vec![];
    let mut rest = cells;
    while !rest.is_empty() {
        let mut columns = 0;
        let fits = rest.iter().take_while(|cell| {
            columns += cell.width();
            columns <= width
        });
        let fits = fits.count().max(1);
        let length = if fits == rest.len() {
            fits
        } else {
            match rest[..=fits].iter().rposition(|cell| cell.c == ' ') {
                Some(space) if rest[..space].iter().any(|cell| cell.c != ' ') => space + 1,
                _ => fits,
            }
        };
        let length = length.min(rest.len());
        let mut row = rest[..length].to_vec();
        while row.last().is_some_and(|cell| cell.c == ' ') {
            row.pop();
        }
        rows.push(row);
        rest = &rest[length..];
    }
    rows
}

fn paint(cells: &[Cell], look: Look) -> String {
    let mut out = String::new();
    for run in cells.chunk_by(|a, b| a.marked == b.marked) {
        let text: String = run.iter().map(|cell| cell.c).collect();
        out.push_str(&if run[0].marked { look.mark(text) } else { text });
    }
    out
}

fn underline(cells: &[Cell]) -> String {
    let mut line = String::new();
    for cell in cells {
        let mark = if cell.marked { '─' } else { ' ' };
        line.extend(std::iter::repeat_n(mark, cell.width()));
    }
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::passage;
    use crate::Look;

    fn show(review: &str, quote: &str, width: usize) -> String {
        let start = review.find(quote).unwrap();
        let line = review[..start].matches('\n').count() + 1;
        passage(review, start, start + quote.len(), line, Look { colour: false, width })
    }

    #[test]
    fn marks_words_in_their_line() {
        let shown = show("first\n- l25: 集合 is made once\nlast", "集合 is", 80);
        assert_eq!(shown, "        2 │ - l25: 集合 is made once\n          ·        ───────\n");
    }

    #[test]
    fn wraps_long_lines_and_cuts_far_context() {
        let far = "word ".repeat(60);
        let shown = show(&format!("{far}THE QUOTE goes on here {far}"), "THE QUOTE", 60);
        assert!(shown.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 60), "{shown}");
        assert!(shown.starts_with("        1 │ … word"), "{shown}");
        assert!(shown.trim_end().ends_with('…'), "{shown}");
        assert_eq!(shown.matches('─').count(), "THE QUOTE".len());
    }

    #[test]
    fn quotes_over_several_lines_keep_their_numbers() {
        let shown = show("a\r\nb one\r\n\r\ntwo c\r\n", "one\r\n\r\ntwo", 80);
        assert_eq!(shown, "        2 │ b one\n          ·   ───\n        4 │ two c\n          · ───\n");
    }

    #[test]
    fn words_without_spaces_and_offsets_out_of_range_do_no_harm() {
        let long = "x".repeat(5000);
        assert!(show(&long, &long, 40).lines().count() > 100);
        assert!(passage("ü", 1, 99, 1, Look::default()).contains('ü'));
        assert_eq!(passage("", 0, 0, 1, Look::default()), "");
    }
}
