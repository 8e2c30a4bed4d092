//! What the candidate reviewed, in colours, with the planted issues and the decoys at their lines.

use super::marks::Owner;
use crate::page::shown;
use assay_bank::{Class, Exercise, highlight};
use assay_grader::{Grade, Lines};
use maud::{Markup, html};
use std::ops::Range;

/// An issue or decoy with its lines.
struct Pin<'e> {
    owner: Owner,
    id: &'e str,
    lines: Lines,
}

pub(super) fn section(exercise: &Exercise, grade: &Grade) -> Markup {
    html! {
        section.pane aria-labelledby="source-title" {
            h2 id="source-title" { "The source" }
            @if exercise.sources.is_empty() {
                p.muted { "This exercise has no source; its key is in prose." }
            }
            @for (index, (path, document)) in exercise.sources.iter().enumerate() {
                @let pins = pins(exercise, grade, path);
                @let listed = exercise.manifest.source.iter().any(|source| source.get_ref() == path);
                details.sheet.file open[listed || !pins.is_empty()] {
                    summary { code { (shown(path)) } }
                    div.code { (lines(index, &document.text, &pins)) }
                }
            }
        }
    }
}

fn pins<'e>(exercise: &'e Exercise, grade: &Grade, path: &str) -> Vec<Pin<'e>> {
    let manifest = &exercise.manifest;
    let issues =
        manifest.issues.iter().map(|issue| (Owner::Issue as fn(usize) -> Owner, &issue.id, &issue.file, &issue.lines));
    let decoys =
        manifest.decoys.iter().map(|decoy| (Owner::Decoy as fn(usize) -> Owner, &decoy.id, &decoy.file, &decoy.lines));
    let position = |owner: fn(usize) -> Owner, id: &str| match owner(0) {
        Owner::Issue(_) => grade.issues.iter().position(|issue| issue.id == id),
        Owner::Decoy(_) => grade.decoys.iter().position(|decoy| decoy.id == id),
    };
    issues
        .chain(decoys)
        .filter(|(_, _, file, _)| file.as_ref().is_some_and(|file| file.get_ref() == path))
        .filter_map(|(owner, id, _, lines)| {
            let id = id.get_ref().as_str();
            Some(Pin { owner: owner(position(owner, id)?), id, lines: *lines.as_ref()?.get_ref() })
        })
        .collect()
}

fn lines(file: usize, text: &str, pins: &[Pin]) -> Markup {
    let classes = highlight(text);
    let mut start = 0;
    html! {
        @for (index, line) in text.split_inclusive('\n').enumerate() {
            @let range = start..start + line.trim_end_matches(['\n', '\r']).len();
            @let number = index + 1;
            @let here: Vec<_> = pins.iter().filter(|pin| (pin.lines.start..=pin.lines.end).contains(&number)).collect();
            @let hue = here.first().map_or("", |pin| pin.owner.hue());
            div class={ "line" (if here.is_empty() { "" } else { " planted " }) (hue) } id=(anchor(file, number)) {
                span.no aria-hidden="true" { (number) }
                span.words { (words(text, range, &classes)) }
                span.pins {
                    @for pin in here.iter().filter(|pin| pin.lines.start == number) {
                        a class={ "badge " (pin.owner.hue()) } href={ "#" (pin.owner.anchor()) } title=(shown(pin.id)) {
                            span.visually-hidden {
                                (if matches!(pin.owner, Owner::Issue(_)) { "planted issue " } else { "decoy " })
                            }
                            (pin.owner.label())
                        }
                    }
                }
            }
            ({ start += line.len(); "" })
        }
    }
}

/// The words of one line in their classes. A string may begin on a line before.
fn words(text: &str, range: Range<usize>, classes: &[(Range<usize>, Class)]) -> Markup {
    let first = classes.partition_point(|(other, _)| other.end <= range.start);
    let mut at = range.start;
    html! {
        @for (other, class) in classes[first..].iter().take_while(|(other, _)| other.start < range.end) {
            @let (from, to) = (other.start.max(range.start), other.end.min(range.end));
            (shown(&text[at..from]))
            span class=(class_name(*class)) { (shown(&text[from..to])) }
            ({ at = to; "" })
        }
        (shown(&text[at..range.end]))
    }
}

fn class_name(class: Class) -> &'static str {
    match class {
        Class::Keyword => "k",
        Class::Constant => "n",
        Class::String => "s",
        Class::Comment => "c",
        Class::Definition => "d",
        Class::Decorator => "a",
    }
}

fn anchor(file: usize, line: usize) -> String {
    format!("source-{}-{line}", file + 1)
}

/// A place of the source that leads there; where the exercise has no such file, plain words.
pub(super) fn place_link(exercise: &Exercise, path: &str, lines: Option<Lines>) -> Markup {
    let file = exercise.sources.iter().position(|(name, _)| name == path || path.ends_with(&format!("/{name}")));
    let label = match lines {
        Some(Lines { start, end }) if start == end => format!("{path}:{start}"),
        Some(Lines { start, end }) => format!("{path}:{start}–{end}"),
        None => path.to_owned(),
    };
    html! {
        @match (file, lines) {
            (Some(file), Some(lines)) => a.mono href={ "#" (anchor(file, lines.start)) } { (shown(&label)) },
            _ => span.mono { (shown(&label)) },
        }
    }
}
