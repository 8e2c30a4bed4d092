//! What a candidate gets: the brief, the sources and an empty review, and never anything else.

use crate::exercise::Exercise;
use std::io::{Cursor, Write as _};
use std::path::{Component, Path};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The files of one exercise that a candidate may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handout {
    /// A name for the folder that holds them: the exercise's slug, which is safe as a file name on every system.
    pub name: String,
    /// Path with `/` and without `.` or `..`, and text; in the order of the paths.
    pub files: Vec<(String, String)>,
    /// The path of the empty review among them.
    pub review: String,
}

/// What the empty review is called, unless the exercise has a file of that name.
const REVIEW: [&str; 2] = ["review.md", "my-review.md"];

impl Handout {
    /// Takes together what a candidate may see of an exercise.
    pub fn of(exercise: &Exercise) -> Self {
        let brief = (exercise.manifest.brief.get_ref(), &exercise.brief);
        let sources = exercise.sources.iter().map(|(path, document)| (path, document));
        let mut files: Vec<(String, String)> = std::iter::once(brief)
            .filter(|(path, _)| !path.is_empty())
            .chain(sources)
            .map(|(path, document)| (plain(path), document.text.to_string()))
            .collect();
        let taken = |name: &str| files.iter().any(|(path, _)| path.eq_ignore_ascii_case(name));
        let review = REVIEW.into_iter().find(|name| !taken(name)).unwrap_or("assay-review.md").to_owned();
        files.push((review.clone(), template(exercise)));
        files.sort();
        files.dedup_by(|a, b| a.0 == b.0);
        Self { name: slug(&exercise.id), files, review }
    }

    /// The files as an archive whose bytes depend on nothing else: one folder, no times, no compression.
    pub fn zip(&self) -> ZipResult<Vec<u8>> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        for (path, text) in &self.files {
            archive.start_file(format!("{}/{path}", self.name), options)?;
            archive.write_all(text.as_bytes())?;
        }
        Ok(archive.finish()?.into_inner())
    }
}

/// An empty review. It says how to write one and nothing of what there is to find; none of its words earn anything.
fn template(exercise: &Exercise) -> String {
    let sources: Vec<&str> = exercise.manifest.source.iter().map(|path| path.get_ref().as_str()).collect();
    let title = if sources.is_empty() { exercise.manifest.title.clone() } else { sources.join(", ") };
    format!(
        "# Review of {title}\n\n\
         <!--\n\
         Write to the author as you would to a colleague, in any form you like. For each remark: where it is (a line or a name),\n\
         what happens and what that means for those who run or use this, and what you would do instead.\n\
         -->\n\n"
    )
}

/// The path without `.`: the exercise's folder lets nothing else through but plain names.
fn plain(path: &str) -> String {
    let parts = Path::new(path).components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn slug(id: &str) -> String {
    let last = id.rsplit('/').next().unwrap_or_default();
    let safe: String = last.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    if safe.trim_matches('-').is_empty() { "exercise".to_owned() } else { safe }
}

#[cfg(test)]
mod tests {
    use super::{Handout, plain, slug};
    use crate::{Bank, Exercise};
    use assay_grader::{Grader, Review};

    fn built_in() -> impl Iterator<Item = Exercise> {
        Bank::built_in().entries.into_iter().map(|entry| Exercise::load(&entry.id, entry.folder).unwrap())
    }

    #[test]
    fn holds_what_the_candidate_reads_and_nothing_of_the_key() {
        for exercise in built_in() {
            let handout = Handout::of(&exercise);
            let paths: Vec<&str> = handout.files.iter().map(|(path, _)| path.as_str()).collect();
            assert_eq!(paths.len(), exercise.sources.len() + 2, "{paths:?}");
            assert!(paths.is_sorted() && paths.contains(&"brief.md") && paths.contains(&"review.md"), "{paths:?}");
            for (path, text) in &handout.files {
                assert!(!path.starts_with("fixed") && !path.starts_with("reviews/") && path != "exercise.toml");
                for issue in &exercise.manifest.issues {
                    assert!(!text.contains(issue.id.get_ref()) && !text.contains(&issue.summary), "{path}");
                }
            }
        }
    }

    #[test]
    fn the_empty_review_earns_nothing() {
        for exercise in built_in() {
            let handout = Handout::of(&exercise);
            let text = &handout.files.iter().find(|(path, _)| *path == handout.review).unwrap().1;
            let key = exercise.key();
            let grade = Grader::new(&key).grade(&Review::from_text("review.md", text).unwrap());
            assert!(grade.points.abs() < f64::EPSILON, "{}: {:?}", exercise.id, grade.issues);
            assert!(grade.issues.iter().all(|issue| !issue.named), "{}", exercise.id);
        }
    }

    #[test]
    fn archives_are_the_same_every_time_and_hold_the_files() {
        for exercise in built_in() {
            let handout = Handout::of(&exercise);
            let bytes = handout.zip().unwrap();
            assert_eq!(bytes, Handout::of(&exercise).zip().unwrap());
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            assert_eq!(archive.len(), handout.files.len());
            for (index, (path, text)) in handout.files.iter().enumerate() {
                let mut file = archive.by_index(index).unwrap();
                assert_eq!(file.name().unwrap(), format!("{}/{path}", handout.name));
                assert_eq!(file.last_modified().unwrap().year(), 1980);
                let mut read = String::new();
                std::io::Read::read_to_string(&mut file, &mut read).unwrap();
                assert_eq!(&read, text);
            }
        }
    }

    #[test]
    fn names_are_safe_everywhere() {
        assert_eq!(plain("./src/./a.py"), "src/a.py");
        assert_eq!(slug("web/over due\\..:x"), "over-due----x");
        assert_eq!(slug("web/.."), "exercise");
    }
}
