//! What a person decides instead of the program: credits given or taken, and the grade that follows from them.

use crate::credit::{DECOY_COST, SHARES, band};
use crate::{Credit, Grade, IssueGrade, Level};

/// A person's word on one issue or decoy. What is `None` stays as the program has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// Id of the issue or decoy.
    pub id: String,
    /// Whether the issue is named.
    pub named: Option<bool>,
    /// Whether the review says why.
    pub why: Option<bool>,
    /// Whether the review says what to do.
    pub fix: Option<bool>,
    /// Whether the review calls the decoy a problem.
    pub called: Option<bool>,
    /// The person's reason.
    pub note: String,
}

/// One verdict that a person decided otherwise than the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Id of the issue or decoy.
    pub id: String,
    /// The credit; `None` for a decoy.
    pub credit: Option<Credit>,
    /// What the person says; the program said the opposite.
    pub to: bool,
}

/// The grade does not have what a decision speaks of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DecisionError(pub String);

/// Shares of an issue's points for named, why and fix.
pub const CREDIT_SHARES: [f64; 3] = SHARES;
/// What a decoy called a problem costs.
pub const COST_OF_DECOY: f64 = DECOY_COST;

/// Applies decisions to a grade and computes points, levels, score and band anew. Evidence of a credit that is taken goes
/// with it. Returns what differs from the program's verdicts, in the key's order.
///
/// # Errors
/// Where a decision names an issue that the key does not have, or gives why or fix for an issue that is not named. The grade
/// is then as it was.
pub fn decide(grade: &mut Grade, decisions: &[Decision]) -> Result<Vec<Change>, DecisionError> {
    let mut decided = grade.clone();
    let mut changes = Vec::new();
    for decision in decisions {
        if let Some(issue) = decided.issues.iter_mut().find(|issue| issue.id == decision.id) {
            if decision.called.is_some() {
                return Err(DecisionError(format!("`{}` is an issue; `called` is for decoys", decision.id)));
            }
            decide_issue(issue, decision, &mut changes)?;
        } else if let Some(decoy) = decided.decoys.iter_mut().find(|decoy| decoy.id == decision.id) {
            if decision.named.or(decision.why).or(decision.fix).is_some() {
                let message = format!("`{}` is a decoy; it takes `called` and no credits", decision.id);
                return Err(DecisionError(message));
            }
            if let Some(called) = decision.called.filter(|called| *called != decoy.called) {
                decoy.called = called;
                decoy.evidence.clear();
                changes.push(Change { id: decoy.id.clone(), credit: None, to: called });
            }
        } else {
            return Err(DecisionError(format!("the key has neither an issue nor a decoy `{}`", decision.id)));
        }
    }
    total(&mut decided);
    *grade = decided;
    Ok(changes)
}

fn decide_issue(issue: &mut IssueGrade, decision: &Decision, changes: &mut Vec<Change>) -> Result<(), DecisionError> {
    for (credit, given, wanted) in [
        (Credit::Named, &mut issue.named, decision.named),
        (Credit::Why, &mut issue.why, decision.why),
        (Credit::Fix, &mut issue.fix, decision.fix),
    ] {
        if let Some(to) = wanted.filter(|wanted| wanted != given) {
            *given = to;
            issue.evidence.retain(|evidence| evidence.credit != Some(credit));
            changes.push(Change { id: issue.id.clone(), credit: Some(credit), to });
        }
    }
    if !issue.named && (issue.why || issue.fix) {
        let message = format!("`{}`: why and fix need `named`; take them as well, or give it", issue.id);
        return Err(DecisionError(message));
    }
    let given = [issue.named, issue.why, issue.fix];
    issue.level = match given {
        [false, ..] => Level::Missed,
        [true, false, _] => Level::Flagged,
        [true, true, false] => Level::Explained,
        [true, true, true] => Level::Resolved,
    };
    let share: f64 = SHARES.iter().zip(given).filter(|(_, given)| *given).map(|(share, _)| share).sum();
    issue.points = share * issue.max_points;
    Ok(())
}

/// Points, score, the signal that follows from the credits, and the band.
fn total(grade: &mut Grade) {
    let called = grade.decoys.iter().filter(|decoy| decoy.called).count() as f64;
    grade.points = (grade.issues.iter().map(|issue| issue.points).sum::<f64>() - DECOY_COST * called).max(0.0);
    grade.score = if grade.max_points > 0.0 { grade.points / grade.max_points } else { 0.0 };
    let found = grade.issues.iter().filter(|issue| issue.named).count();
    let explained = grade.issues.iter().filter(|issue| issue.why).count();
    for signal in grade.signals.iter_mut().filter(|signal| signal.id == "explains") {
        signal.present = found > 0 && explained * 2 >= found;
    }
    (grade.band, grade.band_because) = band(grade.score, &grade.signals);
}

#[cfg(test)]
mod tests {
    use super::{Decision, decide};
    use crate::{Credit, Grader, Key, KeyDecoy, KeyIssue, Level, Review};

    fn graded() -> crate::Grade {
        let issue = |id: &str| KeyIssue {
            id: id.into(),
            kind: "custom".into(),
            summary: "The cache is never emptied.".into(),
            points: 2.0,
            ..KeyIssue::default()
        };
        let decoy = KeyDecoy { id: "loop".into(), summary: "The loop never ends.".into(), ..KeyDecoy::default() };
        let key = Key { issues: vec![issue("cache"), issue("other")], decoys: vec![decoy], ..Key::default() };
        Grader::new(&key).grade(&Review::from_text("a.md", "Looks good to me, nothing to say about it.").unwrap())
    }

    #[test]
    fn a_person_gives_and_takes() {
        let mut grade = graded();
        let given = Decision { id: "cache".into(), named: Some(true), why: Some(true), ..Decision::default() };
        let changes = decide(&mut grade, std::slice::from_ref(&given)).unwrap();
        assert_eq!(
            changes.iter().map(|c| (c.credit, c.to)).collect::<Vec<_>>(),
            [(Some(Credit::Named), true), (Some(Credit::Why), true)]
        );
        assert_eq!((grade.issues[0].level, grade.points, grade.score), (Level::Explained, 1.6, 0.4));
        assert!(grade.band_because.starts_with("mid: score 40%"), "{}", grade.band_because);
        assert!(decide(&mut grade, &[given]).unwrap().is_empty(), "the same again changes nothing");
        let called = Decision { id: "loop".into(), called: Some(true), ..Decision::default() };
        decide(&mut grade, &[called]).unwrap();
        assert!((grade.points - 1.35).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_is_refused_and_changes_nothing() {
        let before = graded();
        for decision in [
            Decision { id: "nothing".into(), ..Decision::default() },
            Decision { id: "cache".into(), why: Some(true), ..Decision::default() },
            Decision { id: "cache".into(), called: Some(true), ..Decision::default() },
            Decision { id: "loop".into(), named: Some(true), ..Decision::default() },
        ] {
            let mut grade = before.clone();
            assert!(decide(&mut grade, &[decision]).is_err());
            assert_eq!(grade, before);
        }
    }
}
