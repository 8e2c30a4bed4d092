//! Input that nobody writes by accident: too deep, too long, too many. Each gets an answer. What the answer takes is printed by `benches/growth.py`.

use crate::common::{self, SOURCE, assay, run, sound_exercise, write};
use std::path::Path;

/// Python that nests deeply, or that a walk over its tree might take for deep.
fn deep() -> Vec<(&'static str, String)> {
    let blocks = (0..10_000).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect::<Vec<_>>().concat();
    vec![
        ("parentheses", format!("y = {}1{}\n", "(".repeat(10_000), ")".repeat(10_000))),
        ("lists", format!("y = {}{}\n", "[".repeat(60_000), "]".repeat(60_000))),
        ("sum", format!("y = 1{}\n", " + 1".repeat(100_000))),
        ("attributes", format!("y = a{}\n", ".a".repeat(30_000))),
        ("calls", format!("y = a{}\n", "()".repeat(30_000))),
        ("lambdas", format!("y = {}1\n", "lambda: ".repeat(8_000))),
        ("ifs", format!("{blocks}{}pass\n", " ".repeat(10_000))),
        ("formats", format!("y = {}1{}\n", "f'{".repeat(200), "}'".repeat(200))),
    ]
}

/// All words of a message, however it was wrapped.
fn words(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c == '│').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// An exercise whose second source is given.
fn exercise(root: &Path, text: &str) -> std::path::PathBuf {
    let folder = sound_exercise(root);
    common::edit(&folder, "exercise.toml", "source = [\"tags.py\"]", "source = [\"tags.py\", \"deep.py\"]");
    write(&folder, "deep.py", text);
    folder
}

#[test]
fn deep_python_ends_in_an_answer_from_every_command_that_reads_it() {
    let root = tempfile::tempdir().unwrap();
    for (name, text) in deep() {
        let folder = exercise(root.path(), &text);
        let at = folder.to_str().unwrap();
        write(&folder, "review.md", "Line 6: the default list is shared by all calls.\n");
        let review = folder.join("review.md");
        let python = folder.join("deep.py");
        let (status, stdout, stderr) = run(assay().arg("analyze").arg(&python));
        assert!((0..=2).contains(&status) && !stdout.is_empty(), "analyze {name}: {status} {stderr}");
        for arguments in [
            &["check", at][..],
            &["grade", at, review.to_str().unwrap()],
            &["grade", at, review.to_str().unwrap(), "--format", "html"],
        ] {
            let (status, stdout, stderr) = run(assay().args(arguments));
            assert!((0..=2).contains(&status), "{arguments:?} {name}: {status} {stderr}");
            assert!(!stdout.is_empty() || !stderr.is_empty(), "{arguments:?} {name}");
        }
        let id = "web/copied";
        let bank = root.path().join("new");
        let (status, _, stderr) = run(assay().args(["new", id, "--from"]).arg(&python).arg("--bank").arg(&bank));
        assert!((0..=2).contains(&status), "new {name}: {status} {stderr}");
        let _ = std::fs::remove_dir_all(bank);
    }
}

#[test]
fn a_manifest_that_is_too_large_deep_or_long_is_told_of() {
    let root = tempfile::tempdir().unwrap();
    let folder = sound_exercise(root.path());
    let manifest = std::fs::read_to_string(folder.join("exercise.toml")).unwrap();
    let many = "\n[[issue]]\nid = \"a\"\nkind = \"custom\"\nsummary = \"s\"\nwhy = \"w\"\nfix = \"f\"\n".repeat(5_000);
    for (name, text, told) in [
        ("large", format!("{manifest}# {}\n", "x".repeat(5 << 20)), "more than the 4194304 that are read"),
        ("deep", format!("{manifest}x = {}1{}\n", "[".repeat(100_000), "]".repeat(100_000)), "exercise.toml"),
        ("dotted", format!("{manifest}{}x = 1\n", "a.".repeat(100_000)), "exercise.toml"),
        ("many", format!("{manifest}{many}"), "there are 5001 [[issue]], more than the 100 that are read"),
        ("bytes", "\u{0}".repeat(1_000), "exercise.toml"),
    ] {
        write(&folder, "exercise.toml", text);
        for command in ["check", "grade"] {
            let mut run_ = assay();
            run_.arg(command).arg(&folder);
            if command == "grade" {
                run_.arg(folder.join("brief.md"));
            }
            let (status, stdout, stderr) = run(&mut run_);
            let all = words(&(stdout + &stderr));
            assert!(
                (1..=2).contains(&status) && all.contains(told),
                "{command} {name}: {status} {}",
                &all[..all.len().min(2_000)]
            );
        }
    }
}

