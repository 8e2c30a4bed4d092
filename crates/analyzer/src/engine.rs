//! From files to findings: in parallel, one tree at a time on each thread, again where other files turn out to matter.

use crate::file::{Draft, File, is_test_path};
use crate::imports::{Import, WHOLE, imports, key};
use crate::rules::{Check, Decorators, RULES, Tree, missing_tests};
use crate::{Analysis, FileError, Finding, Options};
use assay_python::infer::Types;
use assay_python::mapped;
use assay_python::project::{FileFacts, Modules, Project};
use assay_python::trips::Trips;
use assay_python::{STACK_BYTES, build, parse};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How often files are looked at again because what they import has become better known. Each round carries knowledge
/// one import further; chains of helpers longer than this are not followed to their end.
const ROUNDS: usize = 4;

/// A larger file is not analysed. The largest that people write have a few MB; a tree takes many times the room of its text.
const MOST_BYTES: u64 = 1 << 26;

/// Analyses sources that are already in memory, `(path, text)`, as one project.
pub fn analyze_sources(sources: &[(String, String)], options: &Options) -> Analysis {
    let inputs: Vec<_> =
        sources.iter().map(|(path, text)| Input { path: path.clone(), size: 0, text: Source::Memory(text) }).collect();
    run(&inputs, Vec::new(), options)
}

/// Finds the Python files below the given paths and analyses them as one project. Hidden folders and those of installed packages
/// are passed over, unless they are given themselves.
/// A file that cannot be read, is not UTF-8 or does not parse becomes an entry in `errors`.
pub fn analyze_paths(paths: &[PathBuf], options: &Options) -> Analysis {
    let mut inputs = Vec::new();
    let mut errors = Vec::new();
    let mut seen = FxHashSet::default();
    for path in paths {
        let walk = walkdir::WalkDir::new(path).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|entry| entry.depth() == 0 || !is_skipped(entry.file_name().to_str())) {
            match entry {
                Ok(entry) => {
                    let python = entry.path().extension().is_some_and(|extension| extension == "py");
                    if entry.file_type().is_file()
                        && (python || entry.depth() == 0)
                        && seen.insert(entry.path().to_owned())
                    {
                        let path = entry.path().to_string_lossy().into_owned();
                        let size = entry.metadata().map_or(0, |metadata| metadata.len());
                        inputs.push(Input { path, size, text: Source::Disk(entry.into_path()) });
                    }
                }
                Err(error) => errors.push(FileError {
                    path: error.path().unwrap_or(path).to_string_lossy().into_owned(),
                    line: 1,
                    column: 1,
                    message: error.io_error().map_or_else(|| error.to_string(), ToString::to_string),
                }),
            }
        }
    }
    run(&inputs, errors, options)
}

/// Folders that hold no source of the project.
fn is_skipped(name: Option<&str>) -> bool {
    name.is_some_and(|name| {
        name.len() > 1 && name.starts_with('.')
            || matches!(name, "__pycache__" | "node_modules" | "venv" | "site-packages" | "__pypackages__")
    })
}

struct Input<'s> {
    path: String,
    /// Bytes, as far as known.
    size: u64,
    text: Source<'s>,
}

enum Source<'s> {
    Memory(&'s str),
    Disk(PathBuf),
}

impl Input<'_> {
    fn read(&self) -> Result<Cow<'_, str>, FileError> {
        let failed = |line, column, message| FileError { path: self.path.clone(), line, column, message };
        match &self.text {
            Source::Memory(text) => Ok(Cow::Borrowed(text)),
            Source::Disk(path) => {
                let mut bytes = Vec::with_capacity(usize::try_from(self.size.min(MOST_BYTES)).unwrap_or_default() + 1);
                let read = std::fs::File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
                if read.map_err(|error| failed(1, 1, error.to_string()))? as u64 > MOST_BYTES {
                    return Err(failed(1, 1, format!("it has more than the {MOST_BYTES} bytes that are analysed")));
                }
                match String::from_utf8(bytes) {
                    Ok(text) => Ok(Cow::Owned(text)),
                    Err(error) => {
                        let valid = error.utf8_error().valid_up_to();
                        let good = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
                        let (line, column) = assay_python::LineIndex::new(&good).position(&good, valid);
                        Err(failed(line, column, format!("not UTF-8: byte {valid} cannot be decoded")))
                    }
                }
            }
        }
    }
}

