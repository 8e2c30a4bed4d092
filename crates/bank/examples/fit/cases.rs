//! Reading labelled reviews, and telling how predictions agree with the labels.

use crate::regression::{Example, Regression};
use crate::{Case, Row, TargetOf};
use assay_bank::{Bank, Exercise, Folder, ideal_answer};
use assay_grader::agreement::{Counts, Label};
use assay_grader::{Grader, Key, Review};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// The name of a review in the key's own words. It earns everything, but it is not how people write, so it only teaches what is
/// not worthless.
pub(crate) const IDEAL: &str = "ideal.md";

/// Reads the exercises of these folders. A folder without any holds more labelled reviews of the others, by the exercise's name.
/// What the cases borrow from lives as long as the program, for it ends with the fit.
pub(crate) fn read(folders: &[&String]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (set, exercise) in exercises(folders) {
        let labels = exercise.labels().0.map_or_else(Vec::new, |labels| labels.rows);
        let labels: Vec<Label> = labels.into_iter().map(|(label, _)| label).collect();
        let annotations = exercise.folder.read("passages.csv").ok().map(|text| annotations(&text));
        let key: &'static Key = Box::leak(Box::new(exercise.key()));
        let grader: &'static Grader<'static> = Box::leak(Box::new(Grader::new(key)));
        let ideal = Review::from_text(IDEAL, &ideal_answer(&key.issues)).expect("the key's words can be read");
        let samples = exercise
            .samples()
            .0
            .into_iter()
            .map(|sample| Review::from_bytes(&sample.name, &sample.bytes).expect("labelled reviews can be read"));
        for review in samples.chain([ideal]) {
            let ids = key
                .issues
                .iter()
                .map(|issue| (&issue.id, issue.kind.as_str()))
                .chain(key.decoys.iter().map(|decoy| (&decoy.id, "decoy")));
            let targets: Vec<TargetOf> = ids
                .map(|(id, kind)| TargetOf {
                    id: id.clone(),
                    kind: kind.to_owned(),
                    label: if review.name == IDEAL {
                        Some([kind != "decoy"; 3])
                    } else {
                        let label = labels.iter().find(|label| label.review == review.name && label.issue == *id);
                        label.map(|label| [label.named, label.why, label.fix])
                    },
                })
                .collect();
            let sight = grader.see(&review);
            let annotated = annotations
                .as_ref()
                .and_then(|annotations| annotations.get(&review.name))
                .map(|spans| sight.spans().iter().map(|span| annotated(span, spans, &targets)).collect());
            cases.push(Case {
                set: set.clone(),
                exercise: exercise.id.clone(),
                review: review.name,
                targets,
                text: review.text,
                sight,
                annotated,
            });
        }
    }
    cases
}

/// Each exercise with the name of the folder its reviews are from.
fn exercises(folders: &[&String]) -> Vec<(String, Exercise)> {
    let (mut found, mut more) = (Vec::new(), Vec::new());
    for folder in folders.iter().map(Path::new) {
        let set = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let entries = Bank::open(folder).entries;
        if entries.is_empty() {
            more.push((set.clone(), folder));
        }
        for entry in entries {
            let exercise =
                Exercise::load(&entry.id, entry.folder).unwrap_or_else(|problems| panic!("{}: {problems:?}", entry.id));
            found.push((set.clone(), exercise));
        }
    }
    let others: Vec<_> = more
        .iter()
        .flat_map(|(set, folder)| found.iter().map(move |(_, exercise)| (set, folder, exercise)))
        .filter_map(|(set, folder, exercise)| {
            let name = exercise.id.rsplit('/').next()?;
            let reviews = folder.join(name);
            let same = reviews.is_dir().then(|| exercise.clone())?;
            Some((set.clone(), Exercise { id: name.to_owned(), folder: Folder::Disk(reviews), ..same }))
        })
        .collect();
    found.extend(others);
    found
}

/// What readers said of a part of a review: its bytes, the ids of what it is about, its roles.
struct Annotation {
    span: Range<usize>,
    about: Vec<String>,
    roles: String,
}

/// `review,start,end,about,roles`; see `fixtures/README.md`.
fn annotations(text: &str) -> BTreeMap<String, Vec<Annotation>> {
    let mut out: BTreeMap<String, Vec<Annotation>> = BTreeMap::new();
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.expect("passages.csv is a table");
        let number = |index: usize| row[index].parse().expect("an offset is a number");
        out.entry(row[0].to_owned()).or_default().push(Annotation {
            span: number(1)..number(2),
            about: row[3].split('+').filter(|id| !id.is_empty()).map(str::to_owned).collect(),
            roles: row[4].to_owned(),
        });
    }
    out
}

/// The annotation of a passage is that of the part with which it shares most, since passages may be cut anew.
fn annotated(span: &Range<usize>, annotations: &[Annotation], targets: &[TargetOf]) -> (Vec<usize>, String) {
    let shared = |other: &Annotation| span.end.min(other.span.end).saturating_sub(span.start.max(other.span.start));
    let Some(best) = annotations.iter().rev().max_by_key(|other| shared(other)) else { return Default::default() };
    let about = best.about.iter().filter_map(|id| targets.iter().position(|target| target.id == *id)).collect();
    (about, best.roles.clone())
}

/// Prints `passages.csv` as a reader gets it to fill in, with the text of each passage.
pub(crate) fn print_passages(cases: &[Case]) {
    let mut out = csv::Writer::from_writer(std::io::stdout());
    let mut row = |row: &[&str]| out.write_record(row).expect("standard output takes the table");
    row(&["review", "start", "end", "about", "roles", "text"]);
    for case in cases.iter().filter(|case| case.review != IDEAL) {
        for span in case.sight.spans() {
            let (start, end) = (span.start.to_string(), span.end.to_string());
            row(&[&case.review, &start, &end, "", "", &case.text[span.clone()]]);
        }
    }
}

