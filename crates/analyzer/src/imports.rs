//! What a file uses of other files: who has to be looked at again when a module tells something new.

use assay_python::model::{BindingKind, Model};
use assay_python::project::Modules;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};
use rustpython_ast::Expr;
use rustpython_ast::visitor::{Visitor, walk_expr};
use std::hash::{Hash, Hasher};

/// A module of the tree, and the key of a name in it or [`WHOLE`].
pub(crate) type Import = (u32, u64);

/// Stands for all names of a module.
pub(crate) const WHOLE: u64 = 0;

/// A longer string is no quoted annotation.
const LONGEST_ANNOTATION: usize = 200;

/// The key of a name across files; never [`WHOLE`].
pub(crate) fn key(name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    name.hash(&mut hasher);
    hasher.finish() | 1
}

/// What the file of this number uses of others, sorted: names that it imports, and of modules that it imports as a whole the
/// names that it takes of them. A package passes whole modules on, so there they stay whole.
pub(crate) fn imports(model: &Model<'_>, modules: &Modules, at: u32, package: bool) -> Vec<Import> {
    let mut found = FxHashSet::default();
    let mut whole: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for (name, bindings) in model.scopes.iter().flat_map(|scope| &scope.names) {
        for binding in bindings {
            let binding = &model.bindings[*binding as usize];
            let BindingKind::Import(path) = &binding.kind else { continue };
            if !binding.in_tree {
                continue;
            }
            match modules.split(path) {
                Some((_, "")) if !package && *name != "*" => whole.entry(name).or_default().push(path),
                Some((module, rest)) => {
                    found.insert((module, first_key(rest)));
                }
                None => {}
            }
        }
    }
    if !whole.is_empty() {
        let mut uses = Uses { modules, whole: &whole, found: &mut found };
        uses.visit_body(model.body);
    }
    let mut found: Vec<Import> = found.into_iter().filter(|(module, _)| *module != at).collect();
    found.sort_unstable();
    found
}

/// The key of the first part of what follows the path of a module.
fn first_key(rest: &str) -> u64 {
    match rest.split('.').next() {
        None | Some("") => WHOLE,
        Some(name) => key(name),
    }
}

/// Collects what is taken of modules: `shop.models.Order` of `import shop`.
struct Uses<'u> {
    modules: &'u Modules,
    /// Dotted paths of modules by the names they are bound to.
    whole: &'u FxHashMap<&'u str, Vec<&'u str>>,
    found: &'u mut FxHashSet<Import>,
}

impl Uses<'_> {
    /// Adds what a dotted name leads to; `rest` begins with a dot or is empty.
    fn add(&mut self, name: &str, rest: &str) {
        for path in self.whole.get(name).into_iter().flatten() {
            if let Some((module, rest)) = self.modules.split(&format!("{path}{rest}")) {
                self.found.insert((module, first_key(rest)));
            }
        }
    }
}

impl<'a> Visitor<'a> for Uses<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Attribute(_) | Expr::Name(_) => {
                let mut parts: Vec<&str> = Vec::new();
                let mut root = expr;
                while let Expr::Attribute(attribute) = root {
                    parts.push(attribute.attr.as_str());
                    root = &attribute.value;
                }
                match root {
                    Expr::Name(name) if self.whole.contains_key(name.id.as_str()) => {
                        let rest: String = parts.iter().rev().flat_map(|part| [".", part]).collect();
                        self.add(name.id.as_str(), &rest);
                    }
                    Expr::Name(_) => {}
                    root => self.visit_expr(root),
                }
            }
            // Perhaps a quoted annotation.
            Expr::StringLiteral(literal) if literal.value.len() <= LONGEST_ANNOTATION => {
                for words in literal.value.to_str().split(['[', ']', '|', ' ', ',']) {
                    if let Some(dot) = words.find('.') {
                        self.add(&words[..dot], &words[dot..]);
                    }
                }
            }
            _ => walk_expr(self, expr),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Import, WHOLE, imports, key};
    use assay_python::project::Modules;
    use assay_python::{build, parse, with_deep_stack};

    fn used(text: &str, package: bool) -> Vec<Import> {
        let modules = Modules::new(["shop", "shop.models", "shop.views", "app"].map(Into::into).to_vec());
        with_deep_stack(|| {
            let tree = parse(text).expect("it parses");
            imports(&build(text, &tree, "app", "", &modules), &modules, 3, package)
        })
    }

    fn sorted<const N: usize>(mut wanted: [Import; N]) -> Vec<Import> {
        wanted.sort_unstable();
        wanted.to_vec()
    }

    #[test]
    fn of_a_module_counts_what_is_taken_of_it() {
        let text = "import shop.models\nimport shop.views as v\n\ndef f(order: 'shop.models.Order'):\n    return v.show(shop.total)\n";
        assert_eq!(used(text, false), sorted([(0, key("total")), (1, key("Order")), (2, key("show"))]));
    }

    #[test]
    fn a_module_that_is_handed_on_counts_as_a_whole() {
        assert_eq!(used("from shop import models\nregister(models)\n", false), [(1, WHOLE)]);
        assert_eq!(used("from shop.models import *\n", false), [(1, WHOLE)]);
        assert_eq!(used("from shop import models\n", true), [(1, WHOLE)]);
        assert_eq!(used("from shop import models\n", false), []);
    }
}
