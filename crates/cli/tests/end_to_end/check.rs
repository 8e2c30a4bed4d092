//! `assay check` passes a sound bank, and names each fault of a bank in which faults were planted.

use crate::common::{assay, edit, run, sound_exercise, without, write};
use std::fmt::Write as _;
use std::path::Path;

fn check(bank: &Path) -> (i32, String, String) {
    run(assay().arg("check").arg(bank))
}

/// The codes of the problems in the output, with the file each is in.
fn codes(stdout: &str) -> Vec<String> {
    let known = stdout.lines().filter(|line| line.starts_with("  ") || !line.starts_with(' '));
    let code =
        |line: &str| !line.is_empty() && line.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    known.filter(|line| code(line)).map(ToOwned::to_owned).collect()
}

#[test]
fn a_sound_exercise_passes() {
    let bank = tempfile::tempdir().unwrap();
    sound_exercise(bank.path());
    let (status, stdout, stderr) = check(bank.path());
    assert_eq!(status, 0, "{stdout}{stderr}");
    assert_eq!(codes(&stdout), ["no-samples"], "{stdout}");
}

/// The five faults of the promise, all in one exercise: none hides another.
#[test]
fn each_planted_fault_is_named() {
    let bank = tempfile::tempdir().unwrap();
    let folder = sound_exercise(bank.path());
    write(bank.path(), "elsewhere.py", "x = 1\n");
    edit(&folder, "exercise.toml", "source = [\"tags.py\"]", "source = [\"tags.py\", \"../../elsewhere.py\"]");
    let mut manifest = std::fs::read_to_string(folder.join("exercise.toml")).unwrap();
    for (id, kind, lines) in
        [("past-end", "mutable-default", "99"), ("no-kind", "mutable-defaults", "7"), ("not-there", "n-plus-one", "13")]
    {
        let _ = write!(
            manifest,
            "\n[[issue]]\nid = \"{id}\"\nkind = \"{kind}\"\nfile = \"tags.py\"\nlines = \"{lines}\"\n\
             summary = \"s\"\nwhy = \"w\"\nfix = \"f\"\n"
        );
    }
    write(&folder, "exercise.toml", manifest);
    edit(&folder, "tags.py", "    return tags\n", "    return tags  # the mutable default is shared\n");
    let (status, stdout, stderr) = check(bank.path());
    assert_eq!(status, 1, "{stdout}{stderr}");
    assert_eq!(
        codes(&stdout),
        ["outside-folder", "line-past-end", "unknown-kind", "unconfirmed", "leak", "no-samples"]
    );
    insta::assert_snapshot!(without(&stdout, bank.path()));
}

type Plant = fn(&Path);

