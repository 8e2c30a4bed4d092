//! Findings as SARIF 2.1.0, which code scanning services read.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use super::confidence_name;
use crate::untrusted;
use assay_analyzer::{Analysis, Confidence, Span};
use serde_json::{Value, json};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// One SARIF log with one run. `version` is the program's.
pub fn sarif(analysis: &Analysis, version: &str) -> String {
    let kinds = assay_catalog::kinds();
    let rules: Vec<Value> = kinds
        .iter()
        .map(|kind| {
            let markdown = format!(
                "{}\n\n{}\n\n{}\n\n```python\n{}\n```\n\nInstead:\n\n```python\n{}\n```\n",
                kind.what,
                kind.why,
                kind.fix,
                kind.bad.trim(),
                kind.good.trim()
            );
            json!({
                "id": kind.id,
                "shortDescription": {"text": kind.title},
                "fullDescription": {"text": kind.what},
                "help": {"text": format!("{}\n\n{}", kind.why, kind.fix), "markdown": markdown},
            })
        })
        .collect();
    let results: Vec<Value> = analysis
        .findings
        .iter()
        .map(|finding| {
            let related: Vec<Value> = finding
                .labels
                .iter()
                .enumerate()
                .map(|(id, label)| {
                    json!({
                        "id": id,
                        "physicalLocation": location(&finding.path, &region(label.span)),
                        "message": {"text": label.text},
                    })
                })
                .collect();
            let mut result = json!({
                "ruleId": finding.kind,
                "level": level(finding.confidence),
                "message": {"text": finding.message},
                "locations": [{"physicalLocation": location(&finding.path, &region(finding.span))}],
                "relatedLocations": related,
                "properties": {"confidence": confidence_name(finding.confidence)},
            });
            if let Some(index) = kinds.iter().position(|kind| kind.id == finding.kind) {
                result["ruleIndex"] = json!(index);
            }
            result
        })
        .collect();
    let notifications: Vec<Value> = analysis
        .errors
        .iter()
        .map(|error| {
            let region = json!({"startLine": error.line, "startColumn": error.column});
            json!({
                "level": "error",
                "message": {"text": error.message},
                "locations": [{"physicalLocation": location(&error.path, &region)}],
            })
        })
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "assay", "semanticVersion": version, "rules": rules}},
            // Columns count characters, not UTF-16 units, which are the format's default.
            "columnKind": "unicodeCodePoints",
            "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notifications}],
            "results": results,
        }],
    });
    let mut text = untrusted::json(&log, true);
    text.push('\n');
    text
}

/// What is not certain does not fail a pull request.
fn level(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "error",
        Confidence::Medium => "warning",
        Confidence::Low => "note",
    }
}

fn region(span: Span) -> Value {
    json!({
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    })
}

fn location(path: &str, region: &Value) -> Value {
    json!({"artifactLocation": {"uri": uri(path)}, "region": region})
}

/// A path as a URI reference: relative paths stay relative, so that a service finds the file in its checkout.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push('%');
            uri.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use crate::analysis::sample;
    use serde_json::Value;

    /// What the schema of the standard requires, of the parts that are used here.
    #[test]
    fn has_what_the_standard_requires() {
        let text = super::sarif(&sample::analysis().0, "1.2.3");
        let log: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        assert!(run["tool"]["driver"]["name"].is_string());
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for rule in rules {
            assert!(rule["id"].is_string() && rule["shortDescription"]["text"].is_string());
            assert!(rule["help"]["text"].is_string(), "markdown needs a text beside it");
        }
        let results = run["results"].as_array().unwrap();
        let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
        assert!(run["invocations"][0]["executionSuccessful"].is_boolean());
        assert_eq!((results.len(), notifications.len()), (2, 1));
        for result in results {
            assert_eq!(rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()]["id"], result["ruleId"]);
        }
        for message in results.iter().chain(notifications) {
            assert!(["none", "note", "warning", "error"].contains(&message["level"].as_str().unwrap()));
            assert!(message["message"]["text"].is_string());
            let related = message["relatedLocations"].as_array().into_iter().flatten();
            for location in message["locations"].as_array().unwrap().iter().chain(related) {
                let place = &location["physicalLocation"];
                let uri = place["artifactLocation"]["uri"].as_str().unwrap();
                assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
                for (name, value) in place["region"].as_object().unwrap() {
                    assert!(value.as_u64().is_some_and(|value| value >= 1), "{name} counts from 1");
                }
            }
        }
        let mut run = run.clone();
        run["tool"]["driver"]["rules"] = "(the catalog)".into();
        insta::assert_snapshot!(serde_json::to_string_pretty(&run).unwrap());
    }

    #[test]
    fn fits_the_schema_of_the_standard() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/schemas/sarif-2.1.0.json");
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let mut log: Value = serde_json::from_str(&super::sarif(&sample::analysis().0, "1.2.3")).unwrap();
        let faults: Vec<_> =
            validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path)).collect();
        assert_eq!(faults, Vec::<String>::new());
        // The schema is not one that everything fits.
        log["runs"][0]["results"][0]["level"] = "fatal".into();
        assert!(!validator.is_valid(&log));
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(super::uri("./a b/ü%.py"), "a%20b/%C3%BC%25.py");
        assert_eq!(super::uri("/tmp/a.py"), "file:///tmp/a.py");
    }
}
