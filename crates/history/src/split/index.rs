//! The tantivy index of a split: its schema and how it is opened.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use tantivy::directory::MmapDirectory;
use tantivy::index::SegmentReader;
use tantivy::schema::{FAST, Field, NumericOptions, Schema, SchemaBuilder};
use tantivy::store::Compressor;
use tantivy::{Index, IndexSettings};

use crate::attribute::Term;
use crate::coded::{self, CODED};
use crate::durable;
use crate::error::StoreError;

/// The name of the index's directory in a split's.
const INDEX_DIRECTORY: &str = "index";

/// The name of the event time's field.
pub(super) const SECONDS: &str = "seconds";

/// The name of the journal position's field.
pub(super) const POSITION: &str = "position";

/// The fields by handle.
pub(super) struct Fields {
    pub(super) terms: Field,
    pub(super) seconds: Field,
    pub(super) position: Field,
    /// By [`coded`].
    pub(super) values: [Field; CODED],
    pub(super) schema: Schema,
}

static FIELDS: LazyLock<Fields> = LazyLock::new(|| {
    let mut schema = Schema::builder();
    let [terms, seconds, position] = first_fields(&mut schema);
    let values = coded::NAMES.map(|name| schema.add_text_field(name, FAST));
    Fields { terms, seconds, position, values, schema: schema.build() }
});

/// The schema of splits of version 1.
static OLD_SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let mut schema = Schema::builder();
    first_fields(&mut schema);
    schema.build()
});

/// Returns the schema of splits of version 1.
#[cfg(test)]
pub(super) fn old_schema() -> &'static Schema {
    &OLD_SCHEMA
}

fn first_fields(schema: &mut SchemaBuilder) -> [Field; 3] {
    // Postings alone: no frequencies, no norms, nothing stored.
    let terms = schema.add_u64_field("terms", indexed_only());
    [terms, schema.add_i64_field(SECONDS, FAST), schema.add_u64_field(POSITION, FAST)]
}

/// Returns the schema's fields.
pub(super) fn fields() -> &'static Fields {
    &FIELDS
}

/// Returns the settings: the document store stays empty, so that it needs no compression and no thread.
pub(super) fn settings() -> IndexSettings {
    IndexSettings {
        docstore_compression: Compressor::None,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    }
}

/// Returns a term as the index knows it.
pub(super) fn term(term: Term) -> tantivy::Term {
    tantivy::Term::from_field_u64(fields().terms, term.number())
}

/// Makes an empty place for the index of the split in `dir`; what an earlier try left goes.
pub(super) fn make_place(dir: &Path) -> Result<MmapDirectory, StoreError> {
    let place = dir.join(INDEX_DIRECTORY);
    durable::remove(&place)?;
    fs::create_dir(&place)?;
    Ok(MmapDirectory::open(place)?)
}

/// Opens the index of the split in `dir`, with or without values beside the terms.
pub(super) fn open(dir: &Path, has_values: bool) -> Result<Index, StoreError> {
    let index = Index::open(MmapDirectory::open(dir.join(INDEX_DIRECTORY))?)?;
    let schema = if has_values { &fields().schema } else { &*OLD_SCHEMA };
    if index.schema() != *schema {
        return Err(StoreError::damaged("a split's index has another schema"));
    }
    Ok(index)
}

/// Opens the one segment that a split's index has.
pub(super) fn only_segment(index: &Index) -> Result<SegmentReader, StoreError> {
    match index.searchable_segments()?.as_slice() {
        [segment] => Ok(SegmentReader::open(segment)?),
        _ => Err(StoreError::damaged("a split's index has not exactly one segment")),
    }
}

fn indexed_only() -> NumericOptions {
    // `set_indexed` alone leaves the norms out; the `INDEXED` flag would write them.
    NumericOptions::default().set_indexed()
}