/// What stays behind of a file.
#[derive(Default)]
struct Looked {
    drafts: Vec<Draft>,
    error: Option<FileError>,
    facts: FileFacts,
    /// What it uses of other modules of the tree.
    imports: Vec<Import>,
    /// Calls of functions of the tree: callee, caller (0 for module level), kinds of failure handled around the call.
    calls: Box<[(u32, u32, u8)]>,
    decorators: Decorators,
    tests: missing_tests::FileTests,
}

impl Looked {
    /// Takes over what was not gathered once more, since it does not hang on other files.
    fn keep_what_stays(&mut self, before: &mut Looked) {
        self.imports = std::mem::take(&mut before.imports);
        self.facts.taken = std::mem::take(&mut before.facts.taken);
        self.tests.keep_mentions(&mut before.tests);
    }
}

/// The key of a function across files, by its module and its path within; never 0.
pub(crate) fn function_key(module: &str, path: &str) -> u32 {
    let mut hasher = FxHasher::default();
    (module, path).hash(&mut hasher);
    // The upper half is the better mixed one.
    u32::try_from(hasher.finish() >> 32).unwrap_or_default() | 1
}

fn run(inputs: &[Input<'_>], errors: Vec<FileError>, options: &Options) -> Analysis {
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK_BYTES).build();
    match pool {
        Ok(pool) => pool.install(|| run_here(inputs, errors, options)),
        Err(error) => Analysis {
            files: inputs.len(),
            findings: Vec::new(),
            errors: vec![FileError {
                path: String::new(),
                line: 1,
                column: 1,
                message: format!("no threads: {error}"),
            }],
        },
    }
}

