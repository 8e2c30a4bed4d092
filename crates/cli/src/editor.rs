//! The user's editor.

use crate::error::CliError;
use std::path::Path;
use std::process::Command;

/// The command of the editor that the environment names, if it names one.
pub(crate) fn named() -> Option<String> {
    ["VISUAL", "EDITOR"].iter().filter_map(|name| std::env::var(name).ok()).find(|command| !command.trim().is_empty())
}

/// Opens a file in the editor and waits until it is closed.
pub(crate) fn edit(editor: &str, file: &Path) -> Result<(), CliError> {
    let status = command(editor, file).status();
    let problem = match status {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("the editor `{editor}` ended with {status}"),
        Err(error) => format!("the editor `{editor}` cannot be started: {error}"),
    };
    let help = format!(
        "What you wrote is in {}. Set $VISUAL or $EDITOR to another editor, or name a file with --review.",
        file.display()
    );
    Err(CliError::new("editor", problem, help))
}

/// The variables hold shell commands (`code --wait`), as for every program that uses them.
#[cfg(unix)]
fn command(editor: &str, file: &Path) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$@\"")).arg("sh").arg(file);
    command
}

#[cfg(not(unix))]
fn command(editor: &str, file: &Path) -> Command {
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(editor));
    command.args(words).arg(file);
    command
}
