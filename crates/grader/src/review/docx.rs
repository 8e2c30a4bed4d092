//! The text of a Word document (Office Open XML): its paragraphs, one a line, those of lists with a dash.
//!
//! Only `word/document.xml` is unpacked, and no more of it than [`LARGEST`]. No entity is expanded but XML's own five and
//! characters by number, no other part of the package is looked at, and nothing it links to is asked for.

use super::ReviewError;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use std::io::{Cursor, Read};

/// More XML than this is no review: a page of Word takes some ten kilobytes.
const LARGEST: u64 = 16 << 20;
const DOCUMENT: &str = "word/document.xml";

/// Whether the bytes begin as a package does.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The text of the document's body.
pub(super) fn text(bytes: &[u8]) -> Result<String, ReviewError> {
    let error = |message: String| ReviewError { message, line: 1, column: 1 };
    let mut package = zip::ZipArchive::new(Cursor::new(bytes))
        .map_err(|reason| error(format!("this is no whole Word document ({reason}); save it as .docx or as text")))?;
    let entry = package.by_name(DOCUMENT).map_err(|reason| {
        error(format!("this archive is no Word document ({reason}); save the review as .docx or as text"))
    })?;
    let mut xml = Vec::new();
    entry
        .take(LARGEST + 1)
        .read_to_end(&mut xml)
        .map_err(|reason| error(format!("the Word document cannot be unpacked ({reason}); save it again")))?;
    if xml.len() as u64 > LARGEST {
        return Err(error(format!("the document unpacks to more than {LARGEST} bytes; save the review as text")));
    }
    let xml = String::from_utf8(xml).map_err(|_| error("the document's XML is not UTF-8; save it again".to_owned()))?;
    paragraphs(&xml).map_err(|reason| error(format!("the document's XML is broken ({reason}); save it again")))
}

fn paragraphs(xml: &str) -> Result<String, quick_xml::Error> {
    let mut reader = Reader::from_str(xml);
    let mut text = String::new();
    let mut paragraph = String::new();
    let (mut in_text, mut in_list) = (false, false);
    loop {
        match reader.read_event()? {
            Event::Start(element) => match element.name().as_ref() {
                "w:t" => in_text = true,
                "w:numPr" => in_list = true,
                _ => {}
            },
            Event::Empty(element) => match element.name().as_ref() {
                "w:tab" => paragraph.push('\t'),
                "w:br" | "w:cr" => paragraph.push('\n'),
                "w:noBreakHyphen" => paragraph.push('-'),
                "w:numPr" => in_list = true,
                _ => {}
            },
            Event::End(element) => match element.name().as_ref() {
                "w:t" => in_text = false,
                "w:p" => {
                    if in_list && !paragraph.trim().is_empty() {
                        text.push_str("- ");
                    }
                    text.push_str(&paragraph);
                    text.push('\n');
                    if !in_list {
                        // Prose paragraphs of Markdown stand apart.
                        text.push('\n');
                    }
                    paragraph.clear();
                    in_list = false;
                }
                _ => {}
            },
            Event::Text(words) if in_text => paragraph.push_str(&words),
            Event::CData(words) if in_text => paragraph.push_str(&words),
            Event::GeneralRef(reference) if in_text => paragraph.extend(character(&reference)),
            Event::Eof => return Ok(text),
            _ => {}
        }
    }
}

/// The character that a reference stands for; none for an entity of the document's own.
fn character(reference: &BytesRef) -> Option<char> {
    match &**reference {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Format, Review};
    use std::io::{Cursor, Write};
    use zip::write::SimpleFileOptions;

    fn package(file: &str, xml: &[u8]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file(file, SimpleFileOptions::default()).unwrap();
        writer.write_all(xml).unwrap();
        writer.finish().unwrap().into_inner()
    }

    fn document(body: &str) -> Vec<u8> {
        package(
            super::DOCUMENT,
            format!("<?xml version=\"1.0\"?><w:document><w:body>{body}</w:body></w:document>").as_bytes(),
        )
    }

    #[test]
    fn paragraphs_are_lines_and_lists_have_dashes() {
        let bytes = document(
            "<w:p><w:r><w:t>Line 31: the </w:t></w:r><w:r><w:t xml:space=\"preserve\">default &lt;set&gt; &#x201c;is&#8221;</w:t><w:tab/>\
             <w:t>shared.</w:t><w:delText>gone</w:delText></w:r></w:p>\
             <w:p><w:pPr><w:numPr><w:ilvl w:val=\"0\"/></w:numPr></w:pPr><w:r><w:t>one</w:t><w:br/><w:t>two</w:t></w:r></w:p><w:p/>",
        );
        let review = Review::from_bytes("r.docx", &bytes).unwrap();
        assert_eq!(
            (review.format, review.text.as_str()),
            (Format::Docx, "Line 31: the default <set> “is”\tshared.\n\n- one\ntwo\n")
        );
        assert_eq!(review.parts()[0].body, review.text);
    }

    #[test]
    fn bombs_and_other_archives_are_refused() {
        let error = |bytes: &[u8]| Review::from_bytes("r", bytes).unwrap_err().message;
        let bomb = document(&"<w:p/>".repeat(4_000_000));
        assert!(bomb.len() < 200_000, "it packs well: {}", bomb.len());
        assert!(error(&bomb).contains("unpacks to more than"), "{}", error(&bomb));
        assert!(error(&package("evil.txt", b"x")).contains("no Word document"));
        assert!(error(b"PK\x03\x04 and nothing else").contains("no whole Word document"));
        assert!(error(&document("<w:p></w:body>")).contains("XML is broken"));
        let whole = document("<w:p><w:t>words</w:t></w:p>");
        for cut in 0..whole.len() {
            let _ = Review::from_bytes("r", &whole[..cut]);
        }
        let entities = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;\">]><w:p><w:t>&b;</w:t></w:p>";
        assert_eq!(Review::from_bytes("r", &package(super::DOCUMENT, entities.as_bytes())).unwrap().text, "\n\n");
    }
}
