//! `assay calibrate`: the figures over the corpus are held, so that every change to the grader shows what it did.

use crate::common::{self, assay, run, sound_exercise, write};

/// The figures without the disagreements, of which there are many.
#[test]
fn the_corpus_has_these_figures() {
    let (status, stdout, stderr) = run(assay().args(["calibrate", "fixtures/corpus"]));
    assert_eq!((status, stderr.as_str()), (0, ""));
    let tables: Vec<_> = stdout.lines().take_while(|line| !line.ends_with(" disagreements")).collect();
    insta::assert_snapshot!(tables.join("\n"));
}

#[test]
fn json_has_the_promised_form() {
    let (status, stdout, _) = run(assay().args(["calibrate", "fixtures/corpus", "--format", "json"]));
    assert_eq!(status, 0);
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((json["schema"].as_u64(), json["reviews"].as_u64()), (Some(1), Some(144)));
    for credit in ["named", "why", "fix"] {
        for figure in ["tp", "fp", "fn", "tn", "precision", "recall", "f1", "kappa"] {
            assert!(json[credit][figure].is_number(), "{credit}.{figure}");
            assert!(json["by_kind"]["n-plus-one"][credit][figure].is_number(), "{credit}.{figure}");
        }
    }
    assert!(json["level"]["exact"].is_number() && json["level"]["qwk"].is_number());
    let wrong = ["named", "why", "fix", "decoys"].iter().flat_map(|credit| [&json[credit]["fp"], &json[credit]["fn"]]);
    let wrong: u64 = wrong.map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(json["disagreements"].as_array().unwrap().len() as u64, wrong);
}

#[test]
fn a_single_csv_and_its_folder_give_the_same() {
    let folder = "fixtures/corpus/web-django-invoices";
    let by_folder = run(assay().args(["calibrate", folder]));
    let by_file = run(assay().args(["calibrate", &format!("{folder}/labels.csv")]));
    assert_eq!(by_folder, by_file);
    assert!(by_folder.1.starts_with("24 reviews, "), "{}", by_folder.1);
}

#[test]
fn wrong_labels_are_told_and_the_rest_is_counted() {
    let bank = tempfile::tempdir().unwrap();
    let folder = sound_exercise(bank.path());
    write(&folder, "reviews/a.md", "Looks good to me.\n");
    write(
        &folder,
        "labels.csv",
        "review,issue,named,why,fix\na.md,shared-tag-list,0,0,0\nb.md,shared-tag-list,1,0,0\na.md,other,0,0,0\n",
    );
    let (status, stdout, stderr) = run(assay().arg("calibrate").arg(bank.path()));
    assert_eq!(status, 2);
    assert!(stdout.starts_with("1 review, 1 label\n"), "{stdout}");
    assert!(
        stderr.contains("there is no review `b.md`") && stderr.contains("there is no issue or decoy `other`"),
        "{stderr}"
    );
    let (status, stdout, _) = run(assay().args(["calibrate", "crates"]));
    assert_eq!((status, stdout.as_str()), (2, ""));
}

/// An interviewer's sheet for two submissions of the course's waiting lists.
fn sheet(folder: &std::path::Path, rows: &str) -> (i32, String, String) {
    let sample =
        |name: &str| std::fs::read(common::root().join("exercises/web/course-waitlist/reviews").join(name)).unwrap();
    write(folder, "in/anna.md", sample("senior.md"));
    write(folder, "in/ben/review.md", sample("mid.md"));
    write(folder, "sheet.csv", rows);
    let mut command = assay();
    command.arg("calibrate").arg(folder.join("sheet.csv")).args(["--exercise", "web/course-waitlist", "--reviews"]);
    run(command.arg(folder.join("in")))
}

#[test]
fn a_sheet_is_compared_with_the_grades() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "candidate,issue,level\nanna,served-set-survives,resolved\nben,count-per-course,flagged\n\
                ben,served-set-survives,missed\nben,open-offers-not-counted,explained\nben,waiting-key-missing,called\n";
    let (status, stdout, stderr) = sheet(folder.path(), rows);
    assert_eq!((status, stderr.as_str()), (0, ""));
    insta::assert_snapshot!(stdout);
    let mut command = assay();
    command.arg("calibrate").arg(folder.path().join("sheet.csv")).args([
        "--exercise",
        "web/course-waitlist",
        "--format",
        "html",
    ]);
    let (status, page, _) = run(command.arg("--reviews").arg(folder.path().join("in")));
    assert_eq!(status, 0);
    assert!(page.contains("Use `served=None` and create the set in the body."), "the words behind a disagreement");
    assert!(page.contains("5 disagreements"), "{page}");
}

#[test]
fn a_sheet_s_mistakes_are_told_and_the_rest_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "candidate,issue,level\nanna,served-set-survives,resolved\ncora,served-set-survives,missed\nanna,no-such,missed\n\
                anna,waiting-key-missing,resolved\nanna,count-per-course,great\n";
    let (status, stdout, stderr) = sheet(folder.path(), rows);
    assert_eq!(status, 2);
    assert!(stdout.starts_with("1 review, 1 label\n"), "{stdout}");
    for told in [
        "no submission of \"cora\"",
        "no issue or decoy `no-such`",
        "is a decoy",
        "no level \"great\"",
        "sheet.csv:6:23",
    ] {
        assert!(stderr.contains(told), "{told}: {stderr}");
    }
    let (status, _, stderr) = run(assay().args(["calibrate", "x.csv", "--exercise", "web/course-waitlist"]));
    assert!(status == 2 && stderr.contains("--reviews"), "{stderr}");
}
