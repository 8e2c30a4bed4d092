//! Fits the grader's weights to labelled reviews, and tells how well weights agree with exercises they were not fitted to.
//!
//! ```text
//! cargo run --release -p assay-bank --example fit -- fixtures/corpus* fixtures/hard fixtures/terse exercises
//! ```
//!
//! Two things are learned: what each passage speaks of and which part it plays (from `passages.csv`, where readers said so for
//! every passage), and what follows for each credit (from `labels.csv`). The figures are those on exercises left out: a fifth of
//! the annotated exercises in turn for the former, each exercise in turn for the latter. The weights that are written to
//! `crates/catalog/model.toml` and `grams.txt` come from all of them; `--no-write` leaves the files as they are.
//! `--errors` lists what was predicted wrongly. `--passages` only prints the passages, for readers who say what each is about.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a tool for developers; it stops at the first fault")]

mod cases;
mod regression;
mod subjects;
mod write;

use assay_catalog::grams::LENGTH;
use assay_grader::learn::{Features, ROLE_ORDER, Sight, Taken};
use regression::{Example, Regression, Sparse};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use subjects::Chain;

/// A run of letters counts if it stands in reviews of so many exercises, and in so many passages.
const COMMON: (usize, usize) = (4, 20);
/// The kinds for which runs of letters have weights of their own for the roles that speak for a credit.
const KINDS: [&str; 5] = ["mutable-default", "n-plus-one", "missing-error-handling", "missing-tests", "custom"];
/// Penalties on squared weights (what holds for all, a kind's correction, a run of letters) for the roles, for the review as a whole,
/// and for the credits. Half or double of them changed F1 on exercises left out by less than 0.01.
const ROLE_PENALTIES: [f64; 3] = [6.7, 26.0, 0.5];
const EMPTY_PENALTIES: [f64; 3] = [1.0, 4.0, 0.05];
const CREDIT_PENALTIES: [f64; 3] = [3.3, 21.0, 1.0];
/// Parts into which the annotated exercises are divided.
const FOLDS: usize = 5;
/// A sample of the bank counts so often: those who read the bank's samples must find them graded as they are labelled.
const SAMPLE: f64 = 6.0;
/// An issue of a review that earns nothing at all counts so often: a credit for a list of terms or for a lecture is worse than one
/// more or less for a real review. Of 206 such reviews, each exercise left out, 34 got a credit with 1, 27 with 2 and 20 with 3; F1
/// of `named` was 0.927, 0.926 and 0.925.
const BARREN: f64 = 2.0;

/// One labelled review.
pub(crate) struct Case {
    pub(crate) set: String,
    pub(crate) exercise: String,
    pub(crate) review: String,
    pub(crate) text: String,
    pub(crate) targets: Vec<TargetOf>,
    pub(crate) sight: Sight<'static>,
    /// For each passage what readers said it is about, and its roles.
    pub(crate) annotated: Option<Vec<(Vec<usize>, String)>>,
}

impl Case {
    /// Whether people said that the review names anything.
    fn earns(&self) -> bool {
        let named = |target: &TargetOf| target.kind != "decoy" && target.label.is_some_and(|label| label[0]);
        self.targets.iter().any(named)
    }
}

/// An issue or decoy, and what people said the review earns for it.
pub(crate) struct TargetOf {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) label: Option<[bool; 3]>,
}

/// What is learned about passages.
struct Passages {
    vocabulary: Vocabulary,
    chain: Chain,
    roles: Vec<Regression>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    let folders: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    assert!(!folders.is_empty(), "usage: fit [--no-write] [--errors] [--passages] FOLDER...");
    let all = cases::read(&folders);
    if flag("--passages") {
        cases::print_passages(&all);
        return;
    }
    let labelled = all.into_iter().filter(|case| case.targets.iter().any(|target| target.label.is_some()));
    let labelled = labelled.filter(|case| case.review != cases::IDEAL || case.sight.likeness().is_none());
    let (prose, cases): (Vec<Case>, Vec<Case>) = labelled.partition(|case| case.sight.likeness().is_some());
    let annotated: Vec<&Case> = cases.iter().filter(|case| case.annotated.is_some()).collect();

    let fold_of = folds(&annotated);
    let mut taken: BTreeMap<(&str, &str), Taken> = BTreeMap::new();
    for fold in 0..FOLDS {
        let (inside, outside): (Vec<&Case>, Vec<&Case>) =
            annotated.iter().partition(|case| fold_of[case.exercise.as_str()] == fold);
        let mut passages = Passages::fit(&outside);
        for case in inside {
            taken.insert((&case.exercise, &case.review), passages.take(case));
        }
    }
    let mut passages = Passages::fit(&annotated);
    for case in cases.iter().filter(|case| case.annotated.is_none()) {
        taken.insert((&case.exercise, &case.review), passages.take(case));
    }

