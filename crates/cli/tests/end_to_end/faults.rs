//! What goes wrong around the program: signals, full disks, closed pipes, places that cannot be written, runs that were stopped.
#![cfg(unix)]
use crate::common::{self, assay, root, run, sound_exercise, write};
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const EXERCISE: &str = "web/course-waitlist";
const SAMPLES: [&str; 3] = ["senior.md", "mid.md", "junior.md"];

fn sample(name: &str) -> String {
    std::fs::read_to_string(root().join("exercises").join(EXERCISE).join("reviews").join(name)).unwrap()
}

/// A stream of so many reviews, no two the same.
fn requests(count: usize) -> String {
    let texts = SAMPLES.map(sample);
    let line = |number: usize| {
        let review = format!("{}\n\nThis is review {number}.\n", texts[number % texts.len()]);
        json!({"id": number.to_string(), "exercise": EXERCISE, "review": review}).to_string() + "\n"
    };
    (0..count).map(line).collect()
}

fn stream(output: &Path, options: &[&str]) -> Command {
    let mut command = assay();
    command.args(["grade", "--stream", "--output"]).arg(output).args(options);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn feed(mut command: Command, input: &str) -> Output {
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let sender = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let _ = sender.join().unwrap();
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// All words of a message, however it was wrapped.
fn words(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c == '│').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.collect();
    names.sort();
    names
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap().success());
}

fn until(mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_mins(1), "it never happens");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn lines_of(path: &Path) -> usize {
    std::fs::read(path).map_or(0, |bytes| text(&bytes).matches('\n').count())
}

/// Stops a stream by a signal after some answers, cuts the last line as a crash may, goes on, and compares with a run that
/// was not stopped.
#[test]
fn a_stream_that_was_stopped_goes_on_and_loses_and_repeats_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, result) = (folder.path().join("whole.ndjson"), folder.path().join("grades.ndjson"));
    let part = folder.path().join("grades.ndjson.part");
    let input = requests(60);
    assert_eq!(feed(stream(&whole, &[]), &input).status.code(), Some(0));
    assert_eq!((lines_of(&whole), names(folder.path())), (60, vec!["whole.ndjson".to_owned()]));
    for (round, name) in ["INT", "TERM", "KILL"].into_iter().enumerate() {
        let options: &[&str] = if round == 0 { &[] } else { &["--resume"] };
        let mut child = stream(&result, options).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A part of the input, and no end of it: the stream waits for more when it is stopped.
        let some: String = input.split_inclusive('\n').take(15 * (round + 1)).collect();
        stdin.write_all(some.as_bytes()).unwrap();
        until(|| lines_of(&part) == 15 * (round + 1));
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.signal().is_some(), "{name}: {:?}", output.status);
        let told = words(&text(&output.stderr));
        assert_eq!(name == "KILL", told.is_empty(), "{told}");
        assert!(told.is_empty() || (told.contains("grades.ndjson.part") && told.contains("--resume")), "{told}");
        drop(stdin);
        assert!(!result.exists() && part.exists(), "{name}");
        // What a crash leaves of the line that was being written.
        File::options().append(true).open(&part).unwrap().write_all(b"{\"id\":\"45\",\"schema\":1,\"exer").unwrap();
    }
    let output = feed(stream(&result, &[]), &input);
    assert_eq!(output.status.code(), Some(2), "a run that was stopped is not thrown away by mistake");
    assert!(words(&text(&output.stderr)).contains("from a run that was stopped"), "{}", text(&output.stderr));
    let output = feed(stream(&result, &["--resume"]), &input);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
    assert_eq!(std::fs::read(&result).unwrap(), std::fs::read(&whole).unwrap());
    assert!(!part.exists());
}

