//! The JSON Schemas under `docs/schemas/`, made from the types that print the JSON. `INSTA_UPDATE=always cargo test` writes them
//! anew, as it does with snapshots.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use std::path::Path;

/// The schema of a type as it is printed.
pub(crate) fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

/// The schema of a type as it is read.
pub(crate) fn of_input<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas");
    let schemas = [
        ("grade", "assay grade --format json", crate::grade::schema()),
        ("stream-request", "assay grade --stream, a line in", crate::grade::request_schema()),
        ("stream-answer", "assay grade --stream, a line out", crate::grade::answer_schema()),
        ("overrides", "assay grade --overrides", crate::grade::overrides_schema()),
        ("regrade", "assay regrade --format json", crate::regrade::schema()),
        ("calibrate", "assay calibrate --format json", crate::calibration::schema()),
        ("analyze", "assay analyze --format json", crate::analysis::schema()),
        ("check", "assay check --format json", crate::check::schema()),
    ];
    let mut wanted: Vec<String> = Vec::new();
    for (name, title, mut schema) in schemas {
        schema.insert("title".to_owned(), title.into());
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let file = folder.join(format!("{name}.schema.json"));
        if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(committed == text, "{} is out of date: INSTA_UPDATE=always cargo test -p assay-report", file.display());
        wanted.push(format!("{name}.schema.json"));
    }
    let mut there: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    there.sort();
    wanted.sort();
    assert_eq!(there, wanted, "no schema is left over");
}
