//! Standard output, standard error and files.

use crate::args::OutputArguments;
use crate::error::{CliError, Failure};
use crate::interrupt::{self, Keep};
use anstream::ColorChoice;
use assay_report::Look;
use miette::Diagnostic;
use std::io::{self, Write};
use std::path::Path;

/// Lines longer than this are hard to read, however wide the terminal is.
const WIDEST: usize = 120;

/// How text for people looks on standard output.
pub(crate) fn look() -> Look {
    look_of(&io::stdout())
}

fn look_of(stream: &impl anstream::stream::RawStream) -> Look {
    let colour = anstream::AutoStream::choice(stream) != ColorChoice::Never;
    let width = if stream.is_terminal() {
        terminal_size::terminal_size().map_or(Look::default().width, |(width, _)| usize::from(width.0).min(WIDEST))
    } else {
        Look::default().width
    };
    Look { colour, width }
}

/// Writes a command's result to standard output. That a reader such as `head` has seen enough is no error.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritable(&error)),
        _ => Ok(()),
    }
}

/// A file takes no more, or cannot be made.
pub(crate) fn unwritable_file(path: &Path, error: &io::Error) -> Failure {
    CliError::new("unwritable", format!("{} cannot be written: {error}", path.display()), remedy(error)).into()
}

/// What to do where a file cannot be written.
fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "Make room on that disk, or name a place on another."
        }
        _ => "Name a place in a folder that exists and may be written.",
    }
}

/// Standard output takes no more.
pub(crate) fn unwritable(error: &io::Error) -> Failure {
    let help = "Make room where it goes to, or send it elsewhere.";
    CliError::new("unwritable", format!("standard output cannot be written: {error}"), help).into()
}

/// Writes a command's result to where the arguments say.
pub(crate) fn write(text: &str, output: &OutputArguments) -> Result<(), Failure> {
    match &output.output {
        Some(path) => write_file(path, text),
        None => print(text),
    }
}

/// Writes a file, whole or not at all.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    replace(path, text.as_bytes()).map_err(|error| unwritable_file(path, &error))
}

/// Writes beside the file and then renames, so that a reader never sees half a report and a failure keeps the old one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if is_special(path) {
        // That whoever reads a pipe has seen enough is no error.
        return match std::fs::write(path, bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        };
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    let builder = {
        use std::os::unix::fs::PermissionsExt;
        // The umask takes its part of these, as for any new file.
        builder.permissions(std::fs::Permissions::from_mode(0o666))
    };
    let make = || builder.prefix(".assay-").tempfile_in(folder);
    let (mut file, _held) = interrupt::hold(Keep::No, make, tempfile::NamedTempFile::path)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    // A link is written through, not replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    file.persist(target)?;
    Ok(())
}

/// Whether there is something that cannot be replaced: a device, a pipe, or a folder, whose error says so.
pub(crate) fn is_special(path: &Path) -> bool {
    path.exists() && !path.is_file()
}

/// Tells of everything that ended a command.
pub(crate) fn report(failure: &Failure) {
    for diagnostic in &failure.0 {
        warn(&**diagnostic);
    }
}

/// Tells of one thing on standard error and goes on.
pub(crate) fn warn(diagnostic: &dyn Diagnostic) {
    let text = assay_report::problem::text(diagnostic, look_of(&io::stderr()));
    // There is nobody left to tell where standard error is closed.
    let _ = writeln!(io::stderr().lock(), "{text}");
}
