//! The colours of the pages against the demands of WCAG 2.2, level AA.

use std::collections::BTreeMap;

const STYLE: &str = super::STYLE;

type Palette = BTreeMap<String, [u8; 3]>;

/// The colours of the first block of variables that follows `marker`.
fn palette(marker: &str) -> Palette {
    let block = STYLE.split_once(marker).unwrap().1.split_once(":root {").unwrap().1.split_once('}').unwrap().0;
    let mut palette = Palette::new();
    for declaration in block.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        if let Some(hex) = value.trim().strip_prefix('#') {
            let channel = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            palette.insert(name.trim().trim_start_matches("--").to_owned(), [channel(0), channel(2), channel(4)]);
        }
    }
    palette
}

/// <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>
fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|channel| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn black_on_white_is_21() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([0x77; 3], [255; 3]) - 4.48).abs() < 0.01);
}

#[test]
fn text_has_the_contrast_of_level_aa() {
    let light = palette("");
    let mut dark = light.clone();
    dark.extend(palette("(prefers-color-scheme: dark)"));
    // Paper takes the light colours, whichever the reader prefers on the screen.
    let mut paper = light.clone();
    paper.extend(palette("@media print"));
    let tints: Vec<String> = (0..=8).map(|hue| format!("tint{hue}")).collect();
    let inks: Vec<String> = (0..=8).map(|hue| format!("ink{hue}")).collect();
    let code =
        ["keyword", "string", "comment", "constant", "definition", "decorator"].map(|class| format!("code-{class}"));
    let sheets = ["page", "sheet", "sunk"].map(str::to_owned);
    let mut worst: Vec<String> = Vec::new();
    for (theme, palette) in [("light", &light), ("dark", &dark), ("paper", &paper)] {
        let mut check = |front: &str, back: &str| {
            let ratio = contrast(palette[front], palette[back]);
            if ratio < 4.5 {
                worst.push(format!("{theme}: {front} on {back} has {ratio:.2}"));
            }
        };
        for back in sheets.iter().chain(&tints) {
            check("text", back);
            for class in &code {
                check(class, back);
            }
        }
        for back in &sheets {
            for front in ["muted", "link", "good", "warn", "bad"] {
                check(front, back);
            }
            for ink in &inks {
                check(ink, back);
            }
        }
        for (ink, tint) in inks.iter().zip(&tints) {
            check("on-ink", ink);
            check(ink, tint);
        }
    }
    assert!(worst.is_empty(), "{worst:#?}");
}
