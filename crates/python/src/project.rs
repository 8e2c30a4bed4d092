//! What is known across files: where a dotted path leads, the mapped classes and their relations, and what functions do.
//!
//! A project holds summaries, never trees, so that its size follows from what is interesting and not from what is read.

use crate::types::{Orm, Type};
use ruff_text_size::TextRange;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// A relation of a mapped class.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Relation {
    /// The class at the other end, as written: a dotted path or a bare name.
    pub target: Option<Arc<str>>,
    /// Whether it gives many rows.
    pub many: bool,
    /// Whether the mapper loads it together with the row.
    pub eager: bool,
    /// The name by which the other end sees this class, where one is given.
    pub back: Option<Arc<str>>,
    /// Whether the mapper loads the other end's relation together with its row.
    pub back_eager: bool,
    /// The relation by which the rows at the other end know, without a query, the row that they were reached from.
    pub known: Option<Arc<str>>,
}

/// A mapped class.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapped {
    /// The mapper.
    pub orm: Orm,
    /// Its relations by attribute.
    pub relations: FxHashMap<Arc<str>, Relation>,
    /// Its other mapped attributes.
    pub columns: FxHashSet<Arc<str>>,
    /// Base classes by dotted path.
    pub bases: Vec<Arc<str>>,
    /// Django: the project's own classes of managers or querysets, by the attribute they are bound to.
    pub managers: FxHashMap<Arc<str>, Arc<str>>,
}

/// What a round trip does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TripKind {
    /// Asks a database.
    Read,
    /// Changes a database.
    Write,
    /// Loads a related row or rows when an attribute is touched.
    Lazy,
    /// Asks a web service.
    Request,
    /// Asks a key-value store.
    Key,
}

/// A round trip that calling a function makes, once for each call.
#[derive(Debug, Clone, PartialEq)]
pub struct TripFact {
    /// What kind.
    pub kind: TripKind,
    /// The operation in words of the code.
    pub what: Arc<str>,
    /// The module it stands in, and where there; the file's own module for a direct one.
    pub module: Arc<str>,
    /// The place in that file.
    pub range: TextRange,
    /// The parameter it hangs on, if it is a lazy load of something that was passed in, and the relation.
    pub parameter: Option<(u32, Arc<str>)>,
    /// The parameter, by position and name, without which alone it is made: `if rate is None: rate = Rate.objects.get(...)`.
    pub unless_given: Option<(u32, Arc<str>)>,
    /// The parameter, by position and name, that the statement which is sent came in by.
    pub statement: Option<(u32, Arc<str>)>,
    /// Whether the object that the function belongs to keeps what it has asked for once.
    pub kept: bool,
}

/// What is known of a function from outside.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FunctionFacts {
    /// What it returns.
    pub returns: Type,
    /// What it asks of other systems in one call.
    pub trips: Vec<TripFact>,
}

impl FunctionFacts {
    /// Whether a caller can learn anything from this.
    pub fn interesting(&self) -> bool {
        !self.trips.is_empty() || tells(&self.returns)
    }
}

/// Whether a type says something about a database, a client or a related row.
pub fn tells(value: &Type) -> bool {
    match value {
        Type::Sequence(item) | Type::Mapping(item) => tells(item),
        Type::Tuple(items) => items.iter().any(tells),
        Type::Manager(_)
        | Type::QuerySet(_)
        | Type::Statement(_)
        | Type::OrmQuery(_)
        | Type::Rows(_)
        | Type::Scalars(_)
        | Type::Row(_)
        | Type::Client(_)
        | Type::Factory(_)
        | Type::Response
        | Type::Record
        | Type::Payload
        | Type::Instance(_) => true,
        _ => false,
    }
}

/// Whether a type by itself leads to a database or a client.
fn tells_much(value: &Type) -> bool {
    match value {
        Type::Sequence(item) | Type::Mapping(item) => tells_much(item),
        Type::Tuple(items) => items.iter().any(tells_much),
        Type::Instance(_) | Type::Payload | Type::Record | Type::Response => false,
        other => tells(other),
    }
}

