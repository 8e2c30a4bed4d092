//! Many grades as a page: the distribution of the scores, what each issue is worth, and who found what.

use super::Cohort;
use crate::grade::{Outcome, band_name, level_mark, level_name};
use crate::page::{document, hue, percent, shown};
use crate::problem::plural;
use assay_bank::Exercise;
use assay_grader::Level;
use maud::{Markup, html};

const STYLE: &str = include_str!("style.css");

/// The page of a cohort. `pages` has the file of each outcome's own page, relative to this one, in the order of the outcomes;
/// it is empty where there are none.
pub fn html(exercise: &Exercise, outcomes: &[Outcome], pages: &[String]) -> String {
    let cohort = Cohort::new(outcomes);
    let manifest = &exercise.manifest;
    let title = format!("{} · {}", exercise.id, plural(outcomes.len(), "review"));
    let unread = outcomes.len() - cohort.graded;
    let page = |outcome: &Outcome| {
        let index = outcomes.iter().position(|other| std::ptr::eq(other, outcome))?;
        pages.get(index).map(String::as_str)
    };
    let body = html! {
        main {
            header.top {
                p.eyebrow { code { (shown(&exercise.id)) } " · for " (shown(&manifest.level)) }
                h1 { (shown(&manifest.title)) }
                p.muted {
                    (plural(outcomes.len(), "review")) ", " (cohort.graded) " graded"
                    @if let Some(median) = cohort.median { ", median " (percent(median)) }
                    @if unread > 0 { ", " span.bad { (unread) " not graded" } }
                }
            }
            div.figures {
                (distribution(&cohort))
                (issues(&cohort))
            }
            (grid(&cohort, page))
            footer {
                p { "Graded by assay. Each credit is traced to words of the review; the decision stays with people." }
            }
        }
    };
    document(&title, STYLE, "", &body)
}

/// A column for each tenth of the scores.
fn distribution(cohort: &Cohort) -> Markup {
    let most = cohort.bins.iter().copied().max().unwrap_or(0).max(1);
    let label = |bin: usize| format!("{} to {} %", bin * 10, bin * 10 + 10);
    html! {
        section aria-labelledby="scores" {
            h2 id="scores" { "Scores" }
            div.sheet.pad {
                svg.histogram viewBox="0 0 320 150" role="img" aria-label="Number of reviews by score; the figures follow" {
                    @for (bin, count) in cohort.bins.iter().enumerate() {
                        @let height = *count as f64 / most as f64 * 105.0;
                        @let x = 4.0 + bin as f64 * 31.2;
                        rect.column x=(format!("{x:.1}")) y=(format!("{:.1}", 125.0 - height)) width="28" height=(format!("{height:.1}")) rx="2" {}
                        @if *count > 0 {
                            text x=(format!("{:.1}", x + 14.0)) y=(format!("{:.1}", 119.0 - height)) { (count) }
                        }
                    }
                    line.axis x1="2" y1="125.5" x2="318" y2="125.5" {}
                    @for (class, x, tick) in [("tick begin", "4", "0 %"), ("tick", "160", "50 %"), ("tick end", "316", "100 %")] {
                        text class=(class) x=(x) y="142" { (tick) }
                    }
                }
                ul.visually-hidden {
                    @for (bin, count) in cohort.bins.iter().enumerate() {
                        li { (label(bin)) ": " (plural(*count, "review")) }
                    }
                }
            }
        }
    }
}

fn share_cell(share: f64) -> Markup {
    html! {
        td.share {
            span { (percent(share)) }
            svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
                rect.track width="100" height="4" {}
                rect.fill width=(format!("{:.1}", share * 100.0)) height="4" {}
            }
        }
    }
}

fn issues(cohort: &Cohort) -> Markup {
    html! {
        section aria-labelledby="rates" {
            h2 id="rates" { "How often each issue is found" }
            div.sheet.pad.wide-table tabindex="0" role="region" aria-labelledby="rates" {
                table {
                    thead { tr { th scope="col" { "Issue" } th scope="col" { "named" } th scope="col" { "why" } th scope="col" { "fix" } } }
                    tbody {
                        @for (index, rate) in cohort.issues.iter().enumerate() {
                            tr {
                                th scope="row" {
                                    span class={ "badge " (hue(index)) } { (index + 1) } " "
                                    (shown(&rate.id)) " " span.muted.small { (shown(&rate.kind)) }
                                    @if let Some(odd) = rate.odd { p.odd { "⚠ " (odd) } }
                                }
                                @for share in rate.shares { (share_cell(share)) }
                            }
                        }
                        @for (index, (id, called)) in cohort.decoys.iter().enumerate() {
                            tr {
                                th scope="row" {
                                    span class="badge hue0" { "D" (index + 1) } " " (shown(id)) " "
                                    span.muted.small { "called a problem" }
                                }
                                (share_cell(*called)) td {} td {}
                            }
                        }
                    }
                }
            }
        }
    }
}

fn level_class(level: Level) -> &'static str {
    match level {
        Level::Missed => "missed",
        Level::Flagged => "flagged",
        Level::Explained => "explained",
        Level::Resolved => "resolved",
    }
}

