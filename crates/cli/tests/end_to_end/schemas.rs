//! What the program prints as JSON is what the schemas under `docs/schemas/` promise.

use crate::common::{assay, root, run, write};
use serde_json::{Value, json};

fn schema(name: &str) -> jsonschema::Validator {
    let text = std::fs::read_to_string(root().join(format!("docs/schemas/{name}.schema.json"))).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

/// Runs a command and holds what it prints against a schema. Returns the value.
fn holds(name: &str, arguments: &[&str]) -> Value {
    let (status, stdout, stderr) = run(assay().args(arguments));
    assert!(!stdout.is_empty(), "{arguments:?} ended with {status}: {stderr}");
    let value: Value = serde_json::from_str(&stdout).unwrap();
    let errors: Vec<String> = schema(name).iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{arguments:?}: {errors:#?}");
    value
}

#[test]
fn outputs_are_valid() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let sample = |name: &str| format!("exercises/web/course-waitlist/reviews/{name}");
    write(folder.path(), "in/latin.md", b"caf\xe9");
    for name in ["senior.md", "mid.md", "junior.md"] {
        write(folder.path(), &format!("in/{name}"), std::fs::read(root().join(sample(name))).unwrap());
    }
    let decisions = json!({"schema": 1, "exercise": "web/course-waitlist", "review": "mid.md", "review_sha256": null,
        "decisions": [{"id": "open-offers-not-counted", "named": true, "note": "Said it."}]});
    assert!(schema("overrides").is_valid(&decisions));
    write(folder.path(), "decisions.json", decisions.to_string());
    holds("grade", &["grade", "web/course-waitlist", &sample("mid.md"), "--format", "json"]);
    let options = ["--format", "json", "--overrides", &at("decisions.json")];
    let grades = holds("grade", &[&["grade", "web/course-waitlist", &at("in")], &options[..]].concat());
    assert_eq!(grades.as_array().unwrap().len(), 4);
    write(folder.path(), "old.json", grades.to_string());
    let regrades = holds("regrade", &["regrade", &at("old.json"), "--reviews", &at("in"), "--format", "json"]);
    assert_eq!(regrades["regrades"].as_array().unwrap().len(), 3);
    holds("calibrate", &["calibrate", "fixtures/corpus/web-django-invoices", "--format", "json"]);
    write(folder.path(), "broken.py", "def (");
    holds("analyze", &["analyze", "fixtures/rules", &at("broken.py"), "--format", "json"]);
    holds("check", &["check", "exercises/web/course-waitlist", "fixtures/corpus", "--format", "json"]);
}

/// A line is graded where the schema of requests allows it, and every answer is what the schema of answers promises.
#[test]
fn a_stream_is_valid_line_by_line() {
    let whole = json!({"id": "7", "exercise": "web/course-waitlist", "review": "Line 31: the default is shared."});
    let mut requests = vec![whole.clone(), json!([]), json!("x")];
    for (field, wrong) in [("id", json!(7)), ("exercise", Value::Null), ("review", json!([])), ("more", json!(1))] {
        let mut other = whole.clone();
        other[field] = wrong;
        requests.push(other);
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(field);
        requests.push(less);
    }
    let lines: Vec<String> = requests.iter().map(|request| format!("{request}\n")).collect();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.ndjson", lines.concat());
    let input = std::fs::File::open(folder.path().join("in.ndjson")).unwrap();
    let output = assay().args(["grade", "--stream"]).stdin(input).output().unwrap();
    let (of_requests, of_answers) = (schema("stream-request"), schema("stream-answer"));
    let answers = String::from_utf8(output.stdout).unwrap();
    assert_eq!(answers.lines().count(), requests.len());
    for (request, answer) in requests.iter().zip(answers.lines()) {
        let answer: Value = serde_json::from_str(answer).unwrap();
        assert!(of_answers.is_valid(&answer), "{answer}");
        assert_eq!(of_requests.is_valid(request), answer.get("error").is_none(), "{request}: {answer}");
        for field in ["id", if answer.get("error").is_none() { "score" } else { "error" }] {
            let mut less = answer.clone();
            less.as_object_mut().unwrap().remove(field);
            assert!(!of_answers.is_valid(&less), "{field} is promised");
        }
    }
}

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let (_, stdout, _) = run(assay().args([
        "grade",
        "web/course-waitlist",
        "exercises/web/course-waitlist/reviews/mid.md",
        "--format",
        "json",
    ]));
    let good: Value = serde_json::from_str(&stdout).unwrap();
    let schema = schema("grade");
    assert!(schema.is_valid(&good));
    for (pointer, wrong) in [
        ("/schema", json!(2)),
        ("/band", json!("principal")),
        ("/issues/0/level", json!("great")),
        ("/score", json!("0.5")),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = wrong;
        assert!(!schema.is_valid(&bad), "{pointer}");
    }
}
