//! A page of HTML that is one file: style and script stand in it, and its policy lets nothing else run or load.
//!
//! Everything is written through [`maud`], which escapes; only the two constants below go in as they are.

use crate::untrusted::visible;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// The style that all pages share.
const STYLE: &str = include_str!("style.css");

/// A whole document. `style` follows the shared style; both it and `script` are constants of this crate, and neither may
/// hold `</`.
pub(crate) fn document(title: &str, style: &'static str, script: &'static str, body: &Markup) -> String {
    let style = [STYLE, style].concat();
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        source(&style),
        if script.is_empty() { "'none'".to_owned() } else { source(script) },
    );
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                title { (shown(title)) }
                style { (PreEscaped(&style)) }
            }
            body {
                (body)
                @if !script.is_empty() {
                    script { (PreEscaped(script)) }
                }
            }
        }
    }
    .into_string()
}

/// The source expression that allows exactly this text. <https://www.w3.org/TR/CSP3/#grammardef-hash-source>
fn source(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// Text that other people wrote, with its control characters made visible; maud escapes the rest.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    visible(text)
}

/// The class of the colour of an issue, by its position in the key. There are eight, and then they come again: the number
/// beside a colour is what tells issues apart.
pub(crate) fn hue(index: usize) -> &'static str {
    const HUES: [&str; 8] = ["hue1", "hue2", "hue3", "hue4", "hue5", "hue6", "hue7", "hue8"];
    HUES[index % HUES.len()]
}

/// A share as a whole percentage.
pub(crate) fn percent(share: f64) -> String {
    // Adding zero turns the negative zero of an empty sum into the plain one.
    format!("{:.0} %", (share * 100.0).round() + 0.0)
}

#[cfg(test)]
mod contrast;

#[cfg(test)]
mod tests {
    use super::document;
    use base64::Engine;
    use maud::html;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_policy_allows_what_stands_in_the_page_and_nothing_else() {
        let page = document("<t>\u{202e}", "p{color:red}", "let a = 1 < 2 && \"x\";", &html! { p { "<b>" } });
        let parsed = scraper::Html::parse_document(&page);
        let select = |selector: &str| {
            let selector = scraper::Selector::parse(selector).unwrap();
            parsed.select(&selector).map(|element| element.text().collect::<String>()).collect::<Vec<_>>()
        };
        assert_eq!(select("title"), ["<t>\\u{202e}"]);
        assert_eq!(select("script"), ["let a = 1 < 2 && \"x\";"]);
        let policy = scraper::Selector::parse("meta[http-equiv]").unwrap();
        let policy = parsed.select(&policy).next().unwrap().attr("content").unwrap().to_owned();
        for text in [&select("style")[0], &select("script")[0]] {
            let hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(text));
            assert!(policy.contains(&hash), "{policy}");
        }
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    }
}
