//! What each issue earned and why, and where a person decides otherwise.

use super::marks::{Marks, Owner};
use super::source::place_link;
use crate::grade::{Outcome, credit_name, level_name};
use crate::page::shown;
use crate::untrusted::rounded;
use assay_bank::{Decoy, Exercise, Issue};
use assay_grader::decide::{COST_OF_DECOY, CREDIT_SHARES};
use assay_grader::{Credit, DecoyGrade, Evidence, Grade, IssueGrade, Level};
use maud::{Markup, html};

const CREDITS: [Credit; 3] = [Credit::Named, Credit::Why, Credit::Fix];

pub(super) fn section(exercise: &Exercise, outcome: &Outcome, grade: &Grade, marks: &Marks) -> Markup {
    html! {
        section id="issues" aria-labelledby="issues-title" {
            h2 id="issues-title" { "Issues" }
            div.sheet.issues {
                @for (index, issue) in grade.issues.iter().enumerate() {
                    @let key = exercise.manifest.issues.iter().find(|key| *key.id.get_ref() == issue.id);
                    (one_issue(exercise, outcome, Owner::Issue(index), issue, key, marks))
                }
            }
            @if !grade.decoys.is_empty() {
                h2 { "Decoys" }
                p.muted.small { "A decoy looks wrong and is right; to call it a problem costs " (COST_OF_DECOY) " point." }
                div.sheet.issues {
                    @for (index, decoy) in grade.decoys.iter().enumerate() {
                        @let key = exercise.manifest.decoys.iter().find(|key| *key.id.get_ref() == decoy.id);
                        (one_decoy(exercise, outcome, Owner::Decoy(index), decoy, key, marks))
                    }
                }
            }
        }
    }
}

fn one_issue(
    exercise: &Exercise,
    outcome: &Outcome,
    owner: Owner,
    issue: &IssueGrade,
    key: Option<&Issue>,
    marks: &Marks,
) -> Markup {
    let given = [issue.named, issue.why, issue.fix];
    html! {
        details class={ "issue " (owner.hue()) } id=(owner.anchor()) {
            summary {
                span class={ "badge " (owner.hue()) } { span.visually-hidden { "Issue " } (owner.label()) }
                span.title { strong { (shown(&issue.id)) } " " span.muted.small { (shown(&issue.kind)) } }
                span.credits {
                    @for (credit, given) in CREDITS.iter().zip(given) {
                        span.credit.given[given] {
                            span aria-hidden="true" { (if given { "✓" } else { "·" }) } " " (credit_name(*credit))
                            span.visually-hidden { (if given { " given" } else { " not given" }) }
                        }
                    }
                }
                (level(issue.level))
                span.points { (rounded(issue.points)) span.muted { " / " (rounded(issue.max_points)) } }
            }
            div.inside {
                div {
                    h3 { "What the review says" }
                    @if issue.evidence.is_empty() {
                        p.muted { "Nothing that earns a credit." }
                    }
                    (evidence(owner, &issue.evidence, marks))
                    @if let Some(missing) = &issue.missing {
                        p.small { strong { "Lacking: " } (shown(missing)) "." }
                    }
                }
                div {
                    h3 {
                        "What the key says"
                        @if let Some(file) = key.and_then(|key| key.file.as_ref()) {
                            " of " (place_link(exercise, file.get_ref(), key.and_then(|key| key.lines.as_ref()).map(|lines| *lines.get_ref())))
                        }
                    }
                    @if let Some(key) = key {
                        p { (shown(&key.summary)) }
                        p { strong { "Why " } (shown(&key.why)) }
                        p { strong { "Fix " } (shown(&key.fix)) }
                    }
                }
                (decision(outcome, owner, &issue.id, issue.max_points, &CREDITS.map(|credit| (Some(credit), given[credit as usize]))))
            }
        }
    }
}

fn one_decoy(
    exercise: &Exercise,
    outcome: &Outcome,
    owner: Owner,
    decoy: &DecoyGrade,
    key: Option<&Decoy>,
    marks: &Marks,
) -> Markup {
    html! {
        details class={ "issue " (owner.hue()) } id=(owner.anchor()) {
            summary {
                span class={ "badge " (owner.hue()) } { span.visually-hidden { "Decoy " } (owner.label()) }
                span.title { strong { (shown(&decoy.id)) } }
                span.level.bad[decoy.called].good[!decoy.called] {
                    (if decoy.called { "✗ called a problem" } else { "✓ left alone" })
                }
                span.points { (if decoy.called { format!("−{COST_OF_DECOY}") } else { "0".to_owned() }) }
            }
            div.inside {
                div {
                    h3 { "What the review says" }
                    @if decoy.evidence.is_empty() {
                        p.muted { "Nothing against it." }
                    }
                    (evidence(owner, &decoy.evidence, marks))
                }
                div {
                    h3 {
                        "What the key says"
                        @if let Some(file) = key.and_then(|key| key.file.as_ref()) {
                            " of " (place_link(exercise, file.get_ref(), key.and_then(|key| key.lines.as_ref()).map(|lines| *lines.get_ref())))
                        }
                    }
                    @if let Some(key) = key {
                        p { strong { "Claim " } (shown(&key.summary)) }
                        p { strong { "Fine because " } (shown(&key.why)) }
                    }
                }
                (decision(outcome, owner, &decoy.id, COST_OF_DECOY, &[(None, decoy.called)]))
            }
        }
    }
}

