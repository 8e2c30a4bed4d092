//! Code in a review: what of it the source has, and what is new.

use super::mention::regex;
use super::{Map, Places, Spot, identifiers, squeeze};
use crate::Lines;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

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

static DIFF_HUNK: LazyLock<Regex> = LazyLock::new(|| regex(r"^@@ -(\d+)(?:,(\d+))?"));

impl Map {
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
        let known: Vec<u32> = wanted.iter().filter_map(|name| self.identifiers.get(*name).copied()).collect();
        if known.len() < 2 {
            return None;
        }
        let mut best: Option<(usize, Spot)> = None;
        for (file, held) in self.files.iter().enumerate() {
            for (number, names) in held.identifiers.iter().enumerate() {
                let common = names.iter().filter(|name| known.contains(name)).count();
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
                places.add_name(index);
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
            let stands = held.squeezed.contains(&wanted);
            let within = |line: &str| (8..=wanted.len()).contains(&line.len()) && wanted.contains(line);
            for (number, line) in held.lines.iter().enumerate() {
                if stands && line.contains(&wanted) || within(line) {
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
        self.files.iter().any(|file| file.squeezed.contains(&wanted))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;

    fn map() -> Map {
        let text = "def fetch_rates(base):\n    response = get(base)\n    return response.json()\n".to_owned()
            + &"x = 1\n".repeat(60);
        Map::new(&[Source { path: "overdue.py".into(), text, definitions: Vec::new() }], |_| false)
    }

    #[test]
    fn source_lines_in_code_give_the_place_and_new_lines_the_fix() {
        let snippet = map().code("def fetch_rates(base):\n    response = get(base, timeout=5)\n    return response.json()  # <- no status check\n", false);
        assert_eq!(snippet.places.spots[0].lines, Lines { start: 1, end: 1 });
        assert_eq!(snippet.fresh.trim(), "response = get(base, timeout=5)");
        assert_eq!(snippet.comments[0].2, Some(line_spot(0, 3)));
    }
}
