//! The pages in a browser, as their reader uses them.

#![allow(clippy::unwrap_used)]

#[path = "common/browser.rs"]
mod browser;
mod common;

use browser::Browser;
use common::{assay, root, run, write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const EXERCISE: &str = "web/course-waitlist";
const TAB: &str = "\u{e004}";
const SPACE: &str = " ";

/// The page of a review.
fn page(folder: &Path, review: &Path) -> PathBuf {
    let page = folder.join("report.html");
    let mut command = assay();
    command.args(["grade", EXERCISE]).arg(review).args(["--format", "html", "--output"]).arg(&page);
    let (status, _, stderr) = run(&mut command);
    assert_eq!((status, stderr.as_str()), (0, ""));
    page
}

fn mid() -> PathBuf {
    root().join("exercises").join(EXERCISE).join("reviews/mid.md")
}

/// A person opens an issue, gives a credit, leaves a note, comes back later, takes the file, and the file is applied.
#[test]
fn decisions_are_made_kept_taken_out_and_applied() {
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &mid());
    let Some(browser) = Browser::start(1280, false) else { return };
    browser.open(&page);
    assert_eq!(browser.text("#sum"), "No verdict changed. Score 51 %: 2.55 of 5 points.");
    browser.click("#issue-5 > summary");
    browser.click("#issue-5 input[name=why]");
    assert_eq!(browser.evaluate("return document.querySelector('#issue-5 input[name=named]').checked"), true);
    browser.write("#issue-5 textarea", "Said \"the seats\" <aloud>.");
    browser.click("#decoy-2 > summary");
    browser.click("#decoy-2 input[name=called]");
    let wanted = "3 verdicts changed. Score 72 %: 3.6 of 5 points.";
    assert_eq!(browser.text("#sum"), wanted);
    assert_eq!(browser.text("#kept"), "Kept in this browser.");
    browser.reload();
    assert_eq!(browser.text("#sum"), wanted, "kept");
    browser.click("#save");
    let file = browser.downloads.path().join("decisions.json");
    let begun = Instant::now();
    while !file.exists() {
        assert!(begun.elapsed() < Duration::from_secs(20), "the download does not come");
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut command = assay();
    command.args(["grade", EXERCISE]).arg(mid()).args(["--format", "json", "--overrides"]).arg(&file);
    let (status, stdout, stderr) = run(&mut command);
    assert_eq!((status, stderr.as_str()), (0, ""));
    let grade: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        (grade["score"].as_f64(), grade["points"].as_f64(), grade["band"].as_str()),
        (Some(0.72), Some(3.6), Some("senior"))
    );
    assert_eq!(grade["issues"][4]["level"], "explained");
    assert_eq!(grade["decisions"][0]["note"], "Said \"the seats\" <aloud>.");
    browser.click("#reset");
    assert_eq!(browser.text("#sum"), "No verdict changed. Score 51 %: 2.55 of 5 points.");
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

#[test]
fn links_lead_both_ways_and_keys_reach_everything() {
    let folder = tempfile::tempdir().unwrap();
    let page = page(folder.path(), &mid());
    let Some(browser) = Browser::start(1280, true) else { return };
    browser.open(&page);
    assert_eq!(browser.evaluate("return matchMedia('(prefers-color-scheme: dark)').matches"), true);
    assert_eq!(browser.evaluate("return getComputedStyle(document.body).backgroundColor"), "rgb(19, 21, 24)");
    browser.click(".text a.badge[href='#issue-2']");
    browser.until("return document.querySelector('#issue-2').open", &true.into());
    browser.click("#issue-2 .evidence a");
    let starts = "return document.querySelector('mark:target')?.textContent.startsWith('Line 53: N+1')";
    browser.until(starts, &true.into());
    browser.click(".code .badge[href='#issue-1']");
    browser.until("return location.hash", &"#issue-1".into());
    browser.open(&page);
    browser.press(TAB);
    assert_eq!(browser.evaluate("return document.activeElement.className"), "skip");
    let mut reached = Vec::new();
    for _ in 0..40 {
        browser.press(TAB);
        let here =
            browser.evaluate("const a = document.activeElement; return a.tagName + (a.parentElement.id || a.id)");
        reached.push(here.as_str().unwrap().to_owned());
        if here == "SUMMARYissue-1" {
            browser.press(SPACE);
        }
    }
    for wanted in ["SUMMARYissue-1", "SUMMARYdecoy-2", "TEXTAREAnote-issue-1"] {
        assert!(reached.iter().any(|here| here == wanted), "{wanted}: {reached:?}");
    }
    assert!(reached.iter().filter(|here| here.starts_with("INPUT")).count() == 3, "{reached:?}");
}

#[test]
fn hostile_reviews_run_nothing_and_fit_a_phone() {
    let folder = tempfile::tempdir().unwrap();
    let review = format!(
        "<script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\"></style></textarea>\n\
         [a](javascript:alert(1)) <a href=\"javascript:document.title='owned'\">b</a> \u{202e}gnp\u{2066}\n{}\n",
        "The default set is shared by every call on line 31. ".repeat(4_000)
    );
    write(folder.path(), "<b>.md", review);
    let page = page(folder.path(), &folder.path().join("<b>.md"));
    let Some(browser) = Browser::start(360, false) else { return };
    browser.open(&page);
    assert_eq!(browser.evaluate("return document.title"), format!("<b>.md · {EXERCISE}"));
    assert_eq!(browser.evaluate("return document.querySelectorAll('img, a[href^=javascript], b').length"), 0);
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
    let injected = "const s = document.createElement('script'); s.textContent = 'document.title = \"owned\"'; \
                    document.body.append(s); return document.title";
    assert_eq!(browser.evaluate(injected), format!("<b>.md · {EXERCISE}"), "the policy holds");
    let fits = "return document.documentElement.scrollWidth + ' of ' + innerWidth";
    assert_eq!(browser.evaluate(fits), "360 of 360");
}
