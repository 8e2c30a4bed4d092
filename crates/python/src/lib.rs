//! Python source as the rules and the bank need it: parsed, with its names, scopes, loops and calls resolved.
//!
//! This crate states facts about code. It does not judge them: what is a problem is the rules' business.

mod lines;
mod outline;
mod parse;

pub use lines::LineIndex;
pub use outline::{Definition, DefinitionKind, outline};
pub use parse::{STACK_BYTES, SyntaxError, parse, with_deep_stack};
