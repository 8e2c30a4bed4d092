//! From byte offsets to lines and columns.

/// Where each line of a text begins.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Indexes the lines of `text`; `\n`, `\r\n` and a lone `\r` end a line, as they do in Python.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at + 1);
            }
        }
        Self { starts }
    }

    /// The 1-based line of a byte offset.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// The 1-based line, and the 1-based column in characters, of a byte offset. An offset past the end, or inside a
    /// character, counts as the place just before it.
    pub fn position(&self, text: &str, offset: usize) -> (usize, usize) {
        let offset = text.floor_char_boundary(offset);
        let line = self.line(offset);
        let start = self.starts[line - 1];
        let line_text = &text[start..offset];
        // A byte order mark is not something that people see or count.
        let line_text = if start == 0 { line_text.trim_start_matches('\u{feff}') } else { line_text };
        (line, line_text.chars().count() + 1)
    }

    /// Number of lines; a text that ends with a line break has an empty last line.
    pub fn count(&self) -> usize {
        self.starts.len()
    }
}

#[cfg(test)]
mod tests {
    use super::LineIndex;

    #[test]
    fn columns_count_characters() {
        let text = "a\r\nÄÖ = 1\rb\n";
        let index = LineIndex::new(text);
        assert_eq!(index.count(), 4);
        assert_eq!(index.position(text, 0), (1, 1));
        assert_eq!(index.position(text, 7), (2, 3));
        assert_eq!(index.position(text, text.find('b').unwrap()), (3, 1));
        assert_eq!(index.position(text, 1000), (4, 1));
        assert_eq!(index.position(text, 4), (2, 1), "inside a character");
    }
}
