//! The draft of an exercise from any Python: what the analyzer finds becomes the first draft of the key, and `TODO` stands
//! where a person has to write. [`check`](crate::check) says what is left.

use crate::check::TODO;
use crate::folder::MAX_FILE_BYTES;
use crate::manifest::{FILE, TRACKS};
use crate::problem::{Document, Problem, nearest};
use assay_analyzer::{Finding, Options, analyze_sources};
use assay_python::{SyntaxError, surroundings};
use std::fmt::Write as _;
use std::path::Path;

/// More issues than these are too many for half an hour.
const MOST_ISSUES: usize = 5;

/// The sample reviews that show whether a key grades as people would, and what each is.
const SAMPLES: [(&str, &str); 6] = [
    ("senior.md", "what the best reviewer you know would write: why it matters, for whom, and what to do instead."),
    ("mid.md", "an answer that finds about half, explains some of it, and takes a decoy for a problem."),
    ("junior.md", "an answer that names a few things without saying why they matter."),
    ("plain.md", "an answer that sees the problems and has none of the terms for them."),
    ("keywords.md", "a list of terms that would fit any code; it earns nothing."),
    ("denies.md", "an answer that speaks of the problems and says that there are none; it earns nothing."),
];

/// A draft: paths below the exercise's folder, and texts.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The files, the manifest first.
    pub files: Vec<(String, String)>,
    /// How many issues the key has.
    pub issues: usize,
}

/// The track and slug of an exercise that is to be made, or what is wrong with the id.
pub fn new_id(id: &str) -> Result<(&str, &str), String> {
    let Some((track, slug)) = id.split_once('/') else {
        return Err(format!("an id is TRACK/SLUG, with one of the tracks {}", TRACKS.join(", ")));
    };
    if !TRACKS.contains(&track) {
        let near = nearest(track, TRACKS.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
        return Err(format!("`{track}` is no track: {}{}", TRACKS.join(", "), near.unwrap_or_default()));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if slug.is_empty() || !slug.chars().all(plain) || slug.starts_with('-') || slug.ends_with('-') {
        return Err(format!("`{slug}` is no slug: it has small letters, digits, and hyphens between them"));
    }
    Ok((track, slug))
}

/// Reads Python that is to become an exercise.
pub fn read_source(path: &Path) -> Result<Document, Box<Problem>> {
    let name = path.display().to_string();
    let about = |code, message: String, help: &str| Box::new(Problem::about(code, &name, message, help).unreadable());
    let metadata = std::fs::metadata(path)
        .map_err(|error| about("unreadable-file", format!("it cannot be read: {error}"), "Correct the path."))?;
    if !metadata.is_file() {
        return Err(about("not-a-file", "it is not a plain file".to_owned(), "Name the Python files themselves."));
    }
    if metadata.len() > MAX_FILE_BYTES {
        let message = format!("it has {} bytes, more than the {MAX_FILE_BYTES} that are read", metadata.len());
        return Err(about("too-large", message, "An exercise is a module of about fifty lines; cut the file down."));
    }
    let bytes = std::fs::read(path)
        .map_err(|error| about("unreadable-file", format!("it cannot be read: {error}"), "Make it readable."))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let document = Document::new(&name, String::from_utf8_lossy(error.as_bytes()));
        let help = "Save it as UTF-8.";
        Box::new(
            Problem::at("not-utf-8", &document, at..at, "the file is not UTF-8", "from here on", help).unreadable(),
        )
    })?;
    let document = Document::new(name, text.strip_prefix('\u{feff}').map(ToOwned::to_owned).unwrap_or(text));
    match assay_python::outline(&document.text) {
        Ok(_) => Ok(document),
        Err(error) => Err(Box::new(syntax(&document, &error).unreadable())),
    }
}

fn syntax(document: &Document, error: &SyntaxError) -> Problem {
    let line = document.line_range(error.line);
    let start = document.text[line.clone()].char_indices().nth(error.column.saturating_sub(1));
    let start = start.map_or(line.end, |(at, _)| line.start + at);
    let message = format!("this is not Python: {}", error.message);
    Problem::at(
        "python-syntax",
        document,
        start..start,
        message,
        "here",
        "Mend it first, so that the analyzer can read it.",
    )
}

