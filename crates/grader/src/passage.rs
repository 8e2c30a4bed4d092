//! What each unit of a review says: its words, concepts, places, and how it says them.

mod brief;
mod inherit;
mod tone;

pub(crate) use brief::{Brief, domain};
pub(crate) use tone::{IDS, Tone, orders};

use crate::grams::{Sum, Vector};
use crate::lexicon::{Concepts, Lexicon, lexicon};
use crate::place::{Map, Places, Snippet};
use crate::review::{Part, Review};
use crate::segment::{self, Role, Unit, UnitKind};
use crate::text;
use crate::vocabulary::Content;
use crate::words::{Reader, Spelling, Token, Words};
use inherit::inherit;
use std::collections::BTreeSet;
use tone::{directs, mark_denials};

/// A unit of the review with what it says.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent observations of one passage")]
pub(crate) struct Passage {
    pub(crate) unit: Unit,
    /// Index of the part of the review.
    pub(crate) part: usize,
    /// Its words; those of code have their places in `fresh`.
    pub(crate) tokens: Vec<Token>,
    /// Of code the lines that are not the source's own.
    pub(crate) fresh: Option<String>,
    pub(crate) concepts: Concepts,
    /// The same with those of the neighbouring clauses of the sentence.
    pub(crate) around: Concepts,
    /// Its words that stand in the key.
    pub(crate) content: Content,
    /// The sum of its words, and the same scaled to length 1.
    pub(crate) sum: Sum,
    pub(crate) vector: Vector,
    /// Places the unit itself names.
    pub(crate) places: Places,
    /// Places taken over from the heading, the quotation, or the sentence before.
    pub(crate) inherited: Places,
    /// The places taken over come from the comment's own line or from a heading.
    pub(crate) attached: bool,
    /// Code in it that does not stand in the source: names and fragments a remedy is made of.
    pub(crate) new_code: usize,
    /// Small words, which join others to sentences.
    pub(crate) joining: usize,
    /// Commas, semicolons and line breaks, which lists are made of.
    pub(crate) commas: usize,
    /// Words that are no code.
    pub(crate) words: usize,
    pub(crate) tone: Tone,
    /// Tests were spoken of before it in the same remark.
    pub(crate) after_tests: bool,
    /// It enumerates.
    pub(crate) lists: bool,
    /// It speaks of what this exercise is about.
    pub(crate) about: bool,
    /// It names a module that the exercise does not have.
    pub(crate) foreign: bool,
    /// It only repeats the source or the brief, or speaks to the grader.
    pub(crate) borrowed: bool,
    /// It stands in a remark that says all is well.
    pub(crate) denied: bool,
}

/// A word's meaning for comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Sense {
    Group(u16),
    Stem(String),
}

impl Passage {
    /// Whether it is code.
    pub(crate) fn is_code(&self) -> bool {
        matches!(self.unit.kind, UnitKind::Code { .. })
    }

    /// The text that its words stand in, given the body of its part, and how they are spelled.
    pub(crate) fn written<'t>(&'t self, body: &'t str) -> (&'t str, Spelling) {
        self.fresh.as_deref().map_or((body, Spelling::Repaired), |fresh| (fresh, Spelling::AsWritten))
    }
}

