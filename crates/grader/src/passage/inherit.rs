//! Places that a passage takes over from what stands before it.

use super::Passage;
use crate::place::{Map, Places};
use crate::review::Part;
use crate::segment::UnitKind;
use std::collections::BTreeMap;

/// Hands places on: from the comment's line, headings, quotations, and from sentence to sentence within a remark.
pub(super) fn inherit(passages: &mut [Passage], first: usize, part: &Part, map: &Map) {
    let attached = map.attached(part.file.as_deref(), part.lines);
    let mut carried: BTreeMap<usize, Places> = BTreeMap::new();
    let mut quoted: Option<Places> = None;
    for index in 0..passages.len() {
        let remark = passages[index].unit.remark;
        let heading = passages[index]
            .unit
            .headings
            .iter()
            .rev()
            .map(|&heading| &passages[heading - first].places)
            .find(|places| !places.is_empty())
            .cloned();
        let own = passages[index].places.clone();
        let is_quote = passages[index].unit.kind == UnitKind::Quote
            || (matches!(passages[index].unit.kind, UnitKind::Code { .. }) && passages[index].new_code == 0);
        let before = carried.get(&remark).cloned();
        let from_quote = if is_quote { None } else { quoted.clone() };
        let (inherited, attached_here) = if let Some(before) = before.filter(|places| !places.is_empty()) {
            (before, false)
        } else if let Some(quoted) = from_quote.filter(|places| !places.spots.is_empty()) {
            (quoted, true)
        } else if let Some(heading) = heading {
            (heading, true)
        } else {
            (attached.clone(), !attached.is_empty())
        };
        let passage = &mut passages[index];
        passage.inherited = inherited;
        passage.attached = attached_here;
        if is_quote {
            if !own.spots.is_empty() {
                quoted = Some(own.clone());
            }
        } else if passage.unit.kind == UnitKind::Heading {
            quoted = None;
        }
        // Numbers replace numbers; names alone leave the line of the sentence before in force.
        if passage.unit.kind != UnitKind::Heading {
            let held = carried.entry(remark).or_insert_with(|| passage.inherited.clone());
            if !own.spots.is_empty() {
                *held = own;
            } else if !own.names.is_empty() {
                held.names = own.names;
            }
        }
    }
}
