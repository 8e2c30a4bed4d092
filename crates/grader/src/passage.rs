//! What each unit of a review says: its words, concepts, places, and how it says them.

use crate::lexicon::{Concepts, Lexicon, lexicon};
use crate::place::{Map, Places};
use crate::review::{Part, Review};
use crate::segment::{self, Unit, UnitKind};
use crate::text::{self, Speller, Token};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// A unit of the review with what it says.
#[derive(Debug)]
pub(crate) struct Passage {
    pub(crate) unit: Unit,
    /// Index of the part of the review.
    pub(crate) part: usize,
    pub(crate) tokens: Vec<Token>,
    pub(crate) concepts: Concepts,
    /// The same with those of the neighbouring clauses of the sentence.
    pub(crate) around: Concepts,
    /// Content words by meaning: stems, or the number of their group of synonyms.
    pub(crate) content: BTreeSet<Sense>,
    /// Places the unit itself names.
    pub(crate) places: Places,
    /// Places taken over from the heading, the quotation, or the sentence before.
    pub(crate) inherited: Places,
    /// The places taken over come from the comment's own line or from a heading.
    pub(crate) attached: bool,
    /// Code in it that does not stand in the source: names and fragments a remedy is made of.
    pub(crate) new_code: usize,
    /// Words that are no code.
    pub(crate) words: usize,
    pub(crate) tone: Tone,
}

/// A word's meaning for comparison.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Sense {
    Group(u16),
    Stem(String),
}

/// How a unit says what it says.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "independent observations of one sentence")]
pub(crate) struct Tone {
    /// Says that something is no problem.
    pub(crate) denies: bool,
    pub(crate) praises: bool,
    pub(crate) question: bool,
    /// Advice that would fit any code.
    pub(crate) advice: bool,
    /// A matter of taste.
    pub(crate) nit: bool,
    /// Words that lead to a consequence: so, because, if, will.
    pub(crate) consequence: bool,
    /// Words that lead to a remedy: should, instead, please.
    pub(crate) suggests: bool,
    /// Begins with, or turns on, a verb in the imperative.
    pub(crate) imperative: bool,
    /// Speaks of this code: here, this function, your loop.
    pub(crate) deictic: bool,
    /// Limits what was said before: but, however.
    pub(crate) contrasts: bool,
}

pub(crate) struct Ids {
    pub(crate) deny: u16,
    praise: u16,
    advice: u16,
    nit: u16,
    consequence: u16,
    suggest: u16,
    imperative: u16,
    here: u16,
    contrast: u16,
    pub(crate) failure: u16,
    pub(crate) harm: u16,
    pub(crate) regression: u16,
    pub(crate) cost: u16,
    pub(crate) number: u16,
    pub(crate) production: u16,
    pub(crate) requirement: u16,
}

pub(crate) static IDS: LazyLock<Ids> = LazyLock::new(|| {
    let id = |name| lexicon().id(name);
    Ids {
        deny: id("deny"),
        praise: id("praise"),
        advice: id("advice"),
        nit: id("nit"),
        consequence: id("consequence"),
        suggest: id("suggest"),
        imperative: id("imperative"),
        here: id("here"),
        contrast: id("contrast"),
        failure: id("failure"),
        harm: id("harm"),
        regression: id("regression"),
        cost: id("cost-grows"),
        number: id("big-number"),
        production: id("production"),
        requirement: id("requirement"),
    }
});

impl Passage {
    /// A list of terms rather than a sentence: many words, hardly one of which joins them.
    pub(crate) fn is_telegraphic(&self) -> bool {
        let joining = self.tokens.iter().filter(|token| text::is_stop(&token.word)).count();
        self.words >= 12 && joining * 8 < self.words && self.places.is_empty()
    }
}