/// The summary of one file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileFacts {
    /// Mapped classes by name within the module.
    pub mapped: Vec<(Arc<str>, Mapped)>,
    /// Functions by name within the module, interesting ones only.
    pub functions: Vec<(Arc<str>, FunctionFacts)>,
    /// Attributes of instances, and module variables: `Class.name` or `name`, interesting ones only.
    pub values: Vec<(Arc<str>, Type)>,
    /// Names that a package takes from elsewhere: name and dotted path; `*` for all.
    pub taken: Vec<(Arc<str>, Arc<str>)>,
    /// Managers and querysets by name within the module, with the dotted paths of their bases.
    pub derived: Vec<(Arc<str>, Vec<Arc<str>>)>,
}

impl FileFacts {
    /// The first parts of the names that tell other files something that they did not tell `before`. An instance of some
    /// class alone tells nothing.
    pub fn told<'f>(&'f self, before: &'f FileFacts) -> impl Iterator<Item = &'f str> {
        fn fresh<'f, T: PartialEq>(
            now: &'f [(Arc<str>, T)],
            before: &'f [(Arc<str>, T)],
        ) -> impl Iterator<Item = &'f (Arc<str>, T)> {
            let known: FxHashMap<&str, &T> = before.iter().map(|(name, value)| (&**name, value)).collect();
            now.iter().filter(move |(name, value)| known.get(&**name) != Some(&value))
        }
        let functions = fresh(&self.functions, &before.functions)
            .filter(|(_, facts)| !facts.trips.is_empty() || tells_much(&facts.returns));
        let values = fresh(&self.values, &before.values).filter(|(_, value)| tells_much(value));
        fresh(&self.mapped, &before.mapped)
            .map(|(name, _)| name)
            .chain(functions.map(|(name, _)| name))
            .chain(values.map(|(name, _)| name))
            .map(|name| name.split('.').next().unwrap_or(name))
    }

    /// Whether another file can learn anything from this one.
    pub fn interesting(&self) -> bool {
        self.told(&FileFacts::default()).next().is_some()
    }
}

/// The modules of a tree by dotted path.
#[derive(Debug, Default)]
pub struct Modules {
    paths: Vec<Arc<str>>,
    by_path: FxHashMap<Arc<str>, u32>,
    /// Dotted paths of the folders.
    folders: FxHashSet<Arc<str>>,
    /// First parts of all of these, and last parts, so that the look-up of a library from elsewhere ends before it begins.
    firsts: FxHashSet<Box<str>>,
    lasts: FxHashSet<Box<str>>,
}

impl Modules {
    /// Indexes modules by their dotted paths, in the order of the files.
    pub fn new(paths: Vec<Arc<str>>) -> Self {
        let by_path: FxHashMap<Arc<str>, u32> = paths.iter().cloned().zip(0..).collect();
        let mut folders: FxHashSet<Arc<str>> = FxHashSet::default();
        for path in &paths {
            let mut end = path.len();
            while let Some(dot) = path[..end].rfind('.') {
                if !folders.insert(path[..dot].into()) {
                    break;
                }
                end = dot;
            }
        }
        let firsts = paths.iter().map(|path| first(path).into()).collect();
        let lasts = paths.iter().chain(&folders).map(|path| last(path).into()).collect();
        Self { paths, by_path, folders, firsts, lasts }
    }

    /// The module with this full dotted path.
    pub fn find(&self, path: &str) -> Option<u32> {
        self.by_path.get(path).copied()
    }

