//! Fits the weights of `model.toml` to labelled reviews and reports how well they do on exercises they were not fitted to.
//!
//! `cargo run --release -p assay-grader --example fit -- OUT.toml DIR... [--held DIR...] [--show CREDIT]`

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a tool for developers; it may stop at the first fault"
)]
#![allow(
    clippy::format_push_string,
    clippy::many_single_char_names,
    clippy::too_many_lines,
    reason = "numerical code in one place"
)]

use assay_grader::{Definition, DefinitionKind, Features, Grader, Key, KeyDecoy, KeyIssue, Lines, Review, Source};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

struct Row {
    exercise: String,
    review: String,
    target: String,
    kind: String,
    credit: usize,
    features: Features,
    label: bool,
}

fn main() {
    let mut train = Vec::new();
    let mut held = Vec::new();
    let mut show = Vec::new();
    let mut trace = None;
    let mut into_held = false;
    let mut args = std::env::args().skip(1);
    let out = args.next().expect("OUT.toml");
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--held" => into_held = true,
            "--show" => show.push(args.next().expect("CREDIT")),
            "--trace" => trace = args.next(),
            _ if into_held => held.push(PathBuf::from(arg)),
            _ => train.push(PathBuf::from(arg)),
        }
    }
    if let Some(review) = trace {
        return print_trace(Path::new(&review));
    }
    let fitted_rows: Vec<Row> = train.iter().flat_map(|dir| rows(dir)).collect();
    let held_rows: Vec<Row> = held.iter().flat_map(|dir| rows(dir)).collect();
    let mut model = String::new();
    for (credit, name) in [(0, "named"), (1, "why"), (2, "fix"), (3, "decoy")] {
        let mine: Vec<&Row> = fitted_rows.iter().filter(|row| row.credit == credit).collect();
        // Leave one exercise out, in turn.
        let mut scored: Vec<(&Row, f64)> = Vec::new();
        let mut exercises: Vec<&str> = mine.iter().map(|row| row.exercise.as_str()).collect();
        exercises.dedup();
        let mut by: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
        if std::env::var("NOLOO").is_err() {
            for exercise in &exercises {
                let fitted: Vec<&Row> = mine.iter().copied().filter(|row| row.exercise != *exercise).collect();
                let weights = fit(&fitted);
                for row in mine.iter().filter(|row| row.exercise == *exercise) {
                    let p = predict(&weights, row);
                    count(by.entry(exercise).or_default(), row.label, p >= 0.5);
                    scored.push((row, p));
                }
            }
        }
        let weights = fit(&mine);
        let mut total = [0; 4];
        for counts in by.values() {
            for (sum, n) in total.iter_mut().zip(counts) {
                *sum += n;
            }
        }
        println!("{name:6} leave-one-out  {}", figures(total));
        for (exercise, counts) in &by {
            println!("         {exercise:28} {}", figures(*counts));
        }
        let mut kinds: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
        for (row, p) in &scored {
            count(kinds.entry(&row.kind).or_default(), row.label, *p >= 0.5);
        }
        for (kind, counts) in &kinds {
            println!("         {kind:28} {}", figures(*counts));
        }
        let mut counts = [0; 4];
        for row in held_rows.iter().filter(|row| row.credit == credit) {
            count(&mut counts, row.label, predict(&weights, row) >= 0.5);
        }
        if !held.is_empty() {
            println!("{name:6} held out       {}", figures(counts));
            let mut by: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
            for row in held_rows.iter().filter(|row| row.credit == credit) {
                count(by.entry(&row.exercise).or_default(), row.label, predict(&weights, row) >= 0.5);
                count(by.entry(&row.kind).or_default(), row.label, predict(&weights, row) >= 0.5);
            }
            for (exercise, counts) in &by {
                println!("         {exercise:28} {}", figures(*counts));
            }
        }
        if show.iter().any(|shown| shown == name) {
            scored.sort_by(|a, b| (a.1 - 0.5).abs().total_cmp(&(b.1 - 0.5).abs()).reverse());
            for (row, p) in scored.iter().filter(|(row, p)| row.label != (*p >= 0.5)) {
                println!("  {} {} {} label {} p {p:.2}", row.exercise, row.review, row.target, u8::from(row.label));
                let parts: Vec<String> = row
                    .features
                    .iter()
                    .filter(|(_, value)| *value != 0.0)
                    .map(|(name, value)| format!("{name}={value:.2}*{:.1}", weight(&weights, row, name)))
                    .collect();
                println!("      {}", parts.join(" "));
            }
        }
        for (group, table) in &weights {
            model.push_str(&format!("\n[{name}.{group}]\n"));
            for (feature, weight) in table {
                model.push_str(&format!("{feature} = {weight:.3}\n"));
            }
        }
    }
    std::fs::write(out, model).expect("OUT.toml can be written");
}

