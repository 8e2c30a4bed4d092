//! Chromium, driven through the `WebDriver` protocol (<https://www.w3.org/TR/webdriver2/>).

#![allow(clippy::print_stderr)]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The name under which the protocol hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with one window. It ends with this value.
pub(crate) struct Browser {
    driver: Child,
    session: String,
    /// Where downloads go.
    pub(crate) downloads: tempfile::TempDir,
    profile: tempfile::TempDir,
}

impl Browser {
    /// A browser as wide as asked for, light or dark; `None` where none is installed, which fails where the environment says
    /// `ASSAY_BROWSER=required`.
    pub(crate) fn start(width: u32, dark: bool) -> Option<Self> {
        let driver = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut driver = match driver {
            Ok(driver) => driver,
            Err(error) => {
                assert!(std::env::var_os("ASSAY_BROWSER").is_none(), "chromedriver does not start: {error}");
                eprintln!("not tested in a browser: chromedriver does not start: {error}");
                return None;
            }
        };
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines.next().expect("chromedriver says its port").unwrap();
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        let (downloads, profile) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut arguments: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--force-prefers-reduced-motion",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        if dark {
            arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        let options = json!({
            "args": arguments,
            "prefs": {"download.default_directory": downloads.path()},
            // A window of a desktop is never narrower than 500 pixels; a device may be.
            "mobileEmulation": {"deviceMetrics": {"width": width, "height": 900, "pixelRatio": 1.0, "mobile": false, "touch": false}},
        });
        let capabilities = json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}});
        let mut browser = Self { driver, session: format!("http://127.0.0.1:{port}/session"), downloads, profile };
        let session = browser.post("", &capabilities);
        browser.session = format!("{}/{}", browser.session, session["sessionId"].as_str().unwrap());
        Some(browser)
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.post(format!("{}{path}", self.session)).send_json(body).unwrap();
        let value: Value = answer.body_mut().read_json().unwrap();
        assert!(answer.status().is_success(), "{path} {body}: {value}");
        value["value"].clone()
    }

    /// Opens a file.
    pub(crate) fn open(&self, file: &Path) {
        self.post("/url", &json!({"url": format!("file://{}", file.display())}));
    }

    pub(crate) fn reload(&self) {
        self.post("/refresh", &json!({}));
    }

    /// Goes back to the page before.
    pub(crate) fn back(&self) {
        self.post("/back", &json!({}));
    }

    fn find(&self, selector: &str) -> String {
        let found = self.post("/element", &json!({"using": "css selector", "value": selector}));
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    /// Clicks as a person would: what is hidden or covered cannot be clicked.
    pub(crate) fn click(&self, selector: &str) {
        self.post(&format!("/element/{}/click", self.find(selector)), &json!({}));
    }

    /// Types into a field.
    pub(crate) fn write(&self, selector: &str, text: &str) {
        self.post(&format!("/element/{}/value", self.find(selector)), &json!({"text": text}));
    }

    /// Presses one key, wherever the focus is.
    pub(crate) fn press(&self, key: &str) {
        let actions = json!([{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]);
        self.post("/actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}));
    }

    /// What a piece of script returns.
    pub(crate) fn evaluate(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Waits until a piece of script returns what is wanted; scripts of the page run after the click that called for them.
    pub(crate) fn until(&self, script: &str, wanted: &Value) {
        let begun = Instant::now();
        loop {
            let value = self.evaluate(script);
            if value == *wanted {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{script}: {value}, not {wanted}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The text of an element as a reader sees it.
    pub(crate) fn text(&self, selector: &str) -> String {
        let quoted = serde_json::to_string(selector).unwrap();
        self.evaluate(&format!("return document.querySelector({quoted}).innerText")).as_str().unwrap().to_owned()
    }

    /// Everything that the browser had to complain about.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", &json!({"type": "browser"}));
        log.as_array().unwrap().iter().map(ToString::to_string).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = ureq::delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = self.profile.path();
    }
}
