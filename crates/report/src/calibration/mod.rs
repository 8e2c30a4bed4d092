//! Agreement of the grader with people's labels.

mod html;
mod json;
mod text;

pub use html::html;
pub use json::json;
#[cfg(test)]
pub(crate) use json::schema;
pub use text::text;

/// The levels in their order.
const LEVELS: [&str; 4] = ["missed", "flagged", "explained", "resolved"];

#[cfg(test)]
pub(crate) mod sample {
    use assay_grader::agreement::{Agreement, Counts, CreditCounts, Disagreement};
    use std::collections::BTreeMap;

    pub(crate) fn agreement() -> Agreement {
        let named = Counts { tp: 8, fp: 1, fn_: 2, tn: 9 };
        let credits = CreditCounts { named, why: Counts { tp: 5, fp: 0, fn_: 5, tn: 10 }, fix: Counts::default() };
        Agreement {
            reviews: 4,
            rows: 20,
            credits,
            decoys: Counts { tp: 1, fp: 0, fn_: 0, tn: 7 },
            confusion: [[9, 1, 0, 0], [2, 3, 0, 0], [0, 1, 4, 0], [0, 0, 0, 0]],
            by_kind: BTreeMap::from([("n-plus-one".to_owned(), credits)]),
            disagreements: (0..25)
                .map(|number| Disagreement {
                    exercise: "web/overdue-invoices".into(),
                    review: format!("r{number:02}.md"),
                    issue: "query-per-row".into(),
                    credit: "named",
                    label: true,
                    grade: false,
                    quote: if number == 0 { "\u{1b}[2J a select\nper row".into() } else { String::new() },
                })
                .collect(),
        }
    }
}