/// One fault at a time: the code that names it, and nothing else.
#[test]
fn every_fault_has_its_name() {
    let faults: &[(&str, Plant)] = &[
        ("missing-file", |folder| std::fs::remove_file(folder.join("exercise.toml")).unwrap_or(())),
        ("missing-file", |folder| edit(folder, "exercise.toml", "brief.md", "breif.md")),
        ("outside-folder", |folder| {
            std::fs::copy(folder.join("brief.md"), folder.join("../brief.md")).unwrap();
            edit(folder, "exercise.toml", "\"brief.md\"", "\"../brief.md\"");
        }),
        ("outside-folder", |folder| edit(folder, "exercise.toml", "\"brief.md\"", "\"/etc/hostname\"")),
        ("not-utf-8", |folder| write(folder, "brief.md", b"caf\xe9")),
        ("not-a-file", |folder| edit(folder, "exercise.toml", "\"brief.md\"", "\"fixed\"")),
        ("too-large", |folder| write(folder, "brief.md", vec![b'x'; 5 << 20])),
        ("too-large", |folder| {
            // 100 MB that take no room on the disk; nothing of it is read.
            let file = std::fs::OpenOptions::new().write(true).open(folder.join("tags.py")).unwrap();
            file.set_len(100 << 20).unwrap();
        }),
        ("wrong-type", |folder| edit(folder, "exercise.toml", "source = [\"tags.py\"]", "source = [\"tags.py\", 3]")),
        ("wrong-type", |folder| edit(folder, "exercise.toml", "kind = \"mutable-default\"", "kind = []")),
        ("unknown-key", |folder| edit(folder, "exercise.toml", "minutes = 10", "minutes = 10\nminuets = 10")),
        ("wrong-type", |folder| edit(folder, "exercise.toml", "minutes = 10", "minutes = \"10\"")),
        ("unknown-schema", |folder| edit(folder, "exercise.toml", "schema = 1", "schema = 2")),
        ("toml-syntax", |folder| edit(folder, "exercise.toml", "minutes = 10", "minutes = ")),
        ("moved-code", |folder| edit(folder, "exercise.toml", "lines = \"6\"", "lines = \"5-7\"")),
        ("line-past-end", |folder| edit(folder, "exercise.toml", "lines = \"6\"", "lines = \"6-99\"")),
        ("unknown-file", |folder| edit(folder, "exercise.toml", "file = \"tags.py\"", "file = \"tag.py\"")),
        ("python-syntax", |folder| edit(folder, "fixed/tags.py", "return tags", "return return")),
        ("not-fixed", |folder| edit(folder, "fixed/tags.py", "tags=None", "tags=[]")),
        ("fixed-unchanged", |folder| {
            edit(folder, "exercise.toml", "kind = \"mutable-default\"", "kind = \"custom\"");
            edit(folder, "tags.py", "tags=[]", "tags=None");
            edit(folder, "exercise.toml", "code = \"tags=[]\"\n", "");
            std::fs::copy(folder.join("tags.py"), folder.join("fixed/tags.py")).unwrap();
        }),
        ("fixed-missing", |folder| std::fs::rename(folder.join("fixed/tags.py"), folder.join("fixed/t.py")).unwrap()),
        ("outside-key", |folder| {
            edit(folder, "tags.py", "def join(tags):", "def join(tags, seen={}):\n    seen[len(seen)] = tags");
        }),
        ("unclean-decoy", |folder| {
            let decoy = "[[decoy]]\nid = \"splits\"\nfile = \"tags.py\"\nlines = \"8\"\nsummary = \"s\"\nwhy = \"w\"\n\n[[accepted]]";
            edit(folder, "exercise.toml", "[[accepted]]", decoy);
        }),
        ("leak", |folder| edit(folder, "brief.md", "Please review", "Mind the shared-tag-list. Please review")),
        ("leak", |folder| {
            edit(
                folder,
                "brief.md",
                "Please review",
                "Tags of earlier lines come back in later results. Please review",
            );
        }),
        ("leak", |folder| edit(folder, "tags.py", "    return tags\n", "    return tags  # BUG\n")),
        ("leak", |folder| {
            edit(folder, "brief.md", "Please review", "Mind what is shared between calls. Please review");
        }),
        ("leak", |folder| edit(folder, "tags.py", "    return tags\n", "    return tags  # see fixed/tags.py\n")),
        ("no-labels", |folder| write(folder, "reviews/a.md", "Looks good to me.\n")),
        ("missing-label", |folder| {
            write(folder, "reviews/a.md", "Looks good to me.\n");
            write(folder, "labels.csv", "review,issue,named,why,fix\n");
        }),
        ("unknown-issue", |folder| labels(folder, "a.md,shared-tag-list,0,0,0\na.md,shared-list,0,0,0\n")),
        ("unknown-review", |folder| labels(folder, "a.md,shared-tag-list,0,0,0\nb.md,shared-tag-list,0,0,0\n")),
        ("bad-credit", |folder| labels(folder, "a.md,shared-tag-list,0,0,x\n")),
        ("bad-row", |folder| labels(folder, "a.md,shared-tag-list,0,0,0\na.md,shared-tag-list\n")),
        ("disagreement", |folder| labels(folder, "a.md,shared-tag-list,1,1,1\n")),
    ];
    each_is_named(faults);
}

