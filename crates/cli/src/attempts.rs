//! What was practised: one JSON object a line in the user's data directory.
//!
//! The file is a convenience. That it cannot be read or written, or that a line of it is damaged, is told and stops nothing.

use assay_grader::{Grade, Level};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

const FILE: &str = "attempts.jsonl";

/// A history is a few hundred bytes an attempt. What is larger than this is something else.
const MOST_BYTES: u64 = 64 << 20;

/// One graded review.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Attempt {
    schema: u32,
    /// Seconds since 1970.
    at: u64,
    pub(crate) exercise: String,
    pub(crate) score: f64,
    /// The level of each issue.
    issues: BTreeMap<String, String>,
}

impl Attempt {
    pub(crate) fn new(exercise: &str, grade: &Grade) -> Self {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let issues = grade.issues.iter().map(|issue| (issue.id.clone(), name(issue.level).to_owned())).collect();
        Self { schema: 1, at, exercise: exercise.to_owned(), score: grade.score, issues }
    }

    /// How far this attempt got with an issue.
    pub(crate) fn level(&self, issue: &str) -> Option<Level> {
        let level = self.issues.get(issue)?;
        LEVELS.into_iter().find(|known| name(*known) == level)
    }

    /// The ids of the issues that were found.
    pub(crate) fn found(&self) -> Vec<&str> {
        let found = self.issues.iter().filter(|(_, level)| *level != name(Level::Missed));
        found.map(|(issue, _)| issue.as_str()).collect()
    }
}

const LEVELS: [Level; 4] = [Level::Missed, Level::Flagged, Level::Explained, Level::Resolved];

fn name(level: Level) -> &'static str {
    match level {
        Level::Missed => "missed",
        Level::Flagged => "flagged",
        Level::Explained => "explained",
        Level::Resolved => "resolved",
    }
}

/// All attempts that can be read, in the order in which they were made.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) attempts: Vec<Attempt>,
    /// Number of lines that are no attempts.
    pub(crate) damaged: usize,
}

impl History {
    /// Reads the history in a folder; where there is none, it is empty.
    pub(crate) fn read(folder: &Path) -> io::Result<Self> {
        let mut history = Self::default();
        let file = match File::open(path(folder)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(history),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(MOST_BYTES).read_to_end(&mut bytes)?;
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
            match serde_json::from_slice::<Attempt>(line) {
                Ok(attempt) if attempt.schema == 1 && attempt.score.is_finite() => history.attempts.push(attempt),
                _ => history.damaged += 1,
            }
        }
        Ok(history)
    }

    /// The attempts at one exercise.
    pub(crate) fn of(&self, exercise: &str) -> Vec<&Attempt> {
        self.attempts.iter().filter(|attempt| attempt.exercise == exercise).collect()
    }

    /// The scores of each exercise, in the order of the ids.
    pub(crate) fn scores(&self) -> Vec<(String, Vec<f64>)> {
        let mut scores: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for attempt in &self.attempts {
            scores.entry(&attempt.exercise).or_default().push(attempt.score);
        }
        scores.into_iter().map(|(exercise, scores)| (exercise.to_owned(), scores)).collect()
    }
}

pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Adds an attempt. A last line that was cut off is ended first, so that it damages no other.
pub(crate) fn add(folder: &Path, attempt: &Attempt) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path(folder))?;
    let mut line = serde_json::to_string(attempt)?;
    line.push('\n');
    if file.metadata()?.len() > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            line.insert(0, '\n');
        }
    }
    // One write, so that two programs that practise at a time do not mix their lines.
    file.write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{Attempt, History, add, path};
    use std::collections::BTreeMap;

    fn attempt(exercise: &str, score: f64) -> Attempt {
        let issues = BTreeMap::from([("a".into(), "missed".into()), ("b".into(), "flagged".into())]);
        Attempt { schema: 1, at: 0, exercise: exercise.into(), score, issues }
    }

    #[test]
    fn what_is_added_is_read_again_whatever_stands_between() {
        let folder = tempfile::tempdir().unwrap();
        assert!(History::read(folder.path()).unwrap().attempts.is_empty());
        add(folder.path(), &attempt("web/a", 0.2)).unwrap();
        let mut bytes = std::fs::read(path(folder.path())).unwrap();
        bytes.extend(b"\n{\"schema\":1,\"at\":0,\"exer\xff\xfe cut off");
        std::fs::write(path(folder.path()), bytes).unwrap();
        add(folder.path(), &attempt("web/a", 0.4)).unwrap();
        add(folder.path(), &attempt("data/b", 1.0)).unwrap();
        let history = History::read(folder.path()).unwrap();
        assert_eq!((history.attempts.len(), history.damaged), (3, 1));
        assert_eq!(history.scores(), [("data/b".to_owned(), vec![1.0]), ("web/a".to_owned(), vec![0.2, 0.4])]);
        assert_eq!(history.of("web/a")[1].found(), ["b"]);
    }
}
