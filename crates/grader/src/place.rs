//! Places: what part of the source a passage speaks of, and how that fits the place of an issue.

mod mention;
mod profile;
mod snippet;

pub(crate) use profile::{Fit, Profile};
pub(crate) use snippet::Snippet;

use crate::{DefinitionKind, Lines, Source};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

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
    /// Each once.
    pub(crate) names: Vec<usize>,
}

impl Places {
    pub(crate) fn is_empty(&self) -> bool {
        self.spots.is_empty() && self.names.is_empty()
    }

    fn add_name(&mut self, name: usize) {
        if !self.names.contains(&name) {
            self.names.push(name);
        }
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
    /// A number for each identifier of the files.
    identifiers: FxHashMap<String, u32>,
    files: Vec<File>,
}

#[derive(Debug)]
struct File {
    path: String,
    /// Where the name begins in the path, and whether it is a Python module's.
    name: usize,
    is_module: bool,
    /// The lines without their blanks.
    lines: Vec<String>,
    /// The same in one text, to tell at once what stands nowhere.
    squeezed: String,
    /// The identifiers of each line, by number, each once.
    identifiers: Vec<Vec<u32>>,
}

const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "self", "cls", "int", "str", "dict",
    "list", "set", "bool", "float", "tuple", "bytes", "print", "len", "range", "type", "object", "match", "case",
];

/// Which bytes begin an identifier, and which go on with it.
static IDENTIFIER: [(bool, bool); 256] = {
    let mut table = [(false, false); 256];
    let mut byte = 0_u8;
    while byte < 128 {
        let begins = byte.is_ascii_alphabetic() || byte == b'_';
        table[byte as usize] = (begins, begins || byte.is_ascii_digit());
        byte += 1;
    }
    table
};

/// The identifiers of a text, each with its place: a letter or underscore of ASCII, and what of these and digits follows.
fn identifiers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes[at..].iter().position(|&byte| IDENTIFIER[usize::from(byte)].0)?;
        let length = bytes[start..].iter().position(|&byte| !IDENTIFIER[usize::from(byte)].1);
        at = length.map_or(bytes.len(), |length| start + length);
        Some((start, &text[start..at]))
    })
}

impl Map {
    pub(crate) fn new(sources: &[Source], is_english: impl Fn(&str) -> bool) -> Self {
        let mut map = Self::default();
        for (file, source) in sources.iter().enumerate() {
            let mut number = |name: &str| {
                let next = u32::try_from(map.identifiers.len()).unwrap_or(u32::MAX);
                *map.identifiers.entry(name.to_owned()).or_insert(next)
            };
            let numbers = |line| -> BTreeSet<u32> { identifiers(line).map(|(_, name)| number(name)).collect() };
            let numbered = source.text.lines().map(numbers).map(|numbers| numbers.into_iter().collect()).collect();
            let lines: Vec<String> = source.text.lines().map(squeeze).collect();
            let name = source.path.rfind('/').map_or(0, |slash| slash + 1);
            map.files.push(File {
                path: source.path.clone(),
                name,
                is_module: mention::has_module(&source.path[name..]),
                squeezed: lines.join("\n"),
                lines,
                identifiers: numbered,
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
}

/// A line without its blanks.
fn squeeze(line: &str) -> String {
    let mut squeezed = String::with_capacity(line.len());
    squeezed.extend(line.chars().filter(|c| !c.is_whitespace()));
    squeezed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_begin_with_a_letter_wherever_it_stands() {
        let found: Vec<_> = identifiers("9ab _x1-éy, `é` Z").collect();
        assert_eq!(found, [(1, "ab"), (4, "_x1"), (10, "y"), (18, "Z")]);
        assert_eq!(identifiers("é 12").next(), None);
    }
}
