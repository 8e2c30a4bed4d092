//! Places that a passage takes over from what stands before it.

use super::Passage;
use crate::place::{Map, Places};
use crate::review::Part;
use crate::segment::UnitKind;
use rustc_hash::FxHashMap;

/// Hands places on: from the comment's line, headings, quotations, and from sentence to sentence within a remark.
pub(super) fn inherit(passages: &mut [Passage], first: usize, part: &Part, map: &Map) {
    let attached = map.attached(part.file.as_deref(), part.lines);
    let mut carried: FxHashMap<usize, Places> = FxHashMap::default();
    let mut quoted: Option<Places> = None;
    for index in 0..passages.len() {
        let here = &passages[index];
        let remark = here.unit.remark;
        let is_quote = here.unit.kind == UnitKind::Quote || (here.is_code() && here.new_code == 0);
        let before = carried.get(&remark).filter(|places| !places.is_empty());
        let from_quote = quoted.as_ref().filter(|places| !is_quote && !places.spots.is_empty());
        let heading = || {
            let above = here.unit.headings.iter().rev().map(|&heading| &passages[heading - first].places);
            above.into_iter().find(|places| !places.is_empty())
        };
        let (inherited, attached_here) = if let Some(before) = before {
            (before.clone(), false)
        } else if let Some(place) = from_quote.or_else(heading) {
            (place.clone(), true)
        } else {
            (attached.clone(), !attached.is_empty())
        };
        let own = here.places.clone();
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
