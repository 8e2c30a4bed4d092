//! `assay man`

use crate::args::{Arguments, ManArguments};
use crate::error::{CliError, Failure};
use crate::output;
use crate::status::Status;
use clap::CommandFactory;

pub(crate) fn run(arguments: &ManArguments) -> Result<Status, Failure> {
    let mut all = Arguments::command();
    all.build();
    let page = match &arguments.command {
        None => Some(&all),
        Some(name) => all.find_subcommand(name),
    };
    let Some(page) = page else {
        let name = arguments.command.as_deref().unwrap_or_default();
        let help = "`assay --help` names them all.";
        return Err(CliError::new("usage", format!("there is no command `{name}`"), help).into());
    };
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    let _ = clap_mangen::Man::new(page.clone()).render(&mut text);
    output::print(&String::from_utf8_lossy(&text))?;
    Ok(Status::Done)
}