/// Reviews made of one thing over and over.
#[test]
fn monotonous_reviews_are_graded() {
    let root = tempfile::tempdir().unwrap();
    let reviews = [
        ("no-full-stop.md", "the shared default set is kept ".repeat(5_000)),
        ("numbers.md", "1.".repeat(80_000)),
        (
            "table.md",
            format!("| line | what |\n|--|--|\n{}", "| 31 | the default is shared by all calls |\n".repeat(3_500)),
        ),
        ("list.md", "- line 31: the default is shared by every call\n".repeat(3_500)),
        ("misspelt.md", "waitlst defualt shraed ".repeat(7_000)),
        ("brackets.md", "[".repeat(160_000)),
        ("quotes.md", ">".repeat(160_000)),
        ("backticks.md", "`a ".repeat(50_000)),
        (
            "taken-away.diff",
            format!("--- a/waitlist.py\n+++ b/waitlist.py\n@@ -1,1 +1,1 @@\n{}", "-a\n+b  # c\n".repeat(5_000)),
        ),
        ("escapes.json", format!("[{{\"body\": \"{}\"}}]", "\\u0061 ".repeat(20_000))),
    ];
    for (name, text) in reviews {
        write(root.path(), name, text);
        let (status, stdout, stderr) =
            run(assay().args(["grade", "web/course-waitlist"]).arg(root.path().join(name)).args(["--format", "json"]));
        assert!((0..=2).contains(&status) && !(stdout + &stderr).is_empty(), "{name}: {status}");
    }
}

/// Findings for people quote the source; that is no reason to read it from the start for each.
#[test]
fn many_findings_are_shown_at_once() {
    let root = tempfile::tempdir().unwrap();
    let functions = (0..3_000).map(|number| format!("def f{number}(x=[]):\n    x.append(1)\n    return x\n\n"));
    write(root.path(), "many.py", functions.collect::<Vec<_>>().concat());
    let (status, stdout, stderr) = run(assay().args(["analyze", "--select", "mutable-default"]).arg(root.path()));
    assert_eq!((status, stderr.as_str()), (1, ""));
    assert!(
        stdout.contains("many.py:11997:") && stdout.ends_with("3000 findings in 1 file\n"),
        "{}",
        &stdout[stdout.len() - 500..]
    );
}

#[test]
fn too_many_remarks_are_refused_with_the_limit() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "list.md", "- a\n".repeat(10_001));
    let comments = vec!["{\"body\": \"a\"}"; 10_001].join(",");
    write(root.path(), "comments.json", format!("[{comments}]"));
    for file in ["list.md", "comments.json"] {
        let (status, _, stderr) = run(assay().args(["grade", "web/course-waitlist"]).arg(root.path().join(file)));
        assert!(status == 2 && words(&stderr).contains("it has 10001 lines of prose, more than the 10000"), "{stderr}");
    }
}

/// A source of the size that is read at most; one byte more is refused.
#[test]
fn a_large_source_is_read_and_a_larger_one_refused() {
    let root = tempfile::tempdir().unwrap();
    let folder = exercise(root.path(), SOURCE);
    write(&folder, "review.md", "Line 6: the default list is shared by all calls.\n");
    for (length, wanted) in [(4 << 20, 0), ((4 << 20) + 1, 2)] {
        let mut text = format!("x = 1  # {}\n", "-".repeat(118)).repeat(length / 128);
        text.push_str(&"#".repeat(length - text.len()));
        write(&folder, "deep.py", text);
        let (status, _, stderr) = run(assay().arg("grade").arg(&folder).arg(folder.join("review.md")));
        assert_eq!(status, wanted, "{length}: {stderr}");
        assert!(wanted == 0 || stderr.contains("4194304"), "{stderr}");
    }
}
