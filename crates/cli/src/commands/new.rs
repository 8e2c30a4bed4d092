//! `assay new`

use crate::args::NewArguments;
use crate::error::{CliError, Failure};
use crate::interrupt::{self, Keep};
use crate::output;
use crate::status::Status;
use assay_bank::{Draft, draft, new_id, read_source};
use assay_report::untrusted::visible;
use std::io;
use std::path::Path;

pub(crate) fn run(arguments: &NewArguments) -> Result<Status, Failure> {
    let (track, slug) =
        new_id(&arguments.id).map_err(|message| CliError::new("usage", message, "For example: web/late-fees."))?;
    let folder = arguments.bank.join(track).join(slug);
    if folder.symlink_metadata().is_ok() {
        let message = format!("{} is there already", folder.display());
        return Err(CliError::new("exists", message, "Choose another name; nothing is ever overwritten.").into());
    }
    let (mut documents, mut problems) = (Vec::new(), Vec::new());
    for path in &arguments.from {
        match read_source(path) {
            Ok(document) => documents.push(document),
            Err(problem) => problems.push(*problem),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::all(problems));
    }
    let draft = draft(track, slug, &documents).map_err(Failure::all)?;
    write(&draft, &folder).map_err(|error| {
        let message = format!("{} cannot be made: {error}", folder.display());
        CliError::new("unwritable", message, "Name a bank that can be written to.")
    })?;
    let files: Vec<&str> = draft.files.iter().map(|(path, _)| path.as_str()).collect();
    let issues = if draft.issues == 1 { "1 issue".to_owned() } else { format!("{} issues", draft.issues) };
    let text = format!(
        "{}: {}\n{issues} drafted from what the analyzer finds. What is left to do: assay check {}\n",
        folder.display(),
        files.join(", "),
        folder.display()
    );
    output::print(&visible(&text))?;
    Ok(Status::Done)
}

/// Writes all files or none: a folder beside the new one is filled first.
fn write(draft: &Draft, folder: &Path) -> io::Result<()> {
    let parent = folder.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent)?;
    let make = || tempfile::Builder::new().prefix(".assay-").tempdir_in(parent);
    let (filled, _held) = interrupt::hold(Keep::No, make, tempfile::TempDir::path)?;
    // The folder that is renamed has the permissions of any new folder, not those of a temporary one.
    let inner = filled.path().join("exercise");
    for (path, text) in &draft.files {
        let path = inner.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(&inner))?;
        std::fs::write(path, text)?;
    }
    std::fs::rename(&inner, folder)
}
