//! Where imports lead.

use super::Walk;
use crate::model::{BindingKind, Model};
use crate::project::Modules;
use rustc_hash::FxHashMap;

/// Libraries that reach another system, or read what comes from one, and that the type guess knows by name.
pub const REACHING: &[&str] = &[
    "django",
    "sqlalchemy",
    "flask_sqlalchemy",
    "sqlmodel",
    "requests",
    "httpx",
    "aiohttp",
    "urllib",
    "boto3",
    "redis",
    "pymongo",
    "motor",
    "sqlite3",
    "aiosqlite",
    "psycopg2",
    "psycopg",
    "pymysql",
    "MySQLdb",
    "asyncpg",
    "pandas",
    "json",
    "subprocess",
    "flask",
    "fastapi",
    "rest_framework",
];

/// Other libraries that the type guess knows by name.
const KNOWN: &[&str] = &[
    "botocore",
    "yaml",
    "csv",
    "os",
    "sys",
    "collections",
    "typing",
    "pathlib",
    "io",
    "gzip",
    "shutil",
    "smtplib",
    "datetime",
    "decimal",
    "copy",
    "itertools",
    "functools",
    "contextlib",
    "re",
    "logging",
    "tempfile",
    "uuid",
    "dataclasses",
    "enum",
    "abc",
    "time",
    "asyncio",
    "typing_extensions",
    "queue",
    "threading",
    "argparse",
    "socket",
    "toml",
    "tomllib",
];

/// Completes the paths of imports that lead to other files of the tree, and marks them.
pub(super) fn find_in_tree(model: &mut Model<'_>, module: &str, modules: &Modules) {
    // Most imports of a file share a few top-level names.
    let mut roots: FxHashMap<String, Option<String>> = FxHashMap::default();
    for binding in &mut model.bindings {
        if let BindingKind::Import(path) = &mut binding.kind {
            let top = path.split('.').next().unwrap_or(path);
            // A relative import is a full path already.
            binding.in_tree = modules.split(path).is_some();
            // An import of a library that is known means the library, even if a copy of it is in the tree.
            if !binding.in_tree && !REACHING.contains(&top) && !KNOWN.contains(&top) {
                if !roots.contains_key(top) {
                    roots.insert(top.to_owned(), modules.root(module, top));
                }
                if let Some(Some(root)) = roots.get(top) {
                    if !root.is_empty() {
                        *path = [root, ".", path].concat();
                    }
                    binding.in_tree = modules.split(path).is_some();
                }
            }
        }
    }
}

impl Walk<'_> {
    pub(super) fn absolute(&self, module: &str, level: u32) -> String {
        if level == 0 {
            return module.to_owned();
        }
        let mut package = self.package.as_str();
        for _ in 1..level {
            package = package.rsplit_once('.').map_or("", |(parent, _)| parent);
        }
        match (package, module) {
            ("", module) => module.to_owned(),
            (package, "") => package.to_owned(),
            (package, module) => [package, ".", module].concat(),
        }
    }
}
