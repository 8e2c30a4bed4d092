//! Whether a review can be judged at all: it must hold prose in English.

use crate::Review;
use crate::passage::Passage;

/// English prose joins its words with small ones; below this share, in a text of some length, it is none.
/// Of the labelled reviews in English the tersest lists have about 0.15, texts in other languages 0.02 to 0.08.
const ENGLISH_SHARE: f64 = 0.09;
/// Words from which on the share says something.
const ENOUGH: usize = 25;

/// `None` if the review can be judged, else the reason why not.
pub(crate) fn readable(review: &Review, passages: &[Passage]) -> Option<String> {
    if review.parts.iter().all(|part| part.body.trim().is_empty()) {
        return Some("the review is empty; nothing was graded".to_owned());
    }
    let tokens = || passages.iter().flat_map(|passage| &passage.tokens);
    if !tokens().any(|token| token.word.has_letters) {
        return Some("the review holds no words to judge; nothing was graded".to_owned());
    }
    let prose = || {
        passages
            .iter()
            .filter(|passage| passage.words > 0 && !matches!(passage.unit.kind, crate::segment::UnitKind::Code { .. }))
            .flat_map(|passage| &passage.tokens)
    };
    let words = prose().filter(|token| token.word.is_letters).count();
    let small = prose().filter(|token| token.word.is_stop).count();
    let placed = passages.iter().any(|passage| !passage.places.spots.is_empty());
    let foreign = prose().filter(|token| token.word.is_foreign).count();
    if words >= ENOUGH && (small as f64) < ENGLISH_SHARE * words as f64 && (!placed || foreign * 10 > words) {
        return Some(
            "the review does not seem to be written in English sentences; nothing was graded, a person should read it"
                .to_owned(),
        );
    }
    None
}
