use crate::grade::{Outcome, sample};
use assay_bank::{Exercise, Folder};
use assay_grader::decide::{Decision, decide};
use assay_grader::{Grader, Review};
use scraper::{ElementRef, Html, Selector};
use std::collections::HashSet;
use std::path::Path;

fn exercise() -> Exercise {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../exercises/web/course-waitlist");
    Exercise::load("web/course-waitlist", Folder::Disk(root)).unwrap()
}

fn outcome(name: &str, text: &str) -> Outcome {
    let exercise = exercise();
    let review = Review::from_text(name, text).unwrap();
    let grade = Grader::new(&exercise.key()).grade(&review);
    Outcome::graded(review, grade)
}

fn page(outcome: &Outcome) -> Html {
    let text = super::html(&exercise(), outcome);
    assert!(!text.contains(crate::untrusted::is_control));
    let page = Html::parse_document(&text);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    page
}

fn all<'p>(page: &'p Html, selector: &str) -> Vec<ElementRef<'p>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: ElementRef) -> String {
    element.text().collect()
}

fn mid() -> Outcome {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../exercises/web/course-waitlist/reviews/mid.md");
    outcome("mid.md", &std::fs::read_to_string(path).unwrap())
}

#[test]
fn ids_are_unique_and_every_link_has_its_target() {
    let page = page(&mid());
    let ids: Vec<_> = all(&page, "[id]").iter().map(|element| element.attr("id").unwrap().to_owned()).collect();
    let unique: HashSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    let links = all(&page, "a[href]");
    assert!(links.len() > 20);
    for link in links {
        let target = link.attr("href").unwrap().strip_prefix('#').expect("links stay in the page");
        assert!(unique.contains(&target.to_owned()), "{target}");
    }
    for label in all(&page, "[aria-labelledby], label[for]") {
        let target = label.attr("aria-labelledby").or(label.attr("for")).unwrap();
        assert!(unique.contains(&target.to_owned()), "{target}");
    }
}

/// The review is there to the letter, and so is the source.
#[test]
fn review_and_source_stand_as_they_are() {
    let outcome = mid();
    let page = page(&outcome);
    let lines: Vec<String> = all(&page, ".text .line .words")
        .into_iter()
        .map(|line| {
            let badges: HashSet<_> = line
                .descendants()
                .filter(|node| node.value().as_element().is_some_and(|element| element.name() == "a"))
                .flat_map(|node| node.descendants().map(|node| node.id()))
                .collect();
            let words = line.descendants().filter(|node| !badges.contains(&node.id()));
            words.filter_map(|node| node.value().as_text().map(|text| text.to_string())).collect()
        })
        .collect();
    assert_eq!(lines, outcome.text().lines().collect::<Vec<_>>());
    let source: Vec<String> = all(&page, ".code .line .words").into_iter().map(text).collect();
    assert_eq!(source, exercise().sources[0].1.text.lines().collect::<Vec<_>>());
}

/// Each quote is marked in its issue's colour, leads to its issue, and its issue leads to it.
#[test]
fn quotes_and_issues_are_linked_both_ways() {
    let outcome = mid();
    let grade = outcome.result.as_ref().unwrap();
    let page = page(&outcome);
    let mut seen = 0;
    for (index, issue) in grade.issues.iter().enumerate() {
        let here = format!("#issue-{}", index + 1);
        let links = all(&page, &format!("{here} a[href^='#quote-']"));
        let quotes: HashSet<_> = issue.evidence.iter().map(|evidence| (evidence.start, evidence.end)).collect();
        assert_eq!(links.len(), quotes.len(), "{}", issue.id);
        for link in links {
            let mark = all(&page, &format!("mark{}.hue{}", link.attr("href").unwrap(), index + 1));
            assert!(issue.evidence.iter().any(|evidence| evidence.quote.contains(&text(mark[0]))), "{}", text(mark[0]));
            seen += 1;
        }
        let back = all(&page, &format!(".text a.badge[href='{here}']"));
        assert_eq!(back.len(), quotes.len());
        assert!(back.iter().all(|badge| text(*badge).contains(&format!("{} ", index + 1))));
        let pins = all(&page, &format!(".code .planted a.badge[href='{here}']"));
        assert_eq!(pins.len(), 1, "its place in the source");
    }
    assert!(seen > 6);
    let planted: Vec<_> = all(&page, ".code .planted").iter().map(|line| line.attr("id").unwrap().to_owned()).collect();
    assert!(planted.contains(&"source-1-31".to_owned()) && planted.contains(&"source-1-63".to_owned()), "{planted:?}");
}