fn print_trace(review: &Path) {
    let dir = review.parent().and_then(Path::parent).expect("a review lies in reviews/");
    let (key, _) = load(dir);
    let grader = Grader::new(&key);
    let read =
        Review::from_bytes(&review.file_name().unwrap().to_string_lossy(), &std::fs::read(review).unwrap()).unwrap();
    for (target, text) in grader.trace(&read) {
        println!("[{target}] {}", text.replace('\n', " / "));
    }
}

fn count(counts: &mut [usize; 4], label: bool, given: bool) {
    counts[usize::from(label) * 2 + usize::from(given)] += 1;
}

fn figures([tn, fp, fn_, tp]: [usize; 4]) -> String {
    let counts = assay_grader::agreement::Counts { tp, fp, fn_, tn };
    format!(
        "F1 {:.3} kappa {:.3} P {:.3} R {:.3} (tp {tp} fp {fp} fn {fn_} tn {tn})",
        counts.f1(),
        counts.kappa(),
        counts.precision(),
        counts.recall()
    )
}

type Weights = BTreeMap<String, BTreeMap<String, f64>>;

fn weight(weights: &Weights, row: &Row, feature: &str) -> f64 {
    let at = |group: &str| weights.get(group).and_then(|table| table.get(feature)).copied().unwrap_or(0.0);
    at("all") + at(&row.kind)
}

fn predict(weights: &Weights, row: &Row) -> f64 {
    let sum: f64 = weight(weights, row, "bias")
        + row.features.iter().map(|(name, value)| value * weight(weights, row, name)).sum::<f64>();
    1.0 / (1.0 + (-sum).exp())
}

/// Logistic regression with a penalty on the squared weights; each kind may differ a little from all.
fn fit(rows: &[&Row]) -> Weights {
    let all_penalty: f64 = std::env::var("L2").ok().and_then(|v| v.parse().ok()).unwrap_or(0.5);
    let kind_penalty: f64 = std::env::var("L2K").ok().and_then(|v| v.parse().ok()).unwrap_or(4.0);
    let mut names: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut data: Vec<(Vec<(usize, f64)>, f64)> = Vec::new();
    let mut penalties: Vec<f64> = Vec::new();
    for row in rows {
        let mut x = Vec::new();
        let mut add = |group: &str, feature: &str, value: f64, penalty: f64| {
            let next = names.len();
            let index = *names.entry((group.to_owned(), feature.to_owned())).or_insert(next);
            if index == penalties.len() {
                penalties.push(penalty);
            }
            x.push((index, value));
        };
        add("all", "bias", 1.0, 0.01);
        add(&row.kind, "bias", 1.0, kind_penalty);
        for &(feature, value) in row.features.iter().filter(|(_, value)| *value != 0.0) {
            add("all", feature, value, all_penalty);
            add(&row.kind, feature, value, kind_penalty);
        }
        data.push((x, f64::from(u8::from(row.label))));
    }
    let n = names.len();
    let (mut w, mut m, mut v) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    for step in 1..=1500 {
        let mut gradient: Vec<f64> = w.iter().zip(&penalties).map(|(w, p)| w * p).collect();
        for (x, y) in &data {
            let sum: f64 = x.iter().map(|&(i, value)| w[i] * value).sum();
            let error = 1.0 / (1.0 + (-sum).exp()) - y;
            for &(i, value) in x {
                gradient[i] += error * value;
            }
        }
        let rate = 0.05 * (1.0 - f64::from(step) / 1600.0);
        for i in 0..n {
            m[i] = 0.9 * m[i] + 0.1 * gradient[i];
            v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i];
            let (a, b) = (m[i] / (1.0 - 0.9_f64.powi(step)), v[i] / (1.0 - 0.999_f64.powi(step)));
            w[i] -= rate * a / (b.sqrt() + 1e-8);
        }
    }
    let mut weights = Weights::new();
    for ((group, feature), index) in names {
        weights.entry(group).or_default().insert(feature, w[index]);
    }
    weights
}

