//! A review as it was read.

/// A candidate's review: its text, and where it is a list of comments, their places.
///
/// Offsets into a review are byte offsets into the text as it was read, for JSON into the JSON.
#[derive(Debug, Clone)]
pub struct Review {
    /// How the review is called in reports, as a rule the file's name.
    pub name: String,
    /// The text as it was read.
    pub text: String,
}

/// Why a review cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ReviewError {
    /// What is wrong and what to do about it.
    pub message: String,
    /// 1-based line.
    pub line: usize,
    /// 1-based column in characters.
    pub column: usize,
}

impl Review {
    /// Reads a review from bytes: Markdown, plain text, or JSON (an array of GitHub's review comments), told apart by content.
    ///
    /// # Errors
    /// Where the bytes are not UTF-8 (with the place of the first bad byte), or are JSON of another form.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Result<Self, ReviewError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self { name: name.to_owned(), text: text.to_owned() }),
            Err(error) => {
                let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
                let line = good.matches('\n').count() + 1;
                let column = good.rsplit('\n').next().unwrap_or("").chars().count() + 1;
                Err(ReviewError { message: "not UTF-8; save the review as UTF-8 text".into(), line, column })
            }
        }
    }
}
