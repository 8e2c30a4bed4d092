//! Code blocks cut into pieces that belong together.

/// Cuts a code block where it goes on to another definition, another hunk, or after a gap.
pub(super) fn chunks(text: &str, diff: bool) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let (mut begin, mut at, mut filled) = (0, 0, false);
    for line in text.split_inclusive('\n') {
        let code = if diff { line.get(1..).unwrap_or("") } else { line };
        let definition = ["def ", "class ", "async def ", "@"].iter().any(|head| code.starts_with(head));
        let after_decorator = text[begin..at]
            .lines()
            .last()
            .is_some_and(|before| before.trim_start_matches(['+', '-', ' ']).starts_with('@'));
        let gap = code.trim().is_empty() || code.trim() == "...";
        let cut = line.starts_with("@@") || gap || (definition && !after_decorator && !diff);
        if cut && filled {
            out.push((begin, at));
            (begin, filled) = (at, false);
        }
        filled |= !gap;
        at += line.len();
    }
    out.push((begin, text.len()));
    out
}

pub(super) fn looks_like_code(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim();
        line.ends_with([':', '(', '{', '[', ',', ')'])
            || line.contains(" = ")
            || line.starts_with(['@', '#', '+', '-', '>'])
    })
}