/// Reads the whole review.
pub(crate) fn read(review: &Review, map: &Map, speller: &Speller) -> Vec<Passage> {
    let mut passages = Vec::new();
    let (mut block, mut remark) = (0, 0);
    for (index, part) in review.parts.iter().enumerate() {
        remark += 1;
        let units = segment::units(&part.body, &mut block, &mut remark);
        let first = passages.len();
        // A comment is one remark, whatever its paragraphs.
        let attached = part.lines.is_some() || part.file.is_some();
        let base = units.first().map_or(0, |unit| unit.remark);
        for (position, mut unit) in units.into_iter().enumerate() {
            unit.headings.iter_mut().for_each(|heading| *heading += first);
            if attached {
                unit.remark = base;
            }
            let leads =
                position == 0 || passages.last().is_some_and(|before: &Passage| before.unit.block != unit.block);
            let comments = if let UnitKind::Code { diff } = unit.kind {
                map.code(&part.body[unit.start..unit.end], diff)
                    .comments
                    .into_iter()
                    .map(|(from, to, spot)| (unit.start + from, unit.start + to, spot))
                    .collect()
            } else {
                Vec::new()
            };
            passages.push(passage(part, index, unit, leads, map, speller));
            for (start, end, spot) in comments {
                block += 1;
                remark += 1;
                let unit =
                    Unit { start, end, kind: UnitKind::Prose, block, remark, headings: Vec::new(), continues: false };
                let mut comment = passage(part, index, unit, false, map, speller);
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
    passages
}

fn passage(part: &Part, index: usize, unit: Unit, leads: bool, map: &Map, speller: &Speller) -> Passage {
    let lexicon = lexicon();
    let raw = &part.body[unit.start..unit.end];
    let (places, tokens, new_code) = if let UnitKind::Code { diff } = unit.kind {
        let snippet = map.code(raw, diff);
        // Only lines that are not the source's own say something.
        let mut tokens = text::tokens(&snippet.fresh, 0, snippet.fresh.len(), None);
        for token in &mut tokens {
            (token.start, token.end) = (unit.start, unit.end);
        }
        let new_lines = snippet.fresh.lines().filter(|line| !line.trim().is_empty()).count();
        (snippet.places, tokens, new_lines * 2)
    } else {
        let mut places = map.prose(raw, leads);
        for code in inline_code(raw) {
            places.spots.extend(map.quoted(code));
        }
        if unit.kind == UnitKind::Quote {
            places.spots.extend(map.quoted(raw.trim_start_matches(['>', ' '])));
        }
        let new_code = inline_code(raw).filter(|code| is_new_code(code, map)).count();
        (places, text::tokens(&part.body, unit.start, unit.end, Some(speller)), new_code)
    };
    let tokens = if unit.kind == UnitKind::Quote && !places.spots.is_empty() { Vec::new() } else { tokens };
    let mut concepts = Concepts::default();
    lexicon.find(&tokens, |concept, _, _| concepts.insert(concept));
    let content = content(&tokens, lexicon);
    let words = tokens
        .iter()
        .filter(|token| token.word.len() > 1 && token.word.chars().all(|c| c.is_alphabetic() || c == '\''))
        .count();
    let has = |id| concepts.has(id);
    let tone = Tone {
        denies: has(IDS.deny),
        praises: has(IDS.praise),
        question: tokens.iter().any(|token| token.word == "?"),
        advice: has(IDS.advice),
        nit: has(IDS.nit),
        consequence: has(IDS.consequence),
        suggests: has(IDS.suggest),
        imperative: has(IDS.imperative),
        deictic: has(IDS.here),
        contrasts: has(IDS.contrast),
    };
    Passage {
        unit,
        part: index,
        tokens,
        concepts,
        around: concepts,
        content,
        places,
        inherited: Places::default(),
        attached: false,
        new_code,
        words,
        tone,
    }
}

/// The content words of tokens, synonyms folded.
pub(crate) fn content(tokens: &[Token], lexicon: &Lexicon) -> BTreeSet<Sense> {
    tokens
        .iter()
        .filter(|token| {
            token.word.len() > 2
                && !text::is_stop(&token.word)
                && !token.word.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
        })
        .map(|token| lexicon.synonym(&token.stem).map_or_else(|| Sense::Stem(token.stem.clone()), Sense::Group))
        .collect()
}

fn inline_code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|code| !code.trim().is_empty())
}

/// Whether a fragment is code, and not the source's.
fn is_new_code(code: &str, map: &Map) -> bool {
    let code = code.trim();
    let looks = code.contains(['(', '=', '[', '{', '_', '.', '<'])
        || matches!(code, "None" | "Decimal" | "try" | "except" | "with")
        || code.contains("except ");
    looks && !map.holds(code) && !code.to_ascii_lowercase().ends_with(".py")
}

/// Hands places on: from the comment's line, headings, quotations, and from sentence to sentence within a remark.
fn inherit(passages: &mut [Passage], first: usize, part: &Part, map: &Map) {
    let attached = map.attached(part.file.as_deref(), part.lines);
    let mut carried: BTreeMap<usize, Places> = BTreeMap::new();
    let mut quoted: Option<Places> = None;
    for index in 0..passages.len() {
        let remark = passages[index].unit.remark;
        let heading = passages[index]
            .unit
            .headings
            .iter()
            .rev()
            .map(|&heading| &passages[heading - first].places)
            .find(|places| !places.is_empty())
            .cloned();
        let own = passages[index].places.clone();
        let is_quote = passages[index].unit.kind == UnitKind::Quote
            || (matches!(passages[index].unit.kind, UnitKind::Code { .. }) && passages[index].new_code == 0);
        let before = carried.get(&remark).cloned();
        let from_quote = if is_quote { None } else { quoted.clone() };
        let (inherited, attached_here) = if let Some(before) = before.filter(|places| !places.is_empty()) {
            (before, false)
        } else if let Some(quoted) = from_quote.filter(|places| !places.spots.is_empty()) {
            (quoted, true)
        } else if let Some(heading) = heading {
            (heading, true)
        } else {
            (attached.clone(), !attached.is_empty())
        };
        let passage = &mut passages[index];
        passage.inherited = inherited;
        passage.attached = attached_here;
        if is_quote {
            if !own.spots.is_empty() {
                quoted = Some(own.clone());
            }
        } else if passage.unit.kind == UnitKind::Heading {
            quoted = None;
        }
        // Numbers replace numbers; names alone leave the line of the sentence before in force.
        if passage.unit.kind != UnitKind::Heading {
            let held = carried.entry(remark).or_insert_with(|| passage.inherited.clone());
            if !own.spots.is_empty() {
                *held = own;
            } else if !own.names.is_empty() {
                held.names = own.names;
            }
        }
    }
}
