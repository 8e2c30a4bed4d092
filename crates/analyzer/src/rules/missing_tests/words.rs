//! The words of a test file.

use super::hashed;
use super::mentions::{Mentions, Word, each_once};
use crate::file::File;
use crate::rules::missing_error_handling::tree_key;
use assay_python::model::BindingKind;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{Mutex, PoisonError};

/// Plain names that run or are mentioned in any case, by their keys: those of all tests and of all module levels. They are kept
/// once for the whole tree, since thousands of tests share most of their words.
#[derive(Debug, Default)]
pub(crate) struct Words(Mutex<FxHashSet<u32>>);

impl Words {
    pub(super) fn extend(&self, keys: impl IntoIterator<Item = u32>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(keys);
    }

    pub(super) fn into_set(self) -> FxHashSet<u32> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known of a word, by its key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Known {
    /// Nothing yet.
    #[default]
    Not,
    /// It is a plain name, and has been counted.
    Bare,
    /// Something is imported by it, or by another word of this key.
    Imported,
}

/// The bytes that names are made of; those of other alphabets too.
const IN_NAMES: [bool; 256] = {
    let mut bytes = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "there are as many bytes")]
        let this = byte as u8;
        bytes[byte] = this.is_ascii_alphanumeric() || this == b'_' || this >= 0x80;
        byte += 1;
    }
    bytes
};

/// What a test file mentions: all words of its text that could be names, since tests name things in many ways: calls, patches
/// by dotted path, parameters. A name that is imported from the tree stands for what is imported, and only if it is used. Plain
/// names go to `words`.
pub(super) fn words_of(file: &File<'_, '_>, words: &Words) -> Mentions {
    let model = file.model;
    let mut imported: FxHashMap<&str, Option<u32>> = FxHashMap::default();
    // Few words of a text are imported, and most have been seen before.
    let mut known: FxHashMap<u32, Known> = FxHashMap::default();
    for scope in &model.scopes {
        for (name, bindings) in &scope.names {
            if let [only] = bindings[..]
                && model.bindings[only as usize].in_tree
                && let BindingKind::Import(path) = &model.bindings[only as usize].kind
            {
                imported.insert(name, tree_key(file, path));
                known.insert(hashed(name), Known::Imported);
            }
        }
    }
    let mut bare: Vec<u32> = Vec::new();
    let mut resolved: Vec<(Word, u32)> = Vec::new();
    let text = model.text.as_bytes();
    let (mut at, mut import_line) = (0, false);
    while at < text.len() {
        if !IN_NAMES[usize::from(text[at])] {
            import_line &= text[at] != b'\n' || text[..at].ends_with(b",") || text[..at].ends_with(b"(");
            at += 1;
            continue;
        }
        let start = at;
        while at < text.len() && IN_NAMES[usize::from(text[at])] {
            at += 1;
        }
        let word = &model.text[start..at];
        if word == "import" {
            import_line = true;
        }
        if word.len() < 2 || word.as_bytes()[0].is_ascii_digit() || import_line {
            continue;
        }
        let key = hashed(word);
        let seen = known.entry(key).or_default();
        if *seen == Known::Bare {
            continue;
        }
        let after_dot = start > 0 && text[start - 1] == b'.';
        match imported.get(word).filter(|_| *seen == Known::Imported && !after_dot) {
            Some(Some(exact)) => resolved.push((Word::new(0, *exact), key)),
            // A module of the tree: what is taken of it follows.
            Some(None) => {}
            None => {
                bare.push(key);
                if *seen == Known::Not {
                    *seen = Known::Bare;
                }
            }
        }
    }
    words.extend(bare);
    let mut found = Mentions::default();
    found.add(0, 0, &each_once(resolved), &[]);
    found.shrink()
}