#[test]
fn a_stream_goes_on_only_with_the_same_input_and_the_same_key() {
    let folder = tempfile::tempdir().unwrap();
    let bank = folder.path().join("bank");
    let exercise = sound_exercise(&bank);
    let result = folder.path().join("grades.ndjson");
    let part = folder.path().join("grades.ndjson.part");
    let line = |id: &str| json!({"id": id, "exercise": "web/tags", "review": "Fine."}).to_string() + "\n";
    let go = |input: &str| {
        let mut command = stream(&result, &["--resume"]);
        command.arg("--bank").arg(&bank);
        let output = feed(command, input);
        (output.status.code(), words(&text(&output.stderr)))
    };
    assert_eq!(go(&line("a")).0, Some(0));
    let before = std::fs::read(&result).unwrap();
    let stopped = || std::fs::write(&part, &before).unwrap();
    for (input, told) in
        [(line("b"), "where it has `a`, the input has `b`"), (String::new(), "more answers than the input")]
    {
        stopped();
        let (status, stderr) = go(&input);
        assert!(status == Some(2) && stderr.contains(told), "{stderr}");
        assert_eq!(std::fs::read(&part).unwrap(), before, "it is kept");
    }
    stopped();
    common::edit(&exercise, "exercise.toml", "minutes = 10", "minutes = 11");
    let (status, stderr) = go(&line("a"));
    assert!(status == Some(2) && stderr.contains("another key or another version"), "{stderr}");
    write(folder.path(), "grades.ndjson.part", "no answer\n");
    let (status, stderr) = go(&line("a"));
    assert!(status == Some(2) && stderr.contains("is of another run"), "{stderr}");
    std::fs::remove_file(&part).unwrap();
    assert_eq!(go(&(line("a") + &line("b"))).0, Some(0), "there is nothing to go on with, and all is done");
    assert_eq!(lines_of(&result), 2);
}

/// A cohort whose last review is a pipe that never says anything, so that grading stops there.
fn waiting(folder: &Path) -> PathBuf {
    let pipe = folder.join("z-waits.md");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    pipe
}

#[test]
fn a_cohort_that_was_stopped_goes_on_and_loses_and_repeats_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (number, name) in SAMPLES.iter().cycle().take(7).enumerate() {
        write(folder.path(), &format!("in/{number}.md"), sample(name) + &format!("\n\nReview {number}.\n"));
    }
    let submissions = folder.path().join("in");
    let at = |name: &str| folder.path().join(name);
    let grade = |options: &[&str], output: &Path, more: Option<&Path>| {
        let mut command = assay();
        command.args(["grade", EXERCISE]).arg(&submissions).args(more).args(options).arg("--output").arg(output);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    for (format, result, part) in
        [("json", "grades.json", "grades.json.part"), ("html", "report", "report/grades.part")]
    {
        let options = ["--format", format];
        let whole = at(&format!("whole-{format}"));
        assert_eq!(run(&mut grade(&options, &whole, None)).0, 0);
        let pipe = waiting(folder.path());
        let child = grade(&options, &at(result), Some(&pipe)).spawn().unwrap();
        until(|| lines_of(&at(part)) == 8);
        signal(&child, "TERM");
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(15), "{}", text(&output.stderr));
        assert!(words(&text(&output.stderr)).contains("--resume"), "{}", text(&output.stderr));
        std::fs::remove_file(pipe).unwrap();
        assert!(!at("grades.json").exists() && !at("report/index.html").exists() || format == "html");
        let (status, _, stderr) = run(&mut grade(&options, &at(result), None));
        assert!(status == 2 && words(&stderr).contains("from a run that was stopped"), "{stderr}");
        // What was graded is not graded again: a grade that only the part has is in the result. The last line was cut off.
        let kept = std::fs::read_to_string(at(part)).unwrap();
        let planted = kept.replacen("\"needs_review\":[]", "\"needs_review\":[\"planted\"]", 1);
        assert_ne!(kept, planted);
        std::fs::write(at(part), &planted[..planted.len() - 40]).unwrap();
        let resumed = [&options[..], &["--resume"]].concat();
        let (status, _, stderr) = run(&mut grade(&resumed, &at(result), None));
        assert_eq!((status, stderr.as_str()), (0, ""));
        assert!(!at(part).exists());
        let read = |path: &Path| if path.is_dir() { path.join("0.md.html") } else { path.to_owned() };
        assert!(std::fs::read_to_string(read(&at(result))).unwrap().contains("planted"));
        // And with the part as it was, the result is that of a run that was not stopped, to the byte.
        std::fs::write(at(part), &kept[..kept.len() - 40]).unwrap();
        assert_eq!(run(&mut grade(&resumed, &at(result), None)).0, 0);
        if whole.is_dir() {
            assert_eq!(names(&whole), names(&at(result)));
            for name in names(&whole) {
                assert_eq!(
                    std::fs::read(whole.join(&name)).unwrap(),
                    std::fs::read(at(result).join(&name)).unwrap(),
                    "{name}"
                );
            }
        } else {
            assert_eq!(std::fs::read(&whole).unwrap(), std::fs::read(at(result)).unwrap());
        }
        // Grades of another form of review are of no use.
        std::fs::write(at(part), &kept).unwrap();
        let (status, _, stderr) =
            run(&mut grade(&[&resumed[..], &["--review-format", "text"]].concat(), &at(result), None));
        assert!(status == 2 && words(&stderr).contains("is of another run"), "{stderr}");
        std::fs::remove_file(at(part)).unwrap();
    }
}

