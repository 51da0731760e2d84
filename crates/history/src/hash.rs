//! XXH64, the hash that turns attribute values into terms. It is part of the stored format.
//!
//! Written out here because a term on disk must mean the same in every later version: std's hasher
//! promises no stable answer, and a keyed one would tie the files to a key.

const P1: u64 = 0x9E37_79B1_85EB_CA87;
const P2: u64 = 0xC2B2_AE3D_27D4_EB4F;
const P3: u64 = 0x1656_67B1_9E37_79F9;
const P4: u64 = 0x85EB_CA77_C2B2_AE63;
const P5: u64 = 0x27D4_EB2F_1656_67C5;

/// Hashes `bytes` under `seed`.
pub(crate) fn xxh64(bytes: &[u8], seed: u64) -> u64 {
    let (stripes, rest) = bytes.as_chunks::<32>();
    let mut hash = if stripes.is_empty() { seed.wrapping_add(P5) } else { long(stripes, seed) };
    hash = hash.wrapping_add(bytes.len() as u64);

    let (words, rest) = rest.as_chunks::<8>();
    for word in words {
        hash ^= round(0, u64::from_le_bytes(*word));
        hash = hash.rotate_left(27).wrapping_mul(P1).wrapping_add(P4);
    }
    let (halves, rest) = rest.as_chunks::<4>();
    for half in halves {
        hash ^= u64::from(u32::from_le_bytes(*half)).wrapping_mul(P1);
        hash = hash.rotate_left(23).wrapping_mul(P2).wrapping_add(P3);
    }
    for byte in rest {
        hash ^= u64::from(*byte).wrapping_mul(P5);
        hash = hash.rotate_left(11).wrapping_mul(P1);
    }

    hash ^= hash >> 33;
    hash = hash.wrapping_mul(P2);
    hash ^= hash >> 29;
    hash = hash.wrapping_mul(P3);
    hash ^ (hash >> 32)
}

fn long(stripes: &[[u8; 32]], seed: u64) -> u64 {
    let mut lanes =
        [seed.wrapping_add(P1).wrapping_add(P2), seed.wrapping_add(P2), seed, seed.wrapping_sub(P1)];
    for stripe in stripes {
        let (words, _none_left) = stripe.as_chunks::<8>();
        for (lane, word) in lanes.iter_mut().zip(words) {
            *lane = round(*lane, u64::from_le_bytes(*word));
        }
    }
    let mut hash = 0_u64;
    for (lane, turn) in lanes.iter().zip([1, 7, 12, 18]) {
        hash = hash.wrapping_add(lane.rotate_left(turn));
    }
    for lane in lanes {
        hash = (hash ^ round(0, lane)).wrapping_mul(P1).wrapping_add(P4);
    }
    hash
}

fn round(lane: u64, word: u64) -> u64 {
    lane.wrapping_add(word.wrapping_mul(P2)).rotate_left(31).wrapping_mul(P1)
}

#[cfg(test)]
mod tests {
    use super::xxh64;

    /// The reference implementation's published answers.
    #[test]
    fn agrees_with_the_reference() {
        let sanity = |length: usize| {
            let mut generator = 2_654_435_761_u64;
            (0..length)
                .map(|_| {
                    let byte = generator.to_be_bytes()[0];
                    generator = generator.wrapping_mul(11_400_714_785_074_694_797);
                    byte
                })
                .collect::<Vec<u8>>()
        };
        let cases: [(Vec<u8>, u64, u64); 8] = [
            (vec![], 0, 0xEF46_DB37_51D8_E999),
            (b"a".to_vec(), 0, 0xD24E_C4F1_A98C_6E5B),
            (b"abc".to_vec(), 0, 0x44BC_2CF5_AD77_0999),
            (sanity(1), 0, 0xE934_A84A_DB05_2768),
            (sanity(4), 0, 0x9136_A0DC_A574_57EE),
            (sanity(14), 0, 0x8282_DCC4_994E_35C8),
            (sanity(222), 0, 0xB641_AE8C_B691_C174),
            (sanity(222), 2_654_435_761, 0x20CB_8AB7_AE10_C14A),
        ];
        for (bytes, seed, expected) in cases {
            assert_eq!(xxh64(&bytes, seed), expected, "{} bytes, seed {seed}", bytes.len());
        }
    }
}
