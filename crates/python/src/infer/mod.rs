//! Guesses the types of expressions of one file, with what the project knows of others.

mod annotations;
mod attributes;
mod calls;
mod loading;
mod methods;
mod names;

use crate::model::{BindingKind, Context, LoopKind, Model, NONE};
use crate::project::Project;
use crate::types::{Client, Type};
use crate::walk::last_name;
use ruff_text_size::Ranged;
use rustc_hash::{FxHashMap, FxHashSet};
use rustpython_ast::{Expr, Number, Operator};
use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

/// How deep a guess may go; chains in real code are much shorter.
const MAX_DEPTH: u32 = 40;

/// The guesses for one file.
pub struct Types<'m, 'a> {
    /// The file.
    pub model: &'m Model<'a>,
    /// What is known of other files.
    pub project: &'m Project,
    /// Top-level packages that the file imports.
    pub imports: FxHashSet<&'m str>,
    known: RefCell<FxHashMap<usize, Type>>,
    returns: RefCell<FxHashMap<u32, Type>>,
    /// Loop and scope that a clause of a comprehension opens, by its source.
    comprehensions: OnceCell<FxHashMap<usize, (u32, u32)>>,
    calls_by_name: RefCell<Option<FxHashMap<&'a str, Vec<u32>>>>,
    /// Paths of built-in names, which most files use again and again.
    builtins: RefCell<FxHashMap<&'a str, Arc<str>>>,
    /// Dotted paths of the classes of the file, as far as they were asked for.
    class_keys: RefCell<FxHashMap<u32, Arc<str>>>,
    depth: Cell<u32>,
}

fn path(text: impl Into<Arc<str>>) -> Type {
    Type::Path(text.into())
}

fn joined(of: &str, name: &str) -> String {
    [of, ".", name].concat()
}

impl<'m, 'a> Types<'m, 'a> {
    /// Prepares guessing for a file.
    pub fn new(model: &'m Model<'a>, project: &'m Project) -> Self {
        let imports = model
            .bindings
            .iter()
            .filter_map(|binding| match &binding.kind {
                BindingKind::Import(path) => Some(path.split('.').next().unwrap_or(path)),
                _ => None,
            })
            .collect();
        Self {
            model,
            project,
            imports,
            known: RefCell::default(),
            returns: RefCell::default(),
            comprehensions: OnceCell::new(),
            calls_by_name: RefCell::default(),
            builtins: RefCell::default(),
            class_keys: RefCell::default(),
            depth: Cell::new(0),
        }
    }

    /// The type of an expression.
    pub fn of(&self, expr: &'a Expr, context: Context) -> Type {
        match expr {
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::FString(_)
            | Expr::Compare(_) => return Type::Scalar,
            Expr::NoneLiteral(_) => return Type::None,
            _ => {}
        }
        let key = std::ptr::from_ref(expr).addr();
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        if self.depth.get() >= MAX_DEPTH {
            return Type::Unknown;
        }
        // While it is being found out the type is unknown, which ends recursion.
        self.known.borrow_mut().insert(key, Type::Unknown);
        self.depth.set(self.depth.get() + 1);
        let found = self.find(expr, context);
        self.depth.set(self.depth.get() - 1);
        self.known.borrow_mut().insert(key, found.clone());
        found
    }

