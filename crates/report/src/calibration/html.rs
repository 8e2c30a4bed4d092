//! Agreement as a page: how often people and program say the same, and every place where they do not.

use super::LEVELS;
use crate::page::{document, shown};
use crate::problem::plural;
use assay_grader::agreement::{Agreement, Counts, CreditCounts, Disagreement};
use maud::{Markup, html};

const STYLE: &str = include_str!("style.css");

/// The page of an agreement.
pub fn html(agreement: &Agreement) -> String {
    let body = html! {
        main {
            header.top {
                h1 { "Agreement of people and program" }
                p.muted { (plural(agreement.reviews, "review")) ", " (plural(agreement.rows, "judgement")) }
            }
            div.figures {
                (credits(agreement))
                (confusion(agreement))
            }
            (disagreements(agreement))
            @if !agreement.by_kind.is_empty() {
                section aria-labelledby="kinds" {
                    h2 id="kinds" { "By kind" }
                    div.sheet.wide-table tabindex="0" role="region" aria-labelledby="kinds" {
                        table {
                            (header("Kind and credit"))
                            @for (kind, counts) in &agreement.by_kind { (rows(&format!("{kind}: "), counts)) }
                        }
                    }
                }
            }
            footer {
                p {
                    "Precision: of what the program credits, the share that people credit too. Recall: of what people credit, the share that "
                    "the program finds. Kappa: agreement beyond chance; 1 is full agreement, 0 what chance alone would give."
                }
            }
        }
    };
    document("Agreement of people and program", STYLE, "", &body)
}

fn header(first: &str) -> Markup {
    html! {
        thead {
            tr {
                th scope="col" { (first) }
                @for name in ["precision", "recall", "F1", "kappa", "both", "only program", "only people", "neither"] {
                    th.number scope="col" { (name) }
                }
            }
        }
    }
}

fn rows(prefix: &str, counts: &CreditCounts) -> Markup {
    html! {
        tbody {
            @for (name, counts) in [("named", counts.named), ("why", counts.why), ("fix", counts.fix)] {
                (row(&format!("{prefix}{name}"), counts))
            }
        }
    }
}

fn row(name: &str, counts: Counts) -> Markup {
    html! {
        tr {
            th scope="row" { (shown(name)) }
            @for figure in [counts.precision(), counts.recall(), counts.f1(), counts.kappa()] {
                td.number { (format!("{figure:.2}")) }
            }
            @for count in [counts.tp, counts.fp, counts.fn_, counts.tn] { td.number { (count) } }
        }
    }
}

fn credits(agreement: &Agreement) -> Markup {
    html! {
        section aria-labelledby="credits" {
            h2 id="credits" { "By credit" }
            div.sheet.wide-table tabindex="0" role="region" aria-labelledby="credits" {
                table {
                    (header("Credit"))
                    (rows("", &agreement.credits))
                    tbody { (row("decoy called", agreement.decoys)) }
                }
            }
        }
    }
}

fn confusion(agreement: &Agreement) -> Markup {
    html! {
        section aria-labelledby="levels" {
            h2 id="levels" { "By level" }
            div.sheet.wide-table tabindex="0" role="region" aria-labelledby="levels" {
                table.confusion {
                    thead {
                        tr {
                            th scope="col" { "people ╲ program" }
                            @for level in LEVELS { th.number scope="col" { (level) } }
                        }
                    }
                    tbody {
                        @for (index, (level, counts)) in LEVELS.iter().zip(agreement.confusion).enumerate() {
                            tr {
                                th scope="row" { (level) }
                                @for (column, count) in counts.into_iter().enumerate() {
                                    td.number.same[column == index].off[column != index && count > 0] { (count) }
                                }
                            }
                        }
                    }
                }
                p.small.muted.note {
                    (format!("{:.0} % the same level; weighted kappa {:.2}. ", agreement.level_exact() * 100.0, agreement.level_qwk()))
                    "The framed cells are agreement."
                }
            }
        }
    }
}

fn disagreements(agreement: &Agreement) -> Markup {
    html! {
        section aria-labelledby="disagreements" {
            h2 id="disagreements" { (plural(agreement.disagreements.len(), "disagreement")) }
            @if agreement.disagreements.is_empty() {
                p.muted { "People and program say the same everywhere." }
            } @else {
                ol.sheet.disagreements {
                    @for disagreement in &agreement.disagreements { (one(disagreement)) }
                }
            }
        }
    }
}

fn one(disagreement: &Disagreement) -> Markup {
    let Disagreement { exercise, review, issue, credit, label, quote, .. } = disagreement;
    html! {
        li {
            p {
                strong { (shown(review)) } " · " (shown(issue)) " "
                span.small.muted { (shown(exercise)) }
            }
            p.small {
                @let what = if *credit == "decoy" { "the decoy is called a problem" } else { credit };
                @if *label { "People say " strong { "yes" } ", the program says " strong { "no" } }
                @else { "The program says " strong { "yes" } ", people say " strong { "no" } }
                ": " (what)
            }
            @if quote.is_empty() {
                p.small.muted { "The program has no words for it." }
            } @else {
                blockquote { p { (shown(quote.trim_end())) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    #[test]
    fn shows_tables_and_every_disagreement() {
        let agreement = crate::calibration::sample::agreement();
        let text = super::html(&agreement);
        assert!(!text.contains(crate::untrusted::is_control));
        let page = Html::parse_document(&text);
        assert!(page.errors.is_empty(), "{:?}", page.errors);
        let count = |selector: &str| page.select(&Selector::parse(selector).unwrap()).count();
        assert_eq!(count(".disagreements li"), agreement.disagreements.len());
        assert_eq!((count(".confusion tbody td"), count(".confusion .same")), (16, 4));
        let quote = page.select(&Selector::parse("blockquote").unwrap()).next().unwrap();
        assert_eq!(quote.text().collect::<String>(), "\\u{1b}[2J a select\nper row");
    }
}
