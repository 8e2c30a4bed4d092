//! Prints what the analyzer finds below the given paths, one line a finding: for looking at many findings at once.

use assay_analyzer::{Options, analyze_paths};

#[allow(clippy::print_stdout, reason = "it is what this program is for")]
fn main() {
    let (select, paths): (Vec<_>, Vec<_>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with("--select="));
    let select =
        select.iter().flat_map(|argument| argument["--select=".len()..].split(',')).map(str::to_owned).collect();
    let paths: Vec<_> = paths.into_iter().map(Into::into).collect();
    let analysis = analyze_paths(&paths, &Options { select });
    for finding in &analysis.findings {
        let (path, span) = (&finding.path, finding.span);
        println!("{path}:{}:{}: {} {:?} {}", span.line, span.column, finding.kind, finding.confidence, finding.message);
        for label in &finding.labels {
            println!("    {}:{} {}", label.span.line, label.span.column, label.text);
        }
    }
    for error in &analysis.errors {
        println!("{}:{}:{}: error {}", error.path, error.line, error.column, error.message);
    }
    println!("{} files, {} findings, {} errors", analysis.files, analysis.findings.len(), analysis.errors.len());
}
