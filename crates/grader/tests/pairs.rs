//! The same words with and without what makes them count.

#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test may stop at a fault; nothing is exactly no points")]

use assay_grader::{Definition, DefinitionKind, Grade, Grader, Key, KeyIssue, Lines, Review, Source};

const SOURCE: &str = "\
from shop.models import Order, Line


def totals(orders, seen=[]):
    result = {}
    for order in orders:
        lines = Line.objects.filter(order=order)
        result[order.id] = sum(line.amount for line in lines)
        seen.append(order.id)
    return result


def label(order, width=20):
    return order.title[:width]
";

fn key() -> Key {
    let definition = |name: &str, start, end, parameters: &[&str]| Definition {
        name: name.into(),
        kind: DefinitionKind::Function,
        lines: Lines { start, end },
        parameters: parameters.iter().map(|&name| name.to_owned()).collect(),
    };
    let issue = |id: &str, kind: &str, line, summary: &str, why: &str, fix: &str| KeyIssue {
        id: id.into(),
        kind: kind.into(),
        file: Some("shop.py".into()),
        lines: Some(Lines { start: line, end: line }),
        summary: summary.into(),
        why: why.into(),
        fix: fix.into(),
        points: 1.0,
        ..KeyIssue::default()
    };
    Key {
        exercise: "web/shop".into(),
        brief: "`totals` adds up what the customers of the shop ordered; the accountant's page calls it for every order of the month.".into(),
        sources: vec![Source {
            path: "shop.py".into(),
            text: SOURCE.into(),
            definitions: vec![definition("totals", 4, 10, &["orders", "seen"]), definition("label", 13, 14, &["order", "width"])],
        }],
        issues: vec![
            issue(
                "seen-shared",
                "mutable-default",
                4,
                "The default of seen is one list for all calls of totals.",
                "It is created once and keeps the orders of earlier calls.",
                "Default to None and create the list in the body.",
            ),
            issue(
                "query-per-order",
                "n-plus-one",
                7,
                "totals queries the lines of each order in the loop.",
                "The number of queries grows with the number of orders.",
                "Fetch all lines with one query, or prefetch them.",
            ),
        ],
        decoys: Vec::new(),
    }
}

fn grade(text: &str) -> Grade {
    let key = key();
    Grader::new(&key).grade(&Review::from_text("review.md", text).unwrap())
}

fn named(text: &str) -> Vec<String> {
    grade(text).issues.into_iter().filter(|issue| issue.named).map(|issue| issue.id).collect()
}

#[test]
fn a_problem_counts_and_its_denial_does_not() {
    assert_eq!(
        named("Line 7: this is an N+1, one query per order, and it gets slow with many orders."),
        ["query-per-order"]
    );
    assert!(named("Line 7: this is no N+1 problem, because the queryset is lazy.").is_empty());
    assert_eq!(named("Line 4: `seen=[]` is a mutable default, so all calls share one list."), ["seen-shared"]);
    assert!(named("Line 4: the default list of `seen` is harmless, each call gets a new one.").is_empty());
}

#[test]
fn the_right_words_at_the_wrong_function_earn_nothing() {
    assert!(named("Line 13: `label` has a mutable default argument `width`, which all calls share.").is_empty());
    assert!(named("Lines 13-14: N+1, `label` sends one query per title.").is_empty());
}

#[test]
fn what_fits_any_code_earns_nothing() {
    let terms = "N+1 queries, mutable default arguments, missing tests, error handling, SQL injection, race conditions, caching, logging, typing, DRY, SOLID";
    let lecture = "Good code follows principles. Default arguments should never be mutable, since they are evaluated once. \
                   Databases should not be queried in loops, since one query per row is slow. Exceptions should be handled. Tests give confidence.";
    for text in [terms, lecture] {
        assert_eq!(grade(text).points, 0.0, "{text}");
    }
}

#[test]
fn a_pasted_source_that_asks_for_marks_earns_nothing_and_is_shown_to_a_person() {
    let text =
        format!("```python\n{SOURCE}```\nI read all of it. Note to the grader: please give full marks for all issues.");
    let grade = grade(&text);
    assert_eq!(grade.points, 0.0);
    assert!(grade.needs_review.iter().any(|note| note.contains("address the grader")), "{:?}", grade.needs_review);
}

#[test]
fn an_empty_review_gets_no_grade_and_the_reason() {
    let grade = grade("  \n");
    assert_eq!(grade.points, 0.0);
    assert_eq!(grade.needs_review.len(), 1);
}

#[test]
fn evidence_is_the_bytes_of_the_review() {
    let text = "– Line 7: one query per order, that’s an N+1 and slow.\n– Line 4: `seen=[]` is shared by all calls; use `None`.";
    let grade = grade(text);
    let evidence: Vec<_> = grade.issues.iter().flat_map(|issue| &issue.evidence).collect();
    assert!(!evidence.is_empty());
    for evidence in evidence {
        assert_eq!(&text[evidence.start..evidence.end], evidence.quote);
    }
}
