//! What came of proving exercises.

mod github;
mod json;
mod junit;
mod text;

pub use github::github;
pub use json::json;
#[cfg(test)]
pub(crate) use json::schema;
pub use junit::junit;
pub use text::text;

#[cfg(test)]
mod sample {
    use assay_bank::{Checked, Document, Problem};

    /// Exercises with a problem of each sort, and words that try to take over what shows them; then one about no exercise.
    pub(super) fn checked() -> (Vec<Checked>, Vec<Problem>) {
        let document = Document::new("./exercises/web/a,b/exercise.toml", "title = \"\u{1b}[31mü\"\nkind = \"n+1\"\n");
        let at = document.text.find("\"n+1\"").unwrap();
        let error = Problem::at(
            "unknown-kind",
            &document,
            at..at + 5,
            "there is no kind `n+1`\n::error::x]]>",
            "not in the catalog",
            "Did you mean `n-plus-one`? 100%",
        );
        let warning = Problem::about("no-fixed", "exercises/web/a,b/fixed", "there is no repaired source", "Add it.");
        let checked = vec![
            Checked { id: "web/a,b".into(), problems: vec![error, warning.warning()] },
            Checked { id: "web/sound".into(), problems: vec![] },
        ];
        (checked, vec![Problem::about("unreadable-folder", "none", "it cannot be looked into", "").unreadable()])
    }
}