/// The same for what is not written yet, and for repairs that are given apart.
#[test]
fn every_fault_of_a_draft_and_of_a_repair_has_its_name() {
    let faults: &[(&str, Plant)] = &[
        ("todo", |folder| edit(folder, "exercise.toml", "title = \"Tags of articles\"", "title = \"TODO\"")),
        ("todo", |folder| edit(folder, "brief.md", "Please review", "TODO: more. Please review")),
        ("todo", |folder| {
            labels(folder, "a.md,shared-tag-list,1,1,1\n");
            write(folder, "reviews/a.md", "\nTODO: a strong answer.\n");
        }),
        ("source-length", |folder| {
            let long = std::fs::read_to_string(folder.join("tags.py")).unwrap() + &"# more\n".repeat(70);
            write(folder, "tags.py", long);
        }),
        ("source-length", |folder| {
            let source = std::fs::read_to_string(folder.join("tags.py")).unwrap();
            write(folder, "tags.py", source.lines().take(13).collect::<Vec<_>>().join("\n"));
        }),
        ("ideal-answer", |folder| {
            edit(folder, "exercise.toml", "Default to None and create the list in the function.", "Think about it.");
        }),
        ("unknown-issue", |folder| repair(folder, "shared-tags", REPAIR)),
        ("bad-repair", |folder| repair(folder, "shared-tag-list", "tags=[] becomes tags=None\n")),
        ("bad-repair", |folder| repair(folder, "shared-tag-list", &REPAIR.replace("tags.py", "../../secret.py"))),
        ("bad-repair", |folder| repair(folder, "shared-tag-list", &REPAIR.replace("collect", "gather"))),
        ("bad-repair", |folder| repair(folder, "shared-tag-list", &REPAIR.replace("+def", "+deff"))),
        ("repair-incomplete", |folder| repair(folder, "shared-tag-list", &REPAIR.replace("=None", "=list()"))),
        ("repair-of-another", |folder| {
            edit(folder, "tags.py", "def join(tags):", "def join(tags, seen={}):\n    seen[len(seen)] = tags");
            let accepted = "[[accepted]]\nkind = \"mutable-default\"\nfile = \"tags.py\"\nlines = \"12\"\nreason = \"r\"\n\n[[accepted]]";
            edit(folder, "exercise.toml", "[[accepted]]", accepted);
            let second = "@@ -12,2 +13 @@\n-def join(tags, seen={}):\n-    seen[len(seen)] = tags\n+def join(tags):\n";
            repair(folder, "shared-tag-list", &format!("{REPAIR}{second}"));
        }),
        ("repair-adds", |folder| {
            let more = REPAIR
                .replace("-6,4 +6,5", "-6,4 +6,8")
                .replace("     return tags\n", "     return tags\n+\n+def other(seen={}):\n+    seen[1] = seen\n");
            repair(folder, "shared-tag-list", &more);
        }),
    ];
    each_is_named(faults);
}

fn each_is_named(faults: &[(&str, Plant)]) {
    for (wanted, plant) in faults {
        let bank = tempfile::tempdir().unwrap();
        let folder = sound_exercise(bank.path());
        plant(&folder);
        if !folder.join("exercise.toml").exists() {
            // Then there is no exercise to check at all.
            assert_eq!(check(bank.path()).0, 2);
            continue;
        }
        let (status, stdout, stderr) = check(bank.path());
        let mut found = codes(&stdout);
        found.retain(|code| code != "no-samples" && code != "no-fixed");
        found.dedup();
        assert_eq!((status, found), (1, vec![(*wanted).to_owned()]), "{wanted}\n{stdout}{stderr}");
    }
}

/// Repairs `shared-tag-list` in the sound exercise.
const REPAIR: &str = "\
--- a/tags.py
+++ b/tags.py
@@ -6,4 +6,5 @@
-def collect(line, tags=[]):
+def collect(line, tags=None):
+    tags = [] if tags is None else tags
     for tag in line.split(SEPARATOR):
         tags.append(tag.strip())
     return tags
";

fn repair(folder: &Path, issue: &str, patch: &str) {
    write(folder, &format!("fixed/repairs/{issue}.patch"), patch);
}

/// Where tests are added, the next function that none reaches is another finding than the one that was repaired.
#[test]
fn tests_are_a_repair_too() {
    let bank = tempfile::tempdir().unwrap();
    let folder = sound_exercise(bank.path());
    let rules = "\n\ndef fee(days):\n    return 0 if days <= 3 else min(days - 3, 30) * 0.25\n\n\n\
                 def share(part, whole):\n    return 0 if whole <= 0 else min(part / whole * 100, 100)\n";
    let source = std::fs::read_to_string(folder.join("tags.py")).unwrap();
    let line = source.lines().count() + 3;
    write(&folder, "tags.py", source + rules);
    write(&folder, "fixed/tags.py", std::fs::read_to_string(folder.join("fixed/tags.py")).unwrap() + "# longer\n");
    edit(&folder, "exercise.toml", "lines = \"6-13\"", &format!("lines = \"{}\"", line + 4));
    let issue = format!(
        "[[issue]]\nid = \"fee-untested\"\nkind = \"missing-tests\"\nfile = \"tags.py\"\nlines = \"{line}-{}\"\n\
         summary = \"There are no tests, and fee has the rules about money.\"\n\
         why = \"The next change can break the bounds without anybody noticing, and readers pay the wrong fee.\"\n\
         fix = \"Test fee by case: both sides of the three days and of the cap.\"\n\n[[accepted]]",
        line + 1
    );
    edit(&folder, "exercise.toml", "[[accepted]]", &issue);
    let test = |name: &str| {
        format!(
            "--- /dev/null\n+++ b/tests/test_tags.py\n@@ -0,0 +1,5 @@\n+from tags import {name}\n+\n+\n+def test_it():\n\
             +    assert {name}(3, 1) == 0\n"
        )
    };
    let codes_with = |patch: &str| {
        repair(&folder, "fee-untested", patch);
        let (_, stdout, _) = check(bank.path());
        codes(&stdout)
    };
    assert_eq!(codes_with(&test("fee")), ["no-samples"]);
    assert_eq!(codes_with(&test("share")), ["repair-incomplete", "no-samples"]);
}

