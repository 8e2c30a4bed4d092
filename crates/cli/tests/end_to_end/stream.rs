//! `assay grade --stream`: a line in, a line out.

use crate::common::{self, assay, root, sound_exercise};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Output, Stdio};

const EXERCISE: &str = "web/course-waitlist";

fn review(name: &str) -> String {
    std::fs::read_to_string(root().join(format!("exercises/{EXERCISE}/reviews/{name}"))).unwrap()
}

fn line(id: &str, exercise: &str, review: &str) -> String {
    json!({"id": id, "exercise": exercise, "review": review}).to_string() + "\n"
}

fn stream() -> Command {
    let mut command = assay();
    command.args(["grade", "--stream"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Sends the input from a thread of its own, for answers come before its end.
fn feed(command: &mut Command, input: impl AsRef<[u8]> + Send + 'static) -> Output {
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A stream that ends early closes the pipe.
    let sender = std::thread::spawn(move || stdin.write_all(input.as_ref()));
    let output = child.wait_with_output().unwrap();
    let _ = sender.join().unwrap();
    output
}

fn values(output: &Output) -> Vec<Value> {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::str::from_utf8(&output.stdout).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_line_has_the_grade_that_a_file_has() {
    let output = feed(&mut stream(), line("senior.md", EXERCISE, &review("senior.md")));
    let [streamed] = &values(&output)[..] else { panic!("one line") };
    let path = format!("exercises/{EXERCISE}/reviews/senior.md");
    let (_, stdout, _) = common::run(assay().args(["grade", EXERCISE, &path, "--format", "json"]));
    let mut alone: Value = serde_json::from_str(&stdout).unwrap();
    alone["id"] = "senior.md".into();
    assert_eq!(*streamed, alone);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn lines_that_cannot_be_graded_are_answers_in_their_place() {
    let mut input = String::from("\u{feff}");
    input += &line("first", EXERCISE, &review("mid.md")).replace('\n', "\r\n");
    input += "\r\n   \n";
    input += "no json\n";
    input += &line("wrong", "web/course-waitlis", "Fine.");
    input += "{\"id\": \"cut\", \"exercise\": \n";
    input += "{\"id\": \"typed\", \"exercise\": \"web/course-waitlist\", \"review\": 7}\n";
    input += "{\"id\": 8, \"exercise\": \"web/course-waitlist\", \"review\": \"x\"}\n";
    input += "{\"id\": \"less\", \"exercise\": \"web/course-waitlist\"}\n";
    input += "{\"exercise\": \"web/course-waitlist\", \"review\": \"x\"}\n";
    input += "{\"id\": \"twice\", \"id\": \"thrice\"}\n";
    input += "[1, 2]\n";
    input += &line("comments", EXERCISE, "[{\"body\": 3}]");
    input += &line("prose", EXERCISE, &"x ".repeat(150_000));
    input += &line("empty", EXERCISE, "");
    input += "{\"more\": {\"a\": [1]}, \"review\": \"Fine.\", \"exercise\": \"web/course-waitlist\", \"id\": \"last\"}";
    let answers = values(&feed(&mut stream(), input));
    let told: Vec<(Value, String)> = answers
        .iter()
        .map(|answer| (answer["id"].clone(), answer["error"].as_str().unwrap_or("graded").to_owned()))
        .collect();
    let wanted = [
        (json!("first"), "graded"),
        (Value::Null, "line 4, column 2: expected"),
        (json!("wrong"), "no exercise `web/course-waitlis`"),
        (json!("cut"), "line 6, column 25: EOF while parsing a value"),
        (json!("typed"), "line 7, column 62: invalid type: integer `7`, expected a string"),
        (Value::Null, "line 8, column 8: invalid type: integer `8`, expected a string"),
        (json!("less"), "line 9: there is no `review`; a line is an object with"),
        (Value::Null, "line 10: there is no `id`"),
        (json!("twice"), "line 11, column 20: `id` stands here twice"),
        (Value::Null, "line 12, column 1: invalid type: sequence, expected an object with"),
        (json!("comments"), "the review cannot be read: line 1, column 11: `body` must be a string"),
        (json!("prose"), "the review cannot be read: it has 300000 bytes of prose, more than the 262144"),
        (json!("empty"), "graded"),
        (json!("last"), "graded"),
    ];
    assert_eq!(told.len(), wanted.len(), "{told:#?}");
    for ((id, message), (wanted_id, part)) in told.iter().zip(&wanted) {
        assert!(id == wanted_id && message.contains(part), "{id} {message} is not {wanted_id} {part}");
    }
    let error = answers.iter().find(|answer| answer["id"] == "cut").unwrap();
    assert_eq!(error.as_object().unwrap().len(), 2, "an error has `id` and `error` alone");
}

#[test]
fn a_line_that_is_too_long_is_refused_and_the_next_is_graded() {
    let mut input = line("long", EXERCISE, &"x".repeat(5 << 20));
    input += &line("bytes", EXERCISE, "caf\u{e9}");
    let mut input = input.into_bytes();
    // The last line is not UTF-8.
    let at = input.windows(2).rposition(|pair| pair == [0xc3, 0xa9]).unwrap();
    input.remove(at);
    input.extend(line("next", EXERCISE, "Fine.").bytes());
    let answers = values(&feed(&mut stream(), input));
    assert_eq!(answers.len(), 3);
    assert!(answers[0]["id"] == "long" || answers[0]["id"].is_null(), "the id may stand after the review");
    assert!(answers[0]["error"].as_str().unwrap().contains("more than 4194304 bytes"), "{}", answers[0]);
    assert!(answers[1]["error"].as_str().unwrap().starts_with("line 2, column "), "{}", answers[1]);
    assert!(answers[2]["score"].is_f64());
}

/// All samples of the bank, several times over, in one stream: the same bytes whatever the number of threads.
#[test]
fn the_number_of_threads_changes_nothing() {
    let mut input = String::new();
    for entry in walk(&root().join("exercises")) {
        let text = std::fs::read_to_string(&entry).unwrap();
        let folder = entry.parent().unwrap().parent().unwrap();
        let exercise = folder.strip_prefix(root().join("exercises")).unwrap().to_str().unwrap().to_owned();
        let name = entry.file_name().unwrap().to_str().unwrap().to_owned();
        input += &line(&format!("{exercise}/{name}"), &exercise, &text);
        input += &line("unknown", &format!("{exercise}-x"), &text);
    }
    let with = |threads: &str| feed(stream().env("RAYON_NUM_THREADS", threads), input.clone());
    let (one, two) = (with("1"), with("2"));
    assert_eq!(one.stdout, two.stdout);
    let ids: Vec<Value> = values(&one).into_iter().map(|answer| answer["id"].clone()).collect();
    let sent: Vec<Value> =
        input.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone()).collect();
    assert!(ids.len() > 20);
    assert_eq!(ids, sent);
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let below = entries.into_iter().flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] });
    below.filter(|path| path.parent().unwrap().ends_with("reviews")).collect()
}

#[test]
fn an_answer_comes_before_the_next_line_is_sent() {
    let mut child = stream().spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for id in ["a", "b"] {
        stdin.write_all(line(id, EXERCISE, "The loop is slow.").as_bytes()).unwrap();
        let mut answer = String::new();
        stdout.read_line(&mut answer).unwrap();
        assert!(answer.starts_with(&format!("{{\"id\":\"{id}\",\"schema\":1,")), "{answer}");
    }
    drop(stdin);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("", Some(0)));
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_stream_quietly() {
    let input = line("a", EXERCISE, &review("senior.md")).repeat(400);
    let mut child = stream().spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let sender = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let mut answer = String::new();
    stdout.read_line(&mut answer).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    let _ = sender.join().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn an_exercise_of_a_bank_is_read_once_and_a_broken_key_is_told_of_once() {
    let folder = tempfile::tempdir().unwrap();
    let broken = sound_exercise(folder.path());
    common::edit(&broken, "exercise.toml", "lines = \"6\"", "lines = \"60\"");
    let mut command = stream();
    command.arg("--bank").arg(folder.path());
    let output = feed(&mut command, line("a", "web/tags", "Fine.").repeat(3));
    for answer in values(&output) {
        assert!(answer["error"].as_str().unwrap().contains("has no line 60"), "{answer}");
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(stderr.matches("has no line 60").count(), 1, "{stderr}");
}

#[test]
fn only_a_stream_that_breaks_is_unusable() {
    assert!(values(&feed(&mut stream(), "")).is_empty());
    // A folder can be opened and not be read.
    let output = stream().stdin(std::fs::File::open(root()).unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("standard input cannot be read"));
    for arguments in [&["x"][..], &["--format", "csv"], &["--pass-mark", "0.5"], &["--resume"]] {
        let output = feed(stream().args(arguments), "");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    let (status, _, stderr) = common::run(assay().arg("grade"));
    assert!(status == 2 && stderr.contains("required"), "{stderr}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_of() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = feed(stream().stdout(full), line("a", EXERCISE, "Fine."));
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("standard output cannot be written: No space left on device"), "{stderr}");
}
