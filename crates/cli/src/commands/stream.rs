//! `assay grade --stream`

use crate::args::{BankArguments, GradeArguments};
use crate::error::{CliError, Failure};
use crate::grading::{Grading, VERSION};
use crate::input::Submission;
use crate::lines::{Line, Lines};
use crate::output;
use crate::part::{Earlier, Part};
use crate::status::Status;
use assay_grader::{Format, Grader};
use assay_report::grade::{self, Outcome};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde::Deserialize;
use serde::de::{Deserializer as _, Error as _, IgnoredAny, MapAccess, Visitor};
use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

/// So many exercises are held ready. A bank has some dozens; a stream that names more is not to fill the memory with them.
const MOST_EXERCISES: usize = 1000;

/// Answers each line of standard input. What cannot be graded is an answer too, so only a stream that breaks is unusable.
pub(crate) fn run(arguments: &GradeArguments) -> Result<Status, Failure> {
    let mut lines = Lines::new(io::stdin().lock());
    let mut bench = Bench::new(&arguments.bank, arguments.review_format.map(Format::from));
    let mut answers = Answers::open(arguments)?;
    // It draws on standard error, and only where that is a terminal.
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} reviews, {per_sec}") {
        bar.set_style(style);
    }
    loop {
        let batch = lines.batch().map_err(|error| {
            CliError::new("unreadable-input", format!("standard input cannot be read: {error}"), "Send the rest again.")
        })?;
        if batch.is_empty() {
            break;
        }
        let mut requests: Vec<Request> = batch.into_par_iter().map(Request::from).collect();
        bar.suspend(|| requests.iter().for_each(|request| bench.prepare(request)));
        requests.drain(..answers.earlier(&requests, &bench)?);
        let new = bench.answers(&requests);
        if !answers.write(&new.concat())? {
            break;
        }
        bar.inc(new.len() as u64);
    }
    answers.finish()?;
    bar.finish_and_clear();
    Ok(Status::Done)
}

/// Where answers go, and what of them is there from an earlier run.
struct Answers {
    to: To,
    earlier: Option<Earlier>,
}

enum To {
    Out(io::StdoutLock<'static>),
    Part(Part),
    /// A device or a pipe, which takes answers as they come.
    Special(std::fs::File, PathBuf),
}

/// As much of an answer as tells whether it would be the same today.
#[derive(Deserialize)]
struct Answered {
    id: Option<String>,
    record: Option<AnsweredBy>,
}

#[derive(Deserialize)]
struct AnsweredBy {
    version: String,
    key: String,
}

impl Answers {
    fn open(arguments: &GradeArguments) -> Result<Self, Failure> {
        let Some(path) = &arguments.output.output else {
            return Ok(Self { to: To::Out(io::stdout().lock()), earlier: None });
        };
        if output::is_special(path) && !arguments.resume {
            let file = std::fs::OpenOptions::new().write(true).open(path);
            let file = file.map_err(|error| output::unwritable_file(path, &error))?;
            return Ok(Self { to: To::Special(file, path.clone()), earlier: None });
        }
        let (part, earlier) = Part::open(path, arguments.resume)?;
        Ok(Self { to: To::Part(part), earlier })
    }

    /// How many of the requests, from the first on, were answered by an earlier run. An answer that is to another request, or by
    /// another key or program, is an error: a result is of one piece.
    fn earlier(&mut self, requests: &[Request], bench: &Bench<'_>) -> Result<usize, Failure> {
        let (To::Part(part), Some(earlier)) = (&self.to, &mut self.earlier) else { return Ok(0) };
        for (index, request) in requests.iter().enumerate() {
            let Some(line) = earlier.next() else {
                self.earlier = None;
                return Ok(index);
            };
            let line = line.map_err(|error| part.is_other(&error.to_string()))?;
            let answer: Answered = serde_json::from_str(&line).map_err(|error| part.is_other(&error.to_string()))?;
            if answer.id != request.id {
                let (old, new) = (answer.id.unwrap_or_default(), request.id.as_deref().unwrap_or_default());
                return Err(part.is_other(&format!("where it has `{old}`, the input has `{new}`")));
            }
            let by = |by: AnsweredBy| by.version == VERSION && bench.key(request) == Some(&*by.key);
            if !answer.record.is_none_or(by) {
                let id = answer.id.unwrap_or_default();
                return Err(part.is_other(&format!("`{id}` was graded by another key or another version of assay")));
            }
        }
        Ok(requests.len())
    }

    /// Writes whole lines. Gives whether anybody takes more: a reader such as `head` may have seen enough.
    fn write(&mut self, lines: &str) -> Result<bool, Failure> {
        let (written, path) = match &mut self.to {
            To::Part(part) => return part.add(lines).map(|()| true),
            To::Out(out) => (out.write_all(lines.as_bytes()).and_then(|()| out.flush()), None),
            To::Special(file, path) => (file.write_all(lines.as_bytes()), Some(path)),
        };
        match (written, path) {
            (Ok(()), _) => Ok(true),
            (Err(error), _) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
            (Err(error), None) => Err(output::unwritable(&error)),
            (Err(error), Some(path)) => Err(output::unwritable_file(path, &error)),
        }
    }

