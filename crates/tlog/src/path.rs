//! Where a log's objects lie, relative to the log's folder and as keys of a bucket.
//!
//! ```text
//! [<prefix>/]AWSLogs/[<organization>/]<account>/CloudTrail-Tlog/<home Region>/<trail>/<log id>/
//!     checkpoint
//!     tile/<level>/<N>[.p/<width>]        hashes                         C2SP tlog-tiles
//!     tile/entries/<N>[.p/<width>]        entries: the commitments       C2SP tlog-tiles
//!     positions/<N>[.p/<width>]           journal positions              Cairn's own
//! ```

use cairn_catalog::Trail;

/// The kind folder of logs, beside `CloudTrail` and `CloudTrail-Digest`: policies that let CloudTrail deliver
/// allow it too.
pub const FOLDER: &str = "CloudTrail-Tlog";

/// The object that names a tree's size and root, signed.
pub const CHECKPOINT: &str = "checkpoint";

/// How many hashes or entries a full tile has.
pub(crate) const TILE_WIDTH: u64 = 256;

/// Returns the folder of a trail's log, with a slash at its end.
pub(crate) fn folder(trail: &Trail, id: &str) -> String {
    let Trail { account, home_region, name, .. } = trail;
    format!("{root}{account}/{FOLDER}/{home_region}/{name}/{id}/", root = trail.files_root())
}

/// Returns the place of a tile of hashes. `width` is 1 to 256.
pub(crate) fn tile(level: u8, number: u64, width: u64) -> String {
    format!("tile/{level}/{}", numbered(number, width))
}

/// Returns the place of a bundle of entries.
pub(crate) fn entries(number: u64, width: u64) -> String {
    format!("tile/entries/{}", numbered(number, width))
}

/// Returns the place of a bundle of journal positions.
pub(crate) fn positions(number: u64, width: u64) -> String {
    format!("positions/{}", numbered(number, width))
}

/// How many entries the bundle `number` has in a tree of `size`.
pub(crate) fn width(number: u64, size: u64) -> u64 {
    size.saturating_sub(number.saturating_mul(TILE_WIDTH)).min(TILE_WIDTH)
}

/// Renders a tile's number in groups of three digits, so that no folder grows beyond a thousand names.
fn numbered(number: u64, width: u64) -> String {
    let mut text = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        text = format!("x{:03}/{text}", rest % 1000);
        rest /= 1000;
    }
    if width < TILE_WIDTH {
        text.push_str(&format!(".p/{width}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_specification() {
        assert_eq!(tile(0, 0, 256), "tile/0/000");
        assert_eq!(tile(3, 1_234_067, 256), "tile/3/x001/x234/067");
        assert_eq!(tile(1, 999, 1), "tile/1/999.p/1");
        assert_eq!(entries(1000, 112), "tile/entries/x001/000.p/112");
        assert_eq!(positions(5, 256), "positions/005");
    }

    #[test]
    fn the_last_bundle_is_as_wide_as_the_tree_has_left() {
        let widths = |size: u64| [0, 1, 2].map(|number| width(number, size));
        assert_eq!(widths(0), [0, 0, 0]);
        assert_eq!(widths(256), [256, 0, 0]);
        assert_eq!(widths(511), [256, 255, 0]);
        assert_eq!(widths(513), [256, 256, 1]);
    }
}
