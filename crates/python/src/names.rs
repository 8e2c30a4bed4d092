//! A map from names that is small for few of them.

use rustc_hash::FxHashMap;

/// Up to as many names are looked through one by one, which takes less time than a hash does.
const FEW: usize = 8;

/// A map from names, in the order in which they came. Most scopes bind a few names, and a file has hundreds of scopes.
#[derive(Debug)]
pub struct Names<'a, V> {
    entries: Vec<(&'a str, V)>,
    /// Places in `entries`, once there are more than [`FEW`].
    places: FxHashMap<&'a str, usize>,
}

impl<V> Default for Names<'_, V> {
    fn default() -> Self {
        Self { entries: Vec::new(), places: FxHashMap::default() }
    }
}

impl<'a, V: Default> Names<'a, V> {
    fn place(&self, name: &str) -> Option<usize> {
        if self.entries.len() > FEW {
            self.places.get(name).copied()
        } else {
            self.entries.iter().position(|(known, _)| *known == name)
        }
    }

    /// What belongs to a name.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.place(name).map(|at| &self.entries[at].1)
    }

    /// Whether a name is known.
    pub fn contains(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// What belongs to a name, which becomes known if it is not.
    pub fn entry(&mut self, name: &'a str) -> &mut V {
        let at = self.place(name).unwrap_or_else(|| {
            let at = self.entries.len();
            self.entries.push((name, V::default()));
            if at == FEW {
                self.places = self.entries.iter().map(|(name, _)| *name).zip(0..).collect();
            } else if at > FEW {
                self.places.insert(name, at);
            }
            at
        });
        &mut self.entries[at].1
    }

    /// Names and what belongs to them.
    pub fn iter(&self) -> std::slice::Iter<'_, (&'a str, V)> {
        self.entries.iter()
    }
}

impl<'n, 'a, V> IntoIterator for &'n Names<'a, V> {
    type Item = &'n (&'a str, V);
    type IntoIter = std::slice::Iter<'n, (&'a str, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn names_are_found_be_they_few_or_many() {
        let all: Vec<String> = (0..40).map(|at| format!("name{at}")).collect();
        let mut names: Names<'_, usize> = Names::default();
        for (at, name) in all.iter().enumerate() {
            assert!(!names.contains(name));
            *names.entry(name) = at;
            *names.entry(&all[0]) += 1;
            assert!(all[1..=at].iter().enumerate().all(|(before, name)| names.get(name) == Some(&(before + 1))));
        }
        assert_eq!(names.get(&all[0]), Some(&40));
        assert!(names.iter().map(|(name, _)| *name).eq(all.iter().map(String::as_str)));
    }
}