/// Makes the draft of `track/slug` from Python that [`read_source`] has read. Files of tests go into `tests/`.
pub fn draft(track: &str, slug: &str, documents: &[Document]) -> Result<Draft, Vec<Problem>> {
    let mut sources: Vec<(String, String)> = Vec::new();
    let mut problems = Vec::new();
    for document in documents {
        let path = path_of(&document.name);
        if sources.iter().any(|(other, _)| *other == path) {
            let message = format!("there are two files named {path}");
            problems.push(Problem::about("duplicate-file", &document.name, message, "Rename one of the two."));
        }
        sources.push((path, document.text.to_string()));
    }
    let listed: Vec<&str> =
        sources.iter().map(|(path, _)| path.as_str()).filter(|path| !path.starts_with("tests/")).collect();
    if listed.is_empty() {
        let help = "Name the module that the tests are about as well.";
        problems.push(Problem::about("no-source", slug, "there are only tests", help));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let analysis = analyze_sources(&sources, &Options::default());
    let findings: Vec<&Finding> =
        analysis.findings.iter().filter(|finding| listed.contains(&finding.path.as_str())).collect();
    let (manifest, ids) = manifest(track, slug, &listed, &findings, &sources);
    let mut files = vec![(FILE.to_owned(), manifest), ("brief.md".to_owned(), brief(&listed))];
    files.extend(sources.iter().cloned());
    files.extend(SAMPLES.iter().map(|(name, what)| (format!("reviews/{name}"), format!("TODO: {what}\n"))));
    files.push(("labels.csv".to_owned(), labels(&ids)));
    files.push(("fixed/README.md".to_owned(), fixed(&listed)));
    Ok(Draft { files, issues: findings.len() })
}

/// A file's place in the exercise: its plain name, below `tests/` if pytest would collect it.
fn path_of(name: &str) -> String {
    let name = Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = name.strip_suffix(".py").unwrap_or(&name);
    let is_test = stem.starts_with("test_") || stem.ends_with("_test") || stem == "conftest";
    if is_test { format!("tests/{name}") } else { name }
}

/// The manifest and the ids of its issues. Writing to a string cannot fail.
fn manifest(
    track: &str,
    slug: &str,
    listed: &[&str],
    findings: &[&Finding],
    sources: &[(String, String)],
) -> (String, Vec<String>) {
    let title = slug.replace('-', " ");
    let title = title[..1].to_uppercase() + &title[1..];
    let source: Vec<String> = listed.iter().map(|path| quoted(path)).collect();
    let mut out = format!(
        "# The answer key: it never leaves the interviewer. `assay check` says what is left to do.\n\
         schema = 1\ntitle = {}\ntrack = {}\nlevel = \"mid\"    # TODO: junior, mid or senior?\n\
         minutes = 30      # TODO: how long does a candidate have?\nsource = [{}]\nbrief = \"brief.md\"\n",
        quoted(&title),
        quoted(track),
        source.join(", ")
    );
    if findings.len() > MOST_ISSUES {
        let _ = write!(
            out,
            "\n# TODO: these are {} issues, and an exercise has three to five. Mend the others in the source, or list them as\n\
             # [[accepted]] with kind, file, lines and a reason.\n",
            findings.len()
        );
    }
    let mut ids: Vec<String> = Vec::new();
    for finding in findings {
        let text = sources.iter().find(|(path, _)| *path == finding.path).map_or("", |(_, text)| text.as_str());
        let _ = write!(out, "\n{}", issue(finding, text, &mut ids));
    }
    if findings.is_empty() {
        ids.push("first-issue".to_owned());
        out.push_str(
            "\n# TODO: the analyzer finds nothing. Plant three to five problems; with a kind of `assay list` it proves them for you.\n\
             [[issue]]\nid = \"first-issue\"\nkind = \"custom\"\nsummary = \"TODO: what is wrong.\"\n\
             why = \"TODO: the mechanism, and what follows from it.\"\nfix = \"TODO: what to write instead.\"\n",
        );
    }
    let _ = write!(
        out,
        "\n# TODO: two decoys, which look wrong and are right. Take the #s away and fill them in.\n\
         # [[decoy]]\n# id = \"retry-loop\"\n# file = {}\n# lines = \"30-35\"\n# summary = \"what someone might wrongly claim\"\n\
         # why = \"why it is fine\"\n",
        quoted(listed.first().copied().unwrap_or_default())
    );
    (out, ids)
}

fn issue(finding: &Finding, text: &str, ids: &mut Vec<String>) -> String {
    let names = surroundings(text, finding.span.start..finding.span.end).unwrap_or_default();
    let id = new_issue_id(finding.kind, names.function.as_deref().unwrap_or("module"), ids);
    let fill = |prose: &str| {
        [
            ("`{function}`", names.function.as_deref(), "this code"),
            ("`{parameter}`", names.parameter.as_deref(), "the parameter"),
            // `a, b, c` is no name for an item.
            ("`{item}`", names.item.as_deref().filter(|item| !item.contains(',')), "item"),
            ("`{callee}`", names.callee.as_deref(), "this"),
        ]
        .iter()
        .fold(prose.to_owned(), |prose, (open, name, otherwise)| {
            prose.replace(open, &name.map_or_else(|| (*otherwise).to_owned(), |name| format!("`{name}`")))
        })
    };
    let span = finding.span;
    let last = if span.end_column == 1 && span.end_line > span.line { span.end_line - 1 } else { span.end_line };
    let lines = if last == span.line { span.line.to_string() } else { format!("{}-{last}", span.line) };
    let code = text.lines().nth(span.line - 1).unwrap_or_default();
    // What the code itself has to do is nothing that is left to do in the key.
    let code = code.find(TODO).map_or(code, |at| code[..at].trim_end_matches([' ', '#'])).trim();
    let draft = assay_catalog::kind(finding.kind).map(|kind| &kind.draft);
    let prose =
        |part: fn(&assay_catalog::Draft) -> &String| quoted(&draft.map(|draft| fill(part(draft))).unwrap_or_default());
    let message = finding.message.replace(char::is_control, " ");
    let issue = format!(
        "# TODO: say what it means in this exercise, and for whom. The analyzer says: {message}.\n\
         [[issue]]\nid = {}\nkind = {}\nfile = {}\nlines = {}\ncode = {}\nsummary = {}\nwhy = {}\nfix = {}\n",
        quoted(&id),
        quoted(finding.kind),
        quoted(&finding.path),
        quoted(&lines),
        quoted(code),
        prose(|draft| &draft.summary),
        prose(|draft| &draft.why),
        prose(|draft| &draft.fix),
    );
    ids.push(id);
    issue
}

/// An id of the kind and the function that none of `ids` is.
fn new_issue_id(kind: &str, function: &str, ids: &[String]) -> String {
    let function = function.to_ascii_lowercase();
    let words = function.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let base = std::iter::once(kind).chain(words).collect::<Vec<_>>().join("-");
    let mut id = base.clone();
    let mut number = 1;
    while ids.contains(&id) {
        number += 1;
        id = format!("{base}-{number}");
    }
    id
}

/// The text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn brief(listed: &[&str]) -> String {
    let files: Vec<String> = listed.iter().map(|path| format!("`{path}`")).collect();
    format!(
        "TODO: what {} belongs to, who runs it, how often and on how much data, and what a reader has to know that is not in the \
         code. Nothing here may point at a problem.\n\n\
         This is the complete change as it was opened for review. Write the review: what should be changed before it goes live, why, \
         and what you would do instead.\n",
        files.join(" and ")
    )
}

