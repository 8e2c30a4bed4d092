//! One grade as a page: what the review earned, the source with its planted issues, and the review with the words that earned
//! the credits. A person can decide otherwise in the page and take the decisions out as a file.

mod issues;
mod marks;
mod review;
mod source;

use super::{Outcome, band_name, signal_name};
use crate::page::{document, percent, shown};
use crate::untrusted::rounded;
use assay_bank::Exercise;
use assay_grader::{Grade, Review, Verdict};
use marks::Marks;
use maud::{Markup, html};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// The page of one review. It is whole in itself: no other file and no network is asked for.
pub fn html(exercise: &Exercise, outcome: &Outcome) -> String {
    let title = format!("{} · {}", outcome.review, outcome.exercise);
    let body = match (&outcome.result, &outcome.read) {
        (Ok(grade), Some(review)) => report(exercise, outcome, grade, review),
        (Err(error), _) => not_graded(outcome, error),
        (Ok(_), None) => not_graded(outcome, "the review is not at hand"),
    };
    document(&title, STYLE, SCRIPT, &body)
}

fn not_graded(outcome: &Outcome, error: &str) -> Markup {
    html! {
        main {
            header.top {
                p.eyebrow { (shown(&outcome.exercise)) }
                h1 { (shown(&outcome.review)) }
            }
            p.bad { "Not graded: " (shown(error)) }
        }
    }
}

fn report(exercise: &Exercise, outcome: &Outcome, grade: &Grade, review: &Review) -> Markup {
    let marks = Marks::new(grade, review);
    let manifest = &exercise.manifest;
    html! {
        a.skip href="#issues" { "To the issues" }
        main {
            header.top {
                p.eyebrow {
                    (shown(&manifest.title)) " · " code { (shown(&grade.exercise)) } " · for " (shown(&manifest.level))
                }
                h1 { (shown(&grade.review)) }
            }
            section.verdict.sheet aria-label="Result" {
                div.score {
                    p.number { (percent(grade.score)) }
                    (bar(grade.score))
                    p.muted {
                        (rounded(grade.points)) " of " (rounded(grade.max_points)) " points"
                    }
                }
                div {
                    p.band { "Band: " strong { (band_name(grade.band)) } }
                    p { (shown(&grade.band_because)) "." }
                    @if !outcome.changes.is_empty() {
                        p.person { (decided(outcome)) }
                    }
                }
            }
            div.notes {
                (by_hand(grade))
                (signals(grade, &marks))
            }
            (issues::section(exercise, outcome, grade, &marks))
            (extras(grade, &marks))
            div.panes {
                (source::section(exercise, grade))
                (review::section(exercise, review, grade, &marks))
            }
            (issues::decisions(outcome, grade))
            (footer(outcome))
        }
    }
}

/// How many verdicts a person changed.
fn decided(outcome: &Outcome) -> String {
    match outcome.changes.len() {
        1 => "A person changed one verdict; the score is computed with it.".to_owned(),
        many => format!("A person changed {many} verdicts; the score is computed with them."),
    }
}

fn bar(share: f64) -> Markup {
    let width = format!("{:.1}", share.clamp(0.0, 1.0) * 100.0);
    html! {
        svg.bar viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
            rect.track width="100" height="4" {}
            rect.fill width=(width) height="4" {}
        }
    }
}

fn by_hand(grade: &Grade) -> Markup {
    html! {
        section {
            h2 { "To look at by hand" }
            @if grade.needs_review.is_empty() {
                p.muted { "Nothing in particular." }
            } @else {
                ul.plain {
                    @for reason in &grade.needs_review {
                        li { (shown(reason)) }
                    }
                }
            }
        }
    }
}

fn signals(grade: &Grade, marks: &Marks) -> Markup {
    html! {
        section {
            h2 { "Signals" }
            ul.signals {
                @for signal in &grade.signals {
                    li.absent[!signal.present] {
                        span.tick.good[signal.present].muted[!signal.present] aria-hidden="true" {
                            (if signal.present { "✓" } else { "–" })
                        }
                        span.visually-hidden { (if signal.present { "Yes: " } else { "No: " }) }
                        div {
                            (signal_name(signal.id))
                            @if signal.present && let Some(evidence) = signal.evidence.first() {
                                (marks.quote(evidence))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Remarks that the key does not have: a candidate may be right where the key is silent.
fn extras(grade: &Grade, marks: &Marks) -> Markup {
    let extra: Vec<_> = grade.remarks.iter().filter(|remark| remark.verdict == Verdict::Extra).collect();
    html! {
        @if !extra.is_empty() {
            section {
                h2 { "Remarks that the key does not have" }
                ul.extras {
                    @for remark in extra {
                        li { (marks.words(&remark.quote, remark.start, remark.line)) }
                    }
                }
            }
        }
    }
}

fn footer(outcome: &Outcome) -> Markup {
    html! {
        footer {
            p { "Graded by assay. Each credit is traced to words of the review; the decision stays with people." }
            @if let Some(record) = &outcome.record {
                details {
                    summary { "Record: what was graded, by which version (SHA-256)" }
                    dl {
                        dt { "assay" } dd { (record.version) }
                        dt { "review" } dd { (record.review) }
                        dt { "key" } dd { (record.key) }
                        @for (path, hash) in &record.sources {
                            dt { (shown(path)) } dd { (hash) }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
