//! The JSON Schema of the manifest, made from the types that read it.

use schemars::generate::SchemaSettings;

use super::types::Manifest;

/// The JSON Schema (draft 2020-12) of the native manifest, as `spof schema` prints it.
#[must_use]
pub fn schema() -> serde_json::Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Manifest>();
    schema.insert("title".to_owned(), "spof manifest".into());
    let id = "https://json.schemastore.org/spof-manifest.json";
    schema.insert("$id".to_owned(), id.into());
    schema.to_value()
}
