//! Lines of a stream, in batches that are as large as what has arrived, and never larger than memory allows.

use assay_bank::MAX_FILE_BYTES;
use std::io::{self, BufRead, BufReader, Read};

/// So much is read at once, and so large is a batch at most, but for a line that is longer.
const BATCH_BYTES: usize = 1 << 20;

/// One line, without its line break.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// 1-based: its place in the stream, or the number that it brings with it.
    pub(crate) number: usize,
    pub(crate) bytes: Vec<u8>,
    /// Whether it was longer than [`Lines::MOST_BYTES`], of which `bytes` has the first.
    pub(crate) cut: bool,
}

/// Reads lines. Empty ones, and a byte order mark before the first, are passed over. A number and a tab before a line, as
/// `nl -ba` writes them, are the line's number: whoever deals a stream out in parts numbers its lines first.
pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    number: usize,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader: BufReader::with_capacity(BATCH_BYTES, reader), number: 0 }
    }

    /// The lines that have arrived, at least one; none at the end. It waits for no line that is not there yet, so that whoever
    /// sends one line and waits for its answer gets it.
    pub(crate) fn batch(&mut self) -> io::Result<Vec<Line>> {
        let mut batch = Vec::new();
        while batch.is_empty() || self.reader.buffer().contains(&b'\n') {
            let Some(line) = self.line()? else { break };
            if !line.bytes.trim_ascii().is_empty() {
                batch.push(line);
            }
        }
        Ok(batch)
    }

    fn line(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        if self.reader.by_ref().take(Lines::MOST_BYTES as u64 + 1).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let cut = bytes.len() > Lines::MOST_BYTES && !bytes.ends_with(b"\n");
        if cut {
            self.reader.skip_until(b'\n')?;
        }
        let (number, prefix) = own_number(&bytes).unwrap_or((self.number, 0));
        bytes.drain(..prefix);
        if number == 1 && bytes.starts_with("\u{feff}".as_bytes()) {
            bytes.drain(..'\u{feff}'.len_utf8());
        }
        Ok(Some(Line { number, bytes, cut }))
    }
}

/// The number that a line brings with it, and how many bytes it takes with its tab.
fn own_number(bytes: &[u8]) -> Option<(usize, usize)> {
    let text = bytes.trim_ascii_start();
    text.first().filter(|first| first.is_ascii_digit())?;
    let tab = text.iter().position(|&byte| byte == b'\t')?;
    let number = std::str::from_utf8(&text[..tab]).ok()?.parse().ok()?;
    Some((number, bytes.len() - text.len() + tab + 1))
}

impl Lines<()> {
    /// A longer line is refused without being held whole.
    #[allow(clippy::cast_possible_truncation)]
    pub(crate) const MOST_BYTES: usize = MAX_FILE_BYTES as usize;
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines};
    use std::io::{self, Read};

    /// Gives one piece a read, as a pipe does.
    struct Pieces(Vec<&'static [u8]>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let piece = self.0.remove(0);
            buffer[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }

    fn line(number: usize, text: &str) -> Line {
        Line { number, bytes: text.into(), cut: false }
    }

    #[test]
    fn a_batch_is_what_has_arrived() {
        let mut lines = Lines::new(Pieces(vec![b"\xef\xbb\xbfa\r\n\n \nb\nc", b"c\n", b"\n", b"d"]));
        assert_eq!(lines.batch().unwrap(), [line(1, "a\r\n"), line(4, "b\n")]);
        assert_eq!(lines.batch().unwrap(), [line(5, "cc\n")]);
        assert_eq!(lines.batch().unwrap(), [line(7, "d")]);
        assert_eq!(lines.batch().unwrap(), []);
    }

    #[test]
    fn a_line_may_bring_its_number() {
        let text = "     1\t\u{feff}a\n12\t\t{}\n     3\t\n5\n7 \tb\nc\t1\n99999999999999999999\td\n";
        let wanted = [line(1, "a\n"), line(12, "\t{}\n"), line(4, "5\n"), line(5, "7 \tb\n"), line(6, "c\t1\n")];
        let mut lines = Lines::new(text.as_bytes());
        let batch = lines.batch().unwrap();
        assert_eq!(batch[..5], wanted);
        assert_eq!(batch[5..], [line(7, "99999999999999999999\td\n")]);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut() {
        let most = Lines::MOST_BYTES;
        for (length, cut) in [(most, false), (most + 1, true), (3 * most, true)] {
            let text = format!("{}\nnext\n", "x".repeat(length));
            let mut lines = Lines::new(text.as_bytes());
            let mut all = Vec::new();
            while let Some(line) = lines.line().unwrap() {
                all.push(line);
            }
            assert_eq!((all.len(), all[0].cut), (2, cut), "{length}");
            assert!(all[0].bytes.len() <= most + 1);
            assert_eq!(all[1], line(2, "next\n"));
        }
    }
}
