//! Ids that are derived from what they name, so that making it again gives the same one.

/// Makes a UUID of the first sixteen bytes of a hash. It is of version 8 of RFC 9562: made by a rule of our own.
///
/// ```
/// let hash: Vec<u8> = (0..32).collect();
/// assert_eq!(cairn_event::derived_id(&hash), "00010203-0405-8607-8809-0a0b0c0d0e0f");
/// ```
pub fn derived_id(hash: &[u8]) -> String {
    let bits = hash.iter().take(16).fold(0_u128, |sum, byte| (sum << 8) | u128::from(*byte));
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | (0x8 << 76) | (0x2 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        bits >> 96,
        (bits >> 80) & 0xffff,
        (bits >> 64) & 0xffff,
        (bits >> 48) & 0xffff,
        bits & 0xffff_ffff_ffff
    )
}
