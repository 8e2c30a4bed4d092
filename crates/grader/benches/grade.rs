//! How long one review takes: 292 words that speak of all five issues of an exercise. Run by `cargo bench -p assay-grader`.

#![allow(missing_docs, clippy::expect_used, reason = "criterion makes a function; a measurement may stop at a fault")]

use assay_bank::{Exercise, Folder};
use assay_grader::{Grader, Review};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rust_stemmers::{Algorithm, Stemmer};
use std::collections::HashSet;
use std::hint::black_box;
use std::path::Path;

const EXERCISE: &str = "fixtures/corpus/automation-k8s-report";
const REVIEW: &str = include_str!("../../../fixtures/corpus/automation-k8s-report/reviews/r10.md");

fn one_review(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let exercise =
        Exercise::load(EXERCISE, Folder::Disk(root.join(EXERCISE))).expect("the fixture is a sound exercise");
    let key = exercise.key();
    assert_eq!(key.issues.len(), 5);
    let grader = Grader::new(&key);
    let review = Review::from_text("r10.md", REVIEW).expect("the fixture is text");
    assert!(grader.grade(&review).issues.iter().all(|issue| issue.named), "the review names all five issues");

    let mut group = criterion.benchmark_group("review");
    group.throughput(Throughput::Elements(1));
    group.bench_function("prepare the key", |bencher| bencher.iter(|| Grader::new(black_box(&key))));
    group.bench_function("grade", |bencher| {
        bencher.iter(|| {
            let review = Review::from_text("r10.md", black_box(REVIEW)).expect("the fixture is text");
            grader.grade(&review)
        });
    });
    group.finish();
}

/// What any grader does that looks at the words: it reads the line of the stream, and takes each word to its stem, once.
fn floor(criterion: &mut Criterion) {
    let line = serde_json::json!({"id": "7", "exercise": EXERCISE, "review": REVIEW}).to_string();
    let read = |line: &str| -> serde_json::Value { serde_json::from_str(line).expect("it was made here") };
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let stemmer = Stemmer::create(Algorithm::English);

    let mut group = criterion.benchmark_group("floor");
    group.throughput(Throughput::Elements(1));
    group.bench_function("read", |bencher| bencher.iter(|| read(black_box(&line))));
    group.bench_function("read and split", |bencher| {
        bencher.iter(|| {
            let value = read(black_box(&line));
            words(value["review"].as_str().unwrap_or_default())
        });
    });
    group.bench_function("read, split and stem", |bencher| {
        bencher.iter(|| {
            let value = read(black_box(&line));
            let words = words(value["review"].as_str().unwrap_or_default());
            words.iter().map(|word| stemmer.stem(word).into_owned()).collect::<HashSet<String>>()
        });
    });
    group.finish();
}

criterion_group!(benches, one_review, floor);
criterion_main!(benches);
