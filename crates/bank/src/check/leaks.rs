//! What the candidate gets must not give the key away.
//!
//! Looked at are the brief, and the comments and docstrings of the sources: what people write for people. Names in the code
//! are the exercise itself, so only what can be no accident counts there, such as an issue's id as it is written in the key.

use crate::exercise::Exercise;
use crate::problem::{Document, Problem};
use ruff_text_size::Ranged;
use rustpython_ast::PySourceType;
use rustpython_ast::token::TokenKind;
use std::ops::Range;

/// So many words in a row that the key and the handout share are no chance. Of the eighteen exercises of the bank and the corpus,
/// none is reported with five; with four, one is whose brief and key both say what the job is ("that have been idle for six").
const SHARED_WORDS: usize = 5;

/// So many of those say something of the matter at hand; the others hold any sentence together.
const TELLING_WORDS: usize = 3;

/// Comments that authors leave for themselves where they plant something.
const MARKERS: &[&str] = &["BUG", "FIXME", "XXX", "HACK", "planted", "PLANTED", "decoy", "DECOY", "N+1", "n+1"];

/// Files that never leave the interviewer.
const PRIVATE_FILES: &[&str] = &["exercise.toml", "labels.csv", "fixed/"];

const PLAIN_WORDS: &[&str] = &[
    "a", "about", "after", "all", "an", "and", "any", "are", "as", "at", "be", "been", "before", "but", "by", "can",
    "each", "every", "for", "from", "get", "has", "have", "if", "in", "into", "is", "it", "its", "more", "no", "not",
    "of", "on", "once", "one", "only", "or", "other", "out", "over", "per", "same", "so", "such", "than", "that",
    "the", "their", "them", "then", "there", "these", "they", "this", "those", "to", "up", "was", "we", "were", "what",
    "when", "where", "which", "while", "who", "with", "without",
];

/// Reports what gives the key away in the files that the candidate gets.
pub fn leaks(exercise: &Exercise) -> Vec<Problem> {
    let phrases = phrases(exercise);
    let secrets = secrets(exercise);
    let mut problems = Vec::new();
    let brief = std::iter::once((&exercise.brief, None));
    let sources = exercise.sources.iter().map(|(path, document)| (document, Some(path)));
    for (document, path) in brief.chain(sources) {
        let passages = match path {
            Some(_) => prose(&document.text),
            None => std::iter::once(0..document.text.len()).collect(),
        };
        let mut leaks: Vec<Leak> = private_words(exercise, &document.text);
        for passage in passages {
            let words = words(&document.text, passage.clone());
            leaks.extend(phrases.iter().filter_map(|phrase| phrase.find_in(&words)));
            leaks.extend(secrets.iter().filter_map(|secret| secret.find_in(&words)));
            if path.is_some() {
                leaks.extend(markers(&document.text, passage));
            }
        }
        if let Some(path) = path {
            let named = words(path, 0..path.len());
            for leak in phrases.iter().filter_map(|phrase| phrase.find_in(&named)) {
                let message = format!("the file's name {path} {}", leak.what);
                problems.push(Problem::about("leak", &document.name, message, "Rename the file."));
            }
        }
        leaks.sort_by_key(|leak| (leak.span.start, std::cmp::Reverse(leak.span.end)));
        // Words that belong to a leak already told are not told again.
        let mut end = 0;
        leaks.retain(|leak| {
            let apart = leak.span.start >= end;
            end = end.max(leak.span.end);
            apart
        });
        problems.extend(leaks.into_iter().map(|leak| leak.problem(document)));
    }
    problems
}

struct Leak {
    span: Range<usize>,
    what: String,
}

impl Leak {
    fn problem(self, document: &Document) -> Problem {
        let help = "The candidate gets this file. Say it in other words, or leave it out.";
        let message = format!("the handout gives the key away: this {}", self.what);
        Problem::at("leak", document, self.span, message, "the candidate reads this", help)
    }
}

/// A word in lower case, without the `s` of a plural, and where it stands.
#[derive(Debug, PartialEq)]
struct Word {
    text: String,
    span: Range<usize>,
}