/// Reads the whole review.
pub(crate) fn read(review: &Review, map: &Map, words: &Words) -> Vec<Passage> {
    let mut lookup = Lookup { map, words: words.reader() };
    let mut passages = Vec::new();
    let (mut block, mut remark) = (0, 0);
    for (index, part) in review.parts.iter().enumerate() {
        remark += 1;
        let units = segment::units(&part.body, &mut block, &mut remark);
        let first = passages.len();
        passages.reserve(units.len());
        // A comment is one remark, whatever its paragraphs.
        let attached = part.lines.is_some() || part.file.is_some();
        let base = units.first().map_or(0, |unit| unit.remark);
        let mut file = part.file.as_deref().and_then(|path| map.file(path)).unwrap_or(0);
        for (position, mut unit) in units.into_iter().enumerate() {
            unit.headings.iter_mut().for_each(|heading| *heading += first);
            if attached {
                unit.remark = base;
            }
            let leads =
                position == 0 || passages.last().is_some_and(|before: &Passage| before.unit.block != unit.block);
            let (start, raw) = (unit.start, &part.body[unit.start..unit.end]);
            let mut snippet = match unit.kind {
                UnitKind::Code { diff } => Some(map.code(raw, diff)),
                _ => None,
            };
            let comments = snippet.as_mut().map(|snippet| std::mem::take(&mut snippet.comments)).unwrap_or_default();
            let comments = comments.into_iter().map(|(from, to, spot)| (start + from, start + to, spot));
            file = map.mentioned(raw).unwrap_or(file);
            passages.push(passage(part, index, unit, snippet, leads, file, &mut lookup));
            for (start, end, spot) in comments {
                block += 1;
                remark += 1;
                let unit = Unit {
                    start,
                    end,
                    kind: UnitKind::Prose,
                    block,
                    remark,
                    headings: Vec::new(),
                    continues: false,
                    role: None,
                    number: None,
                };
                let mut comment = passage(part, index, unit, None, false, file, &mut lookup);
                if comment.places.spots.is_empty() {
                    comment.places.spots.extend(spot);
                }
                passages.push(comment);
            }
        }
        inherit(&mut passages[first..], first, part, map);
    }
    for index in 0..passages.len() {
        let mut around = passages[index].concepts;
        if passages[index].unit.continues {
            around = around.union(passages[index - 1].concepts);
        }
        if let Some(next) = passages.get(index + 1).filter(|next| next.unit.continues) {
            around = around.union(next.concepts);
        }
        passages[index].around = around;
    }
    for passage in &mut passages {
        passage.about = words.vocabulary.is_about(&passage.content);
        let empty = passage.words == 0 && passage.new_code == 0;
        passage.borrowed = empty || passage.concepts.has(IDS.grader) || words.brief.holds(&passage.tokens);
    }
    lookup.words.keep();
    mark_denials(&mut passages);
    let mut tests: Option<usize> = None;
    for passage in &mut passages {
        passage.after_tests = tests == Some(passage.unit.remark);
        if passage.concepts.has(IDS.test) {
            tests = Some(passage.unit.remark);
        }
    }
    passages
}

/// What a review's places and words are looked up in.
struct Lookup<'a> {
    map: &'a Map,
    words: Reader<'a>,
}

