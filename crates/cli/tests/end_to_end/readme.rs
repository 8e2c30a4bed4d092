//! The README shows what the program does: each `$ assay` in it is run, and its output compared.

use crate::common::{assay, root, run, write};

/// Whether the lines of `shown` are those of `real`, where a line `...` stands for any number of lines.
fn agrees(shown: &[&str], real: &[&str]) -> bool {
    match shown.split_first() {
        None => real.is_empty(),
        Some((&"...", rest)) => (0..=real.len()).any(|skipped| agrees(rest, &real[skipped..])),
        Some((line, rest)) => real.first() == Some(line) && agrees(rest, &real[1..]),
    }
}

#[test]
fn the_readme_shows_real_output() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks: Vec<&str> =
        readme.split("```console\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let (command, shown) = block.split_once('\n').unwrap();
        let arguments = command.strip_prefix("$ assay ").unwrap().split_whitespace();
        let (_, real, stderr) = run(assay().args(arguments));
        let shown: Vec<_> = shown.lines().collect();
        assert!(agrees(&shown, &real.lines().collect::<Vec<_>>()), "the README is out of date:\n{real}{stderr}");
    }
}

/// Every command and option that the README names is one that the program has.
#[test]
fn the_readme_names_commands_that_exist() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut seen = 0;
    for line in readme.lines().filter(|line| line.starts_with("assay ")) {
        let words: Vec<_> = line.split('#').next().unwrap().split_whitespace().collect();
        let (status, help, _) = run(assay().args([words[1], "--help"]));
        assert_eq!(status, 0, "{line}");
        for option in words.iter().filter(|word| word.starts_with("--")) {
            assert!(help.contains(option), "{line}: {option}");
        }
        seen += 1;
    }
    assert!(seen > 5);
}

/// The manifest that the README shows is one that the program reads.
#[test]
fn the_readme_shows_a_sound_key() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let key = readme.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let head = "schema = 1\ntitle = \"Fees\"\ntrack = \"web\"\nlevel = \"mid\"\nminutes = 30\nsource = [\"fees.py\"]\nbrief = \"brief.md\"\n\n";
    let line = |number: usize| if number == 12 { "seen: list[int] = []\n" } else { "# more\n" };
    write(folder.path(), "exercise.toml", format!("{head}{key}"));
    write(folder.path(), "brief.md", "Please review.\n");
    write(folder.path(), "fees.py", (1..=60).map(line).collect::<String>());
    let (_, stdout, stderr) = run(assay().args(["check", "--format", "json"]).arg(folder.path()));
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}{stderr}"));
    let problems = report["exercises"][0]["problems"].as_array().unwrap();
    let codes: Vec<_> = problems.iter().map(|problem| problem["code"].as_str().unwrap()).collect();
    // The source is not the one that the README's key is about; the key itself is sound.
    assert_eq!(codes, ["unconfirmed", "no-fixed", "no-samples"], "{stdout}");
}