fn level(level: Level) -> Markup {
    let (mark, class) = match level {
        Level::Resolved | Level::Explained => ("✓", "good"),
        Level::Flagged => ("~", "warn"),
        Level::Missed => ("✗", "bad"),
    };
    html! { span class={ "level " (class) } { span aria-hidden="true" { (mark) } " " (level_name(level)) } }
}

/// The quotes, each with what it earned. Words that earned several credits are shown once.
fn evidence(owner: Owner, all: &[Evidence], marks: &Marks) -> Markup {
    let mut sorted: Vec<&Evidence> = all.iter().collect();
    sorted.sort_by_key(|evidence| (evidence.start, evidence.end));
    html! {
        ul.evidence {
            @for same in sorted.chunk_by(|a, b| (a.start, a.end) == (b.start, b.end)) {
                li {
                    blockquote { p { (shown(same[0].quote.trim_end())) } }
                    @for evidence in same {
                        p.small.muted {
                            @if let Some(credit) = evidence.credit { strong { (credit_name(credit)) } ": " }
                            (shown(&evidence.because))
                        }
                    }
                    @if let Some(anchor) = marks.anchor(owner, same[0]) {
                        a.small href={ "#" (anchor) } { "in the review" }
                    }
                }
            }
        }
    }
}

/// Where a person decides. The fields work only with the script, which shows them.
fn decision(outcome: &Outcome, owner: Owner, id: &str, points: f64, verdicts: &[(Option<Credit>, bool)]) -> Markup {
    let note = outcome.decisions.iter().find(|decision| decision.id == id).map_or("", |decision| &decision.note);
    let changed =
        |credit: Option<Credit>| outcome.changes.iter().any(|change| change.id == id && change.credit == credit);
    let any = outcome.changes.iter().any(|change| change.id == id);
    html! {
        @if any || !note.is_empty() {
            div.decided {
                h3 { "Decided by a person" }
                ul {
                    @for change in outcome.changes.iter().filter(|change| change.id == id) {
                        li {
                            (change.credit.map_or("called a problem", credit_name))
                            ": " (if change.to { "yes" } else { "no" }) ", where the program said "
                            (if change.to { "no" } else { "yes" })
                        }
                    }
                }
                @if !note.is_empty() { blockquote { p { (shown(note)) } } }
            }
        }
        fieldset.decide data-id=(shown(id)) data-points=(points) hidden {
            legend { "Your decision" }
            div.choices {
                @for (credit, now) in verdicts {
                    @let name = credit.map_or("called", credit_name);
                    @let program = *now != changed(*credit);
                    label {
                        input type="checkbox" name=(name) checked[*now] data-program=(program)
                            data-share=[credit.map(|credit| CREDIT_SHARES[credit as usize])];
                        " " (credit.map_or("called a problem", credit_name))
                    }
                }
            }
            label.note for={ "note-" (owner.anchor()) } { "Note" }
            textarea id={ "note-" (owner.anchor()) } rows="2" { (shown(note)) }
        }
    }
}

/// The panel that sums decisions up and hands them out.
pub(super) fn decisions(outcome: &Outcome, grade: &Grade) -> Markup {
    let record = outcome.record.as_ref();
    html! {
        section id="decisions" aria-labelledby="decisions-title" hidden
            data-exercise=(shown(&grade.exercise)) data-review=(shown(&grade.review))
            data-max=(grade.max_points) data-key=[record.map(|record| &record.key)]
            data-hash=[record.map(|record| &record.review)] {
            h2 id="decisions-title" { "Your decisions" }
            div.sheet.panel {
                p {
                    "Open an issue to give or take a credit and to leave a note. Decisions stay in this browser until you take "
                    "them out; " code { "assay grade … --overrides decisions.json" } " applies them."
                }
                p.sum { output id="sum" aria-live="polite" {} }
                div.actions {
                    button type="button" id="save" { "Download decisions.json" }
                    button type="button" id="copy" { "Copy as JSON" }
                    button type="button" id="reset" { "Back to the program's verdicts" }
                }
                p.small.muted id="kept" role="status" {}
                details {
                    summary.small { "Decisions as JSON" }
                    pre.json tabindex="0" { code id="json" {} }
                }
            }
        }
    }
}