fn passage(
    part: &Part,
    index: usize,
    unit: Unit,
    snippet: Option<Snippet>,
    leads: bool,
    file: usize,
    Lookup { map, words }: &mut Lookup,
) -> Passage {
    let lexicon = lexicon();
    let raw = &part.body[unit.start..unit.end];
    let quoted = if snippet.is_some() { Vec::new() } else { inline_code_spans(raw) };
    let (places, (tokens, sum), new_code, fresh) = if let Some(Snippet { places, fresh, .. }) = snippet {
        // Only lines that are not the source's own say something.
        let tokens = words.tokens(&fresh, 0, fresh.len(), Spelling::AsWritten);
        let new_lines = fresh.lines().filter(|line| !line.trim().is_empty()).count();
        (places, tokens, new_lines * 2, Some(fresh))
    } else {
        let quotations = || quoted.iter().map(|span| &raw[span.clone()]).filter(|code| !code.trim().is_empty());
        let mut places = map.prose(raw, leads, file);
        if let Some(number) = unit.number.clone() {
            map.add_numbers(file, &part.body[number], &mut places);
        }
        for code in quotations() {
            places.spots.extend(map.quoted(code));
        }
        if unit.kind == UnitKind::Quote {
            places.spots.extend(map.quoted(raw.trim_start_matches(['>', ' '])));
        }
        let new_code = quotations().filter(|code| is_new_code(code, map)).count();
        // What only quotes the source says nothing.
        let end = if unit.kind == UnitKind::Quote && !places.spots.is_empty() { unit.start } else { unit.end };
        (places, words.tokens(&part.body, unit.start, end, Spelling::Repaired), new_code, None)
    };
    let mut concepts = Concepts::default();
    let mut imperatives = Vec::new();
    // A name such as `safe_load` is no praise.
    let in_code = |token: &Token| quoted.iter().any(|span| span.contains(&token.start.wrapping_sub(unit.start)));
    lexicon.find(&tokens, |concept, from, _| {
        if (concept == IDS.deny || concept == IDS.praise) && in_code(&tokens[from]) {
            return;
        }
        if concept == IDS.imperative {
            imperatives.push(from);
        }
        // "What is not fine" and "keeps it from being safe" say the opposite.
        let turned = (concept == IDS.deny || concept == IDS.praise)
            && !tokens[from].word.negates
            && tokens[from.saturating_sub(2)..from].iter().any(|token| token.word.negates);
        if !turned {
            concepts.insert(concept);
        }
    });
    let content = words.vocabulary().content(&tokens);
    let words = tokens.iter().filter(|token| token.word.is_plain).count();
    let joining = tokens.iter().filter(|token| token.word.is_stop).count();
    let has = |id| concepts.has(id);
    let count = |sign: fn(u8) -> bool| raw.bytes().filter(|&byte| sign(byte)).count();
    let tone = Tone {
        denies: has(IDS.deny),
        praises: has(IDS.praise),
        question: tokens.iter().any(|token| token.word.is_question),
        advice: has(IDS.advice),
        nit: has(IDS.nit),
        consequence: has(IDS.consequence),
        suggests: has(IDS.suggest),
        imperative: unit.role == Some(Role::Fix) || directs(&tokens, imperatives),
        deictic: has(IDS.here),
        contrasts: has(IDS.contrast),
    };
    Passage {
        unit,
        part: index,
        tokens,
        fresh,
        concepts,
        around: concepts,
        content,
        vector: sum.scaled(),
        sum,
        places,
        inherited: Places::default(),
        joining,
        commas: count(|byte| matches!(byte, b',' | b';' | b'\n')) + 1,
        attached: false,
        new_code,
        words,
        tone,
        denied: false,
        borrowed: false,
        about: false,
        foreign: map.foreign(raw),
        after_tests: false,
        lists: count(|byte| matches!(byte, b',' | b';' | b'/')) >= 2,
    }
}

/// Whether it is a content word: no small one, and no number.
pub(crate) fn is_content(token: &text::Token) -> bool {
    token.word.len() > 2 && !token.is_stop && !token.word.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
}

/// The content words of tokens, synonyms folded.
pub(crate) fn content(tokens: &[text::Token], lexicon: &Lexicon) -> BTreeSet<Sense> {
    tokens
        .iter()
        .filter(|token| is_content(token))
        .map(|token| lexicon.synonym(&token.stem).map_or_else(|| Sense::Stem(token.stem.clone()), Sense::Group))
        .collect()
}

/// What stands between backticks.
fn inline_code_spans(text: &str) -> Vec<std::ops::Range<usize>> {
    let ticks: Vec<usize> = text.match_indices('`').map(|(at, _)| at).collect();
    ticks.chunks(2).map(|pair| pair[0] + 1..pair.get(1).copied().unwrap_or(text.len())).collect()
}

/// Whether a fragment is code, and not the source's.
fn is_new_code(code: &str, map: &Map) -> bool {
    let code = code.trim();
    let looks = code.contains(['(', '=', '[', '{', '_', '.', '<'])
        || matches!(code, "None" | "Decimal" | "try" | "except" | "with")
        || code.contains("except ");
    looks && !map.holds(code) && !code.to_ascii_lowercase().ends_with(".py")
}
