//! Which functions of the tree call which, and what is handled around the calls.

use super::handlers::guarded;
use super::{Family, outermost_def};
use crate::engine::function_key;
use crate::file::File;
use assay_python::model::{BindingKind, Context, NONE};
use assay_python::types::Type;
use ruff_text_size::Ranged;
use rustc_hash::FxHashMap;
use rustpython_ast::Expr;

/// The calls of functions of the tree: callee, caller, and which kinds of failure are dealt with around the call.
pub(crate) fn calls_in_view(file: &File<'_, '_>) -> Box<[(u32, u32, u8)]> {
    let mut found = Vec::new();
    for call in &file.model.calls {
        if let Some(target) = callee_key(file, &call.node.func, call.context) {
            let caller = outermost_def(file, call.context.function);
            let caller = if caller == NONE { 0 } else { file.function_key(caller) };
            found.push((target, caller, handled_around(file, call.context)));
        }
    }
    found.sort_unstable();
    found.dedup();
    found.into()
}

/// What the decorators of a tree deal with.
#[derive(Debug, Default)]
pub(crate) struct Decorators {
    /// Functions that call what they were given, and which kinds of failure they deal with around the call.
    pub(crate) handling: Box<[(u32, u8)]>,
    /// Functions and the functions of the tree that decorate them.
    pub(crate) worn: Box<[(u32, u32)]>,
}

/// The decorators that a file defines and uses.
pub(crate) fn decorators_in_view(file: &File<'_, '_>) -> Decorators {
    let functions = &file.model.functions;
    let mut handling: FxHashMap<u32, u8> = FxHashMap::default();
    for call in &file.model.calls {
        // `def decorator(view): def wrapper(request): view(request)`
        let Expr::Name(name) = &*call.node.func else { continue };
        let nested = functions.get(call.context.function as usize).is_some_and(|this| this.context.function != NONE);
        if nested
            && let Some(binding) = file.model.binding(name.id.as_str(), call.context, name.start().to_u32())
            && let BindingKind::Parameter(mut outer, _) = binding.kind
            && outer != call.context.function
        {
            while functions[outer as usize].context.function != NONE {
                outer = functions[outer as usize].context.function;
            }
            *handling.entry(file.function_key(outer)).or_insert(u8::MAX) &= handled_around(file, call.context);
        }
    }
    let mut handling: Vec<(u32, u8)> = handling.into_iter().filter(|(_, handled)| *handled != 0).collect();
    handling.sort_unstable();
    let mut worn = Vec::new();
    for (at, function) in (0..).zip(functions) {
        for decorator in function.def().iter().flat_map(|def| &def.decorator_list) {
            let maker = match &decorator.expression {
                Expr::Call(call) => &call.func,
                other => other,
            };
            worn.extend(callee_key(file, maker, function.context).map(|key| (file.function_key(at), key)));
        }
    }
    Decorators { handling: handling.into(), worn: worn.into() }
}

/// The kinds of failure that are dealt with around a place, as a set of bits.
fn handled_around(file: &File<'_, '_>, context: Context) -> u8 {
    let plain = file.model.functions.get(context.function as usize).is_none_or(|function| function.def().is_some());
    if context.guard == NONE && plain {
        return 0;
    }
    Family::ALL.into_iter().filter(|family| guarded(file, context, *family)).fold(0, |set, family| set | family.bit())
}

/// The key of the function that a call calls, if it is one of the tree. What is imported or defined in the file is told by its
/// name alone, since this is asked of every call of every file; types are guessed for the rest.
fn callee_key<'a>(file: &File<'_, 'a>, func: &'a Expr, context: Context) -> Option<u32> {
    if let Some(root) = root_name(func) {
        let binding = file.model.binding(root.id.as_str(), context, root.start().to_u32())?;
        match (&binding.kind, func) {
            // An imported object has a type of its own.
            (BindingKind::Import(_), _) if !binding.in_tree => return None,
            (BindingKind::Import(path), _) if !file.types.project.value(path).known() => {
                return imported_key(file, path, func);
            }
            (BindingKind::Function(function), Expr::Name(_)) => return Some(file.function_key(*function)),
            (BindingKind::Class(class), Expr::Name(_)) => {
                return file.model.method(*class, "__init__").map(|init| file.function_key(init));
            }
            (BindingKind::Caught | BindingKind::Other | BindingKind::Augmented(_), _) => return None,
            _ => {}
        }
    }
    match file.types.of(func, context) {
        Type::Function(function) | Type::Method(function) => Some(file.function_key(function)),
        Type::Path(path) if !path.starts_with("builtins.") => tree_key(file, &path),
        Type::Class(class) => Some(file.function_key(file.model.method(class, "__init__")?)),
        _ => None,
    }
}

/// The key of what an absolute dotted path leads to, if that is in the tree.
pub(crate) fn tree_key(file: &File<'_, '_>, path: &str) -> Option<u32> {
    let modules = &file.types.project.modules;
    let (module, rest) = modules.split(path)?;
    (!rest.is_empty()).then(|| function_key(modules.path(module), rest))
}

/// `f`, `a.b.f` where the first name is imported as `path`.
pub(crate) fn imported_key(file: &File<'_, '_>, path: &str, func: &Expr) -> Option<u32> {
    fn join(func: &Expr, into: &mut String) {
        if let Expr::Attribute(attribute) = func {
            join(&attribute.value, into);
            into.push('.');
            into.push_str(attribute.attr.as_str());
        }
    }
    // The same functions are called again and again; the words and the import tell them apart.
    let asked = (path.as_ptr().addr(), file.model.source(func));
    if let Some(known) = file.imported.borrow().get(&asked) {
        return *known;
    }
    let mut full = path.to_owned();
    join(func, &mut full);
    let key = tree_key(file, &full);
    file.imported.borrow_mut().insert(asked, key);
    key
}

/// The name that an attribute chain starts from.
pub(crate) fn root_name(expr: &Expr) -> Option<&rustpython_ast::ExprName> {
    match expr {
        Expr::Name(name) => Some(name),
        Expr::Attribute(attribute) => root_name(&attribute.value),
        _ => None,
    }
}
