//! What a part of a remark is announced as.

/// What a part of a remark is announced as: by the title of a table's column, or by a label such as `Impact:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Why, impact, consequence.
    Why,
    /// Fix, suggestion, recommendation.
    Fix,
}

/// The role that a title or label announces.
pub(crate) fn role(label: &str) -> Option<Role> {
    let has = |words: &[&str]| {
        label.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word.to_lowercase().as_str()))
    };
    if has(&[
        "fix",
        "fixes",
        "suggestion",
        "suggestions",
        "suggest",
        "recommendation",
        "recommended",
        "remedy",
        "solution",
        "proposal",
        "proposed",
        "action",
        "instead",
        "change",
        "todo",
    ]) {
        Some(Role::Fix)
    } else if has(&[
        "why",
        "impact",
        "consequence",
        "consequences",
        "effect",
        "reason",
        "risk",
        "because",
        "rationale",
        "result",
        "symptom",
    ]) {
        Some(Role::Why)
    } else {
        None
    }
}

/// A label has at most so many bytes.
const LONGEST: usize = 24;

/// The label at the head of a unit: `**Impact:** ...`, `fix - ...`.
pub(super) fn label(text: &str) -> Option<Role> {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let mut head = text.char_indices().take_while(|&(at, _)| at <= LONGEST);
    let (end, _) = head.find(|(_, c)| matches!(c, ':' | '→' | '—' | '–'))?;
    if text[..end].split_whitespace().count() <= 2 { role(&text[..end]) } else { None }
}
