//! The pages in a browser, as their reader uses them.

use crate::common::browser::Browser;
use crate::common::{assay, root, run, write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const EXERCISE: &str = "web/course-waitlist";
const TAB: &str = "\u{e004}";
const SPACE: &str = " ";
const ENTER: &str = "\u{e007}";

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

/// The samples of the exercise as a cohort, with one that cannot be read and one whose name is markup.
fn cohort(folder: &Path) -> PathBuf {
    for name in ["senior.md", "mid.md", "junior.md"] {
        let text = std::fs::read(root().join("exercises").join(EXERCISE).join("reviews").join(name)).unwrap();
        write(folder, &format!("in/{name}"), text);
    }
    write(folder, "in/<img src=x onerror=alert(1)>.md", "Looks good to me.\n");
    write(folder, "in/latin.md", b"caf\xe9");
    let pages = folder.join("report");
    let mut command = assay();
    command.args(["grade", EXERCISE]).arg(folder.join("in")).args(["--format", "html", "--output"]).arg(&pages);
    assert_eq!(run(&mut command).0, 2, "one cannot be read");
    pages
}

const FITS: &str = "return document.documentElement.scrollWidth + ' of ' + innerWidth";

/// An interviewer reads the overview, opens the best review from the grid, goes back, and opens the one that was not graded.
#[test]
fn the_overview_of_a_cohort_leads_to_each_review() {
    let folder = tempfile::tempdir().unwrap();
    let pages = cohort(folder.path());
    let Some(browser) = Browser::start(1280, false) else { return };
    browser.open(&pages.join("index.html"));
    assert!(browser.text("header").contains("5 reviews, 4 graded"), "{}", browser.text("header"));
    let names = "return [...document.querySelectorAll('.grid tbody th')].map(cell => cell.innerText).join(' ')";
    let wanted = "senior.md mid.md junior.md <img src=x onerror=alert(1)>.md latin.md";
    assert_eq!(browser.evaluate(names), wanted, "sorted by score, what was not graded last");
    let score = browser.text(".grid tbody tr td.number");
    browser.click(".grid tbody tr a");
    browser.until("return document.title", &format!("senior.md · {EXERCISE}").into());
    assert!(browser.text("div.score").contains(&score), "{score} is not the score in {}", browser.text("div.score"));
    assert_eq!(browser.evaluate("return document.querySelectorAll('mark').length > 3"), true);
    browser.back();
    browser.until("return document.title", &format!("{EXERCISE} · 5 reviews").into());
    browser.click(".grid tbody tr:nth-child(4) a");
    browser.until("return document.title", &format!("<img src=x onerror=alert(1)>.md · {EXERCISE}").into());
    browser.back();
    browser.click(".grid tbody tr:nth-child(5) a");
    browser.until("return document.body.innerText.includes('Not graded')", &true.into());
    browser.back();
    // Without a mouse: the tables that scroll and every link are reached, and the first link is followed.
    browser.open(&pages.join("index.html"));
    let mut reached = Vec::new();
    for _ in 0..8 {
        browser.press(TAB);
        let here = browser
            .evaluate("const a = document.activeElement; return a.getAttribute('aria-labelledby') || a.innerText");
        reached.push(here.as_str().unwrap_or_default().to_owned());
        if here == "senior.md" {
            break;
        }
    }
    assert_eq!(reached[reached.len() - 3..], ["rates", "grid", "senior.md"]);
    browser.press(ENTER);
    browser.until("return document.title", &format!("senior.md · {EXERCISE}").into());
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

#[test]
fn a_cohort_fits_a_phone_in_the_dark() {
    let folder = tempfile::tempdir().unwrap();
    let pages = cohort(folder.path());
    let Some(browser) = Browser::start(360, true) else { return };
    browser.open(&pages.join("index.html"));
    assert_eq!(browser.evaluate("return getComputedStyle(document.body).backgroundColor"), "rgb(19, 21, 24)");
    assert_eq!(browser.evaluate(FITS), "360 of 360");
    browser.click(".grid tbody tr:nth-child(2) a");
    browser.until("return document.title", &format!("mid.md · {EXERCISE}").into());
    assert_eq!(browser.evaluate(FITS), "360 of 360");
    assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
}

/// An interviewer's sheet disagrees in a few places: the page shows each with the words, and the figures are those of the JSON.
#[test]
fn the_page_of_agreement_shows_every_disagreement() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in/anna.md", std::fs::read(mid()).unwrap());
    let rows = "candidate,issue,level\nanna,served-set-survives,missed\nanna,open-offers-not-counted,explained\n\
                anna,waiting-key-missing,called\n";
    write(folder.path(), "sheet.csv", rows);
    let page = folder.path().join("agreement.html");
    let calibrate = |format: &str| {
        let mut command = assay();
        command.arg("calibrate").arg(folder.path().join("sheet.csv")).args(["--exercise", EXERCISE, "--reviews"]);
        command.arg(folder.path().join("in")).args(["--format", format]);
        if format == "html" {
            command.arg("--output").arg(&page);
        }
        let (status, stdout, stderr) = run(&mut command);
        assert_eq!((status, stderr.as_str()), (0, ""));
        stdout
    };
    calibrate("html");
    let json: serde_json::Value = serde_json::from_str(&calibrate("json")).unwrap();
    let disagreements = json["disagreements"].as_array().unwrap();
    assert!(disagreements.len() > 2, "{disagreements:?}");
    for (width, dark) in [(1280, false), (360, true)] {
        let Some(browser) = Browser::start(width, dark) else { return };
        browser.open(&page);
        let shown = browser.text(".disagreements");
        for disagreement in disagreements {
            let issue = disagreement["issue"].as_str().unwrap();
            let words = disagreement["quote"].as_str().unwrap().lines().next().unwrap_or_default();
            assert!(shown.contains(issue) && shown.contains(words.trim()), "{issue}, {words}: {shown}");
        }
        let count = "return document.querySelectorAll('.disagreements li').length";
        assert_eq!(browser.evaluate(count), disagreements.len());
        let named =
            "return document.querySelector('tbody tr').innerText.split('\\t').map(cell => cell.trim()).join(' ')";
        let figures = browser.evaluate(named);
        let of = |name: &str| json["named"][name].as_f64().unwrap();
        let wanted = format!("named {:.2} {:.2} {:.2} ", of("precision"), of("recall"), of("f1"));
        assert!(figures.as_str().unwrap().starts_with(&wanted), "{figures}: {wanted}");
        assert_eq!(browser.evaluate(FITS), format!("{width} of {width}"));
        // A table that is wider than a phone scrolls by itself, with keys as well.
        browser.press(TAB);
        assert_eq!(browser.evaluate("return document.activeElement.getAttribute('aria-labelledby')"), "credits");
        assert!(browser.complaints().is_empty(), "{:?}", browser.complaints());
    }
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
    assert_eq!(browser.evaluate(FITS), "360 of 360");
}
