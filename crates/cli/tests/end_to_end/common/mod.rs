//! What the end-to-end tests share: the binary, folders to work in, and a bank to plant faults in.
#![allow(missing_docs, unreachable_pub, clippy::missing_panics_doc)]

pub mod browser;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The binary, told nothing by the environment that would change its output.
pub fn assay() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assay"));
    command.env_remove("CLICOLOR_FORCE").env("NO_COLOR", "1").current_dir(root());
    command
}

/// The exit status, standard output and standard error.
pub fn run(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.stdin(Stdio::null()).output().unwrap();
    (status.code().unwrap_or(-1), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

pub fn write(root: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A source with a fault of the analyzer's kind `mutable-default` on line 6 and a clean function after it.
pub const SOURCE: &str = r#""""Tags of articles."""

SEPARATOR = ","


def collect(line, tags=[]):
    for tag in line.split(SEPARATOR):
        tags.append(tag.strip())
    return tags


def join(tags):
    return SEPARATOR.join(sorted(tags))


def links(tags, base):
    return [f"{base}/{tag.lower()}" for tag in tags]


def heading(tags):
    return " / ".join(tag.title() for tag in tags)


def row(article, tags):
    return {"article": article, "tags": join(tags), "heading": heading(tags)}


def table(articles):
    """A row an article, in the order of the articles."""
    return [row(article, collect(line)) for article, line in articles]
"#;

pub const MANIFEST: &str = r#"schema = 1
title = "Tags of articles"
track = "web"
level = "junior"
minutes = 10
source = ["tags.py"]
brief = "brief.md"

[[issue]]
id = "shared-tag-list"
kind = "mutable-default"
file = "tags.py"
lines = "6"
code = "tags=[]"
summary = "The default list of collect is shared by all calls."
why = "Python evaluates the default once, so tags of earlier lines come back in later results."
fix = "Default to None and create the list in the function."

[[accepted]]
kind = "missing-tests"
file = "tags.py"
lines = "6-13"
reason = "The exercise is about one trap only."
"#;

/// A sound exercise at `root/web/tags`, its folder.
pub fn sound_exercise(root: &Path) -> PathBuf {
    let folder = root.join("web/tags");
    write(&folder, "exercise.toml", MANIFEST);
    write(&folder, "brief.md", "The editors type a line of tags for each article. Please review the module.\n");
    write(&folder, "tags.py", SOURCE);
    write(
        &folder,
        "fixed/tags.py",
        SOURCE
            .replace("tags=[]", "tags=None")
            .replace("    for tag", "    tags = [] if tags is None else tags\n    for tag"),
    );
    folder
}

/// Replaces text in a file and makes sure that it was there.
pub fn edit(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from:?} is not in {file}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// The output with the temporary folder's path replaced, so that snapshots hold.
pub fn without(text: &str, folder: &Path) -> String {
    text.replace(&folder.display().to_string(), "[BANK]")
}
