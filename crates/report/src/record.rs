//! What was graded, by which version, so that a grade can be defended later.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What was graded, by which version. The hashes are SHA-256 in hexadecimal, as `sha256sum` prints them of the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Record {
    /// Version of the program.
    pub version: String,
    /// Hash of the exercise's manifest, which holds the key.
    pub key: String,
    /// Hashes of what the candidate got, brief and sources, by path in the exercise's folder.
    pub sources: BTreeMap<String, String>,
    /// Hash of the review's file.
    pub review: String,
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    Sha256::digest(bytes).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn hashes_are_those_of_sha256sum() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(super::sha256(b""), empty);
    }
}