    // Whether a review earns nothing, predicted for each fold from the others.
    let whole: Vec<Features> = cases
        .iter()
        .map(|case| {
            let taken = &taken[&(case.exercise.as_str(), case.review.as_str())];
            case.sight.whole(taken)
        })
        .collect();
    let grams: Vec<Sparse> = cases.iter().map(|case| passages.vocabulary.known(case.sight.all_grams())).collect();
    let example = |i: usize| empty(&cases[i], &whole[i], &grams[i]);
    let empty_of =
        |examples: &[Example]| Regression::fit(examples, EMPTY_PENALTIES, "empty", &[], passages.vocabulary.len());
    let mut empty = vec![0.0; cases.len()];
    for fold in 0..=FOLDS {
        let of = |case: &Case| fold_of.get(case.exercise.as_str()).copied().unwrap_or(FOLDS);
        let examples: Vec<Example> = (0..cases.len()).filter(|&i| of(&cases[i]) != fold).map(&example).collect();
        let mut model = empty_of(&examples);
        for i in (0..cases.len()).filter(|&i| of(&cases[i]) == fold) {
            empty[i] = model.probability(&example(i));
        }
    }
    let empty_model = empty_of(&(0..cases.len()).map(&example).collect::<Vec<_>>());

    let rows: Vec<Row> = cases
        .iter()
        .zip(&empty)
        .filter(|(case, _)| case.review != cases::IDEAL)
        .flat_map(|(case, &empty)| {
            let taken = &taken[&(case.exercise.as_str(), case.review.as_str())];
            case.targets.iter().enumerate().filter_map(move |(index, target)| {
                let features = case.sight.issue(index, taken, empty);
                target.label.map(|label| Row { case, index, features, label })
            })
        })
        .collect();
    let exercises: BTreeSet<&str> = cases.iter().map(|case| case.exercise.as_str()).collect();
    let mut predicted: Vec<[f64; 3]> = vec![[0.0; 3]; rows.len()];
    for exercise in exercises {
        let mut credits = Credits::fit(rows.iter().filter(|row| row.case.exercise != exercise));
        for (row, out) in rows.iter().zip(&mut predicted).filter(|(row, _)| row.case.exercise == exercise) {
            let taken = &taken[&(exercise, row.case.review.as_str())];
            *out = row.case.sight.quotable(row.index, taken, credits.of(row));
        }
    }
    cases::report(&rows, &predicted, flag("--errors"));

    let likeness = cases::prose(&prose);
    if !flag("--no-write") {
        let credits = Credits::fit(rows.iter());
        write::model(&passages, &empty_model, &credits, likeness.as_ref());
        write::grams(&annotated, &passages, &empty_model);
    }
}

/// The part to which each annotated exercise belongs.
fn folds<'a>(cases: &[&'a Case]) -> BTreeMap<&'a str, usize> {
    let exercises: BTreeSet<&str> = cases.iter().map(|case| case.exercise.as_str()).collect();
    exercises.into_iter().enumerate().map(|(index, exercise)| (exercise, index % FOLDS)).collect()
}

impl Passages {
    fn fit(cases: &[&Case]) -> Self {
        let vocabulary = Vocabulary::new(cases);
        let chain = Chain::fit(cases, &vocabulary);
        let known = &vocabulary;
        let seen: Vec<Seen> = cases
            .iter()
            .flat_map(|case| {
                let annotated = case.annotated.as_ref().expect("only annotated cases are learned from");
                annotated.iter().enumerate().flat_map(move |(passage, (about, roles))| {
                    about.iter().map(move |&target| Seen {
                        kind: &case.targets[target].kind,
                        features: case.sight.role(passage, target),
                        grams: known.of(case, passage),
                        roles,
                    })
                })
            })
            .collect();
        let roles = ROLE_ORDER
            .iter()
            .zip(["n", "w", "f", "d", "c"])
            .map(|(&role, letter)| {
                let examples: Vec<Example> = seen
                    .iter()
                    .filter(|seen| role == "denies" || (role == "calls") == (seen.kind == "decoy"))
                    .map(|seen| Example {
                        kind: seen.kind,
                        features: &seen.features,
                        grams: &seen.grams,
                        answer: seen.roles.contains(letter),
                        weight: 1.0,
                    })
                    .collect();
                let kinds = if "nwf".contains(letter) { &KINDS[..] } else { &[] };
                Regression::fit(&examples, ROLE_PENALTIES, role, kinds, known.len())
            })
            .collect();
        Self { vocabulary, chain, roles }
    }