#[test]
fn a_full_disk_is_told_of_by_every_command() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.py", "def f(x=[]):\n    x.append(1)\n    return x\n");
    write(folder.path(), "m.md", sample("mid.md"));
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (python, review) = (at("a.py"), at("m.md"));
    let commands: [&[&str]; 8] = [
        &["list"],
        &["explain", "n-plus-one"],
        &["completions", "bash"],
        &["analyze", &python],
        &["check", "exercises/web/course-waitlist"],
        &["grade", EXERCISE, &review],
        &["grade", EXERCISE, &review, "--format", "html"],
        &["calibrate", "fixtures/corpus/web-django-invoices"],
    ];
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for arguments in commands {
        let output = assay().args(arguments).stdin(Stdio::null()).stdout(full()).output().unwrap();
        let stderr = words(&text(&output.stderr));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        assert!(
            stderr.contains("standard output cannot be written: No space left on device"),
            "{arguments:?}: {stderr}"
        );
    }
    for arguments in [&commands[3..7], &[&["grade", EXERCISE, &review, &review, "--format", "csv"][..]]].concat() {
        let (status, stdout, stderr) = run(assay().args(arguments).args(["--output", "/dev/full"]));
        assert!((status, stdout.as_str()) == (2, ""), "{arguments:?}: {stderr}");
        assert!(
            words(&stderr).contains("/dev/full cannot be written: No space left on device"),
            "{arguments:?}: {stderr}"
        );
    }
    let output = feed(stream(Path::new("/dev/full"), &[]), &requests(1));
    assert!(output.status.code() == Some(2) && words(&text(&output.stderr)).contains("/dev/full cannot be written"));
}

/// A file system of a few kilobytes, where this user may make one.
fn small_disk(folder: &Path, script: &str) -> Option<Output> {
    let mounted = "mount -t tmpfs -o size=16k none \"$1\" && echo mounted >&2 && shift 0 && ";
    let script = format!("{mounted}{script}");
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", &script, "sh"])
        .arg(folder)
        .arg(env!("CARGO_BIN_EXE_assay"))
        .env("NO_COLOR", "1")
        .current_dir(root())
        .output()
        .ok()?;
    text(&output.stderr).contains("mounted\n").then_some(output)
}

#[test]
fn a_disk_that_fills_up_leaves_the_old_result_and_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let script = "echo old > \"$1/report.html\"; \"$2\" grade web/course-waitlist exercises/web/course-waitlist/reviews/mid.md \
                  --format html --output \"$1/report.html\"; echo \"status $?\"; cat \"$1/report.html\"; ls -A \"$1\"";
    let Some(output) = small_disk(folder.path(), script) else {
        let _ = writeln!(std::io::stderr(), "not tested: no file system can be made here");
        return;
    };
    assert_eq!(text(&output.stdout), "status 2\nold\nreport.html\n", "{}", text(&output.stderr));
    let told = words(&text(&output.stderr));
    assert!(
        told.contains("report.html cannot be written: No space left on device") && told.contains("Make room"),
        "{told}"
    );
}

