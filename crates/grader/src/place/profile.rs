//! Where an issue lies, and how the place of a passage fits it.

use super::{Map, Places, Spot};
use crate::{DefinitionKind, Key, Lines};
use rustc_hash::FxHashSet;

/// How the place of a passage fits the place of an issue.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Fit {
    /// 0 to 1: lines named by number or quotation.
    pub(crate) lines: f64,
    /// 0 to 1: names that stand for the place.
    pub(crate) names: f64,
    /// Lines are named, and all of them elsewhere.
    pub(crate) elsewhere: bool,
    /// A function is named, and it is another one.
    pub(crate) other_function: bool,
}

impl Fit {
    /// 0 to 1: that the place is named by lines or by names.
    pub(crate) fn here(&self) -> f64 {
        self.lines.max(self.names)
    }
}

/// Where an issue or decoy lies, and which names stand for it.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    spot: Option<Spot>,
    /// The innermost function around it.
    function: Option<Spot>,
    /// The innermost function's name.
    function_name: Option<usize>,
    /// Lines elsewhere that belong to it: calls of the function, lines with its own names.
    related: FxHashSet<(usize, usize)>,
    /// 0 to 1: how surely each name of the source stands for this place.
    names: Vec<f64>,
}

/// Callers of callers are followed so far.
const CALLERS: usize = 1;

/// A line number that is off by so much may still mean the place.
const NEAR: usize = 2;

impl Profile {
    /// The place of an issue with this file and lines and this prose. `whole_function`: the issue is with all of it.
    pub(crate) fn new(
        map: &Map,
        key: &Key,
        file: Option<&str>,
        lines: Option<Lines>,
        prose: &str,
        whole_function: bool,
    ) -> Self {
        let mut profile = Self { names: vec![0.0; map.names.len()], ..Self::default() };
        let said = map.prose(prose, false, map.mentioned(prose).unwrap_or(0));
        // `iter_readings` in the key's prose says that the issue is there; so do its line numbers.
        for &name in &said.names {
            let spread = map.names[name].lines.len() as f64;
            profile.names[name] = (1.2 / spread.sqrt()).clamp(0.15, 0.6);
        }
        for spot in &said.spots {
            profile.related.extend((spot.lines.start..=spot.lines.end).map(|line| (spot.file, line)));
        }
        let Some(mut lines) = lines else { return profile };
        let file = file.and_then(|file| map.file(file)).unwrap_or(0);
        let inside = |outer: Lines| outer.start <= lines.start && lines.end <= outer.end;
        let definitions = key.sources.get(file).map_or(&[][..], |source| &source.definitions);
        let around = definitions
            .iter()
            .filter(|d| inside(d.lines) && d.kind != DefinitionKind::Class)
            .min_by_key(|d| d.lines.end - d.lines.start);
        if let Some(function) = around {
            profile.function = Some(Spot { file, lines: function.lines });
            if whole_function {
                lines = function.lines;
            }
            if let Some(&index) = map.by_text.get(&function.name) {
                profile.function_name = Some(index);
                profile.names[index] = if whole_function { 1.0 } else { 0.5 };
                profile.relate(map, key, index, (file, function.lines), CALLERS);
            }
        }
        profile.spot = Some(Spot { file, lines });
        for (index, name) in map.names.iter().enumerate() {
            let within =
                name.lines.iter().filter(|&&(f, line)| f == file && lines.start <= line && line <= lines.end).count();
            if within == 0 || name.definition.is_some() || whole_function {
                continue;
            }
            let weight = within as f64 / name.lines.len() as f64;
            profile.names[index] = profile.names[index].max(weight);
            if weight >= 0.5 && name.lines.len() <= 3 {
                profile.related.extend(name.lines.iter().copied());
            }
        }
        profile
    }

    /// Adds the lines that name a function, and those that name the functions these stand in: a problem shows where its
    /// function is called.
    fn relate(&mut self, map: &Map, key: &Key, name: usize, (file, own): (usize, Lines), callers: usize) {
        for &(at_file, at) in &map.names[name].lines {
            if at_file == file && own.start <= at && at <= own.end
                || !self.related.insert((at_file, at))
                || callers == 0
            {
                continue;
            }
            let definitions = key.sources.get(at_file).map_or(&[][..], |source| &source.definitions);
            let around = definitions
                .iter()
                .filter(|d| d.lines.start < at && at <= d.lines.end && d.kind != DefinitionKind::Class)
                .min_by_key(|d| d.lines.end - d.lines.start);
            if let Some((caller, &index)) = around.and_then(|d| Some((d, map.by_text.get(&d.name)?))) {
                self.relate(map, key, index, (at_file, caller.lines), callers - 1);
            }
        }
    }

    /// How the places of a passage fit.
    pub(crate) fn fit(&self, places: &Places, map: &Map) -> Fit {
        let mut fit = Fit::default();
        if places.is_empty() {
            return fit;
        }
        for spot in &places.spots {
            fit.lines = fit.lines.max(self.lines_fit(*spot));
        }
        fit.elsewhere = self.spot.is_some() && !places.spots.is_empty() && fit.lines == 0.0;
        let mut miss = 1.0;
        for &name in &places.names {
            miss *= 1.0 - self.names[name];
        }
        fit.names = 1.0 - miss;
        fit.other_function = fit.lines == 0.0 && self.function.is_some() && self.other_function(places, map);
        fit
    }

    fn other_function(&self, places: &Places, map: &Map) -> bool {
        let functions = places
            .names
            .iter()
            .filter(|&&name| map.names[name].definition.is_some_and(|(_, kind, _)| kind != DefinitionKind::Class));
        let mut any = false;
        for name in functions {
            if Some(*name) == self.function_name || self.names[*name] >= 0.2 {
                return false;
            }
            any = true;
        }
        any
    }

    fn lines_fit(&self, spot: Spot) -> f64 {
        let Some(own) = self.spot else { return 0.0 };
        let overlap = |a: Lines, b: Lines| a.start <= b.end && b.start <= a.end;
        if own.file == spot.file && overlap(own.lines, spot.lines) {
            // A range that spans half the file points at nothing.
            let wide =
                (spot.lines.end - spot.lines.start) as f64 / ((own.lines.end - own.lines.start + 1) as f64 + 12.0);
            return (1.0 - 0.5 * wide).clamp(0.4, 1.0);
        }
        let related = (spot.lines.start..=spot.lines.end).any(|line| self.related.contains(&(spot.file, line)));
        if related && spot.lines.end - spot.lines.start <= 2 {
            return 0.6;
        }
        let near = Lines { start: own.lines.start.saturating_sub(NEAR), end: own.lines.end + NEAR };
        if own.file == spot.file && overlap(near, spot.lines) {
            return 0.45;
        }
        match self.function {
            Some(function) if function.file == spot.file && overlap(function.lines, spot.lines) => 0.15,
            _ => 0.0,
        }
    }
}
