//! `assay analyze`

use crate::args::{AnalyzeArguments, AnalyzeFormat};
use crate::error::{CliError, Failure};
use crate::output;
use crate::status::Status;
use assay_analyzer::{Analysis, Options, analyze_paths};
use assay_report::{Look, analysis};
use std::collections::BTreeMap;

pub(crate) fn run(arguments: &AnalyzeArguments) -> Result<Status, Failure> {
    let missing: Vec<_> = arguments
        .paths
        .iter()
        .filter(|path| !path.exists())
        .map(|path| {
            let message = format!("there is no file or folder {}", path.display());
            CliError::new("missing-path", message, "Correct the path.")
        })
        .collect();
    if !missing.is_empty() {
        return Err(Failure::all(missing));
    }
    let analysis = analyze_paths(&arguments.paths, &Options { select: arguments.select.clone() });
    let text = match arguments.format {
        AnalyzeFormat::Json => analysis::json(&analysis),
        AnalyzeFormat::Sarif => analysis::sarif(&analysis, env!("CARGO_PKG_VERSION")),
        AnalyzeFormat::Github => analysis::github(&analysis),
        AnalyzeFormat::Text => {
            let look = if arguments.output.output.is_some() { Look::default() } else { output::look() };
            analysis::text(&analysis, &sources(&analysis), look)
        }
    };
    output::write(&text, &arguments.output)?;
    Ok(if !analysis.errors.is_empty() {
        Status::Unusable
    } else if analysis.findings.is_empty() || arguments.exit_zero {
        Status::Done
    } else {
        Status::Failed
    })
}

/// The texts of the files that have findings. A file that has gone meanwhile is left out.
fn sources(analysis: &Analysis) -> BTreeMap<String, String> {
    let mut sources = BTreeMap::new();
    for finding in &analysis.findings {
        if !sources.contains_key(&finding.path)
            && let Ok(text) = std::fs::read_to_string(&finding.path)
        {
            sources.insert(finding.path.clone(), text);
        }
    }
    sources
}
