//! The keys of a manifest that are more than a text: what each may hold, and what is told of it otherwise.

use super::table::Table;
use crate::problem::nearest;
use assay_grader::Lines;
use toml::Spanned;
use toml::de::DeValue;

/// An exercise of a hundred points for one issue is a slip of the pen.
const MOST_POINTS: f64 = 100.0;

impl Table<'_> {
    pub(super) fn schema(&self) {
        match self.get("schema") {
            Some(value) if integer(value.get_ref()) != Some(1) => {
                let help = "This version of assay reads `schema = 1`.";
                self.problem("unknown-schema", value.span(), "`schema` is not 1", "not known", help);
            }
            Some(_) => {}
            None => self.missing("schema", "schema = 1"),
        }
    }

    pub(super) fn minutes(&self) -> u32 {
        let Some(value) = self.get("minutes") else {
            self.missing("minutes", "minutes = 30");
            return 0;
        };
        let minutes = integer(value.get_ref()).and_then(|minutes| u32::try_from(minutes).ok()).filter(|n| *n > 0);
        if minutes.is_none() {
            self.wrong_type("minutes", value, "a whole number above 0");
        }
        minutes.unwrap_or(0)
    }

    pub(super) fn sources(&self) -> Vec<Spanned<String>> {
        let Some(source) = self.texts("source") else {
            self.missing("source", "source = [\"invoices.py\"], or source = [] where no issue has code");
            return Vec::new();
        };
        for (index, path) in source.iter().enumerate() {
            if source[..index].iter().any(|other| other.get_ref() == path.get_ref()) {
                let message = format!("`{}` is listed twice", path.get_ref());
                self.problem("duplicate-source", path.span(), &message, "again", "Remove one of the two.");
            }
        }
        source
    }

    pub(super) fn id(&self) -> Spanned<String> {
        let id = self.required_text("id", "id = \"short-name\", by which labels and reports refer to it");
        let sound = id.get_ref().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !sound {
            let help = "Use lower-case letters, digits and hyphens: shared-seen-list.";
            self.problem("bad-id", id.span(), &format!("`{}` is no id", id.get_ref()), "not an id", help);
        }
        id
    }

    pub(super) fn kind(&self, may_be_custom: bool) -> Spanned<String> {
        let kind = self.required_text("kind", "kind = \"n-plus-one\"");
        let known = || {
            let custom = may_be_custom.then_some(assay_catalog::CUSTOM);
            assay_catalog::kinds().iter().map(|kind| kind.id.as_str()).chain(custom)
        };
        if !kind.get_ref().is_empty() && !known().any(|id| id == kind.get_ref()) {
            let message = format!("there is no kind `{}`", kind.get_ref());
            let near = nearest(kind.get_ref(), known());
            let near = near.map(|id| format!("Did you mean `{id}`? ")).unwrap_or_default();
            let help = format!("{near}The kinds are {}.", known().collect::<Vec<_>>().join(", "));
            self.problem("unknown-kind", kind.span(), &message, "not in the catalog", &help);
        }
        kind
    }

    pub(super) fn place(&self, required: bool, has_code: bool) -> (Option<Spanned<String>>, Option<Spanned<Lines>>) {
        let file = self.text("file");
        let raw = self.get("lines");
        if required && !self.has("file") {
            let example = if has_code { "file = \"...\", one of `source`" } else { "`source` and the `file`" };
            self.missing("file", example);
        }
        if required && raw.is_none() {
            self.missing("lines", "lines = \"12\" or lines = \"12-18\"");
        }
        let Some(raw) = raw else { return (file, None) };
        if !self.has("file") && !required {
            let help = "Add `file`, or remove `lines`.";
            self.problem("lines-without-file", raw.span(), "`lines` needs `file`", "lines of which file?", help);
        }
        let Some(text) = raw.get_ref().as_str() else {
            self.wrong_type("lines", raw, "text: \"12\" or \"12-18\"");
            return (file, None);
        };
        let lines = parse_lines(text);
        if lines.is_none() {
            let help = "Lines count from 1 and both ends are included: \"12\" or \"12-18\".";
            let message = format!("`{text}` does not say which lines");
            self.problem("bad-lines", raw.span(), &message, "not lines", help);
        }
        (file, lines.map(|lines| Spanned::new(raw.span(), lines)))
    }

    pub(super) fn points(&self) -> f64 {
        let Some(value) = self.get("points") else { return 1.0 };
        let points = match value.get_ref() {
            DeValue::Float(float) => float.as_str().parse().ok(),
            number => integer(number).map(|points| points as f64),
        };
        match points {
            Some(points) if points > 0.0 && points <= MOST_POINTS => points,
            Some(_) => {
                let message = format!("`points` has to lie above 0 and be at most {MOST_POINTS}");
                self.problem("bad-points", value.span(), &message, "out of range", "Most issues are worth 1.");
                1.0
            }
            None => {
                self.wrong_type("points", value, "a number");
                1.0
            }
        }
    }

    pub(super) fn terms(&self) -> [Vec<String>; 3] {
        let Some(value) = self.get("terms") else { return Default::default() };
        let Some(terms) = value.get_ref().as_table() else {
            self.wrong_type("terms", value, "a table: { named = [\"...\"], why = [\"...\"], fix = [\"...\"] }");
            return Default::default();
        };
        let terms = self.inner(terms, value.span(), "`terms`".into());
        let all = ["named", "why", "fix"]
            .map(|credit| terms.texts(credit).unwrap_or_default().into_iter().map(Spanned::into_inner).collect());
        terms.finish();
        all
    }

    pub(super) fn anchor(&self) -> Option<Spanned<String>> {
        let code = self.text("code")?;
        if !self.has("lines") {
            let help = "Add `file` and `lines`, or remove `code`.";
            self.problem("anchor-without-lines", code.span(), "`code` needs `lines`", "no lines to look at", help);
        }
        if code.get_ref().trim().contains('\n') {
            let help = "Give a part of the first line only.";
            self.problem("long-anchor", code.span(), "`code` is longer than one line", "more than one line", help);
        }
        Some(code)
    }

    pub(super) fn unique_ids<'i>(&self, ids: impl Iterator<Item = &'i Spanned<String>>) {
        let mut seen: Vec<&Spanned<String>> = Vec::new();
        for id in ids.filter(|id| !id.get_ref().is_empty()) {
            if let Some(first) = seen.iter().find(|other| other.get_ref() == id.get_ref()) {
                let (line, _) = self.position(first.span().start);
                let message = format!("the id `{}` is taken", id.get_ref());
                let help = format!("Line {line} has it. Ids are unique among the issues and decoys of an exercise.");
                self.problem("duplicate-id", id.span(), &message, "used before", &help);
            }
            seen.push(id);
        }
    }
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// Reads `12` or `12-18`.
fn parse_lines(text: &str) -> Option<Lines> {
    let number = |text: &str| {
        let text = text.trim();
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<usize>().ok())?.filter(|line| *line > 0)
    };
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let lines = Lines { start: number(start)?, end: number(end)? };
    (lines.start <= lines.end).then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::{Lines, parse_lines};

    #[test]
    fn lines_have_one_form() {
        assert_eq!(parse_lines("12"), Some(Lines { start: 12, end: 12 }));
        assert_eq!(parse_lines("12-18"), Some(Lines { start: 12, end: 18 }));
        for text in ["", "0", "-3", "3-", "5-4", "1-2-3", "+4", "a", "1,2", "99999999999999999999999"] {
            assert_eq!(parse_lines(text), None, "{text}");
        }
    }
}