#[test]
fn a_sound_repair_passes() {
    let bank = tempfile::tempdir().unwrap();
    let folder = sound_exercise(bank.path());
    repair(&folder, "shared-tag-list", REPAIR);
    let (status, stdout, stderr) = check(bank.path());
    assert_eq!((status, codes(&stdout)), (0, vec!["no-samples".to_owned()]), "{stdout}{stderr}");
}

/// The same proof for programs, for pull requests and for CI services.
#[test]
fn other_formats_tell_the_same() {
    let bank = tempfile::tempdir().unwrap();
    let folder = sound_exercise(bank.path());
    edit(&folder, "exercise.toml", "lines = \"6\"", "lines = \"5-7\"");
    let form = |format: &str, status: i32| {
        let (real, stdout, stderr) = run(assay().args(["check", "--format", format]).arg(bank.path()));
        assert_eq!((real, stderr.as_str()), (status, ""), "{stdout}");
        without(&stdout, bank.path())
    };
    let report: serde_json::Value = serde_json::from_str(&form("json", 1)).unwrap();
    assert_eq!((report["schema"].as_u64(), &report["exercises"][0]["id"]), (Some(1), &"web/tags".into()));
    let problem = &report["exercises"][0]["problems"][0];
    assert_eq!(
        (&problem["code"], &problem["severity"], problem["line"].as_u64(), problem["column"].as_u64()),
        (&"moved-code".into(), &"error".into(), Some(14), Some(8))
    );
    assert_eq!(problem["help"], "It stands on line 6 now: write lines = \"6-8\".");
    insta::assert_snapshot!("github", form("github", 1));
    insta::assert_snapshot!("junit", form("junit", 1));
    let output = bank.path().join("out.xml");
    let (status, stdout, _) = run(assay().args(["check", "exercises", "--format", "junit", "--output"]).arg(&output));
    assert_eq!((status, stdout.as_str()), (0, ""));
    let text = std::fs::read_to_string(output).unwrap();
    assert!(text.contains("tests=\"12\" failures=\"0\""), "{text}");
}

fn labels(folder: &Path, rows: &str) {
    write(folder, "reviews/a.md", "Looks good to me.\n");
    write(folder, "labels.csv", format!("review,issue,named,why,fix\n{rows}"));
}

#[test]
fn paths_without_exercises_are_unusable() {
    let empty = tempfile::tempdir().unwrap();
    for path in [empty.path().to_owned(), empty.path().join("none")] {
        let (status, stdout, stderr) = check(&path);
        assert_eq!((status, stdout.as_str()), (2, ""), "{stderr}");
        assert!(stderr.contains(&path.display().to_string()), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn an_exercise_that_is_linked_into_the_bank_is_told_of() {
    let (bank, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    sound_exercise(bank.path());
    let outside = sound_exercise(elsewhere.path());
    std::os::unix::fs::symlink(outside, bank.path().join("web/linked")).unwrap();
    let (status, stdout, stderr) = check(bank.path());
    assert_eq!((status, stdout.matches("proven").count()), (1, 1), "{stdout}");
    assert!(stderr.contains("linked-exercise") && stderr.contains("web/linked"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_not_followed() {
    let bank = tempfile::tempdir().unwrap();
    let folder = sound_exercise(bank.path());
    write(bank.path(), "secret.md", "secret\n");
    std::fs::remove_file(folder.join("brief.md")).unwrap();
    std::os::unix::fs::symlink("../../secret.md", folder.join("brief.md")).unwrap();
    let (status, stdout, _) = check(bank.path());
    assert_eq!((status, codes(&stdout)[0].as_str()), (1, "outside-folder"), "{stdout}");
}