    /// The module that a full dotted path to a name leads into, and the rest of the path.
    pub fn split<'p>(&self, path: &'p str) -> Option<(u32, &'p str)> {
        if !self.firsts.contains(first(path)) {
            return None;
        }
        let mut end = path.len();
        loop {
            if let Some(module) = self.find(&path[..end]) {
                return Some((module, path[end..].trim_start_matches('.')));
            }
            end = path[..end].rfind('.')?;
        }
    }

    /// The full dotted path of what `importer` imports as `path`, if that is in the tree: below one of the folders around the
    /// importer, or below a folder `src` or `lib` in one of them. The nearest is taken.
    pub fn absolute(&self, importer: &str, path: &str) -> Option<String> {
        let root = self.root(importer, first(path))?;
        Some(if root.is_empty() { path.to_owned() } else { format!("{root}.{path}") })
    }

    /// The dotted path of the folder in which `importer` finds the top-level name `top`; empty for the outermost.
    pub fn root(&self, importer: &str, top: &str) -> Option<String> {
        if !self.lasts.contains(top) {
            return None;
        }
        let mut full = String::with_capacity(importer.len() + top.len() + ".src.".len());
        let mut root = importer;
        loop {
            root = root.rfind('.').map_or("", |dot| &root[..dot]);
            for folder in ["", "src", "lib"] {
                full.clear();
                full.push_str(root);
                push_part(&mut full, folder);
                let length = full.len();
                push_part(&mut full, top);
                if self.by_path.contains_key(&*full) || self.folders.contains(&*full) {
                    full.truncate(length);
                    return Some(full);
                }
            }
            if root.is_empty() {
                return None;
            }
        }
    }

    /// The dotted path of a module.
    pub fn path(&self, module: u32) -> &Arc<str> {
        &self.paths[module as usize]
    }

    /// Number of modules.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }
}

