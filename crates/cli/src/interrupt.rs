//! Ctrl-C and the request to end: files that are half written are taken away, those that hold finished work are told of.
//!
//! The program then ends by that signal, as others expect it to. Elsewhere than on Unix nothing of this is done.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What lies about while the program works.
static HELD: Mutex<Vec<(PathBuf, Keep)>> = Mutex::new(Vec::new());

/// What becomes of a file where the program is told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// It is of use to nobody.
    No,
    /// It holds what is done so far.
    Yes,
}

/// Holds a path as long as it lives.
#[derive(Debug)]
pub(crate) struct Held(PathBuf);

impl Drop for Held {
    fn drop(&mut self) {
        held().retain(|(path, _)| *path != self.0);
    }
}

/// Makes something on the disk and remembers where. No signal is answered between the two.
pub(crate) fn hold<T, E>(
    keep: Keep,
    create: impl FnOnce() -> Result<T, E>,
    path: impl Fn(&T) -> &Path,
) -> Result<(T, Held), E> {
    watch();
    let mut held = held();
    let made = create()?;
    // The folder may be left, and entered by another name, while the program works.
    let path = std::path::absolute(path(&made)).unwrap_or_else(|_| path(&made).to_owned());
    held.push((path.clone(), keep));
    drop(held);
    Ok((made, Held(path)))
}

fn held() -> MutexGuard<'static, Vec<(PathBuf, Keep)>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(not(unix))]
fn watch() {}

/// Begins to answer signals. That a system has no thread for it costs the tidying up only.
#[cfg(unix)]
fn watch() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
        let _ = std::thread::Builder::new().spawn(move || {
            if let Some(signal) = signals.forever().next() {
                // The lock stays taken, so that nothing new is made.
                let held = held();
                for (path, keep) in &*held {
                    end(path, *keep);
                }
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        });
    });
}

#[cfg(unix)]
fn end(path: &Path, keep: Keep) {
    use std::io::Write as _;
    if keep == Keep::Yes {
        let message = format!("stopped; what is done so far is in {}: --resume goes on from there\n", path.display());
        let _ = std::io::stderr().lock().write_all(assay_report::untrusted::visible(&message).as_bytes());
    } else if path.is_dir() {
        let _ = std::fs::remove_dir_all(path);
    } else {
        let _ = std::fs::remove_file(path);
    }
}
