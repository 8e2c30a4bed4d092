//! Decisions of people as the report's page hands them out: read from JSON, which may hold one review's or several.

use assay_grader::decide::Decision;
use serde::Deserialize;

/// What a person decided about one review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overrides {
    /// Id of the exercise.
    pub exercise: String,
    /// Name of the review.
    pub review: String,
    /// SHA-256 of the review that the person read.
    pub review_sha256: Option<String>,
    /// SHA-256 of the key by which it was graded.
    pub key_sha256: Option<String>,
    /// In the file's order.
    pub decisions: Vec<Decision>,
}

/// Why a file holds no decisions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OverridesError {
    /// What is wrong.
    pub message: String,
    /// 1-based line.
    pub line: usize,
    /// 1-based column.
    pub column: usize,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct JsonOverrides {
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    schema: u32,
    exercise: String,
    review: String,
    #[serde(default)]
    review_sha256: Option<String>,
    #[serde(default)]
    key_sha256: Option<String>,
    decisions: Vec<JsonDecision>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct JsonDecision {
    id: String,
    #[serde(default)]
    named: Option<bool>,
    #[serde(default)]
    why: Option<bool>,
    #[serde(default)]
    fix: Option<bool>,
    #[serde(default)]
    called: Option<bool>,
    #[serde(default)]
    note: String,
}

/// Reads decisions: one object, or an array of them.
///
/// # Errors
/// Where the text is no JSON of this form, with the place.
pub fn read_overrides(text: &str) -> Result<Vec<Overrides>, OverridesError> {
    let text = text.trim_start_matches('\u{feff}');
    // Told apart by hand: serde's untagged enums lose the place and the reason.
    let read = if text.trim_start().starts_with('[') {
        serde_json::from_str::<Vec<JsonOverrides>>(text)
    } else {
        serde_json::from_str::<JsonOverrides>(text).map(|one| vec![one])
    };
    let files = read.map_err(|error| OverridesError {
        message: error.to_string(),
        line: error.line().max(1),
        column: error.column().max(1),
    })?;
    if let Some(other) = files.iter().find(|file| file.schema != 1) {
        let message = format!("schema {} is not known to this version, which reads schema 1", other.schema);
        return Err(OverridesError { message, line: 1, column: 1 });
    }
    Ok(files.into_iter().map(Overrides::from).collect())
}

impl From<JsonOverrides> for Overrides {
    fn from(file: JsonOverrides) -> Self {
        let JsonOverrides { exercise, review, review_sha256, key_sha256, decisions, schema: _ } = file;
        let decisions = decisions.into_iter().map(|decision| {
            let JsonDecision { id, named, why, fix, called, note } = decision;
            Decision { id, named, why, fix, called, note }
        });
        Self { exercise, review, review_sha256, key_sha256, decisions: decisions.collect() }
    }
}

/// The schema of what [`read_overrides`] reads of one review.
#[cfg(test)]
pub(crate) fn schema() -> schemars::Schema {
    crate::schemas::of_input::<JsonOverrides>()
}

#[cfg(test)]
mod tests {
    use super::read_overrides;

    #[test]
    fn reads_one_or_several() {
        let one = r#"{"schema": 1, "exercise": "web/x", "review": "a.md", "decisions": [{"id": "i", "why": false, "note": "No."}]}"#;
        let read = read_overrides(one).unwrap();
        assert_eq!(
            (read[0].review.as_str(), read[0].decisions[0].why, read[0].decisions[0].named),
            ("a.md", Some(false), None)
        );
        assert_eq!(read_overrides(&format!("[{one}, {one}]")).unwrap().len(), 2);
    }

    #[test]
    fn what_is_wrong_has_a_place() {
        let unknown = read_overrides("{\"schema\": 1,\n \"exercize\": \"x\"}").unwrap_err();
        assert_eq!(unknown.line, 2);
        assert!(unknown.message.contains("exercize"), "{unknown}");
        let later = r#"{"schema": 2, "exercise": "web/x", "review": "a.md", "decisions": []}"#;
        assert!(read_overrides(later).unwrap_err().message.contains("schema 2"));
    }
}