#[test]
fn the_head_says_score_band_rule_levels_and_signals() {
    let outcome = mid();
    let grade = outcome.result.as_ref().unwrap();
    let page = page(&outcome);
    let verdict = text(all(&page, ".verdict")[0]);
    assert!(verdict.contains("51 %") && verdict.contains("2.55 of 5 points"), "{verdict}");
    assert!(verdict.contains("Band: mid") && verdict.contains(&grade.band_because), "{verdict}");
    let rows: Vec<String> = all(&page, "#issues .issue > summary .level").into_iter().map(text).collect();
    assert_eq!(
        rows,
        ["✓ resolved", "~ flagged", "✓ explained", "~ flagged", "✗ missed", "✓ left alone", "✗ called a problem"]
    );
    assert_eq!(all(&page, ".signals li").len(), 5);
    assert_eq!(all(&page, ".signals blockquote").len(), grade.signals.iter().filter(|signal| signal.present).count());
}

#[test]
fn hostile_reviews_stay_inert() {
    let line = format!("the default set is shared {}", "x <b>".repeat(20_000));
    let reviews = [
        "<script>alert(1)</script> The default set is shared by every call on line 31.",
        "</style></script></textarea></mark><img src=x onerror=alert(1)> [a](javascript:alert(1)) <a href=javascript:x>",
        "<!-- -->]]> &lt;b&gt; &amp; \u{202e}gnp\u{2066} \u{0} \u{1b}[2J <svg/onload=alert(1)> line 31: `served` set \"shared\" '",
        line.as_str(),
    ];
    for review in reviews {
        let page = page(&outcome("<b>\"r'.md", review));
        assert_eq!(all(&page, "script").len(), 1);
        assert_eq!(all(&page, "style").len(), 1);
        assert!(all(&page, "img, iframe, object, embed, link, base, form, b, svg[onload]").is_empty());
        for element in all(&page, "*") {
            for (name, value) in element.value().attrs() {
                assert!(!name.starts_with("on") && name != "style" && name != "src", "{name}");
                assert!(name != "href" || value.starts_with('#'), "{value}");
            }
        }
        let shown: String = all(&page, ".text .words").into_iter().map(text).collect();
        let first: String = review.chars().take(12).collect();
        assert!(shown.contains(&first), "the words are there, as words: {first}");
    }
}

#[test]
fn comments_stand_with_their_places() {
    let json = r#"[{"path": "waitlist.py", "line": 31, "body": "The `served` default is one set shared by every call,\nso people are skipped later."},
        {"path": "other.py", "line": 2, "body": "fine\u0021"}, {"body": null}]"#;
    let page = page(&outcome("comments.json", json));
    let heads: Vec<String> = all(&page, ".comment").into_iter().map(text).collect();
    assert_eq!(heads, ["Comment 1 on waitlist.py:31", "Comment 2 on other.py:2"]);
    assert_eq!(all(&page, ".comment a[href='#source-1-31']").len(), 1);
    let marks: Vec<String> = all(&page, ".text mark").into_iter().map(text).collect();
    assert!(marks[0].starts_with("The `served` default"), "{marks:?}");
}

#[test]
fn what_a_person_decided_is_told() {
    let mut outcome = mid();
    let decision = Decision {
        id: "open-offers-not-counted".into(),
        named: Some(true),
        note: "Said so <aloud>.".into(),
        ..Decision::default()
    };
    outcome.changes = decide(outcome.result.as_mut().unwrap(), std::slice::from_ref(&decision)).unwrap();
    outcome.decisions = vec![decision];
    let page = page(&outcome);
    assert!(text(all(&page, ".verdict")[0]).contains("A person changed one verdict"));
    let decided = text(all(&page, "#issue-5 .decided")[0]);
    assert!(
        decided.contains("named: yes, where the program said no") && decided.contains("Said so <aloud>."),
        "{decided}"
    );
    let named = all(&page, "#issue-5 input[name=named]")[0];
    assert_eq!((named.attr("checked"), named.attr("data-program")), (Some(""), Some("false")));
}

#[test]
fn a_review_that_could_not_be_read_is_a_page_with_its_error() {
    let page = page(&sample::unreadable());
    assert!(text(all(&page, "main")[0]).contains("not UTF-8; save the review as UTF-8 text"));
}