/// The first part of a dotted path.
fn first(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// The last part of a dotted path.
fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Adds a part to a dotted path; nothing if it is empty.
fn push_part(path: &mut String, part: &str) {
    if !path.is_empty() && !part.is_empty() {
        path.push('.');
    }
    path.push_str(part);
}

/// All that is known across files.
#[derive(Debug, Default)]
pub struct Project {
    /// The modules.
    pub modules: Arc<Modules>,
    mapped: FxHashMap<String, Arc<Mapped>>,
    by_name: FxHashMap<String, Vec<String>>,
    functions: FxHashMap<String, Arc<FunctionFacts>>,
    values: FxHashMap<String, Type>,
    taken: FxHashMap<String, Arc<str>>,
    derived: FxHashMap<String, Vec<Arc<str>>>,
    /// Last parts of all paths that lead to something, so that most look-ups end before they begin.
    lasts: FxHashSet<String>,
}

impl Project {
    /// Puts the summaries of files together.
    pub fn new<'f>(modules: Arc<Modules>, files: impl IntoIterator<Item = (u32, &'f FileFacts)>) -> Self {
        let mut project = Project { modules, ..Project::default() };
        let mut stars: Vec<(String, String)> = Vec::new();
        for (at, facts) in files {
            let module = project.modules.path(at).clone();
            for (name, mapped) in &facts.mapped {
                let key = format!("{module}.{name}");
                let last = name.rsplit('.').next().unwrap_or(name);
                project.by_name.entry(last.to_owned()).or_default().push(key.clone());
                project.mapped.insert(key, Arc::new(mapped.clone()));
            }
            for (name, function) in &facts.functions {
                project.functions.insert(format!("{module}.{name}"), Arc::new(function.clone()));
            }
            for (name, value) in &facts.values {
                project.values.insert(format!("{module}.{name}"), value.clone());
            }
            for (name, bases) in &facts.derived {
                project.derived.insert(format!("{module}.{name}"), bases.clone());
            }
            for (name, path) in &facts.taken {
                if &**name == "*" {
                    if let Some(source) = project.modules.find(path) {
                        stars.push((module.to_string(), project.modules.path(source).to_string()));
                    }
                } else {
                    project.taken.insert(format!("{module}.{name}"), path.clone());
                }
            }
        }
        project.link_back();
        let keys = project.mapped.keys().chain(project.functions.keys()).chain(project.values.keys());
        let keys = keys.chain(project.derived.keys());
        project.lasts = keys.map(|key| last(key).to_owned()).collect();
        project.keep_what_leads_somewhere();
        project.take_all(&stars);
        project
    }

    /// Spells out `from source import *`, given as pairs of module and source.
    fn take_all(&mut self, stars: &[(String, String)]) {
        if stars.is_empty() {
            return;
        }
        let mut names: FxHashMap<String, FxHashSet<String>> = FxHashMap::default();
        let keys = self.mapped.keys().chain(self.functions.keys()).chain(self.values.keys()).chain(self.taken.keys());
        for key in keys {
            if let Some((module, rest)) = self.modules.split(key) {
                let name = rest.split('.').next().unwrap_or(rest).to_owned();
                names.entry(self.modules.path(module).to_string()).or_default().insert(name);
            }
        }
        // As many steps as packages take all of packages that take all.
        for _ in 0..8 {
            let mut news = false;
            for (module, source) in stars {
                for name in names.get(source).cloned().unwrap_or_default() {
                    let key = format!("{module}.{name}");
                    if names.entry(module.clone()).or_default().insert(name.clone()) {
                        self.lasts.insert(name.clone());
                        self.taken.insert(key, format!("{source}.{name}").into());
                        news = true;
                    }
                }
            }
            if !news {
                return;
            }
        }
    }

    /// Forgets the names that packages take from elsewhere and that lead to nothing that tells. A new name may stand for a
    /// known one, and names may be taken in several steps, so names are kept until nothing more is added.
    fn keep_what_leads_somewhere(&mut self) {
        let mut kept: FxHashMap<String, Arc<str>> = FxHashMap::default();
        loop {
            let more: Vec<String> = self
                .taken
                .iter()
                .filter(|(key, target)| !kept.contains_key(*key) && self.lasts.contains(last(target)))
                .map(|(key, _)| key.clone())
                .collect();
            if more.is_empty() {
                break;
            }
            for key in more {
                if let Some(target) = self.taken.remove(&key) {
                    self.lasts.insert(last(&key).to_owned());
                    kept.insert(key, target);
                }
            }
        }
        self.taken = kept;
    }

    /// Gives each target of a relation the attribute by which it sees the other end.
    fn link_back(&mut self) {
        let mut found: Vec<(String, Arc<str>, Relation)> = Vec::new();
        for (path, mapped) in &self.mapped {
            let name = path.rsplit('.').next().unwrap_or(path);
            for (field, relation) in &mapped.relations {
                let Some(target) = relation.target.as_deref().and_then(|target| self.mapped_path(target)) else {
                    continue;
                };
                let back = match (&relation.back, mapped.orm) {
                    (Some(back), _) if back.ends_with('+') => continue,
                    (Some(back), _) => back.clone(),
                    (None, Orm::Django) => format!("{}_set", name.to_lowercase()).into(),
                    (None, Orm::Sqlalchemy) => continue,
                };
                let known = (mapped.orm == Orm::Django && !relation.many).then(|| field.clone());
                // The other end of a collection that has no table between is one row.
                let many = mapped.orm == Orm::Django || !relation.many || relation.known.is_none();
                let (target_of_back, eager) = (Some(path.as_str().into()), relation.back_eager);
                let seen = Relation { target: target_of_back, many, eager, known, ..Relation::default() };
                found.push((target, back, seen));
            }
        }
        for (target, back, relation) in found {
            if let Some(mapped) = self.mapped.get_mut(&target) {
                Arc::make_mut(mapped).relations.entry(back).or_insert(relation);
            }
        }
    }

    /// Where a dotted path leads, through what packages take from elsewhere: the dotted path of the definition.
    pub fn resolve(&self, path: &str) -> Option<String> {
        if !self.lasts.contains(last(path)) {
            return None;
        }
        self.resolve_within(path, &mut FxHashSet::default())
    }

    fn resolve_within(&self, path: &str, seen: &mut FxHashSet<String>) -> Option<String> {
        // Packages that take everything from each other would lead round and round.
        if seen.len() > 64 || !seen.insert(path.to_owned()) {
            return None;
        }
        let (module, rest) = self.modules.split(path)?;
        let module = self.modules.path(module);
        if rest.is_empty() {
            return Some(module.to_string());
        }
        let key = format!("{module}.{rest}");
        if self.mapped.contains_key(&key) || self.functions.contains_key(&key) || self.values.contains_key(&key) {
            return Some(key);
        }
        let (first, tail) = rest.split_once('.').map_or((rest, ""), |(first, tail)| (first, tail));
        let join = |target: &str| if tail.is_empty() { target.to_owned() } else { format!("{target}.{tail}") };
        if let Some(target) = self.taken.get(&format!("{module}.{first}")) {
            let target = join(target);
            if target != path {
                return self.resolve_within(&target, seen);
            }
        }
        Some(key)
    }

    /// The dotted path of a mapped class, from a path or, for a relation's target, from its bare name if only one class bears it.
    pub fn mapped_path(&self, path: &str) -> Option<String> {
        if self.mapped.contains_key(path) {
            return Some(path.to_owned());
        }
        if let Some(found) = self.resolve(path)
            && self.mapped.contains_key(&found)
        {
            return Some(found);
        }
        match self.by_name.get(last(path)).map(Vec::as_slice) {
            Some([only]) => Some(only.clone()),
            _ => None,
        }
    }

    /// The mapped class at a dotted path. A name imported from a module outside the tree is not one.
    pub fn mapped(&self, path: &str) -> Option<&Arc<Mapped>> {
        if !self.lasts.contains(last(path)) {
            return None;
        }
        self.mapped.get(path).or_else(|| self.mapped.get(&self.resolve(path)?))
    }

    /// The mapped class that a relation names.
    pub fn mapped_target(&self, target: &str) -> Option<(String, &Arc<Mapped>)> {
        let path = self.mapped_path(target)?;
        let mapped = self.mapped.get(&path)?;
        Some((path, mapped))
    }

    /// A relation of a mapped class or of its mapped bases.
    pub fn relation(&self, path: &str, name: &str) -> Option<Relation> {
        self.search(path, 0, &|mapped| mapped.relations.get(name).cloned())
    }

    /// The project's own class of a manager, or of the queryset behind it, of a mapped class or of its mapped bases.
    pub fn manager(&self, path: &str, name: &str) -> Option<Arc<str>> {
        self.search(path, 0, &|mapped| mapped.managers.get(name).cloned())
    }

    /// Whether a mapped class or one of its mapped bases has a plain column of this name.
    pub fn is_column(&self, path: &str, name: &str) -> bool {
        self.search(path, 0, &|mapped| mapped.columns.contains(name).then_some(())).is_some()
    }

    fn search<T>(&self, path: &str, depth: u32, pick: &dyn Fn(&Mapped) -> Option<T>) -> Option<T> {
        let mapped = self.mapped(path)?;
        if let Some(found) = pick(mapped) {
            return Some(found);
        }
        if depth > 8 {
            return None;
        }
        mapped.bases.iter().find_map(|base| self.search(base, depth + 1, pick))
    }

    /// Whether any path that leads to something ends in this name.
    pub fn knows(&self, name: &str) -> bool {
        self.lasts.contains(name)
    }

    /// What is known of a function or method at a dotted path.
    pub fn function(&self, path: &str) -> Option<&Arc<FunctionFacts>> {
        if !self.lasts.contains(last(path)) {
            return None;
        }
        self.functions.get(path).or_else(|| self.functions.get(&self.resolve(path)?))
    }

    /// What is known of a method of a class at a dotted path; of a manager or queryset, also of one that it inherits.
    pub fn method(&self, class: &str, name: &str) -> Option<&Arc<FunctionFacts>> {
        self.inherited(class, name, 0)
    }

    fn inherited(&self, class: &str, name: &str, depth: u32) -> Option<&Arc<FunctionFacts>> {
        if self.knows(name)
            && let Some(own) = self.function(&format!("{class}.{name}"))
        {
            return Some(own);
        }
        if depth > 8 || !self.lasts.contains(last(class)) {
            return None;
        }
        let bases = self.derived.get(class).or_else(|| self.derived.get(&self.resolve(class)?))?;
        bases.iter().find_map(|base| self.inherited(base, name, depth + 1))
    }

    /// The type of a module variable or an attribute of instances.
    pub fn value(&self, path: &str) -> Type {
        if !self.lasts.contains(last(path)) {
            return Type::Unknown;
        }
        self.values.get(path).cloned().or_else(|| self.values.get(&self.resolve(path)?).cloned()).unwrap_or_default()
    }
}
