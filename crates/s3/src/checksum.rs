//! Checksums of S3: the five algorithms, computed in one pass, and how parts' checksums combine.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use serde::{Deserialize, Serialize};

/// A checksum algorithm that S3 knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// CRC-32 (ISO-HDLC).
    Crc32,
    /// CRC-32C (Castagnoli).
    Crc32c,
    /// CRC-64/NVME.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// Returns the name in API members, such as `CRC32C`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// Returns the header, in lower case, such as `x-amz-checksum-crc32c`.
    pub fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    /// Finds the algorithm by its API name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// Finds the algorithm by its header.
    pub fn of_header(header: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.header().eq_ignore_ascii_case(header.trim()))
    }

    fn bytes(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// Says whether `value` is base64 of as many bytes as the algorithm gives.
    pub fn is_value(self, value: &str) -> bool {
        STANDARD.decode(value).is_ok_and(|raw| raw.len() == self.bytes())
    }
}

/// What a stored checksum covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChecksumKind {
    /// All bytes of the object.
    #[default]
    FullObject,
    /// The checksums of the parts, with `-PARTS` after it.
    Composite,
}

impl ChecksumKind {
    /// Returns the API's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::FullObject => "FULL_OBJECT",
            Self::Composite => "COMPOSITE",
        }
    }
}

/// The checksums kept with an object or a part, in base64.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Checksums {
    /// By algorithm.
    pub values: BTreeMap<Algorithm, String>,
    /// What they cover.
    pub kind: ChecksumKind,
}

impl Checksums {
    /// Returns the value of one algorithm.
    pub fn get(&self, algorithm: Algorithm) -> Option<String> {
        self.values.get(&algorithm).cloned()
    }
}

/// Computes the MD5 and the chosen checksums of bytes in one pass.
pub struct Digester {
    md5: Md5,
    others: ChecksumHasher,
}

/// What a [`Digester`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    /// The MD5.
    pub md5: [u8; 16],
    /// The chosen checksums in base64.
    pub checksums: BTreeMap<Algorithm, String>,
}

impl std::fmt::Debug for Digester {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Digester").finish_non_exhaustive()
    }
}

impl Digester {
    /// Starts; MD5 is always computed.
    pub fn new(algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        let mut others = ChecksumHasher::default();
        for algorithm in algorithms {
            match algorithm {
                Algorithm::Crc32 => others.crc32 = Some(Crc32::new()),
                Algorithm::Crc32c => others.crc32c = Some(Crc32c::new()),
                Algorithm::Crc64Nvme => others.crc64nvme = Some(Crc64Nvme::new()),
                Algorithm::Sha1 => others.sha1 = Some(Sha1::new()),
                Algorithm::Sha256 => others.sha256 = Some(Sha256::new()),
            }
        }
        Self { md5: Md5::new(), others }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.others.update(bytes);
    }

    /// Ends.
    pub fn finish(self) -> Digests {
        let found = self.others.finalize();
        let by_algorithm = [
            (Algorithm::Crc32, found.checksum_crc32),
            (Algorithm::Crc32c, found.checksum_crc32c),
            (Algorithm::Crc64Nvme, found.checksum_crc64nvme),
            (Algorithm::Sha1, found.checksum_sha1),
            (Algorithm::Sha256, found.checksum_sha256),
        ];
        let checksums =
            by_algorithm.into_iter().filter_map(|(algorithm, value)| Some((algorithm, value?))).collect();
        Digests { md5: self.md5.finalize(), checksums }
    }
}

/// Returns the checksum of the parts' checksums, `BASE64-PARTS`; nothing when a value is not base64.
pub(crate) fn composite<'a>(
    algorithm: Algorithm,
    parts: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let mut digester = Digester::new([algorithm]);
    let mut count = 0_usize;
    for part in parts {
        digester.update(&STANDARD.decode(part).ok()?);
        count += 1;
    }
    Some(format!("{}-{count}", digester.finish().checksums.get(&algorithm)?))
}

/// Returns the ETag of a multipart object: the MD5 of the parts' MD5s, `HEX-PARTS`.
pub(crate) fn multipart_etag<'a>(parts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut digester = Digester::new([]);
    let mut count = 0_usize;
    for part in parts {
        digester.update(&unhex(part)?);
        count += 1;
    }
    Some(format!("{}-{count}", hex(&digester.finish().md5)))
}