fn words(text: &str, within: Range<usize>) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    let passage = &text[within.clone()];
    for (offset, c) in passage.char_indices().chain([(passage.len(), ' ')]) {
        match (c.is_alphanumeric() || c == '\'', start) {
            (true, None) => start = Some(offset),
            (false, Some(from)) => {
                let mut text = passage[from..offset].to_lowercase();
                if text.len() > 3 && text.ends_with('s') {
                    text.pop();
                }
                words.push(Word { text, span: within.start + from..within.start + offset });
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// Words that must not stand in a row in the handout.
struct Phrase {
    words: Vec<String>,
    what: String,
}

impl Phrase {
    fn new(text: &str, what: String) -> Self {
        Self { words: words(text, 0..text.len()).into_iter().map(|word| word.text).collect(), what }
    }

    fn find_in(&self, words: &[Word]) -> Option<Leak> {
        let at = words.windows(self.words.len()).find(|window| window.iter().map(|word| &word.text).eq(&self.words))?;
        Some(Leak { span: at[0].span.start..at[at.len() - 1].span.end, what: self.what.clone() })
    }
}

/// The ids of the issues, the names of all kinds, and the words that give away the kinds of this key.
fn phrases(exercise: &Exercise) -> Vec<Phrase> {
    let issues = &exercise.manifest.issues;
    let ids = issues.iter().map(|issue| {
        let id = issue.id.get_ref();
        Phrase::new(id, format!("is the id of the issue `{id}`"))
    });
    // One word alone (an issue may be called `retry`) says nothing.
    let ids = ids.filter(|phrase| phrase.words.len() > 1);
    let names = assay_catalog::kinds().iter().flat_map(|kind| {
        let title = kind.title.split('(').next().unwrap_or_default();
        [kind.id.as_str(), title].map(|name| Phrase::new(name, format!("is the name of the kind `{}`", kind.id)))
    });
    let planted =
        assay_catalog::kinds().iter().filter(|kind| issues.iter().any(|issue| *issue.kind.get_ref() == kind.id));
    let giveaways = planted.flat_map(|kind| {
        let what = format!("points at `{}`, which the key has", kind.id);
        kind.giveaways.iter().map(move |words| Phrase::new(words, what.clone()))
    });
    ids.chain(names).chain(giveaways).collect()
}

/// A text of the key, of which the handout must not quote.
struct Secret {
    words: Vec<String>,
    what: String,
}

impl Secret {
    /// The longest run of words that the key's text and the passage share.
    fn find_in(&self, words: &[Word]) -> Option<Leak> {
        let mut best: Option<Range<usize>> = None;
        for ours in 0..self.words.len() {
            for theirs in 0..words.len() {
                let run = self.words[ours..].iter().zip(&words[theirs..]).take_while(|(a, b)| **a == b.text).count();
                let telling =
                    self.words[ours..ours + run].iter().filter(|word| !PLAIN_WORDS.contains(&word.as_str())).count();
                if run >= SHARED_WORDS && telling >= TELLING_WORDS && best.as_ref().is_none_or(|best| run > best.len())
                {
                    best = Some(theirs..theirs + run);
                }
            }
        }
        let best = best?;
        Some(Leak { span: words[best.start].span.start..words[best.end - 1].span.end, what: self.what.clone() })
    }
}

fn secrets(exercise: &Exercise) -> Vec<Secret> {
    let issues = exercise.manifest.issues.iter().flat_map(|issue| {
        let id = issue.id.get_ref();
        [("summary", &issue.summary), ("why", &issue.why), ("fix", &issue.fix)]
            .map(|(field, text)| (text, format!("repeats the `{field}` of the issue `{id}`")))
    });
    let decoys = exercise.manifest.decoys.iter().flat_map(|decoy| {
        let id = decoy.id.get_ref();
        [("summary", &decoy.summary), ("why", &decoy.why)]
            .map(|(field, text)| (text, format!("repeats the `{field}` of the decoy `{id}`")))
    });
    issues
        .chain(decoys)
        .map(|(text, what)| Secret {
            words: words(text, 0..text.len()).into_iter().map(|word| word.text).collect(),
            what,
        })
        .collect()
}

/// Ids as the key writes them, and names of files that never leave the interviewer; these are looked for in the code as well.
fn private_words(exercise: &Exercise, text: &str) -> Vec<Leak> {
    let manifest = &exercise.manifest;
    let issues = manifest.issues.iter().map(|issue| (issue.id.get_ref().as_str(), "is the id of an issue"));
    let decoys = manifest.decoys.iter().map(|decoy| (decoy.id.get_ref().as_str(), "is the id of a decoy"));
    let files = PRIVATE_FILES.iter().map(|file| (*file, "is a file that the candidate never gets"));
    issues
        .chain(decoys)
        .filter(|(id, _)| id.contains('-'))
        .chain(files)
        .flat_map(|(word, what)| {
            whole_words(text, word).map(|span| Leak { span, what: what.to_owned() }).collect::<Vec<_>>()
        })
        .collect()
}

/// Where `word` stands for itself and not as a part of a longer one.
pub(super) fn whole_words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
    text.match_indices(word).map(|(start, found)| start..start + found.len()).filter(move |span| {
        let ends_open = word.ends_with(|c: char| !c.is_alphanumeric());
        !joins(text[..span.start].chars().next_back()) && (ends_open || !joins(text[span.end..].chars().next()))
    })
}

fn markers(text: &str, within: Range<usize>) -> Vec<Leak> {
    let passage = &text[within.clone()];
    MARKERS
        .iter()
        .flat_map(|marker| {
            whole_words(passage, marker).map(|span| Leak {
                span: within.start + span.start..within.start + span.end,
                what: "tells that something is wrong here".to_owned(),
            })
        })
        .collect()
}

/// The comments and docstrings of a Python source. A text that is not Python has none; that it is not is reported elsewhere.
fn prose(text: &str) -> Vec<Range<usize>> {
    if assay_python::outline(text).is_err() {
        return Vec::new();
    }
    assay_python::with_deep_stack(|| {
        let mut prose = Vec::new();
        let mut begins_statement = true;
        for token in rustpython_parser::parse_unchecked_source(text, PySourceType::Python).tokens() {
            let range = token.start().to_usize()..token.end().to_usize();
            match token.kind() {
                TokenKind::Comment => prose.push(range),
                TokenKind::String if begins_statement => prose.push(range),
                _ => {}
            }
            begins_statement = match token.kind() {
                TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent => true,
                // These stand between statements as well as within one.
                TokenKind::NonLogicalNewline | TokenKind::Comment => begins_statement,
                _ => false,
            };
        }
        prose
    })
}

#[cfg(test)]
mod tests {
    use super::{Phrase, Secret, markers, prose, whole_words, words};

    #[test]
    fn prose_is_comments_and_docstrings() {
        let text = "\"\"\"Module.\"\"\"\nx = \"data\"  # note\n\ndef f(\n    a,\n):\n    \"doc\"\n    return {\n        \"k\": 1,\n    }\n";
        let found: Vec<_> = prose(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["\"\"\"Module.\"\"\"", "# note", "\"doc\""]);
        assert!(prose("def (((").is_empty());
    }

    #[test]
    fn phrases_are_found_in_any_spelling() {
        let phrase = Phrase::new("mutable-default", "x".into());
        for text in ["no mutable defaults here", "Mutable_Default", "a mutable\n# default"] {
            assert!(phrase.find_in(&words(text, 0..text.len())).is_some(), "{text}");
        }
        let text = "a default that is mutable";
        assert!(phrase.find_in(&words(text, 0..text.len())).is_none());
    }

    #[test]
    fn quotes_of_the_key_are_found_and_chance_is_not() {
        let why = "Defaults are evaluated once, so the pairs of the first file are still in the set.";
        let secret =
            Secret { words: words(why, 0..why.len()).into_iter().map(|word| word.text).collect(), what: String::new() };
        let text = "Note: the pairs of the first file are still there.";
        let leak = secret.find_in(&words(text, 0..text.len())).unwrap();
        assert_eq!(&text[leak.span], "the pairs of the first file are still");
        let text = "so the pairs of the gateway, one for each of the first two";
        assert!(secret.find_in(&words(text, 0..text.len())).is_none());
    }

    #[test]
    fn markers_are_whole_words() {
        let text = "# BUG: DEBUG N+1 queries, debug, BUGS";
        assert_eq!(markers(text, 0..text.len()).len(), 2);
        assert_eq!(whole_words("see fixed/a.py and prefixed/a.py", "fixed/").count(), 1);
    }
}
