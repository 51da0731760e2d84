//! A text as a QR code in a PNG: black on white, no colours, no metadata.

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use qrcodegen::{QrCode, QrCodeEcc};

/// Draws a text; `None` if it is too long for a QR code.
pub(crate) fn png(text: &str) -> Option<Vec<u8>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let modules = code.size() + 2 * QUIET_MODULES;
    let side = u32::try_from(modules * MODULE_PIXELS).ok()?;
    let mut rows = Vec::new();
    for y in 0..modules {
        let row = row(&code, y, modules);
        for _ in 0..MODULE_PIXELS {
            // Each line begins with its filter: none.
            rows.push(0);
            rows.extend_from_slice(&row);
        }
    }
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed.write_all(&rows).ok()?;
    // Width, height, one bit a pixel in shades of gray; deflate, adaptive filters, not interlaced.
    let head = [&side.to_be_bytes()[..], &side.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", head), (b"IDAT", packed.finish().ok()?), (b"IEND", Vec::new())] {
        chunk(&mut file, *kind, &data)?;
    }
    Some(file)
}

/// Renders a line of modules; a set bit is white.
fn row(code: &QrCode, y: i32, modules: i32) -> Vec<u8> {
    let dark = |x: i32| code.get_module(x / MODULE_PIXELS - QUIET_MODULES, y - QUIET_MODULES);
    let pixels: Vec<bool> = (0..modules * MODULE_PIXELS).map(|x| !dark(x)).collect();
    let byte = |bits: &[bool]| {
        bits.iter().zip((0..8).rev()).fold(0, |byte, (white, at)| byte | u8::from(*white) << at)
    };
    pixels.chunks(8).map(byte).collect()
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) -> Option<()> {
    let mut check = Crc::new();
    check.update(&kind);
    check.update(data);
    file.extend_from_slice(&u32::try_from(data.len()).ok()?.to_be_bytes());
    file.extend_from_slice(&kind);
    file.extend_from_slice(data);
    file.extend_from_slice(&check.sum().to_be_bytes());
    Some(())
}

/// How wide a module is drawn, pixels.
const MODULE_PIXELS: i32 = 5;

/// The white border that readers need, modules.
const QUIET_MODULES: i32 = 4;

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_picture_shows_the_code_of_its_text() {
        let text = "otpauth://totp/phone%40acme?secret=GEZDGNBVGY3TQOJQ&issuer=Cairn";
        let file = png(text).unwrap();
        let (side, pixels) = pixels(&file);
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        assert_eq!(side, usize::try_from((code.size() + 8) * 5).unwrap());
        for (y, line) in (0..).zip(&pixels) {
            for (x, white) in (0..).zip(line) {
                assert_eq!(!white, code.get_module(x / 5 - 4, y / 5 - 4), "{x} {y}");
            }
        }
    }

    #[test]
    fn what_fits_in_no_code_is_not_drawn() {
        assert_eq!(png(&"x".repeat(10_000)), None);
    }

    /// Reads a PNG of one bit a pixel, as the format's page says: signature, chunks with checks, lines.
    fn pixels(file: &[u8]) -> (usize, Vec<Vec<bool>>) {
        let mut rest = file.strip_prefix(b"\x89PNG\r\n\x1a\n").unwrap();
        let (mut side, mut packed) = (0, Vec::new());
        loop {
            let length = usize::try_from(u32::from_be_bytes(rest[..4].try_into().unwrap())).unwrap();
            let (kind, data) = (&rest[4..8], &rest[8..8 + length]);
            let mut check = Crc::new();
            check.update(&rest[4..8 + length]);
            assert_eq!(check.sum().to_be_bytes(), rest[8 + length..12 + length]);
            rest = &rest[12 + length..];
            match kind {
                b"IHDR" => side = usize::try_from(u32::from_be_bytes(data[..4].try_into().unwrap())).unwrap(),
                b"IDAT" => packed.extend_from_slice(data),
                _ => break,
            }
        }
        assert!(rest.is_empty());
        let mut lines = Vec::new();
        flate2::read::ZlibDecoder::new(&packed[..]).read_to_end(&mut lines).unwrap();
        let width = side.div_ceil(8) + 1;
        let bits = |line: &[u8]| (0..side).map(|x| line[1 + x / 8] >> (7 - x % 8) & 1 == 1).collect();
        (side, lines.chunks(width).map(bits).collect())
    }
}
