//! The small commands, the help, and a reader that goes away.

use crate::common::{assay, run};
use std::io::Read;
use std::process::Stdio;

#[test]
fn list_shows_exercises_and_kinds() {
    let (status, stdout, stderr) = run(assay().arg("list"));
    assert_eq!((status, stderr.as_str()), (0, ""));
    assert!(stdout.contains("  web/course-waitlist ") && stdout.contains("  n-plus-one "), "{stdout}");
    let elsewhere = tempfile::tempdir().unwrap();
    let (status, built_in, _) = run(assay().arg("list").current_dir(elsewhere.path()));
    assert_eq!(status, 0);
    let rows =
        |text: &str| text.lines().filter(|line| line.starts_with("  ")).map(ToOwned::to_owned).collect::<Vec<_>>();
    assert_eq!(rows(&built_in), rows(&stdout), "the bank that is built in is the one in the repository");
}

#[test]
fn explain_shows_a_kind_or_says_which_there_are() {
    let (status, stdout, _) = run(assay().args(["explain", "n-plus-one"]));
    assert_eq!(status, 0);
    insta::assert_snapshot!(stdout);
    let (status, _, stderr) = run(assay().args(["explain", "n-plus-two"]));
    assert_eq!(status, 2);
    assert!(stderr.contains("mutable-default"), "{stderr}");
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (status, stdout, _) = run(assay().args(["completions", shell]));
        assert_eq!(status, 0);
        assert!(stdout.contains("calibrate"), "{shell}");
    }
}

/// There is a page for each command, and it has each of the options that the help has.
#[test]
fn manual_pages_have_every_option() {
    let (_, help, _) = run(assay().arg("--help"));
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> =
        commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert!(commands.len() > 10, "{help}");
    let (status, page, _) = run(assay().arg("man"));
    assert_eq!(status, 0);
    assert!(page.contains(".TH assay 1") && page.contains("Exit status: 0 done; 1 findings"), "{page}");
    for command in commands {
        assert!(page.contains(&format!("assay\\-{command}(1)")), "{command}");
        let (status, page, _) = run(assay().args(["man", command]));
        assert_eq!(status, 0, "{command}");
        assert!(page.contains(&format!(".TH assay-{command} 1")), "{page}");
        let (_, help, _) = run(assay().args([command, "--help"]));
        let mut options: Vec<&str> =
            help.split(|c: char| !(c.is_ascii_lowercase() || c == '-')).filter(|word| word.starts_with("--")).collect();
        options.dedup();
        assert!(options.contains(&"--help"), "{command}: {options:?}");
        for option in options {
            assert!(page.contains(&option.replace('-', "\\-")), "{command} {option}: {page}");
        }
    }
    let (status, _, stderr) = run(assay().args(["man", "grades"]));
    assert!(status == 2 && stderr.contains("there is no command `grades`"), "{stderr}");
}

#[test]
fn help_is_complete() {
    let (status, stdout, _) = run(assay().arg("--help"));
    assert_eq!(status, 0);
    insta::assert_snapshot!(stdout);
    assert_eq!(run(&mut assay()).0, 2, "no command is wrong usage");
}

/// `assay ... | head -c 1`: the reader goes away while there is more to write.
#[test]
fn a_closed_pipe_is_no_panic() {
    let mut child = assay()
        .args(["calibrate", "fixtures/corpus", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut byte = [0];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut byte).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}
