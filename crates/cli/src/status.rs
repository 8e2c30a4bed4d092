//! The exit status, on which other people's scripts rely.

use std::process::ExitCode;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// All was done, and nothing is amiss.
    Done = 0,
    /// There are findings, a check failed, or a grade lies under the pass mark.
    Failed = 1,
    /// The arguments are wrong, or input cannot be read.
    Unusable = 2,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}