/// A credit is given from this probability on, as the grader does.
const GIVEN: f64 = 0.5;

#[derive(Default)]
struct Agreement {
    credits: [Counts; 4],
    levels: [[usize; 4]; 4],
}

impl Agreement {
    fn add(&mut self, row: &Row, predicted: [f64; 3]) {
        let given = predicted.map(|p| p >= GIVEN && predicted[0] >= GIVEN);
        if row.decoy() {
            self.credits[3].add(row.label[0], given[0]);
            return;
        }
        for ((counts, label), given) in self.credits.iter_mut().zip(row.label).zip(given) {
            counts.add(label, given);
        }
        self.levels[level(row.label)][level(given)] += 1;
    }

    fn print(&self, title: &str) {
        print!("{title:34}");
        for (name, counts) in ["named", "why", "fix", "decoys"].iter().zip(self.credits) {
            print!("  {name} F1 {:.3} kappa {:.3}", counts.f1(), counts.kappa());
        }
        let levels = assay_grader::agreement::Agreement { confusion: self.levels, ..Default::default() };
        println!("  level qwk {:.3}", levels.level_qwk());
    }
}

fn level(credits: [bool; 3]) -> usize {
    match credits {
        [false, ..] => 0,
        [true, false, _] => 1,
        [true, true, false] => 2,
        [true, true, true] => 3,
    }
}

/// Prints how the predictions agree with the labels.
pub(crate) fn report(rows: &[Row], predicted: &[[f64; 3]], errors: bool) {
    let mut by: BTreeMap<(u8, &str), Agreement> = BTreeMap::new();
    for (row, &predicted) in rows.iter().zip(predicted) {
        let groups = [(0, row.case.exercise.as_str()), (1, row.target().kind.as_str()), (2, row.case.set.as_str())];
        for group in groups {
            by.entry(group).or_default().add(row, predicted);
        }
        if row.case.annotated.is_some() {
            by.entry((3, "all that are annotated")).or_default().add(row, predicted);
        }
        let given = predicted.map(|p| p >= GIVEN && predicted[0] >= GIVEN);
        for credit in (0..3).filter(|&credit| errors && given[credit] != row.label[credit]) {
            println!(
                "error {} {} {} {} label {} p {:.2}",
                ["named", "why", "fix"][credit],
                row.case.exercise,
                row.case.review,
                row.target().id,
                u8::from(row.label[credit]),
                predicted[credit]
            );
        }
    }
    for ((_, title), agreement) in &by {
        agreement.print(title);
    }
    sureness(rows, predicted);
}

/// How often sure credits are wrong, and how many reviews hold one that is not sure.
fn sureness(rows: &[Row], predicted: &[[f64; 3]]) {
    for width in [0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4] {
        let (mut sure, mut wrong) = (0_u32, 0_u32);
        let mut unsure: BTreeMap<(&str, &str), bool> = BTreeMap::new();
        for (row, p) in rows.iter().zip(predicted) {
            let asked = if row.decoy() || p[0] < GIVEN { 1 } else { 3 };
            for (p, label) in p.iter().zip(row.label).take(asked) {
                let doubtful = (p - 0.5).abs() < width;
                *unsure.entry((&row.case.exercise, &row.case.review)).or_default() |= doubtful;
                if !doubtful {
                    sure += 1;
                    wrong += u32::from((*p >= GIVEN) != label);
                }
            }
        }
        let share = unsure.values().filter(|&&unsure| unsure).count() as f64 / unsure.len().max(1) as f64;
        println!(
            "within {width:.2} of the threshold: {share:.2} of reviews; of the other credits {:.3} wrong",
            f64::from(wrong) / f64::from(sure.max(1))
        );
    }
}

/// Fits and tells the agreement on keys without code.
pub(crate) fn prose(cases: &[Case]) -> Option<Regression> {
    let seen: Vec<_> = cases.iter().map(|case| case.sight.likeness().expect("a key without code")).collect();
    let examples = |out: Option<&str>| {
        let mut examples = Vec::new();
        for (case, seen) in cases.iter().zip(&seen).filter(|(case, _)| Some(case.exercise.as_str()) != out) {
            for (target, features) in case.targets.iter().zip(seen) {
                if let Some(label) = target.label {
                    examples.push(Example { kind: "", features, grams: &[], answer: label[0], weight: 1.0 });
                }
            }
        }
        examples
    };
    if cases.is_empty() {
        return None;
    }
    let mut counts = Counts::default();
    let mut exercises: Vec<&str> = cases.iter().map(|case| case.exercise.as_str()).collect();
    exercises.dedup();
    for exercise in exercises {
        let mut model = Regression::fit(&examples(Some(exercise)), [0.01, 1e6, 1.0], "", &[], 0);
        for (case, seen) in cases.iter().zip(&seen).filter(|(case, _)| case.exercise == exercise) {
            for (target, features) in case.targets.iter().zip(seen) {
                if let Some(label) = target.label {
                    let example = Example { kind: "", features, grams: &[], answer: false, weight: 1.0 };
                    counts.add(label[0], model.probability(&example) >= GIVEN);
                }
            }
        }
    }
    println!("keys without code: named F1 {:.3} kappa {:.3}", counts.f1(), counts.kappa());
    Some(Regression::fit(&examples(None), [0.01, 1e6, 1.0], "", &[], 0))
}