/// The labels that follow from what the samples are. `check` asks for the others.
fn labels(ids: &[String]) -> String {
    let mut out = "review,issue,named,why,fix\n".to_owned();
    for (review, credits) in [("senior.md", "1,1,1"), ("keywords.md", "0,0,0"), ("denies.md", "0,0,0")] {
        for id in ids {
            let _ = writeln!(out, "{review},{id},{credits}");
        }
    }
    out
}

fn fixed(listed: &[&str]) -> String {
    format!(
        "The repaired source goes here: {}, under the same names, without any of the planted problems, and the tests that were \
         missing. It never leaves the interviewer. A unified diff `repairs/<issue>.patch` beside it repairs one issue alone, if you \
         like; `assay check` proves that as well.\n",
        listed.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::{draft, new_id, new_issue_id, path_of};
    use crate::Document;

    #[test]
    fn ids_are_a_track_and_a_slug() {
        assert_eq!(new_id("web/over-due2"), Ok(("web", "over-due2")));
        for id in ["web", "cloud/x", "web/", "web/../x", "web/a/b", "web/A", "web/-a", "/etc", "web/a b"] {
            assert!(new_id(id).is_err(), "{id}");
        }
        assert!(new_id("webs/x").unwrap_err().contains("did you mean `web`"));
    }

    #[test]
    fn tests_go_into_their_folder() {
        assert_eq!(path_of("/a/shop.py"), "shop.py");
        assert_eq!(path_of("a/test_shop.py"), "tests/test_shop.py");
        assert_eq!(path_of("conftest.py"), "tests/conftest.py");
        let twice = [Document::new("a/x.py", "x = 1\n"), Document::new("b/x.py", "y = 1\n")];
        assert_eq!(draft("web", "x", &twice).unwrap_err()[0].code, "duplicate-file");
        assert_eq!(draft("web", "x", &[Document::new("test_x.py", "")]).unwrap_err()[0].code, "no-source");
    }

    #[test]
    fn quotes_and_comments_of_the_source_stay_text() {
        let source = "def __ü_f__(x, seen=[\"\"\"a\\\"\"\"\"]):  # \"[[issue]]\" \u{c} TODO: tidy\n    seen.append(x)\n    return seen\n";
        let draft = draft("data", "x", &[Document::new("x.py", source)]).unwrap();
        let (manifest, problems) = crate::manifest::read(Document::new("exercise.toml", draft.files[0].1.as_str()));
        assert!(problems.is_empty(), "{problems:?}\n{}", draft.files[0].1);
        let code = manifest.issues[0].code.as_ref().unwrap().get_ref();
        assert!(source.starts_with(code.as_str()) && code.ends_with("]\"") && !code.contains("TODO"), "{code}");
        assert_eq!(manifest.issues[0].id.get_ref(), "mutable-default-f");
        assert_eq!(new_issue_id("n-plus-one", "", &["n-plus-one".into(), "n-plus-one-2".into()]), "n-plus-one-3");
    }
}