#[test]
fn places_that_cannot_be_written_are_told_of_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "file", "kept");
    write(folder.path(), "in/a.md", sample("mid.md"));
    write(folder.path(), "in/b.md", sample("mid.md"));
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (one, cohort, below, nowhere) = (at("in/a.md"), at("in"), at("file/x"), at("none/x"));
    for place in [&below, &nowhere, &cohort] {
        for reviews in [&one, &cohort] {
            let (status, stdout, stderr) =
                run(assay().args(["grade", EXERCISE, reviews, "--format", "json", "--output", place]));
            assert!((status, stdout.as_str()) == (2, "") && stderr.contains("unwritable"), "{place}: {stderr}");
        }
    }
    let (status, _, stderr) =
        run(assay().args(["grade", EXERCISE, &cohort, "--format", "html", "--output", &at("file")]));
    assert!(status == 2 && words(&stderr).contains("cannot be made"), "{stderr}");
    let output = feed(stream(Path::new(&nowhere), &[]), &requests(1));
    assert!(output.status.code() == Some(2) && words(&text(&output.stderr)).contains("cannot be written"));
    assert_eq!(names(folder.path()), ["file", "in"]);
    assert_eq!(names(&folder.path().join("in")), ["a.md", "b.md"]);
    assert_eq!(std::fs::read_to_string(at("file")).unwrap(), "kept");
}

/// Every command that prints much, with a reader that goes after the first bytes.
#[test]
fn a_reader_that_goes_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let many: Vec<String> =
        (0..3_000).map(|number| format!("def f{number}(x=[]):\n    x.append(1)\n    return x\n\n")).collect();
    write(folder.path(), "many.py", many.concat());
    write(folder.path(), "m.md", sample("mid.md").repeat(40));
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (arguments, wanted) in [
        (vec!["analyze".to_owned(), at("many.py"), "--format".into(), "json".into()], 1),
        (vec!["grade".into(), EXERCISE.into(), at("m.md"), "--format".into(), "html".into()], 0),
        (vec!["calibrate".into(), "fixtures/corpus".into(), "--format".into(), "html".into()], 0),
    ] {
        let mut command = assay();
        command.args(&arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut first = [0; 16];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(wanted), ""), "{arguments:?}");
    }
}

#[test]
fn nothing_that_a_candidate_puts_into_a_folder_leads_out_of_it_or_hangs() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "secret.md", "Line 31: the default set is shared by every call.");
    write(folder.path(), "in/anna.md", sample("mid.md"));
    let within = folder.path().join("in");
    std::os::unix::fs::symlink("anna.md", within.join("bea.md")).unwrap();
    std::os::unix::fs::symlink("../secret.md", within.join("carl.md")).unwrap();
    std::os::unix::fs::symlink("gone.md", within.join("dan.md")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", within.join("eve.md")).unwrap();
    waiting(&within);
    let (status, stdout, _) = run(assay().args(["grade", EXERCISE]).arg(&within).args(["--format", "json"]));
    let grades: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let told: Vec<_> = grades
        .as_array()
        .unwrap()
        .iter()
        .map(|grade| (grade["review"].as_str().unwrap(), grade["error"].as_str().unwrap_or("graded")))
        .collect();
    assert_eq!(
        (status, told),
        (
            2,
            vec![
                ("anna.md", "graded"),
                ("bea.md", "graded"),
                ("carl.md", "it is a link that leads out of the folder"),
                ("dan.md", "there is no such file"),
                ("eve.md", "it is a link that leads out of the folder"),
                ("z-waits.md", "it is no plain file"),
            ]
        )
    );
}

/// A key that changes while the program works: what a grade says of its key is what it was made by.
#[test]
fn a_key_that_changes_meanwhile_is_used_as_it_was_read() {
    let bank = tempfile::tempdir().unwrap();
    let exercise = sound_exercise(bank.path());
    let mut command = assay();
    command.args(["grade", "--stream", "--bank"]).arg(bank.path());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut ask = |id: &str| {
        let line = json!({"id": id, "exercise": "web/tags", "review": "Line 6: the default is shared by all calls."});
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stdout.read_line(&mut answer).unwrap();
        serde_json::from_str::<serde_json::Value>(&answer).unwrap()
    };
    let first = ask("a");
    std::fs::remove_dir_all(&exercise).unwrap();
    let second = ask("b");
    assert_eq!((&first["record"], &first["issues"]), (&second["record"], &second["issues"]));
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