    fn find(&self, expr: &'a Expr, context: Context) -> Type {
        match expr {
            Expr::Name(name) => self.name(name.id.as_str(), context, name.start().to_u32()),
            Expr::Attribute(attribute) => {
                let base = self.of(&attribute.value, context);
                // What a view's base, here or in another file, asks for and loads along.
                if base == Type::Unknown
                    && attribute.attr.as_str() == "get_queryset"
                    && matches!(&*attribute.value, Expr::Call(call) if last_name(&call.func) == "super")
                    && let class = self.model.enclosing_class(context.function)
                    && class != NONE
                {
                    return self.inherited(class, attribute.attr.as_str(), 0);
                }
                self.attribute(&base, attribute.attr.as_str(), &attribute.value)
            }
            Expr::Call(call) => self.call(call, context),
            Expr::Await(node) => self.of(&node.value, context),
            Expr::Named(node) => self.of(&node.value, context),
            Expr::Starred(node) => self.of(&node.value, context),
            Expr::Subscript(node) => {
                let base = self.of(&node.value, context);
                let slice = matches!(&*node.slice, Expr::Slice(_));
                match &base {
                    Type::Path(of) if of.ends_with(".Annotated") || of.ends_with(".Optional") => {
                        self.annotation(expr, context)
                    }
                    _ if slice => base,
                    Type::Payload => Type::Payload,
                    // What this project stored itself comes back as it was.
                    Type::Record => Type::Scalar,
                    Type::Mapping(value) => (**value).clone(),
                    Type::Tuple(items) => match &*node.slice {
                        Expr::NumberLiteral(literal) => match &literal.value {
                            Number::Int(int) => {
                                int.as_usize().and_then(|at| items.get(at).cloned()).unwrap_or_default()
                            }
                            _ => Type::Unknown,
                        },
                        _ => Type::Unknown,
                    },
                    Type::Path(of) if &**of == "sys.argv" => Type::Raw,
                    // `client["shop"]["orders"]`: a client counts as a database.
                    Type::Client(Client::MongoDatabase | Client::MongoCollection) => {
                        Type::Client(Client::MongoCollection)
                    }
                    other => other.item(),
                }
            }
            Expr::BoolOp(node) => node
                .values
                .iter()
                .map(|value| self.of(value, context))
                .fold(Type::Unknown, |found, next| found.or_else(|| next)),
            Expr::If(node) => self.of(&node.body, context).or_else(|| self.of(&node.orelse, context)),
            Expr::BinOp(node) => {
                let left = self.of(&node.left, context);
                match (&left, node.op) {
                    (Type::FilePath, Operator::Div) => Type::FilePath,
                    (Type::Sequence(_) | Type::QuerySet(_), _) => left,
                    (Type::Scalar, _) => Type::Scalar,
                    _ => match self.of(&node.right, context) {
                        Type::Scalar => Type::Scalar,
                        _ => Type::Unknown,
                    },
                }
            }
            Expr::Tuple(node) => {
                Type::Tuple(Arc::new(node.elts.iter().map(|element| self.of(element, context)).collect()))
            }
            Expr::List(node) => self.literal(&node.elts, context),
            Expr::Set(node) => self.literal(&node.elts, context),
            Expr::Dict(node) => {
                let value = node.items.first().map(|item| self.of(&item.value, context)).unwrap_or_default();
                Type::Mapping(Arc::new(value))
            }
            Expr::ListComp(node) => self.element(&node.elt, &node.generators).series(),
            Expr::SetComp(node) => self.element(&node.elt, &node.generators).series(),
            Expr::Generator(node) => self.element(&node.elt, &node.generators).series(),
            Expr::DictComp(node) => Type::Mapping(Arc::new(self.element(&node.value, &node.generators))),
            Expr::UnaryOp(_) => Type::Scalar,
            _ => Type::Unknown,
        }
    }

    fn literal(&self, elements: &'a [Expr], context: Context) -> Type {
        elements.first().map(|element| self.of(element, context)).unwrap_or_default().series()
    }

    /// The element of a comprehension, in the scope that its last generator opened.
    fn element(&self, element: &'a Expr, generators: &'a [rustpython_ast::Comprehension]) -> Type {
        let Some(last) = generators.last() else { return Type::Unknown };
        let source = std::ptr::from_ref(&last.iter).addr();
        let comprehensions = self.comprehensions.get_or_init(|| {
            (0..)
                .zip(&self.model.loops)
                .filter(|(_, looped)| looped.kind == LoopKind::Comprehension)
                .map(|(at, looped)| (std::ptr::from_ref(looped.source).addr(), (at, looped.scope)))
                .collect()
        });
        let Some((at, scope)) = comprehensions.get(&source).copied() else { return Type::Unknown };
        let looped = &self.model.loops[at as usize];
        self.of(element, Context { scope, looped: at, ..looped.context })
    }
}
