//! From observations to the grade: which credits, by which words, with what certainty, and what a person should look at.

use crate::grade::{Band, Credit, DecoyGrade, Evidence, Grade, IssueGrade, Level, RemarkGrade, Signal, Verdict};
use crate::lexicon::{Rule, best};
use crate::observe::Observed;
use crate::passage::{IDS, Passage};
use crate::prose::PROSE;
use crate::review::LineEnds;
use crate::role::{CALLS, DENIES, EXPLAINS, NAMES, REMEDIES, Taken};
use crate::segment::UnitKind;
use crate::target::Target;
use crate::words::Words;
use crate::{Key, Review, language};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A credit is given from this probability on: where yes and no are equally likely.
const GIVEN: f64 = 0.5;
/// Between these a person should look. On exercises left out of the fit one review in seven holds such a credit; to send every
/// doubtful one to a person would send most reviews.
const UNSURE: (f64, f64) = (0.47, 0.53);
/// A credit needs a passage that says it with this probability at least: named (or that a decoy is called a problem), why, fix.
/// Of the credits for why and fix that this takes on exercises left out of the fit, two in three are wrong; of those for named that
/// 0.1 would take, one in three.
const QUOTABLE: [f64; 3] = [0.05, 0.2, 0.2];
/// Where there is none, so much is left of the credit's probability at most.
const UNQUOTED: f64 = 0.45;
/// The author of the key said that these words earn the credit.
const BY_TERM: f64 = 0.9;
/// Shares of an issue's points for named, why and fix.
pub(crate) const SHARES: [f64; 3] = [0.4, 0.4, 0.2];
/// What a decoy called a problem costs.
pub(crate) const DECOY_COST: f64 = 0.25;
/// From these scores on a review may be senior, or mid.
const SENIOR: f64 = 0.6;
const MID: f64 = 0.3;
/// A senior review shows at least so many of the five signals.
const SENIOR_SIGNALS: usize = 3;
/// A passage speaks of an issue from this probability on.
const SPOKEN: f64 = 0.3;
/// From this probability on a passage is the nearest to an issue that was not named.
const NEAREST: f64 = 0.1;
/// A review with fewer words is looked at by a person.
const SHORT: usize = 12;
/// Quotes are cut to so many bytes.
const QUOTE: usize = 400;

/// So many shared words are shown.
const MOST_SHARED: usize = 6;

/// All that is at hand when credits are given.
pub(crate) struct Case<'a> {
    pub(crate) key: &'a Key,
    pub(crate) words: &'a Words,
    pub(crate) review: &'a Review,
    pub(crate) line_ends: LineEnds,
    pub(crate) targets: &'a [Target],
    pub(crate) passages: &'a [Passage],
    pub(crate) observed: &'a Observed,
}

struct Judged {
    /// Probabilities of named, why and fix; of a decoy: called, and nothing.
    p: [f64; 3],
    given: [bool; 3],
}

/// Whether a passage has words or code to quote.
fn speaks(passage: &Passage) -> bool {
    passage.words > 0 || passage.new_code > 0
}

/// For each credit how surely a passage says it that says it most surely.
pub(crate) fn said(passages: &[Passage], Taken { states, roles, .. }: &Taken, target: usize, decoy: bool) -> [f64; 3] {
    let of = if decoy { [CALLS; 3] } else { [NAMES, EXPLAINS, REMEDIES] };
    let mut most = [0.0; 3];
    for (passage, (states, roles)) in passages.iter().zip(states.iter().zip(roles)) {
        if speaks(passage) {
            for (most, role) in most.iter_mut().zip(of) {
                *most = f64::max(*most, states[target] * roles[target][role]);
            }
        }
    }
    most
}

/// What the review as a whole suggests is no credit without words to quote, nor is it surely missed.
pub(crate) fn quotable(mut p: [f64; 3], said: [f64; 3]) -> [f64; 3] {
    for ((p, said), least) in p.iter_mut().zip(said).zip(QUOTABLE) {
        if said < least {
            *p = p.min(UNQUOTED);
        }
    }
    p
}

