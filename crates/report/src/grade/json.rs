//! Grades as JSON: a contract with other people's scripts.

use super::{Outcome, band_name, credit_name, level_name, verdict_name};
use crate::record::Record;
use crate::untrusted::{self, rounded};
use assay_grader::decide::{Change, Decision};
use assay_grader::{DecoyGrade, Evidence, Grade, IssueGrade, RemarkGrade, Signal};
use serde::Serialize;

/// One outcome as an object, several as an array in their order. A review that could not be graded has `error` instead of
/// a grade.
pub fn json(outcomes: &[Outcome]) -> String {
    match outcomes {
        [one] => untrusted::json(&json_outcome(one), true) + "\n",
        many => json_array(many),
    }
}

/// The outcomes as an array in their order, also where there is but one.
pub fn json_array(outcomes: &[Outcome]) -> String {
    untrusted::json(&outcomes.iter().map(json_outcome).collect::<Vec<_>>(), true) + "\n"
}

/// The outcome as one line of a stream, without a line break: the grade with the caller's `id` before it, or `id` and `error`
/// alone. An `id` that nobody knows is `null`.
pub fn json_line(id: Option<&str>, outcome: &Outcome) -> String {
    match json_outcome(outcome) {
        JsonOutcome::Grade(grade) => untrusted::json(&JsonLine { id, outcome: grade }, false),
        JsonOutcome::Error { error, .. } => untrusted::json(&JsonLine { id, outcome: JsonError { error } }, false),
    }
}

/// One line that goes into a stream. The program reads the fields one by one, so as to know them up to a mistake.
#[cfg(test)]
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[allow(dead_code, reason = "only its schema is of use")]
struct JsonRequest {
    /// The caller's name for the review; the answer has it, and nothing else is done with it.
    id: String,
    /// A folder, or an id in the bank.
    exercise: String,
    /// The review in any of the forms that are text.
    review: String,
}

/// One line that comes out of a stream.
#[cfg(test)]
#[derive(Serialize, schemars::JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is of use")]
enum JsonAnswer<'g> {
    Grade(Box<JsonLine<'g, JsonGrade<'g>>>),
    Error(JsonLine<'g, JsonError<'g>>),
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonLine<'g, O> {
    /// That of the request; `null` where it could not be read.
    id: Option<&'g str>,
    #[serde(flatten)]
    outcome: O,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonError<'g> {
    /// Why the line cannot be graded.
    error: &'g str,
}

fn json_outcome(outcome: &Outcome) -> JsonOutcome<'_> {
    match &outcome.result {
        Ok(grade) => JsonOutcome::Grade(JsonGrade {
            record: outcome.record.as_ref(),
            decisions: outcome.decisions.iter().map(|decision| JsonDecision::new(decision, &outcome.changes)).collect(),
            ..JsonGrade::from(grade)
        }),
        Err(error) => JsonOutcome::Error { schema: 1, exercise: &outcome.exercise, review: &outcome.review, error },
    }
}

