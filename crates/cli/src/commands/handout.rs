//! `assay handout`

use crate::args::HandoutArguments;
use crate::error::{CliError, Failure};
use crate::output;
use crate::status::Status;
use assay_bank::{Exercise, Handout, MANIFEST};
use std::path::Path;

pub(crate) fn run(arguments: &HandoutArguments) -> Result<Status, Failure> {
    let entry = assay_bank::resolve(&arguments.exercise, arguments.bank.bank.as_deref())?;
    let exercise = Exercise::load(&entry.id, entry.folder).map_err(Failure::all)?;
    let leaks = assay_bank::leaks(&exercise);
    if !leaks.is_empty() && !arguments.force {
        // Each says what to do; --force is for those who know better.
        return Ok(refuse(&leaks));
    }
    let handout = Handout::of(&exercise);
    let path = &arguments.output;
    let is_archive = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
    if is_archive {
        if path.exists() && !arguments.force {
            return Err(exists(path).into());
        }
        let bytes = handout.zip().map_err(|error| unwritable(path, &error))?;
        output::replace(path, &bytes).map_err(|error| unwritable(path, &error))?;
    } else {
        write_folder(&handout, path, arguments.force)?;
    }
    let files: Vec<_> = handout.files.iter().map(|(path, _)| path.as_str()).collect();
    output::print(&assay_report::untrusted::visible(&format!("{}: {}\n", path.display(), files.join(", "))))?;
    Ok(Status::Done)
}

fn refuse(leaks: &[assay_bank::Problem]) -> Status {
    for leak in leaks {
        output::warn(leak);
    }
    let help = "Mend the exercise (`assay check` proves it), or hand it out as it is with --force.";
    output::warn(&CliError::new("leak", "nothing was written, because the handout gives the key away", help));
    Status::Failed
}

/// Writes the files below `folder`. Either none is there before, or all of them may be replaced.
pub(super) fn write_folder(handout: &Handout, folder: &Path, force: bool) -> Result<(), Failure> {
    if folder.join(MANIFEST).exists() {
        let message = format!("{} is an exercise itself, with its key", folder.display());
        return Err(CliError::new("not-a-handout", message, "Name a folder of its own for the handout.").into());
    }
    let is_taken = match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(unwritable(folder, &error).into()),
    };
    if is_taken && !force {
        return Err(exists(folder).into());
    }
    for (path, text) in &handout.files {
        let path = folder.join(path);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        made.and_then(|()| output::replace(&path, text.as_bytes())).map_err(|error| unwritable(&path, &error))?;
    }
    Ok(())
}

fn exists(path: &Path) -> CliError {
    let what = if path.is_dir() { "is a folder that is not empty" } else { "is there already" };
    CliError::new("exists", format!("{} {what}", path.display()), "Name another, or replace it with --force.")
}

fn unwritable(path: &Path, error: &dyn std::fmt::Display) -> CliError {
    let message = format!("{} cannot be written: {error}", path.display());
    CliError::new("unwritable", message, "Name a place that can be written to.")
}