impl Case<'_> {
    pub(crate) fn grade(&self) -> Grade {
        let gate = language::readable(self.review, self.passages);
        let judged: Vec<Judged> =
            self.targets.iter().enumerate().map(|(index, target)| self.judge(index, target, gate.is_none())).collect();
        let issues: Vec<IssueGrade> =
            self.issues().map(|(index, target)| self.issue(index, target, &judged[index])).collect();
        let decoys: Vec<DecoyGrade> =
            self.decoys().map(|(index, target)| self.decoy(index, target, &judged[index])).collect();
        let max_points: f64 = issues.iter().map(|issue| issue.max_points).sum();
        let called = decoys.iter().filter(|decoy| decoy.called).count() as f64;
        let points = (issues.iter().map(|issue| issue.points).sum::<f64>() - DECOY_COST * called).max(0.0);
        let score = if max_points > 0.0 { points / max_points } else { 0.0 };
        let signals = self.signals(&issues);
        let (band, band_because) = band(score, &signals);
        let needs_review = self.needs_review(gate, &judged, &issues);
        Grade {
            exercise: self.key.exercise.clone(),
            review: self.review.name.clone(),
            score,
            points,
            max_points,
            band,
            band_because,
            remarks: self.remarks(&judged),
            issues,
            decoys,
            signals,
            needs_review,
        }
    }

    fn issues(&self) -> impl Iterator<Item = (usize, &Target)> {
        self.targets.iter().enumerate().filter(|(_, target)| !target.decoy)
    }

    fn decoys(&self) -> impl Iterator<Item = (usize, &Target)> {
        self.targets.iter().enumerate().filter(|(_, target)| target.decoy)
    }

    fn judge(&self, index: usize, target: &Target, readable: bool) -> Judged {
        let mut p = [0.0; 3];
        for (p, given) in p.iter_mut().zip(&self.observed.credits[index]) {
            *p = *given;
        }
        // Nothing is known of why and fix where the words of the key are all there is.
        if target.kind == PROSE {
            (p[1], p[2]) = (0.0, 0.0);
        }
        if !readable {
            p = [0.0; 3];
        }
        let mut p = quotable(p, said(self.passages, &self.observed.taken, index, target.decoy));
        for (p, terms) in p.iter_mut().zip(&target.terms) {
            let said = |passage: usize| terms.iter().any(|term| term.stands_in(&self.passages[passage].tokens));
            if readable
                && !terms.is_empty()
                && self.mine(index).any(|passage| {
                    let denied = self.observed.taken.roles[passage][index][DENIES] >= GIVEN;
                    !denied && !self.passages[passage].denied && said(passage)
                })
            {
                *p = p.max(BY_TERM);
            }
        }
        let named = p[0] >= GIVEN;
        Judged { p, given: [named, named && p[1] >= GIVEN, named && p[2] >= GIVEN] }
    }

    /// How surely a passage speaks of a target in a role.
    fn said(&self, passage: usize, target: usize, role: usize) -> f64 {
        self.observed.taken.states[passage][target] * self.observed.taken.roles[passage][target][role]
    }

    /// The passages that speak of a target.
    fn mine(&self, target: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.passages.len()).filter(move |&passage| self.observed.taken.states[passage][target] >= SPOKEN)
    }

    fn issue(&self, index: usize, target: &Target, judged: &Judged) -> IssueGrade {
        let issue = &self.key.issues[target.index];
        let [named, why, fix] = judged.given;
        let level = match judged.given {
            [false, ..] => Level::Missed,
            [true, false, _] => Level::Flagged,
            [true, true, false] => Level::Explained,
            [true, true, true] => Level::Resolved,
        };
        let share: f64 = SHARES.iter().zip(judged.given).filter(|(_, given)| *given).map(|(share, _)| share).sum();
        let mut evidence = Vec::new();
        for (credit, given) in [(Credit::Named, named), (Credit::Why, why), (Credit::Fix, fix)] {
            if given && let Some(passage) = self.best_passage(index, credit) {
                evidence.push(self.evidence(passage, Some(credit), self.because(index, target, credit, passage)));
            }
        }
        // A credit that was not asked for cannot be wrong: why and fix count only once the issue is named.
        let sure = |p: f64| p.max(1.0 - p);
        let confidence = if named { judged.p.iter().map(|&p| sure(p)).fold(1.0, f64::min) } else { sure(judged.p[0]) };
        IssueGrade {
            id: issue.id.clone(),
            kind: issue.kind.clone(),
            level,
            named,
            why,
            fix,
            points: share * issue.points,
            max_points: issue.points,
            confidence,
            evidence,
            missing: self.missing(index, issue, judged.given),
        }
    }

    fn decoy(&self, index: usize, target: &Target, judged: &Judged) -> DecoyGrade {
        let called = judged.given[0];
        let evidence = if called {
            let best = (0..self.passages.len())
                .max_by(|&a, &b| self.said(a, index, CALLS).total_cmp(&self.said(b, index, CALLS)));
            best.map(|passage| self.evidence(passage, None, "calls this a problem".into())).into_iter().collect()
        } else {
            Vec::new()
        };
        DecoyGrade { id: self.key.decoys[target.index].id.clone(), called, evidence }
    }

    /// The passage that speaks most clearly for a credit.
    fn best_passage(&self, index: usize, credit: Credit) -> Option<usize> {
        let role = match credit {
            Credit::Named => NAMES,
            Credit::Why => EXPLAINS,
            Credit::Fix => REMEDIES,
        };
        (0..self.passages.len())
            .filter(|&passage| speaks(&self.passages[passage]))
            .map(|passage| (self.said(passage, index, role), passage))
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
            .map(|(_, passage)| passage)
    }

    fn because(&self, index: usize, target: &Target, credit: Credit, passage: usize) -> String {
        let held = &self.passages[passage];
        let rule = |rules: &'static [Rule]| {
            best(rules, held.concepts).or_else(|| best(rules, held.around)).map(|rule| rule.because)
        };
        let said = target.rules.and_then(|rules| match credit {
            Credit::Named => rule(&rules.named),
            Credit::Why => rule(&rules.why),
            Credit::Fix => rule(&rules.fix),
        });
        let mut because = match (said, credit) {
            (Some(said), _) => said.to_owned(),
            (None, Credit::Fix) if held.new_code > 0 => "shows changed code".to_owned(),
            (None, Credit::Named) => "speaks of the key's problem".to_owned(),
            (None, Credit::Why) => "says what it leads to".to_owned(),
            (None, Credit::Fix) => "says what to do instead".to_owned(),
        };
        if credit == Credit::Named {
            let compared = &self.observed.compared[passage][index];
            let place = compared.place();
            if place.lines >= 0.4 {
                because.push_str(", at its lines");
            } else if place.names >= 0.3 {
                because.push_str(", with names that stand there");
            }
        }
        let shared = self.shared_words(held, index);
        if !shared.is_empty() {
            let _ = write!(because, "; shares with the key: {}", shared.join(", "));
        }
        because
    }

    /// Words of a passage that stand in a target's prose, and in that of no more than one other.
    fn shared_words(&self, passage: &Passage, index: usize) -> Vec<String> {
        let (text, spelling) = passage.written(&self.review.parts[passage.part].body);
        let mut seen = Vec::new();
        let mut words = Vec::new();
        for token in &passage.tokens {
            if let Some(sense) = token.word.sense
                && self.words.vocabulary.weight(sense, index) >= 0.5
                && !seen.contains(&sense)
            {
                seen.push(sense);
                words.push(self.words.form(&text[token.start..token.end], spelling));
            }
        }
        words.truncate(MOST_SHARED);
        words
    }

    fn missing(&self, index: usize, issue: &crate::KeyIssue, given: [bool; 3]) -> Option<String> {
        let lacks = match given {
            [true, true, true] => return None,
            [false, ..] => {
                let near = (0..self.passages.len())
                    .filter(|&passage| self.passages[passage].words > 2)
                    .max_by(|&a, &b| {
                        self.observed.taken.states[a][index].total_cmp(&self.observed.taken.states[b][index])
                    })
                    .filter(|&passage| self.observed.taken.states[passage][index] >= NEAREST);
                return Some(match near {
                    Some(passage) => format!(
                        "nothing in the review says this clearly; the nearest passage is {} (line {})",
                        quoted(&self.text(passage)),
                        self.line(passage)
                    ),
                    None => "nothing in the review speaks of this".to_owned(),
                });
            }
            [true, false, false] => format!("does not say {}, nor {}", lacks_why(&issue.kind), lacks_fix(&issue.kind)),
            [true, false, true] => format!("does not say {}", lacks_why(&issue.kind)),
            [true, true, false] => format!("does not say {}", lacks_fix(&issue.kind)),
        };
        let passage = self.best_passage(index, Credit::Named)?;
        Some(format!("{} (line {}) {lacks}", quoted(&self.text(passage)), self.line(passage)))
    }

    fn text(&self, passage: usize) -> String {
        let held = &self.passages[passage];
        cut(&self.review.parts[held.part].body[held.unit.start..held.unit.end], QUOTE).to_owned()
    }

    fn span(&self, from: usize, to: usize) -> (usize, usize) {
        let part = &self.review.parts[self.passages[from].part];
        let span = part.span(self.passages[from].unit.start, self.passages[to].unit.end);
        (span.start, span.end)
    }

    fn line(&self, passage: usize) -> usize {
        self.line_ends.line(self.span(passage, passage).0)
    }

    fn evidence(&self, passage: usize, credit: Option<Credit>, because: String) -> Evidence {
        let (start, end) = self.span(passage, passage);
        let held = &self.passages[passage];
        let quote = self.review.parts[held.part].body[held.unit.start..held.unit.end].to_owned();
        Evidence { credit, quote, start, end, line: self.line_ends.line(start), because }
    }

    /// Runs of passages of one remark that speak of the same.
    fn remarks(&self, judged: &[Judged]) -> Vec<RemarkGrade> {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (index, passage) in self.passages.iter().enumerate() {
            match runs.last_mut() {
                Some((_, last))
                    if self.passages[*last].unit.remark == passage.unit.remark
                        && self.passages[*last].part == passage.part
                        && self.passages[*last].unit.end <= passage.unit.start
                        && self.observed.assigned[*last] == self.observed.assigned[index] =>
                {
                    *last = index;
                }
                _ => runs.push((index, index)),
            }
        }
        runs.into_iter()
            .filter(|&(from, to)| {
                self.passages[from..=to].iter().any(|passage| {
                    passage.unit.kind != UnitKind::Heading && (passage.words > 1 || passage.new_code > 0)
                })
            })
            .map(|(from, to)| {
                let target = self.observed.assigned[from].filter(|&target| judged[target].given[0]);
                let kindly = self.passages[from..=to].iter().any(|passage| {
                    (passage.tone.praises || passage.tone.denies) && !passage.tone.contrasts && !passage.tone.suggests
                });
                let (verdict, issue) = match target.map(|target| &self.targets[target]) {
                    Some(target) if target.decoy => (Verdict::Decoy, Some(self.key.decoys[target.index].id.clone())),
                    Some(target) => (Verdict::Matched, Some(self.key.issues[target.index].id.clone())),
                    None if kindly => (Verdict::Praise, None),
                    None => (Verdict::Extra, None),
                };
                let (start, end) = self.span(from, to);
                let part = &self.review.parts[self.passages[from].part];
                let quote = part.body[self.passages[from].unit.start..self.passages[to].unit.end].to_owned();
                RemarkGrade { quote, start, end, line: self.line_ends.line(start), verdict, issue }
            })
            .collect()
    }

    fn signals(&self, issues: &[IssueGrade]) -> Vec<Signal> {
        let of = |kind: &'static str, credit: Credit| {
            issues
                .iter()
                .filter(move |issue| issue.kind == kind)
                .flat_map(|issue| &issue.evidence)
                .filter(move |evidence| evidence.credit == Some(credit))
                .cloned()
        };
        let signal = |id, evidence: Vec<Evidence>| Signal { id, present: !evidence.is_empty(), evidence };
        let plain = |passage: usize, because: &str| self.evidence(passage, None, because.to_owned());
        let found = issues.iter().filter(|issue| issue.named).count();
        let explained: Vec<Evidence> = issues
            .iter()
            .filter(|issue| issue.why)
            .flat_map(|issue| &issue.evidence)
            .filter(|e| e.credit == Some(Credit::Why))
            .cloned()
            .collect();
        let enough = found > 0 && explained.len() * 2 >= found;
        let scale: Vec<Evidence> = issues
            .iter()
            .enumerate()
            .filter(|(_, issue)| issue.why)
            .flat_map(|(index, _)| self.mine(index))
            .filter(|&passage| {
                let concepts = self.passages[passage].concepts;
                concepts.has(IDS.number) || concepts.has(IDS.cost) || concepts.has(IDS.production)
            })
            .map(|passage| plain(passage, "speaks of load or of production"))
            .collect();
        let asks: Vec<Evidence> = (0..self.passages.len())
            .filter(|&passage| {
                self.passages[passage].tone.question && self.passages[passage].concepts.has(IDS.requirement)
            })
            .map(|passage| plain(passage, "asks what is wanted"))
            .collect();
        vec![
            signal("python-trap", of("mutable-default", Credit::Named).collect()),
            signal("testability", of("missing-tests", Credit::Named).collect()),
            Signal { id: "explains", present: enough, evidence: explained },
            signal("scale", scale),
            signal("asks", asks),
        ]
    }

    fn needs_review(&self, gate: Option<String>, judged: &[Judged], issues: &[IssueGrade]) -> Vec<String> {
        let mut out: Vec<String> = gate.into_iter().collect();
        if !out.is_empty() {
            return out;
        }
        let words: usize = self.passages.iter().map(|passage| passage.words).sum();
        if words < SHORT {
            out.push(format!("the review is very short ({words} words)"));
        }
        for (issue, judged) in issues.iter().zip(judged) {
            for (credit, (p, counts)) in
                ["named", "why", "fix"].iter().zip(judged.p.iter().zip([true, issue.named, issue.named]))
            {
                if counts && (UNSURE.0..UNSURE.1).contains(p) {
                    let given = if *p >= GIVEN { "given" } else { "not given" };
                    out.push(format!("{}: `{credit}` is near the threshold ({p:.2}, {given})", issue.id));
                }
            }
        }
        for (index, target) in self.decoys() {
            if (UNSURE.0..UNSURE.1).contains(&judged[index].p[0]) {
                out.push(format!(
                    "{}: whether this decoy is called a problem is near the threshold ({:.2})",
                    self.key.decoys[target.index].id, judged[index].p[0]
                ));
            }
        }
        for ((index, _), issue) in self.issues().zip(issues) {
            let denied = |passage: usize| {
                self.passages[passage].tone.denies
                    && !self.passages[passage].tone.contrasts
                    && !self.passages[passage].tone.suggests
            };
            let remarks: BTreeSet<usize> = self
                .mine(index)
                .filter(|&passage| denied(passage))
                .map(|passage| self.passages[passage].unit.remark)
                .collect();
            let others = self.mine(index).any(|passage| !remarks.contains(&self.passages[passage].unit.remark));
            if issue.named && others && !remarks.is_empty() {
                out.push(format!("{}: one passage names the problem and another seems to deny it", issue.id));
            }
        }
        if let Some(passage) = self.passages.iter().position(|passage| passage.concepts.has(IDS.grader)) {
            out.push(format!(
                "a passage seems to address the grader and not the author: {} (line {})",
                quoted(&self.text(passage)),
                self.line(passage)
            ));
        }
        out
    }
}