/// Returns the CRC of the whole from the CRCs of consecutive parts and their lengths; nothing for an
/// algorithm that is not a CRC or a malformed value.
pub(crate) fn joined_crc<'a>(
    algorithm: Algorithm,
    parts: impl IntoIterator<Item = (&'a str, u64)>,
) -> Option<String> {
    let crc = Crc::of(algorithm)?;
    let mut whole: Option<u64> = None;
    for (value, length) in parts {
        let raw = STANDARD.decode(value).ok().filter(|raw| raw.len() == algorithm.bytes())?;
        let value = raw.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
        whole = Some(whole.map_or(value, |before| crc.shift(before, length) ^ value));
    }
    let all = whole?.to_be_bytes();
    all.get(8 - algorithm.bytes()..).map(|bytes| STANDARD.encode(bytes))
}

/// A reflected CRC whose initial value equals its final inversion, so that the CRC of a concatenation is
/// the first CRC carried over the length of the second, plus the second.
struct Crc {
    /// The polynomial, bit-reflected.
    poly: u64,
    width: u32,
}

impl Crc {
    fn of(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::Crc32 => Some(Self { poly: 0xEDB8_8320, width: 32 }),
            Algorithm::Crc32c => Some(Self { poly: 0x82F6_3B78, width: 32 }),
            Algorithm::Crc64Nvme => Some(Self { poly: 0x9A6C_9329_AC4B_C9B5, width: 64 }),
            Algorithm::Sha1 | Algorithm::Sha256 => None,
        }
    }

    /// Multiplies `value` by x to the power of 8·`length`, modulo the polynomial.
    fn shift(&self, value: u64, length: u64) -> u64 {
        let mut factor = self.one() >> 8; // x^8: in reflected form the bit for x^n is n below the top.
        let mut result = value;
        let mut left = length;
        while left > 0 {
            if left & 1 == 1 {
                result = self.multiply(result, factor);
            }
            factor = self.multiply(factor, factor);
            left >>= 1;
        }
        result
    }

    fn one(&self) -> u64 {
        1 << (self.width - 1)
    }

    fn multiply(&self, left: u64, right: u64) -> u64 {
        let mut product = 0;
        let mut term = left;
        let mut bit = self.one();
        while bit > 0 {
            if right & bit != 0 {
                product ^= term;
            }
            term = if term & 1 == 1 { (term >> 1) ^ self.poly } else { term >> 1 };
            bit >>= 1;
        }
        product
    }
}

/// Writes lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let nibble = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some((nibble(high)? << 4) | nibble(low)?)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(algorithm: Algorithm, bytes: &[u8]) -> String {
        let mut digester = Digester::new([algorithm]);
        digester.update(bytes);
        digester.finish().checksums.remove(&algorithm).unwrap()
    }

    #[test]
    fn known_values() {
        // Check values of the catalogue of parametrised CRC algorithms for "123456789".
        let check = |algorithm, raw: &[u8]| assert_eq!(of(algorithm, b"123456789"), STANDARD.encode(raw));
        check(Algorithm::Crc32, &0xCBF4_3926_u32.to_be_bytes());
        check(Algorithm::Crc32c, &0xE306_9283_u32.to_be_bytes());
        check(Algorithm::Crc64Nvme, &0xAE8B_1486_0A79_9888_u64.to_be_bytes());
    }

    #[test]
    fn etag_of_parts() {
        let one = hex(&Digester::new([]).finish().md5);
        assert_eq!(one, "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(multipart_etag([one.as_str()]).as_deref(), Some("59adb24ef3cdbe0297f05b395827453f-1"));
    }

    proptest! {
        #[test]
        fn joined_crc_is_the_crc_of_the_whole(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..6)) {
            for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme] {
                let values: Vec<(String, u64)> = parts.iter().map(|part| (of(algorithm, part), part.len() as u64)).collect();
                let joined = joined_crc(algorithm, values.iter().map(|(value, length)| (value.as_str(), *length)));
                prop_assert_eq!(joined, Some(of(algorithm, &parts.concat())));
            }
        }
    }
}
