//! Proofs of exercises as `JUnit` XML, which most CI services show as test results.
//!
//! A suite an exercise, a failed case an error. Warnings are cases that passed and say something; an exercise with no error has
//! the passed case `proven`.

use crate::untrusted::visible;
use assay_bank::{Checked, Problem, Severity};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

/// The whole document.
pub fn junit(checked: &[Checked], problems: &[Problem]) -> String {
    let mut bytes = Vec::new();
    let result = write(&mut Writer::new_with_indent(&mut bytes, b' ', 2), checked, problems);
    // Memory does not fail to be written.
    debug_assert!(result.is_ok());
    bytes.push(b'\n');
    String::from_utf8_lossy(&bytes).into_owned()
}

type Xml<'b> = Writer<&'b mut Vec<u8>>;

fn write(xml: &mut Xml<'_>, checked: &[Checked], problems: &[Problem]) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut suites: Vec<(&str, &[Problem])> =
        checked.iter().map(|exercise| (exercise.id.as_str(), exercise.problems.as_slice())).collect();
    if !problems.is_empty() {
        suites.push(("bank", problems));
    }
    let failures = suites.iter().map(|(_, problems)| errors(problems)).sum::<usize>().to_string();
    let tests = suites.iter().map(|(_, problems)| cases(problems)).sum::<usize>().to_string();
    xml.create_element("testsuites")
        .with_attributes([("name", "assay check"), ("tests", tests.as_str()), ("failures", failures.as_str())])
        .write_inner_content(|xml| suites.iter().try_for_each(|(name, problems)| suite(xml, name, problems)))?;
    Ok(())
}

fn errors(problems: &[Problem]) -> usize {
    problems.iter().filter(|problem| problem.severity == Severity::Error).count()
}

fn cases(problems: &[Problem]) -> usize {
    problems.len() + usize::from(errors(problems) == 0)
}

fn suite(xml: &mut Xml<'_>, name: &str, problems: &[Problem]) -> io::Result<()> {
    let name = visible(name);
    let (tests, failures) = (cases(problems).to_string(), errors(problems).to_string());
    xml.create_element("testsuite")
        .with_attributes([("name", &*name), ("tests", tests.as_str()), ("failures", failures.as_str())])
        .write_inner_content(|xml| {
            if errors(problems) == 0 {
                xml.create_element("testcase")
                    .with_attributes([("classname", &*name), ("name", "proven")])
                    .write_empty()?;
            }
            problems.iter().try_for_each(|problem| case(xml, &name, problem))
        })?;
    Ok(())
}

fn case(xml: &mut Xml<'_>, suite: &str, problem: &Problem) -> io::Result<()> {
    let place = problem.place.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
    let file = visible(&problem.file);
    let title = format!("{}: {file}{place}", problem.code);
    let line = problem.place.map_or(1, |(line, _)| line).to_string();
    let message = visible(&problem.message);
    let text = format!("{file}{place}: {message}\n{}", visible(&problem.help));
    let attributes = [("classname", suite), ("name", title.as_str()), ("file", &*file), ("line", line.as_str())];
    xml.create_element("testcase").with_attributes(attributes).write_inner_content(|xml| {
        let text = BytesText::new(text.trim_end());
        match problem.severity {
            Severity::Error => xml
                .create_element("failure")
                .with_attributes([("type", problem.code), ("message", &*message)])
                .write_text_content(text)?,
            Severity::Warning => xml.create_element("system-out").write_text_content(text)?,
        };
        Ok(())
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::check::sample;
    use quick_xml::events::Event;

    #[test]
    fn is_sound_xml_with_a_case_for_each_problem() {
        let (checked, problems) = sample::checked();
        let text = super::junit(&checked, &problems);
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut failures = 0;
        loop {
            match reader.read_event().unwrap() {
                Event::Start(element) if element.name().as_ref() == "failure" => failures += 1,
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(failures, 2);
        insta::assert_snapshot!(text);
    }
}
