//! Which words of the review earned what, as places in its parts.

use crate::page::{hue, shown};
use assay_grader::{Evidence, Grade, Review};
use maud::{Markup, html};
use std::ops::Range;

/// A stretch of one part of the review that is marked.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) part: usize,
    /// Bytes of the part's body.
    pub(super) range: Range<usize>,
    pub(super) owner: Owner,
    /// What the words earned; empty for a decoy.
    pub(super) credits: Vec<&'static str>,
}

/// An issue or decoy by its position in the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Issue(usize),
    Decoy(usize),
}

impl Owner {
    /// The id of its element in the page.
    pub(super) fn anchor(self) -> String {
        match self {
            Self::Issue(index) => format!("issue-{}", index + 1),
            Self::Decoy(index) => format!("decoy-{}", index + 1),
        }
    }

    /// What stands in its badge.
    pub(super) fn label(self) -> String {
        match self {
            Self::Issue(index) => (index + 1).to_string(),
            Self::Decoy(index) => format!("D{}", index + 1),
        }
    }

    pub(super) fn hue(self) -> &'static str {
        match self {
            Self::Issue(index) => hue(index),
            Self::Decoy(_) => "hue0",
        }
    }
}

/// All marks of a review, and where its lines are.
#[derive(Debug)]
pub(super) struct Marks<'g> {
    pub(super) marks: Vec<Mark>,
    review: &'g Review,
}

impl<'g> Marks<'g> {
    pub(super) fn new(grade: &Grade, review: &'g Review) -> Self {
        let mut marks = Self { marks: Vec::new(), review };
        for (index, issue) in grade.issues.iter().enumerate() {
            for evidence in &issue.evidence {
                marks.add(Owner::Issue(index), evidence);
            }
        }
        for (index, decoy) in grade.decoys.iter().enumerate() {
            for evidence in &decoy.evidence {
                marks.add(Owner::Decoy(index), evidence);
            }
        }
        marks
    }

    /// Words that earned several credits of one issue are one mark.
    fn add(&mut self, owner: Owner, evidence: &Evidence) {
        let Some((part, range)) = self.place(evidence.start, evidence.end) else { return };
        let credit = evidence.credit.map(super::super::credit_name);
        let same = |mark: &&mut Mark| mark.owner == owner && mark.part == part && mark.range == range;
        if let Some(mark) = self.marks.iter_mut().find(same) {
            mark.credits.extend(credit);
        } else {
            self.marks.push(Mark { part, range, owner, credits: credit.into_iter().collect() });
        }
    }

    /// The part and the bytes of its body for bytes of the text as read.
    fn place(&self, start: usize, end: usize) -> Option<(usize, Range<usize>)> {
        self.review.parts().iter().enumerate().find_map(|(index, part)| {
            let (start, end) = (part.body_offset(start)?, part.body_offset(end)?);
            let body = &part.body;
            let (start, end) = (body.floor_char_boundary(start), body.floor_char_boundary(end));
            (start < end).then_some((index, start..end))
        })
    }

    /// The id of the mark of this evidence.
    pub(super) fn anchor(&self, owner: Owner, evidence: &Evidence) -> Option<String> {
        let (part, range) = self.place(evidence.start, evidence.end)?;
        let same = |mark: &Mark| mark.owner == owner && mark.part == part && mark.range == range;
        self.marks.iter().position(same).map(anchor)
    }

    /// A quote that leads to its line.
    pub(super) fn quote(&self, evidence: &Evidence) -> Markup {
        self.words(&evidence.quote, evidence.start, evidence.line)
    }

    /// Words of the review that lead to their line.
    pub(super) fn words(&self, quote: &str, start: usize, line: usize) -> Markup {
        let at = self.review.parts().iter().enumerate().find_map(|(index, part)| {
            let at = part.body.floor_char_boundary(part.body_offset(start)?);
            Some((index, part.body[..at].matches('\n').count() + 1))
        });
        let label = if self.review.parts().len() == 1 {
            format!("line {line}")
        } else {
            at.map_or_else(String::new, |(part, _)| format!("comment {}", part + 1))
        };
        html! {
            blockquote {
                p {
                    (shown(quote.trim_end()))
                    @if let Some((part, line)) = at {
                        " " a.small href={ "#" (line_anchor(part, line)) } { (label) }
                    }
                }
            }
        }
    }
}

/// The id of a mark.
pub(super) fn anchor(index: usize) -> String {
    format!("quote-{}", index + 1)
}

/// The id of a line of the review.
pub(super) fn line_anchor(part: usize, line: usize) -> String {
    format!("review-{}-{line}", part + 1)
}