fn run_here(inputs: &[Input<'_>], mut errors: Vec<FileError>, options: &Options) -> Analysis {
    let modules = Arc::new(Modules::new(inputs.iter().map(|input| module_path(&input.path).into()).collect()));
    let trees_wanted = selected("missing-tests", options);
    let with_tests = trees_wanted && inputs.iter().any(|input| is_test_path(&input.path));
    let all: Vec<u32> = (0..u32::try_from(inputs.len()).unwrap_or(u32::MAX)).collect();
    let words = missing_tests::Words::default();
    let known = Known::Nothing(&words);
    let first = look_at(all, inputs, |at| look(at, &inputs[at as usize], &modules, known, with_tests, options));
    let mut looked: Vec<Looked> = first.into_iter().map(|(_, file)| file).collect();
    again(inputs, &modules, &mut looked, with_tests, options);

    let handled = handled_by_callers(&looked);
    let mut findings: Vec<Finding> = Vec::new();
    let mut tests = Vec::with_capacity(looked.len());
    for (input, file) in inputs.iter().zip(looked) {
        errors.extend(file.error);
        findings.extend(
            file.drafts
                .into_iter()
                .filter(|draft| draft.unless_callers_handle.is_none_or(|key| !handled.contains(&key)))
                .map(|draft| draft.finding),
        );
        tests.push((input.path.as_str(), file.tests));
    }
    let mut tree = Tree { tests, words };
    for rule in RULES {
        if let Check::Tree(check) = rule.check
            && selected(rule.kind, options)
        {
            findings.extend(check(&mut tree));
        }
    }
    findings.sort_by(|a, b| {
        (&a.path, a.span.line, a.span.column, a.rule, &a.message).cmp(&(
            &b.path,
            b.span.line,
            b.span.column,
            b.rule,
            &b.message,
        ))
    });
    errors.sort_by(|a, b| (&a.path, a.line, a.column).cmp(&(&b.path, b.line, b.column)));
    Analysis { files: inputs.len(), findings, errors }
}

pub(crate) fn selected(kind: &str, options: &Options) -> bool {
    options.select.is_empty() || options.select.iter().any(|wanted| wanted == kind)
}

/// Looks again at the files whose imports lead to something that tells: mapped classes, functions that make round trips.
fn again(inputs: &[Input<'_>], modules: &Arc<Modules>, looked: &mut [Looked], with_tests: bool, options: &Options) {
    let told = |file: &Looked, before: &FileFacts| -> FxHashSet<u64> { file.facts.told(before).map(key).collect() };
    let mut news: FxHashMap<u32, FxHashSet<u64>> = (0..)
        .zip(looked.iter().map(|file| told(file, &FileFacts::default())))
        .filter(|(_, told)| !told.is_empty())
        .collect();
    for _ in 0..ROUNDS {
        if news.is_empty() {
            return;
        }
        // A package that passes names on passes on the news as well.
        loop {
            let mut passed_on: Vec<(u32, u64)> = Vec::new();
            for (at, file) in (0..).zip(looked.iter()).filter(|(_, file)| !file.facts.taken.is_empty()) {
                let known = news.get(&at);
                let fresh = |name: &u64| known.is_none_or(|known| !known.contains(name));
                for (module, name) in file.imports.iter().filter(|(module, _)| *module != at) {
                    let Some(told) = news.get(module) else { continue };
                    if *name == WHOLE {
                        // All of it, or the module under a name.
                        for (taken, _) in
                            file.facts.taken.iter().filter(|(_, path)| modules.find(path) == Some(*module))
                        {
                            if &**taken == "*" {
                                passed_on.extend(told.iter().filter(|name| fresh(name)).map(|name| (at, *name)));
                            } else if fresh(&key(taken)) {
                                passed_on.push((at, key(taken)));
                            }
                        }
                    } else if told.contains(name) {
                        // Perhaps by another name.
                        let names = file.facts.taken.iter().filter_map(|(taken, path)| {
                            let last = path.rsplit('.').next().unwrap_or(path);
                            (&**taken != "*" && key(last) == *name).then(|| key(taken))
                        });
                        passed_on.extend(names.chain([*name]).filter(fresh).map(|name| (at, name)));
                    }
                }
            }
            if passed_on.is_empty() {
                break;
            }
            for (at, name) in passed_on {
                news.entry(at).or_default().insert(name);
            }
        }
        let affected: Vec<u32> = (0..)
            .zip(looked.iter())
            .filter(|(at, file)| {
                // Nothing that a test may do rests on what others tell.
                file.error.is_none()
                    && !is_test_path(&inputs[*at as usize].path)
                    && file.imports.iter().any(|(module, name)| {
                        module != at && news.get(module).is_some_and(|told| *name == WHOLE || told.contains(name))
                    })
            })
            .map(|(at, _)| at)
            .collect();
        let project = Project::new(modules.clone(), (0..).zip(looked.iter().map(|file| &file.facts)));
        let renewed = look_at(affected, inputs, |at| {
            look(at, &inputs[at as usize], modules, Known::Project(&project), with_tests, options)
        });
        news.clear();
        for (at, mut file) in renewed {
            let before = &mut looked[at as usize];
            let told = told(&file, &before.facts);
            if !told.is_empty() {
                news.insert(at, told);
            }
            file.keep_what_stays(before);
            *before = file;
        }
    }
}

/// Looks at files in parallel and gives what came of each, in the order of the files. The largest go first: their trees take
/// the most memory, and what stays behind of all files has not piled up yet; and no thread ends with a large one alone.
fn look_at(mut files: Vec<u32>, inputs: &[Input<'_>], look: impl Fn(u32) -> Looked + Sync) -> Vec<(u32, Looked)> {
    files.sort_by_key(|at| std::cmp::Reverse(inputs[*at as usize].size));
    let next = AtomicUsize::new(0);
    let shares = rayon::broadcast(|_| {
        let mut share = Vec::new();
        while let Some(at) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            share.push((*at, look(*at)));
        }
        share
    });
    let mut looked: Vec<(u32, Looked)> = shares.into_iter().flatten().collect();
    looked.sort_unstable_by_key(|(at, _)| *at);
    looked
}

/// What is known of the other files when one is looked at.
#[derive(Clone, Copy)]
enum Known<'k> {
    /// Nothing yet; the plain names that it mentions in any case go there.
    Nothing(&'k missing_tests::Words),
    /// All that was found so far. What does not hang on other files is not gathered again.
    Project(&'k Project),
}

/// Parses and models one file and lets the rules look at it.
fn look(
    at: u32,
    input: &Input<'_>,
    modules: &Arc<Modules>,
    known: Known<'_>,
    with_tests: bool,
    options: &Options,
) -> Looked {
    let text = match input.read() {
        Ok(text) => text,
        Err(error) => return Looked { error: Some(error), ..Looked::default() },
    };
    let tree = match parse(&text) {
        Ok(tree) => tree,
        Err(error) => {
            let error =
                FileError { path: input.path.clone(), line: error.line, column: error.column, message: error.message };
            return Looked { error: Some(error), ..Looked::default() };
        }
    };
    let module = modules.path(at);
    let init = input.path.ends_with("__init__.py");
    let package = if init { module } else { module.rsplit_once('.').map_or("", |(package, _)| package) };
    let model = build(&text, &tree, module, package, modules);

    let mut facts =
        FileFacts { mapped: mapped::mapped(&model), derived: mapped::derived(&model), ..FileFacts::default() };
    let own;
    let (project, words) = match known {
        Known::Project(project) => (project, None),
        Known::Nothing(words) => {
            own = Project::new(modules.clone(), [(at, &facts)]);
            (&own, Some(words))
        }
    };
    // A file that is looked at again imports something that tells.
    let again = words.is_none();
    let types = Types::new(&model, project);
    let is_test = is_test_path(&input.path);
    let trips = (!is_test && (again || reaches(&types))).then(|| Trips::new(&types));
    if let Some(trips) = &trips {
        facts.functions = trips.summaries();
        facts.values = types.exported_values();
        if !facts.interesting() {
            facts.functions.clear();
            facts.values.clear();
        }
        facts.functions.sort_by(|a, b| a.0.cmp(&b.0));
        facts.values.sort_by(|a, b| a.0.cmp(&b.0));
    }
    // No news reaches a test, but packages of tests pass news on.
    let imports = if again || is_test && !init { Vec::new() } else { imports(&model, modules, at, init) };
    if init && !again {
        for (name, bindings) in &model.scopes[0].names {
            for binding in bindings {
                let binding = &model.bindings[*binding as usize];
                if let assay_python::model::BindingKind::Import(path) = &binding.kind
                    && binding.in_tree
                {
                    facts.taken.push(((*name).into(), path.as_str().into()));
                }
            }
        }
        facts.taken.sort();
    }
    let file = File::new(&input.path, &model, &types, trips.as_ref(), is_test);
    let mut drafts = Vec::new();
    for rule in RULES {
        if let Check::File(check) = rule.check
            && selected(rule.kind, options)
        {
            drafts.extend(check(&file));
        }
    }
    // That a test expects a failure does not handle it.
    let follow_calls = selected("missing-error-handling", options) && !is_test;
    let calls = if follow_calls { crate::rules::calls_in_view(&file) } else { Box::default() };
    let decorators = if follow_calls { crate::rules::decorators_in_view(&file) } else { Decorators::default() };
    let tests = if selected("missing-tests", options) {
        missing_tests::collect(&file, with_tests, words)
    } else {
        missing_tests::FileTests::default()
    };
    Looked { drafts, error: None, facts, imports, calls, decorators, tests }
}

/// Whether a file can reach another system at all, so that looking for round trips is worth while.
fn reaches(types: &Types<'_, '_>) -> bool {
    // Besides those that the type guess knows.
    const UNKNOWN: &[&str] = &["aioredis", "mysql", "pyodbc", "oracledb", "cx_Oracle", "duckdb"];
    if types.imports.iter().any(|import| assay_python::REACHING.contains(import) || UNKNOWN.contains(import)) {
        return true;
    }
    let text = types.model.text.as_bytes();
    [".objects.", "cursor", "session.", "redis", "conn.", ".execute(", "Serializer("]
        .iter()
        .any(|word| memchr::memmem::find(text, word.as_bytes()).is_some())
}

/// Functions that are called in view and whose every call stands where such failures are handled, here or further up, or that
/// a decorator in view calls so.
fn handled_by_callers(looked: &[Looked]) -> FxHashSet<(u32, u8)> {
    let wanted: FxHashSet<(u32, u8)> =
        looked.iter().flat_map(|file| &file.drafts).filter_map(|draft| draft.unless_callers_handle).collect();
    if wanted.is_empty() {
        return FxHashSet::default();
    }
    let calls = || looked.iter().flat_map(|file| &file.calls).filter(|(callee, caller, _)| callee != caller);
    let called: FxHashSet<u32> = calls().map(|(callee, ..)| *callee).collect();
    let mut callees: FxHashMap<u32, Vec<(u32, u8)>> = FxHashMap::default();
    for (callee, caller, handled) in calls() {
        callees.entry(*caller).or_default().push((*callee, *handled));
    }
    let handling: FxHashMap<u32, u8> = looked.iter().flat_map(|file| &file.decorators.handling).copied().collect();
    let mut shielded: FxHashMap<u32, u8> = FxHashMap::default();
    for (function, decorator) in looked.iter().flat_map(|file| &file.decorators.worn) {
        if let Some(handled) = handling.get(decorator) {
            *shielded.entry(*function).or_default() |= handled;
        }
    }
    // What escapes from a function that nobody in view calls, or from module level, is handled by nobody; from there on down.
    let mut escapes: FxHashMap<u32, u8> = FxHashMap::default();
    let mut open: Vec<(u32, u8)> = callees
        .keys()
        .chain(wanted.iter().map(|(key, _)| key))
        .filter(|key| !called.contains(key))
        .map(|key| (*key, u8::MAX))
        .collect();
    while let Some((key, families)) = open.pop() {
        let families = families & !shielded.get(&key).copied().unwrap_or_default();
        let known = escapes.entry(key).or_default();
        let new = families & !*known;
        if new == 0 {
            continue;
        }
        *known |= new;
        open.extend(callees.get(&key).into_iter().flatten().map(|(callee, handled)| (*callee, new & !handled)));
    }
    wanted
        .into_iter()
        .filter(|(key, families)| escapes.get(key).is_none_or(|escaping| escaping & families == 0))
        .collect()
}

/// The dotted path of a module, by the path of its file.
fn module_path(path: &str) -> String {
    let stem = path.strip_suffix(".py").unwrap_or(path);
    let parts: Vec<_> = Path::new(stem)
        .components()
        .filter_map(|component| match component {
            Component::Normal(part) => part.to_str(),
            _ => None,
        })
        .collect();
    let parts = match &parts[..] {
        [package @ .., "__init__"] if !package.is_empty() => package,
        parts => parts,
    };
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::module_path;

    #[test]
    fn modules_are_named_after_paths() {
        assert_eq!(module_path("a/b.py"), "a.b");
        assert_eq!(module_path("../a/b/__init__.py"), "a.b");
        assert_eq!(module_path("/x.py"), "x");
        assert_eq!(module_path("__init__.py"), "__init__");
    }
}