    /// All requests were answered.
    fn finish(self) -> Result<(), Failure> {
        let To::Part(part) = self.to else { return Ok(()) };
        if self.earlier.and_then(|mut earlier| earlier.next()).is_some() {
            return Err(part.is_other("it has more answers than the input has lines"));
        }
        part.finish()
    }
}

/// What one line asks for, as far as it could be read.
#[derive(Debug, Default)]
struct Request {
    id: Option<String>,
    exercise: Option<String>,
    review: Option<String>,
    /// Why the line cannot be graded.
    error: Option<String>,
}

impl From<Line> for Request {
    fn from(line: Line) -> Self {
        let mut request = Self::default();
        let bytes = line.bytes.trim_ascii_end();
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let read = reader.deserialize_map(Fields(&mut request)).and_then(|()| reader.end());
        let missing = [("id", &request.id), ("exercise", &request.exercise), ("review", &request.review)]
            .into_iter()
            .find_map(|(name, field)| field.is_none().then_some(name));
        request.error = if line.cut {
            let most = Lines::MOST_BYTES;
            Some(format!("line {}: it has more than {most} bytes; cut the review down", line.number))
        } else if let Err(error) = read {
            // Its own words name the line, which is always the first.
            let message = error.to_string();
            let message = message.split_once(" at line ").map_or(message.as_str(), |(message, _)| message);
            // It counts bytes, and from 0 where it stops before the first.
            let before = error.column().saturating_sub(1).min(bytes.len());
            let column = String::from_utf8_lossy(&bytes[..before]).chars().count() + 1;
            Some(format!("line {}, column {column}: {message}", line.number))
        } else {
            missing.map(|name| format!("line {}: there is no `{name}`; a line is {EXPECTED}", line.number))
        };
        request
    }
}

const EXPECTED: &str = "an object with the strings `id`, `exercise` and `review`";

/// Reads the fields into a request one by one, so that those before a mistake are known.
struct Fields<'r>(&'r mut Request);

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let field = match name.as_str() {
                "id" => &mut self.0.id,
                "exercise" => &mut self.0.exercise,
                "review" => &mut self.0.review,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            if field.is_some() {
                return Err(A::Error::custom(format!("`{name}` stands here twice")));
            }
            *field = Some(map.next_value()?);
        }
        Ok(())
    }
}

/// An exercise with its grader. Both live as long as the program, so that any thread may use them.
struct Ready {
    grading: &'static Grading,
    grader: Grader<'static>,
}

/// The exercises that the stream has named so far, each read once.
struct Bench<'a> {
    bank: &'a BankArguments,
    format: Option<Format>,
    exercises: HashMap<String, Result<Ready, String>>,
}

impl<'a> Bench<'a> {
    fn new(bank: &'a BankArguments, format: Option<Format>) -> Self {
        Self { bank, format, exercises: HashMap::new() }
    }

    /// Reads the exercise that a request names. What is wrong with its key is told on standard error, once.
    fn prepare(&mut self, request: &Request) {
        let Request { exercise: Some(name), error: None, .. } = request else { return };
        if self.exercises.contains_key(name) || self.exercises.len() == MOST_EXERCISES {
            return;
        }
        let ready = match Grading::open(name, self.bank) {
            Ok(grading) => {
                let grading: &'static Grading = Box::leak(Box::new(grading));
                Ok(Ready { grading, grader: grading.grader() })
            }
            Err(failure) => {
                output::report(&failure);
                Err(failure.0.first().map(ToString::to_string).unwrap_or_default())
            }
        };
        self.exercises.insert(name.clone(), ready);
    }

    /// The hash of the key that a request is graded by.
    fn key(&self, request: &Request) -> Option<&str> {
        let ready = self.exercises.get(request.exercise.as_ref()?)?;
        Some(&ready.as_ref().ok()?.grading.key_hash)
    }

    /// The lines that answer requests, in their order.
    fn answers(&self, requests: &[Request]) -> Vec<String> {
        // Reviews of one exercise are graded one after another, so that what is known of it need not be fetched anew for each.
        let mut order: Vec<usize> = (0..requests.len()).collect();
        order.sort_by_key(|&place| &requests[place].exercise);
        let mut answers: Vec<(usize, String)> =
            order.into_par_iter().map(|place| (place, self.answer(&requests[place]))).collect();
        answers.sort_unstable_by_key(|&(place, _)| place);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    /// The line that answers a request, with its line break.
    fn answer(&self, request: &Request) -> String {
        // A mistake of the grader costs one answer, not the stream.
        let outcome = catch_unwind(AssertUnwindSafe(|| self.grade(request)))
            .unwrap_or_else(|_| Err("assay failed on this review; please report it, with the review".to_owned()));
        let outcome = outcome.unwrap_or_else(|error| Outcome::error("", "", error));
        grade::json_line(request.id.as_deref(), &outcome) + "\n"
    }

    fn grade(&self, request: &Request) -> Result<Outcome, String> {
        let (None, Some(id), Some(name), Some(review)) =
            (&request.error, &request.id, &request.exercise, &request.review)
        else {
            return Err(request.error.clone().unwrap_or_default());
        };
        let Some(ready) = self.exercises.get(name) else {
            return Err(format!("the stream names more than {MOST_EXERCISES} exercises; send it in parts"));
        };
        let Ready { grading, grader } = ready.as_ref().map_err(Clone::clone)?;
        let submission = Submission::of_text(id, review, self.format, grading.sources());
        Ok(grading.grade(grader, submission))
    }
}