fn rows(dir: &Path) -> Vec<Row> {
    let (key, labels) = load(dir);
    let grader = Grader::new(&key);
    let mut rows = Vec::new();
    let mut names: Vec<PathBuf> =
        std::fs::read_dir(dir.join("reviews")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for path in names {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let review = Review::from_bytes(&name, &std::fs::read(&path).unwrap()).unwrap();
        let observed = grader.observe(&review);
        let ids = key
            .issues
            .iter()
            .map(|issue| (&issue.id, issue.kind.as_str()))
            .chain(key.decoys.iter().map(|decoy| (&decoy.id, "decoy")));
        for ((id, kind), features) in ids.zip(observed) {
            let Some(&label) = labels.get(&(name.clone(), id.clone())) else { continue };
            for (credit, features) in features.into_iter().enumerate() {
                if credit > 0 && (kind == "decoy" || !label[0]) {
                    continue;
                }
                let credit = if kind == "decoy" { 3 } else { credit };
                rows.push(Row {
                    exercise: key.exercise.clone(),
                    review: name.clone(),
                    target: id.clone(),
                    kind: kind.to_owned(),
                    credit,
                    features,
                    label: label[credit % 3],
                });
            }
        }
    }
    rows
}

type Labels = BTreeMap<(String, String), [bool; 3]>;

fn load(dir: &Path) -> (Key, Labels) {
    let read = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap_or_default();
    let table: toml::Table = read("exercise.toml").parse().expect("exercise.toml");
    let text = |table: &toml::Table, name: &str| table.get(name).and_then(toml::Value::as_str).unwrap_or("").to_owned();
    let lines = |table: &toml::Table| {
        let text = table.get("lines")?.as_str()?;
        let (start, end) = text.split_once('-').unwrap_or((text, text));
        Some(Lines { start: start.parse().ok()?, end: end.parse().ok()? })
    };
    let list = |name: &str| table.get(name).and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let mut key = Key {
        exercise: dir.file_name().unwrap().to_string_lossy().into_owned(),
        brief: read("brief.md"),
        ..Key::default()
    };
    for source in list("source") {
        let path = source.as_str().unwrap().to_owned();
        let text = read(&path);
        let definitions = assay_python::outline(&text)
            .unwrap_or_default()
            .into_iter()
            .map(|d| Definition {
                name: d.name,
                kind: match d.kind {
                    assay_python::DefinitionKind::Function => DefinitionKind::Function,
                    assay_python::DefinitionKind::Method => DefinitionKind::Method,
                    assay_python::DefinitionKind::Class => DefinitionKind::Class,
                },
                lines: Lines { start: d.start_line, end: d.end_line },
                parameters: d.parameters,
            })
            .collect();
        key.sources.push(Source { path, text, definitions });
    }
    for issue in list("issue") {
        let issue = issue.as_table().unwrap();
        key.issues.push(KeyIssue {
            id: text(issue, "id"),
            kind: text(issue, "kind"),
            file: issue.get("file").map(|_| text(issue, "file")),
            lines: lines(issue),
            summary: text(issue, "summary"),
            why: text(issue, "why"),
            fix: text(issue, "fix"),
            points: 1.0,
            ..KeyIssue::default()
        });
    }
    for decoy in list("decoy") {
        let decoy = decoy.as_table().unwrap();
        key.decoys.push(KeyDecoy {
            id: text(decoy, "id"),
            file: Some(text(decoy, "file")),
            lines: lines(decoy),
            summary: text(decoy, "summary"),
            why: text(decoy, "why"),
        });
    }
    let labels = read("labels.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split(',');
            let id = (cells.next()?.to_owned(), cells.next()?.to_owned());
            let mut bit = || cells.next().map(|cell| cell.trim() == "1");
            Some((id, [bit()?, bit()?, bit()?]))
        })
        .collect();
    (key, labels)
}
