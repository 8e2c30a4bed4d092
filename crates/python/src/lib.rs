//! Python source as the rules and the bank need it: parsed, with its names, scopes, loops and calls resolved.
//!
//! This crate states facts about code. It does not judge them: what is a problem is the rules' business.

pub mod branches;
pub mod highlight;
pub mod infer;
pub mod library;
mod lines;
pub mod mapped;
pub mod model;
mod names;
pub mod nature;
mod outline;
mod parse;
pub mod project;
mod surroundings;
pub mod trips;
pub mod types;
mod walk;

pub use lines::LineIndex;
pub use names::Names;
pub use outline::{Definition, DefinitionKind, outline};
pub use parse::{STACK_BYTES, SyntaxError, parse, with_deep_stack};
pub use surroundings::{Surroundings, surroundings};
pub use walk::{REACHING, build, last_name};
