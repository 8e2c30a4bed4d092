//! What functions and classes mention.

use super::hashed;
use super::words::Words;
use crate::engine::function_key;
use crate::file::File;
use crate::rules::missing_error_handling::{imported_key, outermost_def, root_name};
use assay_python::model::{BindingKind, Context, NONE};
use ruff_text_size::Ranged;
use rustpython_ast::Expr;

/// What the functions and classes of a file mention, by hashes, all in one series.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    pub(super) heads: Vec<Mentioning>,
    words: Vec<u32>,
}

/// One function or class, and where in the series what it mentions stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mentioning {
    /// The function itself, by module and path.
    pub(super) exact: u32,
    /// Its plain name; 0 for what runs in any case.
    pub(super) name: u32,
    /// Functions and classes of the tree that imports or definitions lead to come first, as pairs: by module and path, and by
    /// plain name in case that a package only passes the name on.
    start: u32,
    /// Then names that could belong to anything.
    bare: u32,
    end: u32,
}

impl Mentions {
    /// Adds what stands at one place, sorted and each thing once.
    pub(super) fn add(&mut self, exact: u32, name: u32, resolved: &[(Word, u32)], bare: &[Word]) {
        let length = |words: &[u32]| u32::try_from(words.len()).unwrap_or(u32::MAX);
        let start = length(&self.words);
        self.words.extend(resolved.iter().flat_map(|(exact, name)| [exact.key(), *name]));
        let middle = length(&self.words);
        self.words.extend(bare.iter().map(|word| word.key()));
        self.heads.push(Mentioning { exact, name, start, bare: middle, end: length(&self.words) });
    }

    pub(super) fn resolved(&self, of: Mentioning) -> impl Iterator<Item = (u32, u32)> {
        self.words[of.start as usize..of.bare as usize].chunks_exact(2).map(|pair| (pair[0], pair[1]))
    }

    pub(super) fn bare(&self, of: Mentioning) -> &[u32] {
        &self.words[of.bare as usize..of.end as usize]
    }

    pub(super) fn shrink(mut self) -> Self {
        self.heads.shrink_to_fit();
        self.words.shrink_to_fit();
        self
    }
}

/// A key that is mentioned at a place: one number, since millions of them are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word(u64);

impl Word {
    pub(super) fn new(place: u32, key: u32) -> Self {
        Self(u64::from(place) << 32 | u64::from(key))
    }

    fn key(self) -> u32 {
        u32::try_from(self.0 & u64::from(u32::MAX)).unwrap_or_default()
    }
}

/// What the functions and classes of a file mention. What stands at module level runs as soon as anything of the file does, so
/// that it counts for every function; plain names there go to `words`.
pub(super) fn mentions(file: &File<'_, '_>, words: &Words) -> Mentions {
    let model = file.model;
    // By place, which is the `def` around or none for module level: what can be told for sure, and plain names.
    let mut resolved: Vec<(Word, u32)> = Vec::new();
    let mut bare: Vec<Word> = Vec::with_capacity(model.calls.len() + model.mentions.len());
    for call in &model.calls {
        // Tests import a script; they do not run it.
        if model.main_block.is_some_and(|block| block.contains_range(call.node.range())) {
            continue;
        }
        let place = outermost_def(file, call.context.function);
        match exact(file, &call.node.func, call.context) {
            Some(key) => resolved.push((Word::new(place, key), hashed(call.name()))),
            None if call.name().is_empty() => {}
            None => bare.push(Word::new(place, hashed(call.name()))),
        }
    }
    for (name, function) in &model.mentions {
        bare.push(Word::new(outermost_def(file, *function), hashed(name)));
    }
    let (resolved, bare) = (each_once(resolved), each_once(bare));
    let resolved = |place: u32| part(&resolved, place, |(word, _)| *word);
    let bare = |place: u32| part(&bare, place, |word| *word);
    let mut found = Mentions::default();
    words.extend(bare(NONE).iter().map(|word| word.key()));
    found.add(0, 0, resolved(NONE), &[]);
    for (at, function) in (0..).zip(&model.functions).filter(|(_, function)| function.def().is_some()) {
        // A nested function is run by the one around it.
        if let Some(outer) = model.functions.get(function.context.function as usize) {
            found.add(
                file.function_key(function.context.function),
                hashed(outer.name),
                &[(Word::new(0, file.function_key(at)), hashed(function.name))],
                &[],
            );
        }
        found.add(file.function_key(at), hashed(function.name), resolved(at), bare(at));
    }
    for (at, class) in (0..).zip(&model.classes) {
        // Whoever makes an instance may call it, compare it, add to it.
        let special = model.scopes[class.scope as usize]
            .names
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| name.starts_with("__"));
        let methods =
            special.filter_map(|name| Some((Word::new(0, file.function_key(model.method(at, name)?)), hashed(name))));
        let exact = function_key(&model.module, &model.class_path(at));
        found.add(exact, hashed(class.name), &each_once(methods.collect()), &[]);
    }
    found.shrink()
}

/// A series sorted, and each thing in it once.
pub(super) fn each_once<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort_unstable();
    all.dedup();
    all
}

/// What stands at a place, of a sorted series.
fn part<T>(all: &[T], place: u32, word: impl Fn(&T) -> Word) -> &[T] {
    let start = all.partition_point(|one| word(one) < Word::new(place, 0));
    let rest = &all[start..];
    &rest[..rest.partition_point(|one| word(one) <= Word::new(place, u32::MAX))]
}

/// The key of the function or class of the tree that a name leads to: one that the file defines or imports. A method may be
/// overridden by another, so methods go by their plain names.
pub(super) fn exact<'a>(file: &File<'_, 'a>, func: &'a Expr, context: Context) -> Option<u32> {
    let root = root_name(func)?;
    let binding = file.model.binding(root.id.as_str(), context, root.start().to_u32())?;
    match (&binding.kind, func) {
        (BindingKind::Import(path), _) if binding.in_tree => imported_key(file, path, func),
        (BindingKind::Function(function), Expr::Name(_)) => Some(file.function_key(*function)),
        (BindingKind::Class(class), Expr::Name(_)) => {
            Some(function_key(&file.model.module, &file.model.class_path(*class)))
        }
        _ => None,
    }
}