/// One review's outcome, or an array of them.
#[cfg(test)]
#[derive(Serialize, schemars::JsonSchema)]
#[serde(untagged)]
enum JsonGrades<'g> {
    #[allow(dead_code)]
    One(Box<JsonOutcome<'g>>),
    #[allow(dead_code)]
    Several(Vec<JsonOutcome<'g>>),
}

/// A grade, or why there is none.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
enum JsonOutcome<'g> {
    Grade(JsonGrade<'g>),
    Error { schema: u32, exercise: &'g str, review: &'g str, error: &'g str },
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonGrade<'g> {
    #[cfg_attr(test, schemars(extend("const" = 1)))]
    schema: u32,
    exercise: &'g str,
    review: &'g str,
    score: f64,
    points: f64,
    max_points: f64,
    #[cfg_attr(test, schemars(extend("enum" = ["junior", "mid", "senior"])))]
    band: &'static str,
    band_because: &'g str,
    issues: Vec<JsonIssue<'g>>,
    decoys: Vec<JsonDecoy<'g>>,
    remarks: Vec<JsonRemark<'g>>,
    signals: Vec<JsonSignal<'g>>,
    needs_review: &'g [String],
    /// What was graded, by which version.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<&'g Record>,
    /// What a person decided; the verdicts, points and score above are with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    decisions: Vec<JsonDecision<'g>>,
}

impl<'g> From<&'g Grade> for JsonGrade<'g> {
    fn from(grade: &'g Grade) -> Self {
        Self {
            schema: 1,
            exercise: &grade.exercise,
            review: &grade.review,
            score: rounded(grade.score),
            points: rounded(grade.points),
            max_points: rounded(grade.max_points),
            band: band_name(grade.band),
            band_because: &grade.band_because,
            issues: grade.issues.iter().map(JsonIssue::from).collect(),
            decoys: grade.decoys.iter().map(JsonDecoy::from).collect(),
            remarks: grade.remarks.iter().map(JsonRemark::from).collect(),
            signals: grade.signals.iter().map(JsonSignal::from).collect(),
            needs_review: &grade.needs_review,
            record: None,
            decisions: Vec::new(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonIssue<'g> {
    id: &'g str,
    kind: &'g str,
    #[cfg_attr(test, schemars(extend("enum" = ["missed", "flagged", "explained", "resolved"])))]
    level: &'static str,
    named: bool,
    why: bool,
    fix: bool,
    points: f64,
    max_points: f64,
    confidence: f64,
    evidence: Vec<JsonEvidence<'g>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'g str>,
}

impl<'g> From<&'g IssueGrade> for JsonIssue<'g> {
    fn from(issue: &'g IssueGrade) -> Self {
        Self {
            id: &issue.id,
            kind: &issue.kind,
            level: level_name(issue.level),
            named: issue.named,
            why: issue.why,
            fix: issue.fix,
            points: rounded(issue.points),
            max_points: rounded(issue.max_points),
            confidence: rounded(issue.confidence),
            evidence: issue.evidence.iter().map(JsonEvidence::from).collect(),
            missing: issue.missing.as_deref(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonEvidence<'g> {
    #[serde(skip_serializing_if = "Option::is_none")]
    credit: Option<&'static str>,
    quote: &'g str,
    start: usize,
    end: usize,
    line: usize,
    because: &'g str,
}

impl<'g> From<&'g Evidence> for JsonEvidence<'g> {
    fn from(evidence: &'g Evidence) -> Self {
        Self {
            credit: evidence.credit.map(credit_name),
            quote: &evidence.quote,
            start: evidence.start,
            end: evidence.end,
            line: evidence.line,
            because: &evidence.because,
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonDecoy<'g> {
    id: &'g str,
    called: bool,
    evidence: Vec<JsonEvidence<'g>>,
}

impl<'g> From<&'g DecoyGrade> for JsonDecoy<'g> {
    fn from(decoy: &'g DecoyGrade) -> Self {
        let evidence = decoy.evidence.iter().map(JsonEvidence::from).collect();
        Self { id: &decoy.id, called: decoy.called, evidence }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonRemark<'g> {
    quote: &'g str,
    start: usize,
    end: usize,
    line: usize,
    #[cfg_attr(test, schemars(extend("enum" = ["matched", "decoy", "praise", "extra"])))]
    verdict: &'static str,
    issue: Option<&'g str>,
}

impl<'g> From<&'g RemarkGrade> for JsonRemark<'g> {
    fn from(remark: &'g RemarkGrade) -> Self {
        Self {
            quote: &remark.quote,
            start: remark.start,
            end: remark.end,
            line: remark.line,
            verdict: verdict_name(remark.verdict),
            issue: remark.issue.as_deref(),
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonSignal<'g> {
    id: &'g str,
    present: bool,
    evidence: Vec<JsonEvidence<'g>>,
}

impl<'g> From<&'g Signal> for JsonSignal<'g> {
    fn from(signal: &'g Signal) -> Self {
        let evidence = signal.evidence.iter().map(JsonEvidence::from).collect();
        Self { id: signal.id, present: signal.present, evidence }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonDecision<'g> {
    id: &'g str,
    note: &'g str,
    changes: Vec<JsonChange>,
}

/// A verdict that is not the program's.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct JsonChange {
    credit: &'static str,
    program: bool,
    person: bool,
}

impl<'g> JsonDecision<'g> {
    fn new(decision: &'g Decision, changes: &[Change]) -> Self {
        let mine = changes.iter().filter(|change| change.id == decision.id);
        let changes = mine.map(|change| JsonChange {
            credit: change.credit.map_or("called", credit_name),
            program: !change.to,
            person: change.to,
        });
        Self { id: &decision.id, note: &decision.note, changes: changes.collect() }
    }
}

/// The schema of what [`json`] prints.
#[cfg(test)]
pub(crate) fn schema() -> schemars::Schema {
    crate::schemas::of::<JsonGrades<'_>>()
}

/// The schema of a line that `assay grade --stream` reads.
#[cfg(test)]
pub(crate) fn request_schema() -> schemars::Schema {
    crate::schemas::of_input::<JsonRequest>()
}

/// The schema of what [`json_line`] prints.
#[cfg(test)]
pub(crate) fn answer_schema() -> schemars::Schema {
    crate::schemas::of::<JsonAnswer<'_>>()
}

#[cfg(test)]
mod tests {
    use crate::grade::sample;

    #[test]
    fn one_is_an_object_and_several_are_an_array() {
        let one = super::json(&[sample::outcome()]);
        insta::assert_snapshot!(one);
        let many: serde_json::Value =
            serde_json::from_str(&super::json(&[sample::outcome(), sample::unreadable()])).unwrap();
        assert_eq!(many[0], serde_json::from_str::<serde_json::Value>(&one).unwrap());
        assert_eq!(many[1]["error"], "not UTF-8; save the review as UTF-8 text");
        assert_eq!(super::json(&[]), "[]\n");
    }

    #[test]
    fn a_line_is_the_grade_with_an_id_before_it() {
        let line = super::json_line(Some("a\u{202e}\n7"), &sample::outcome());
        assert!(line.starts_with(r#"{"id":"a\u202e\n7","schema":1,"exercise":"#) && !line.contains('\n'), "{line}");
        let mut value: serde_json::Value = serde_json::from_str(&line).unwrap();
        value.as_object_mut().unwrap().remove("id");
        let whole: serde_json::Value = serde_json::from_str(&super::json(&[sample::outcome()])).unwrap();
        assert_eq!(value, whole);
        let error = super::json_line(None, &sample::unreadable());
        assert_eq!(error, r#"{"id":null,"error":"not UTF-8; save the review as UTF-8 text"}"#);
    }
}
