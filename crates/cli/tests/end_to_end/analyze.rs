//! `assay analyze` in all its forms.

use crate::common::{SOURCE, assay, run, write};

#[test]
fn findings_errors_and_statuses() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "tags.py", SOURCE);
    let analyze = |arguments: &[&str]| run(assay().arg("analyze").args(arguments).current_dir(folder.path()));
    let select = ["--select", "mutable-default"];

    let (status, stdout, _) = analyze(&["tags.py", select[0], select[1]]);
    assert_eq!(status, 1);
    insta::assert_snapshot!(stdout);
    assert_eq!(analyze(&["tags.py", "--exit-zero"]).0, 0);
    assert_eq!(analyze(&["tags.py", "--select", "n-plus-one"]).0, 0);

    let (status, stdout, _) = analyze(&[".", select[0], select[1], "--format", "json"]);
    assert_eq!(status, 1);
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(json["findings"][0]["line"], 6);
    assert_eq!(json["findings"][0]["kind"], "mutable-default");

    let (_, stdout, _) = analyze(&["tags.py", select[0], select[1], "--format", "github"]);
    assert!(stdout.starts_with("::") && stdout.contains("file=tags.py,line=6,"), "{stdout}");
    let (_, stdout, _) = analyze(&["tags.py", "--format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(sarif["version"], "2.1.0");

    write(folder.path(), "broken.py", "def f(:\n");
    write(folder.path(), "latin.py", b"# caf\xe9\n");
    let (status, stdout, _) = analyze(&[".", "--format", "json"]);
    assert_eq!(status, 2, "a file that cannot be analysed is unreadable input");
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(json["errors"].as_array().unwrap().len(), 2);
    assert!(!json["findings"].as_array().unwrap().is_empty(), "the run goes on");
}

#[test]
fn installed_packages_are_analysed_only_when_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let installed = "env/lib/python3.13/site-packages";
    write(folder.path(), &format!("{installed}/tags.py"), SOURCE);
    write(folder.path(), ".venv/tags.py", SOURCE);
    let analyze = |path: &str| run(assay().args(["analyze", path]).current_dir(folder.path())).0;
    assert_eq!([analyze("."), analyze(installed), analyze(".venv")], [0, 1, 1]);
}

#[test]
fn wrong_paths_and_kinds_are_usage_errors() {
    let (status, _, stderr) = run(assay().args(["analyze", "no-such-file.py", "no-such-folder"]));
    assert_eq!(status, 2);
    assert!(stderr.contains("no-such-file.py") && stderr.contains("no-such-folder"), "{stderr}");
    let (status, _, stderr) = run(assay().args(["analyze", "crates", "--select", "n-plus"]));
    assert_eq!(status, 2);
    assert!(stderr.contains("n-plus-one"), "{stderr}");
}

/// Whether it is analysed or refused, it ends in a result, and the file beside it is analysed.
#[test]
fn deep_python_does_not_overflow_the_stack() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "tags.py", SOURCE);
    write(folder.path(), "parentheses.py", format!("x = {}1{}\n", "(".repeat(10_000), ")".repeat(10_000)));
    write(folder.path(), "sum.py", format!("x = a{}\n", " + a".repeat(100_000)));
    write(folder.path(), "elif.py", format!("if x:\n    pass\n{}", "elif x:\n    pass\n".repeat(10_000)));
    let ifs: Vec<_> = (0..2_000).map(|depth| format!("{}if x:", " ".repeat(depth))).collect();
    write(folder.path(), "ifs.py", format!("{}\n{}pass\n", ifs.join("\n"), " ".repeat(2_000)));
    let (status, stdout, stderr) = run(assay().args(["analyze", "--format", "json"]).arg(folder.path()));
    assert_eq!(status, 2, "{stderr}");
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let errors = json["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0]["path"].as_str().unwrap().ends_with("sum.py"));
    assert!(errors[0]["message"].as_str().unwrap().contains("levels deep"), "{errors:?}");
    assert!(json["findings"].as_array().unwrap().iter().any(|finding| finding["kind"] == "mutable-default"));
}