fn grid<'p>(cohort: &Cohort, page: impl Fn(&Outcome) -> Option<&'p str>) -> Markup {
    let columns = cohort.issues.len() + cohort.decoys.len() + 3;
    html! {
        section aria-labelledby="grid" {
            h2 id="grid" { "Who found what" }
            p.legend {
                @for level in [Level::Resolved, Level::Explained, Level::Flagged, Level::Missed] {
                    span { span class={ "cell " (level_class(level)) } aria-hidden="true" { (level_mark(level)) } " " (level_name(level)) }
                }
            }
            div.sheet.wide-table tabindex="0" role="region" aria-labelledby="grid" {
                table.grid {
                    thead {
                        tr {
                            th scope="col" { "Review" } th.number scope="col" { "Score" } th scope="col" { "Band" }
                            @for (index, rate) in cohort.issues.iter().enumerate() {
                                th.mid scope="col" title=(shown(&rate.id)) {
                                    span class={ "badge " (hue(index)) } { (index + 1) }
                                    span.visually-hidden { " " (shown(&rate.id)) }
                                }
                            }
                            @for (index, (id, _)) in cohort.decoys.iter().enumerate() {
                                th.mid scope="col" title=(shown(id)) {
                                    span class="badge hue0" { "D" (index + 1) }
                                    span.visually-hidden { " " (shown(id)) }
                                }
                            }
                            th scope="col" { "By hand" }
                        }
                    }
                    tbody {
                        @for outcome in &cohort.sorted {
                            tr {
                                th scope="row" {
                                    @if let Some(page) = page(outcome) {
                                        a href=(page) { (shown(&outcome.review)) }
                                    } @else {
                                        (shown(&outcome.review))
                                    }
                                    @if !outcome.decisions.is_empty() { " " span.small.warn { "decided by a person" } }
                                }
                                @match &outcome.result {
                                    Ok(grade) => {
                                        td.number { (percent(grade.score)) }
                                        td { (band_name(grade.band)) }
                                        @for issue in &grade.issues {
                                            td.mid title=(level_name(issue.level)) {
                                                span class={ "cell " (level_class(issue.level)) } aria-hidden="true" { (level_mark(issue.level)) }
                                                span.visually-hidden { (level_name(issue.level)) }
                                            }
                                        }
                                        @for decoy in &grade.decoys {
                                            td.mid {
                                                @if decoy.called {
                                                    span.bad aria-hidden="true" { "✗" } span.visually-hidden { "called a problem" }
                                                } @else {
                                                    span.visually-hidden { "left alone" }
                                                }
                                            }
                                        }
                                        td.small.muted.short { @if !grade.needs_review.is_empty() { (plural(grade.needs_review.len(), "note")) } }
                                    }
                                    Err(error) => { td.bad.small colspan=(columns) { "Not graded: " (shown(error)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::cohort::sample;
    use assay_bank::{Exercise, Folder};
    use scraper::{Html, Selector};
    use std::path::Path;

    fn texts(page: &Html, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        page.select(&selector).map(|element| one_line(element.text().collect())).collect()
    }

    fn exercise() -> Exercise {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../exercises/web/course-waitlist");
        Exercise::load("web/course-waitlist", Folder::Disk(root)).unwrap()
    }

    #[test]
    fn shows_scores_rates_and_the_grid() {
        let mut outcomes = sample::outcomes();
        outcomes[1].review = "<script>x</script>".into();
        let pages: Vec<String> = (0..outcomes.len()).map(|number| format!("{number}.html")).collect();
        let page = Html::parse_document(&super::html(&exercise(), &outcomes, &pages));
        assert!(page.errors.is_empty(), "{:?}", page.errors);
        assert!(texts(&page, "script").is_empty());
        assert_eq!(texts(&page, ".grid tbody th")[0], "<script>x</script>");
        assert_eq!(texts(&page, ".grid tbody tr").len(), outcomes.len());
        assert!(texts(&page, ".grid tbody tr")[5].contains("Not graded: not UTF-8"));
        let hrefs: Vec<_> =
            page.select(&Selector::parse("a[href]").unwrap()).map(|a| a.attr("href").unwrap()).collect();
        assert_eq!(
            hrefs,
            ["1.html", "5.html", "2.html", "3.html", "4.html", "0.html"],
            "each row leads to its own page"
        );
        assert_eq!(
            texts(&page, ".histogram text").iter().filter(|text| !text.contains('%')).collect::<Vec<_>>(),
            ["2", "1", "2"]
        );
        let odd = texts(&page, ".odd");
        assert_eq!(odd.len(), 1);
        assert!(odd[0].contains("nobody finds it"), "{odd:?}");
        assert_eq!(texts(&page, ".share span")[..3], ["60 %", "60 %", "0 %"]);
    }

    #[test]
    fn nothing_to_show_is_a_page_too() {
        let page = Html::parse_document(&super::html(&exercise(), &[], &[]));
        assert!(page.errors.is_empty(), "{:?}", page.errors);
    }
}