    fn take(&mut self, case: &Case) -> Taken {
        let (states, alone) = self.chain.states(case, &self.vocabulary);
        let roles = (0..states.len())
            .map(|passage| {
                let grams = self.vocabulary.of(case, passage);
                (0..case.targets.len())
                    .map(|target| {
                        let features = case.sight.role(passage, target);
                        let mut of = [0.0; 5];
                        for (p, model) in of.iter_mut().zip(&mut self.roles) {
                            *p = model.probability(&Example {
                                kind: &case.targets[target].kind,
                                features: &features,
                                grams: &grams,
                                answer: false,
                                weight: 1.0,
                            });
                        }
                        of
                    })
                    .collect()
            })
            .collect();
        Taken { states, alone, roles }
    }
}

/// A passage with an issue that it is about.
struct Seen<'a> {
    kind: &'a str,
    features: Features,
    grams: Sparse,
    roles: &'a str,
}

/// The question whether a review earns nothing, with its answer.
fn empty<'a>(case: &'a Case, whole: &'a Features, grams: &'a Sparse) -> Example<'a> {
    Example { kind: "", features: whole, grams, answer: !case.earns(), weight: 1.0 }
}

/// The runs of letters that are common enough to learn from, numbered.
pub(crate) struct Vocabulary(HashMap<[u8; LENGTH], usize>);

impl Vocabulary {
    fn new(cases: &[&Case]) -> Self {
        let mut found: BTreeMap<[u8; LENGTH], (usize, BTreeSet<&str>)> = BTreeMap::new();
        for case in cases {
            for passage in 0..case.sight.spans().len() {
                for &(gram, _) in case.sight.grams(passage) {
                    let (passages, exercises) = found.entry(gram).or_default();
                    *passages += 1;
                    exercises.insert(&case.exercise);
                }
            }
        }
        let common =
            |(passages, exercises): &(usize, BTreeSet<&str>)| exercises.len() >= COMMON.0 && *passages >= COMMON.1;
        Self(found.into_iter().filter(|(_, found)| common(found)).map(|(gram, _)| gram).zip(0..).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Those among these, by number.
    fn known(&self, grams: &[([u8; LENGTH], f64)]) -> Sparse {
        grams.iter().filter_map(|(gram, value)| Some((*self.0.get(gram)?, *value))).collect()
    }

    /// Those of a passage.
    pub(crate) fn of(&self, case: &Case, passage: usize) -> Sparse {
        self.known(case.sight.grams(passage))
    }

    /// All, each with its number.
    pub(crate) fn runs(&self) -> impl Iterator<Item = ([u8; LENGTH], usize)> {
        self.0.iter().map(|(&gram, &number)| (gram, number))
    }
}

/// One issue or decoy of one review.
pub(crate) struct Row<'a> {
    pub(crate) case: &'a Case,
    pub(crate) index: usize,
    pub(crate) features: Features,
    pub(crate) label: [bool; 3],
}

impl Row<'_> {
    pub(crate) fn target(&self) -> &TargetOf {
        &self.case.targets[self.index]
    }

    pub(crate) fn decoy(&self) -> bool {
        self.target().kind == "decoy"
    }

    fn example(&self, answer: bool) -> Example<'_> {
        let weight = if self.case.set == "exercises" { SAMPLE } else { 1.0 };
        let weight = if self.case.earns() || self.decoy() { weight } else { BARREN * weight };
        Example { kind: &self.target().kind, features: &self.features, grams: &[], answer, weight }
    }
}

/// The regressions for named, why, fix, and for decoys.
pub(crate) struct Credits {
    pub(crate) models: [Regression; 4],
}

impl Credits {
    fn fit<'a>(rows: impl Iterator<Item = &'a Row<'a>>) -> Self {
        let rows: Vec<&Row> = rows.collect();
        let fit = |take: &dyn Fn(&Row) -> bool, answer: &dyn Fn(&Row) -> bool| {
            let examples: Vec<Example> =
                rows.iter().filter(|row| take(row)).map(|row| row.example(answer(row))).collect();
            Regression::fit(&examples, CREDIT_PENALTIES, "", &[], 0)
        };
        // Why and fix count only where people said that the issue is named.
        Self {
            models: [
                fit(&|row| !row.decoy(), &|row| row.label[0]),
                fit(&|row| !row.decoy() && row.label[0], &|row| row.label[1]),
                fit(&|row| !row.decoy() && row.label[0], &|row| row.label[2]),
                fit(&|row| row.decoy(), &|row| row.label[0]),
            ],
        }
    }

    fn of(&mut self, row: &Row) -> [f64; 3] {
        let example = row.example(false);
        let [named, why, fix, decoy] = &mut self.models;
        if row.decoy() {
            return [decoy.probability(&example), 0.0, 0.0];
        }
        [named, why, fix].map(|model| model.probability(&example))
    }
}
