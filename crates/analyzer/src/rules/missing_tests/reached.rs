//! What tests reach.

use super::mentions::Mentioning;
use crate::rules::Tree;
use rustc_hash::FxHashSet;

/// What tests reach: by module and path, or by plain name alone.
pub(super) struct Reached {
    pub(super) exact: FxHashSet<u32>,
    pub(super) bare: FxHashSet<u32>,
}

/// Heads by a key, sorted; small, since there is one for each function of a tree.
struct Index(Vec<(u32, u32, u32)>);

impl Index {
    fn new(tree: &Tree<'_>, key: impl Fn(&Mentioning) -> u32) -> Self {
        let mut rows = Vec::new();
        for (file, (_, facts)) in (0..).zip(&tree.tests) {
            rows.extend((0..).zip(&facts.mentions.heads).map(|(at, head)| (key(head), file, at)));
        }
        rows.sort_unstable();
        Self(rows)
    }

    /// Files and heads with this key.
    fn get(&self, key: u32) -> impl Iterator<Item = (u32, u32)> {
        let start = self.0.partition_point(|row| row.0 < key);
        self.0[start..].iter().take_while(move |row| row.0 == key).map(|row| (row.1, row.2))
    }
}

/// What tests mention is reached, and what reached functions mention.
pub(super) fn reached(tree: &mut Tree<'_>) -> Reached {
    let words = std::mem::take(&mut tree.words).into_set();
    let tree = &*tree;
    let by_exact = Index::new(tree, |head| head.exact);
    let by_name = Index::new(tree, |head| head.name);
    // Tests, and what stands at module level, which runs for whoever imports the module.
    let mut open: Vec<(u32, u32)> = by_name.get(0).collect();
    open.extend(words.iter().flat_map(|name| by_name.get(*name)));
    let mut reached = Reached { exact: FxHashSet::default(), bare: words };
    while let Some((file, head)) = open.pop() {
        let mentions = &tree.tests[file as usize].1.mentions;
        let head = mentions.heads[head as usize];
        for (exact, name) in mentions.resolved(head) {
            let before = open.len();
            if !reached.exact.contains(&exact) {
                open.extend(by_exact.get(exact));
            }
            if open.len() > before {
                reached.exact.insert(exact);
            } else if !reached.exact.contains(&exact) && reached.bare.insert(name) {
                // A package that only passes the name on defines nothing itself.
                open.extend(by_name.get(name));
            }
        }
        for name in mentions.bare(head) {
            if reached.bare.insert(*name) {
                open.extend(by_name.get(*name));
            }
        }
    }
    reached
}