fn lacks_why(kind: &str) -> &'static str {
    match kind {
        "mutable-default" => "what happens on the next call",
        "n-plus-one" => "what the many queries cost",
        "missing-error-handling" => "what happens when it fails",
        "missing-tests" => "what would break unnoticed",
        _ => "why it matters",
    }
}

fn lacks_fix(kind: &str) -> &'static str {
    match kind {
        "mutable-default" => "what to use instead of the default",
        "n-plus-one" => "how to fetch all at once",
        "missing-error-handling" => "what to catch and do then",
        "missing-tests" => "which cases to test",
        _ => "how to repair it",
    }
}

fn quoted(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    let line = line.join(" ");
    let short = cut(&line, 90);
    if short.len() < line.len() { format!("\"{short}…\"") } else { format!("\"{short}\"") }
}

/// The first bytes of a text, cut at the border of a character.
fn cut(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

pub(crate) fn band(score: f64, signals: &[Signal]) -> (Band, String) {
    let present = signals.iter().filter(|signal| signal.present).count();
    let explains = signals.iter().any(|signal| signal.id == "explains" && signal.present);
    let percent = score * 100.0;
    if score >= SENIOR && explains && present >= SENIOR_SIGNALS {
        let because = format!(
            "senior: score {percent:.0}% is at least {:.0}%, half of what was found is explained, and {present} of 5 signals (at least {SENIOR_SIGNALS}) are there",
            SENIOR * 100.0
        );
        (Band::Senior, because)
    } else if score >= MID {
        let lacks = if score < SENIOR {
            format!("senior starts at {:.0}%", SENIOR * 100.0)
        } else if explains {
            format!("senior asks for {SENIOR_SIGNALS} signals, {present} are there")
        } else {
            "senior asks that half of what was found is explained".to_owned()
        };
        (Band::Mid, format!("mid: score {percent:.0}% is at least {:.0}%; {lacks}", MID * 100.0))
    } else {
        (Band::Junior, format!("junior: score {percent:.0}% is below {:.0}%", MID * 100.0))
    }
}
