//! The definitions of a file: what a review can refer to by name.

use crate::parse::with_deep_stack;
use crate::{LineIndex, SyntaxError, parse};
use ruff_text_size::Ranged;
use rustpython_ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal, walk_stmt};
use rustpython_ast::{AnyNodeRef, Decorator, Parameters, Stmt};

/// What a definition defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DefinitionKind {
    /// A function of a module or of another function.
    Function,
    /// A function of a class.
    Method,
    /// A class.
    Class,
}

/// A function, method or class, with the lines it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The plain name, without the class or module around it.
    pub name: String,
    /// What it is.
    pub kind: DefinitionKind,
    /// 1-based line of the first decorator, or of the `def` or `class`.
    pub start_line: usize,
    /// 1-based line of the end of the body.
    pub end_line: usize,
    /// Parameters in order, without `self` and `cls`, without stars. Empty for a class.
    pub parameters: Vec<String>,
}

/// The definitions of a file in the order of their first lines, nested ones included.
pub fn outline(text: &str) -> Result<Vec<Definition>, SyntaxError> {
    with_deep_stack(|| {
        let module = parse(text)?;
        let mut outline = Outline { text, lines: LineIndex::new(text), in_class: false, found: Vec::new() };
        outline.visit_body(&module.body);
        Ok(outline.found)
    })
}

struct Outline<'a> {
    text: &'a str,
    lines: LineIndex,
    in_class: bool,
    found: Vec<Definition>,
}

impl Outline<'_> {
    fn add(
        &mut self,
        name: &str,
        kind: DefinitionKind,
        node: &impl Ranged,
        decorators: &[Decorator],
        parameters: Vec<String>,
    ) {
        let start = decorators.first().map_or(node.start(), Ranged::start);
        // The end is exclusive, so the last character decides which line is the last.
        let last = self.text[..node.end().to_usize()].trim_end().len().saturating_sub(1);
        self.found.push(Definition {
            name: name.to_owned(),
            kind,
            start_line: self.lines.line(start.to_usize()),
            end_line: self.lines.line(last),
            parameters,
        });
    }

    fn inside(&mut self, class: bool, body: &[Stmt]) {
        let outer = std::mem::replace(&mut self.in_class, class);
        self.visit_body(body);
        self.in_class = outer;
    }
}

impl<'a> SourceOrderVisitor<'a> for Outline<'_> {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        if node.is_expression() { TraversalSignal::Skip } else { TraversalSignal::Traverse }
    }

    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => {
                let kind = if self.in_class { DefinitionKind::Method } else { DefinitionKind::Function };
                let parameters = parameter_names(&def.parameters, self.in_class);
                self.add(def.name.as_str(), kind, def, &def.decorator_list, parameters);
                self.inside(false, &def.body);
            }
            Stmt::ClassDef(def) => {
                self.add(def.name.as_str(), DefinitionKind::Class, def, &def.decorator_list, Vec::new());
                self.inside(true, &def.body);
            }
            _ => walk_stmt(self, stmt),
        }
    }
}

fn parameter_names(parameters: &Parameters, method: bool) -> Vec<String> {
    let mut names: Vec<_> = parameters.iter_source_order().map(|parameter| parameter.name().to_string()).collect();
    if method && names.first().is_some_and(|name| name == "self" || name == "cls") {
        names.remove(0);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::{Definition, DefinitionKind::*, outline};

    #[test]
    fn finds_nested_and_decorated_definitions() {
        let text = "\
import x

@decorated
@twice(
    1)
class A(Base):
    @property
    def b(self, *, c=1, **d) -> int:
        def inner(self, /, e):
            return e
        return inner


    if True:
        @staticmethod
        async def f(*args): pass
try:
    def g(a, b=(lambda q: q)): return '''
    '''
except E:
    pass
";
        let row = |name: &str, kind, start_line, end_line, parameters: &[&str]| Definition {
            name: name.into(),
            kind,
            start_line,
            end_line,
            parameters: parameters.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(
            outline(text).unwrap(),
            [
                row("A", Class, 3, 16, &[]),
                row("b", Method, 7, 11, &["c", "d"]),
                row("inner", Function, 9, 10, &["self", "e"]),
                row("f", Method, 15, 16, &["args"]),
                row("g", Function, 18, 19, &["a", "b"]),
            ]
        );
        assert_eq!(outline("def f(:\n").unwrap_err().line, 1);
        assert_eq!(outline("").unwrap(), []);
    }
}
