//! The packed table: services at hand, shapes unpacked when they are asked for.
//!
//! Layout (page: `docs/formats/operations.md`): `CAIRNOPS`, u32 version, u32 CRC-32C of what follows, u32
//! length, then the index as zstd of postcard, then each service's shapes as zstd of postcard. Integers are
//! little-endian.

use std::sync::{Arc, LazyLock, OnceLock};

use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::{Operation, Service, ServiceModel, Shapes};

/// Everything known of all services.
#[derive(Debug)]
pub struct Table {
    source: String,
    services: Vec<Service>,
    packed: Vec<Vec<u8>>,
    shapes: Vec<OnceLock<Arc<Shapes>>>,
    directory: Directory,
}

/// One operation of one service, within its table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperationId {
    /// The service's index.
    pub service: u16,
    /// The operation's index within the service.
    pub operation: u16,
}

/// A file is not a table of operations.
#[derive(Debug, thiserror::Error)]
#[error("read the table of operations: {reason}")]
pub struct TableError {
    reason: &'static str,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What stands before the shapes.
#[derive(Debug, Serialize, Deserialize)]
struct Index {
    source: String,
    services: Vec<Service>,
    /// How long each service's packed shapes are.
    lengths: Vec<u32>,
}

const MAGIC: &[u8; 8] = b"CAIRNOPS";
const VERSION: u32 = 1;
/// The most that an index or a service's shapes may unpack to.
const UNPACKED_BYTES_MAX: usize = 32 << 20;
/// Packing happens once, so it may take its time.
const LEVEL: i32 = 19;

static BUILT_IN: LazyLock<Arc<Table>> = LazyLock::new(|| {
    let table = Table::open(include_bytes!("../data/operations.bin"));
    Arc::new(table.unwrap_or_else(|_damaged_build| Table::empty()))
});

impl Table {
    /// Returns the table that was built in.
    pub fn built_in() -> Arc<Self> {
        Arc::clone(&BUILT_IN)
    }

    /// Opens a packed table.
    ///
    /// # Errors
    /// Says what is wrong with the file.
    pub fn open(bytes: &[u8]) -> Result<Self, TableError> {
        let cut = || TableError { reason: "it is cut short", source: None };
        let (magic, rest) = bytes.split_first_chunk::<8>().ok_or_else(cut)?;
        let (version, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
        if magic != MAGIC || u32::from_le_bytes(*version) != VERSION {
            let reason = "it is none, or of another version; make it again with `cairn operations build`";
            return Err(TableError { reason, source: None });
        }
        let (checksum, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
        if u32::from_le_bytes(*checksum) != crc32c::crc32c(rest) {
            return Err(TableError { reason: "it is damaged: its checksum is another", source: None });
        }
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
        let (index, mut rest) = split(rest, u32::from_le_bytes(*length)).ok_or_else(cut)?;
        let index: Index = unpack(index)?;
        let too_many = |count: usize| count >= usize::from(u16::MAX);
        let overfull = index.services.iter().any(|service| too_many(service.operations.len()));
        if overfull || too_many(index.services.len()) || index.services.len() != index.lengths.len() {
            return Err(TableError { reason: "its index contradicts itself", source: None });
        }
        let mut packed = Vec::with_capacity(index.lengths.len());
        for length in &index.lengths {
            let (own, others) = split(rest, *length).ok_or_else(cut)?;
            packed.push(own.to_vec());
            rest = others;
        }
        let shapes = packed.iter().map(|_| OnceLock::new()).collect();
        let directory = Directory::of(&index.services);
        Ok(Self { source: index.source, services: index.services, packed, shapes, directory })
    }

    /// Packs models into the bytes that [`Table::open`] takes. `source` names where they are from, with
    /// version and licence.
    ///
    /// # Errors
    /// A model has no bytes; none that was compiled is such.
    pub fn pack(source: &str, models: Vec<ServiceModel>) -> Result<Vec<u8>, TableError> {
        let mut models = models;
        models.sort_by(|a, b| a.service.name.cmp(&b.service.name));
        let packed =
            models.iter().map(|model| pack(&model.shapes)).collect::<Result<Vec<Vec<u8>>, TableError>>()?;
        let lengths = packed.iter().map(|own| u32::try_from(own.len()).unwrap_or(u32::MAX)).collect();
        let services = models.into_iter().map(|model| model.service).collect();
        let index = pack(&Index { source: source.to_owned(), services, lengths })?;
        let mut content = u32::try_from(index.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
        content.extend_from_slice(&index);
        packed.iter().for_each(|own| content.extend_from_slice(own));
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&VERSION.to_le_bytes());
        out.extend_from_slice(&crc32c::crc32c(&content).to_le_bytes());
        out.append(&mut content);
        Ok(out)
    }

    /// Returns where the table is from: the models' name, version and licence.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns all services.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// Returns the service of an operation.
    pub fn service(&self, id: OperationId) -> Option<&Service> {
        self.services.get(usize::from(id.service))
    }

    /// Returns an operation.
    pub fn operation(&self, id: OperationId) -> Option<&Operation> {
        self.service(id)?.operations.get(usize::from(id.operation))
    }

    /// Returns an operation by the names that botocore has for it and its service.
    pub fn find(&self, service: &str, operation: &str) -> Option<OperationId> {
        let at = self.services.binary_search_by(|known| known.name.as_str().cmp(service)).ok()?;
        let operations = &self.services.get(at)?.operations;
        let of = operations.binary_search_by(|known| known.name.as_str().cmp(operation)).ok()?;
        Some(OperationId { service: u16::try_from(at).ok()?, operation: u16::try_from(of).ok()? })
    }

    /// Returns the shapes of an operation's service, unpacked at the first call; empty when the table is
    /// damaged, so that nothing of a call is recorded then.
    pub fn shapes(&self, id: OperationId) -> Arc<Shapes> {
        let at = usize::from(id.service);
        match (self.shapes.get(at), self.packed.get(at)) {
            (Some(shapes), Some(packed)) => {
                Arc::clone(shapes.get_or_init(|| Arc::new(unpack(packed).unwrap_or_default())))
            }
            _ => Arc::default(),
        }
    }

    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    fn empty() -> Self {
        Self {
            source: String::new(),
            services: Vec::new(),
            packed: Vec::new(),
            shapes: Vec::new(),
            directory: Directory::of(&[]),
        }
    }
}

fn split(bytes: &[u8], length: u32) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(usize::try_from(length).ok()?)
}

fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, TableError> {
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| TableError {
        reason: "it can't be packed",
        source: Some(source),
    };
    let plain = postcard::to_allocvec(value).map_err(|error| failed(error.into()))?;
    zstd::bulk::compress(&plain, LEVEL).map_err(|error| failed(error.into()))
}

fn unpack<T: for<'de> Deserialize<'de>>(packed: &[u8]) -> Result<T, TableError> {
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| TableError {
        reason: "it is damaged",
        source: Some(source),
    };
    let plain = zstd::bulk::decompress(packed, UNPACKED_BYTES_MAX).map_err(|error| failed(error.into()))?;
    postcard::from_bytes(&plain).map_err(|error| failed(error.into()))
}
