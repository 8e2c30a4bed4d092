//! The review as it was written, with the words marked that earned something.

use super::marks::{Marks, anchor, line_anchor};
use super::source::place_link;
use crate::page::shown;
use assay_bank::Exercise;
use assay_grader::{Grade, Part, Review};
use maud::{Markup, html};
use std::ops::Range;

/// So many lines have a number of their own; what follows is shown as one block.
const NUMBERED: usize = 4_000;

pub(super) fn section(exercise: &Exercise, review: &Review, grade: &Grade, marks: &Marks) -> Markup {
    let whole = review.parts().len() == 1 && review.parts()[0].file.is_none();
    html! {
        section.pane aria-labelledby="review-title" {
            h2 id="review-title" { "The review, as written" }
            div.sheet.scroll.text tabindex="0" role="region" aria-labelledby="review-title" {
                @for (index, part) in review.parts().iter().enumerate() {
                    @if !whole {
                        h3.comment {
                            "Comment " (index + 1)
                            @if let Some(file) = &part.file {
                                " on " (place_link(exercise, file, part.lines))
                            }
                        }
                    }
                    (body(index, part, grade, marks))
                }
                @if review.parts().iter().all(|part| part.body.trim().is_empty()) {
                    p.muted.nothing { "The review has no words." }
                }
            }
        }
    }
}

fn body(index: usize, part: &Part, grade: &Grade, marks: &Marks) -> Markup {
    let mut start = 0;
    let mut lines = Vec::new();
    let mut fenced = false;
    for line in part.body.split_inclusive('\n').take(NUMBERED) {
        let range = start..start + line.trim_end_matches(['\n', '\r']).len();
        let fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        lines.push((range, fenced || fence));
        fenced ^= fence;
        start += line.len();
    }
    let rest = start..part.body.len();
    html! {
        @for (number, (range, code)) in lines.into_iter().enumerate() {
            div.line id=(line_anchor(index, number + 1)) {
                span.no aria-hidden="true" { (number + 1) }
                span.words.mono[code] { (words(index, part, range, grade, marks)) }
            }
        }
        @if !rest.is_empty() {
            div.line.rest { span.no {} span.words { (words(index, part, rest, grade, marks)) } }
        }
    }
}

/// A stretch of the part, cut where marks begin and end.
fn words(index: usize, part: &Part, range: Range<usize>, grade: &Grade, marks: &Marks) -> Markup {
    let here = |other: &Range<usize>| other.start < range.end && range.start < other.end;
    let mine: Vec<_> =
        marks.marks.iter().enumerate().filter(|(_, mark)| mark.part == index && here(&mark.range)).collect();
    let mut cuts = vec![range.start, range.end];
    for (_, mark) in &mine {
        cuts.extend([mark.range.start, mark.range.end].into_iter().filter(|cut| range.contains(cut)));
    }
    cuts.sort_unstable();
    cuts.dedup();
    html! {
        @for cut in cuts.windows(2) {
            @let text = shown(&part.body[cut[0]..cut[1]]);
            @let over: Vec<_> = mine.iter().filter(|(_, m)| m.range.start <= cut[0] && cut[1] <= m.range.end).collect();
            @if let Some((number, mark)) = over.iter().min_by_key(|(_, mark)| mark.range.len()) {
                @let begins = mark.range.start == cut[0];
                mark class=(mark.owner.hue()) id=[begins.then(|| anchor(*number))] { (text) }
            } @else {
                (text)
            }
            @for (_, mark) in over.iter().filter(|(_, mark)| mark.range.end == cut[1]) {
                a class={ "badge after " (mark.owner.hue()) } href={ "#" (mark.owner.anchor()) } {
                    span.visually-hidden { " (to " (name(grade, mark.owner)) ": " }
                    (mark.owner.label())
                    @if !mark.credits.is_empty() { " " (mark.credits.join(", ")) }
                    span.visually-hidden { ")" }
                }
            }
        }
    }
}

fn name(grade: &Grade, owner: super::marks::Owner) -> &str {
    match owner {
        super::marks::Owner::Issue(index) => grade.issues.get(index).map_or("", |issue| &issue.id),
        super::marks::Owner::Decoy(index) => grade.decoys.get(index).map_or("", |decoy| &decoy.id),
    }
}
