//! What stands around a place in a file, by the names that the code gives it.

use crate::{SyntaxError, parse, with_deep_stack};
use ruff_text_size::Ranged;
use rustpython_ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal, walk_body};
use rustpython_ast::{AnyNodeRef, Comprehension, Parameters};
use std::ops::Range;

/// Names around a place, the innermost where there are several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The function that holds the place, or is defined there; a method without its class.
    pub function: Option<String>,
    /// The parameter whose default holds the place.
    pub parameter: Option<String>,
    /// What the loop or comprehension around the place calls an item.
    pub item: Option<String>,
    /// What is called at the place, without the arguments; or the expression there, if it is no call.
    pub callee: Option<String>,
}

/// A longer callee is told by its last name.
const LONGEST: usize = 60;

/// Looks around the byte range `place` of a file.
pub fn surroundings(text: &str, place: Range<usize>) -> Result<Surroundings, SyntaxError> {
    with_deep_stack(|| {
        let module = parse(text)?;
        let mut looker = Looker { text, place: place.clone(), found: Surroundings::default(), call: None };
        walk_body(&mut looker, &module.body);
        let words = looker.call.map_or(place, |call| call.func);
        let words = text.get(words).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        looker.found.callee = match words.rsplit('.').next() {
            _ if words.is_empty() => None,
            Some(last) if words.chars().count() > LONGEST => Some(last.to_owned()).filter(|last| last.len() <= LONGEST),
            _ => Some(words),
        };
        Ok(looker.found)
    })
}

struct Looker<'a> {
    text: &'a str,
    place: Range<usize>,
    found: Surroundings,
    call: Option<Call>,
}

struct Call {
    func: Range<usize>,
    length: usize,
}

impl Looker<'_> {
    fn holds(&self, node: &impl Ranged) -> bool {
        range(node).contains(&self.place.start)
    }

    fn text_of(&self, node: &impl Ranged) -> String {
        self.text.get(range(node)).unwrap_or_default().to_owned()
    }

    fn default_of(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_source_order() {
            if parameter.default().is_some_and(|default| self.holds(default)) {
                self.found.parameter = Some(parameter.name().to_string());
            }
        }
    }

    fn comprehension(&mut self, node: &impl Ranged, generators: &[Comprehension]) {
        if let [first, ..] = generators
            && self.holds(node)
            && !self.holds(&first.iter)
        {
            self.found.item = generators.last().map(|generator| self.text_of(&generator.target));
        }
    }

    /// Of the calls that begin at the place or lie in it, the longest is what is meant.
    fn call(&mut self, call: Range<usize>, func: Range<usize>) {
        let inside = self.place.start <= call.start && call.end <= self.place.end;
        if inside && self.call.as_ref().is_none_or(|known| known.length < call.len()) {
            self.call = Some(Call { func, length: call.len() });
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Looker<'a> {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        match node {
            AnyNodeRef::StmtFunctionDef(def) if self.holds(def) => {
                self.found.function = Some(def.name.to_string());
                self.found.item = None;
                self.default_of(&def.parameters);
            }
            AnyNodeRef::ExprLambda(lambda) if self.holds(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.default_of(parameters);
                }
            }
            AnyNodeRef::StmtFor(each) if self.holds(each) && !self.holds(&*each.iter) => {
                self.found.item = Some(self.text_of(&*each.target));
            }
            AnyNodeRef::ExprListComp(comp) => self.comprehension(comp, &comp.generators),
            AnyNodeRef::ExprSetComp(comp) => self.comprehension(comp, &comp.generators),
            AnyNodeRef::ExprDictComp(comp) => self.comprehension(comp, &comp.generators),
            AnyNodeRef::ExprGenerator(comp) => self.comprehension(comp, &comp.generators),
            AnyNodeRef::ExprCall(call) => self.call(range(call), range(&*call.func)),
            _ => {}
        }
        TraversalSignal::Traverse
    }
}

fn range(node: &impl Ranged) -> Range<usize> {
    node.start().to_usize()..node.end().to_usize()
}

#[cfg(test)]
mod tests {
    use super::{Surroundings, surroundings};

    fn around(text: &str, place: &str) -> Surroundings {
        let start = text.find(place).unwrap();
        surroundings(text, start..start + place.len()).unwrap()
    }

    #[test]
    fn names_what_the_code_names() {
        let text = "\
class Shop:
    def collect(self, tag, tags=[]):
        for order in load(self.orders()):
            customer = Customer.objects.filter(
                pk=order.customer_id).get()
            names = [fetch(line) for line in order.lines]
        return order.customer

x = 1
";
        let found = around(text, "[]");
        assert_eq!((found.function.as_deref(), found.parameter.as_deref()), (Some("collect"), Some("tags")));
        let found = around(text, "Customer.objects.filter(\n                pk=order.customer_id).get()");
        assert_eq!(found.item.as_deref(), Some("order"));
        assert_eq!(found.callee.as_deref(), Some("Customer.objects.filter( pk=order.customer_id).get"));
        let found = around(text, "fetch(line)");
        assert_eq!((found.item.as_deref(), found.callee.as_deref()), (Some("line"), Some("fetch")));
        assert_eq!(around(text, "load(self.orders())").item, None, "this runs once");
        let found = around(text, "order.customer\n");
        assert_eq!((found.item.as_deref(), found.callee.as_deref()), (None, Some("order.customer")));
        assert_eq!(around(text, "x = 1").function, None);
        assert!(surroundings("def (", 0..1).is_err());
        assert_eq!(surroundings("x", 5..9).unwrap(), Surroundings::default());
    }
}
