//! Chunked bodies: any split decodes the same, nothing altered or cut short is accepted.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use cairn_sigv4::{
    Body, BodyCheck, BodyError, ChunkedDecoder, Credentials, PayloadToSign, Presented, Request, SecretKey,
    Signer, Streaming, Trailers, Verifier, limits,
};
use proptest::collection::vec;
use proptest::prelude::*;

const KINDS: [Streaming; 3] = [Streaming::Signed, Streaming::SignedTrailer, Streaming::UnsignedTrailer];
const CHECKSUM: (&str, &str) = ("x-amz-checksum-crc32c", "sOO8/Q==");

/// A body as sent, and the decoder that its verified request asks for.
struct Sent {
    body: Vec<u8>,
    decoder: Box<dyn Fn() -> ChunkedDecoder>,
}

type Decoded = (Vec<u8>, Trailers);

/// Signs an upload of `chunks`, verifies its headers, and returns its body.
fn send(kind: Streaming, chunks: &[Vec<u8>], announced: u64) -> Sent {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", SecretKey::new("secret"), None);
    let signer = Signer { credentials: &credentials, region: "us-east-1", service: "s3" };
    let announced = announced.to_string();
    let mut headers: Vec<(&str, &[u8])> = vec![
        ("host", b"127.0.0.1"),
        ("content-encoding", b"aws-chunked"),
        ("x-amz-decoded-content-length", announced.as_bytes()),
    ];
    if kind.has_trailer() {
        headers.push(("x-amz-trailer", CHECKSUM.0.as_bytes()));
    }
    let before = headers.clone();
    let unsigned = Request { method: "PUT", path: "/bucket/key", query: "", headers: &before };
    let signed = signer.sign_headers(&unsigned, PayloadToSign::Streaming(kind), now).unwrap();
    let added = signed.headers.clone();
    headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));
    let request = Request { headers: &headers, ..unsigned };
    let presented = Presented::require(&request).unwrap();
    let verified = Verifier::default()
        .verify(&request, &presented, &SecretKey::new("secret"), Body::Streamed, now)
        .unwrap();

    let mut body = Vec::new();
    let mut chunk_signer = signed.into_chunk_signer().unwrap();
    chunks.iter().for_each(|chunk| chunk_signer.chunk(chunk, &mut body));
    let trailers = if kind.has_trailer() { Trailers::new([CHECKSUM]).unwrap() } else { Trailers::default() };
    chunk_signer.finish(&trailers, &mut body);
    let decoder = move || match verified.body() {
        BodyCheck::Chunked(decoder) => *decoder,
        other => panic!("{other:?}"),
    };
    Sent { body, decoder: Box::new(decoder) }
}

fn total(chunks: &[Vec<u8>]) -> u64 {
    chunks.iter().map(|chunk| chunk.len() as u64).sum()
}

/// Decodes pieces as they would arrive.
fn decode<'a>(
    decoder: ChunkedDecoder,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Decoded, BodyError> {
    let mut decoder = decoder;
    let mut out = Vec::new();
    for piece in pieces {
        decoder.push(piece, &mut out)?;
    }
    assert_eq!(decoder.decoded_bytes(), out.len() as u64);
    decoder.finish().map(|trailers| (out, trailers))
}

fn kinds() -> impl Strategy<Value = Streaming> {
    prop::sample::select(KINDS.to_vec())
}

fn bodies() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(vec(any::<u8>(), 1..40), 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_decodes_the_same(kind in kinds(), chunks in bodies(), cuts in vec(any::<prop::sample::Index>(), 0..12)) {
        let sent = send(kind, &chunks, total(&chunks));
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(sent.body.len() + 1)).collect();
        cuts.extend([0, sent.body.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|cut| &sent.body[cut[0]..cut[1]]);
        let (data, trailers) = decode((sent.decoder)(), pieces).unwrap();
        prop_assert_eq!(data, chunks.concat());
        prop_assert_eq!(trailers.value(CHECKSUM.0), kind.has_trailer().then_some(CHECKSUM.1));
    }
}

#[test]
fn byte_by_byte_decodes_the_same() {
    for kind in KINDS {
        let chunks = [b"hello ".to_vec(), b"world".to_vec()];
        let sent = send(kind, &chunks, 11);
        let (data, _) = decode((sent.decoder)(), sent.body.chunks(1)).unwrap();
        assert_eq!(data, b"hello world", "{kind:?}");
    }
}

#[test]
fn a_body_cut_short_at_any_byte_is_refused() {
    for kind in KINDS {
        let sent = send(kind, &[b"hello ".to_vec(), b"world".to_vec()], 11);
        for length in 0..sent.body.len() {
            let result = decode((sent.decoder)(), [&sent.body[..length]]);
            assert_eq!(result, Err(BodyError::Truncated), "{kind:?} cut to {length} of {}", sent.body.len());
        }
    }
}

#[test]
fn bytes_after_the_end_are_refused() {
    for kind in KINDS {
        let sent = send(kind, &[b"hello".to_vec()], 5);
        let result = decode((sent.decoder)(), [&sent.body[..], b"\n"]);
        assert_eq!(result, Err(BodyError::MalformedChunk), "{kind:?}");
    }
}

/// Signed bodies: an altered bit is refused, or means the same because names ignore case. Nothing else
/// is tolerated, so what was decoded is what was signed.
#[test]
fn any_bit_flipped_in_a_signed_body_is_refused() {
    for kind in [Streaming::Signed, Streaming::SignedTrailer] {
        let sent = send(kind, &[b"hello ".to_vec(), vec![b'x'; 300], b"world".to_vec()], 311);
        let whole = decode((sent.decoder)(), [&sent.body[..]]).unwrap();
        let mut tolerated = 0;
        for bit in 0..sent.body.len() * 8 {
            let mut altered = sent.body.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            if let Ok(decoded) = decode((sent.decoder)(), [&altered[..]]) {
                assert_eq!(decoded, whole, "{kind:?} bit {bit}");
                let (old, new) = (sent.body[bit / 8], altered[bit / 8]);
                assert!(old.eq_ignore_ascii_case(&new), "{kind:?} bit {bit}: {old} became {new}");
                tolerated += 1;
            }
        }
        println!("{kind:?}: {} bits flipped, {tolerated} of them the case of a letter", sent.body.len() * 8);
    }
}

/// Unsigned bodies: their framing is checked, and the length that the signed headers announce.
#[test]
fn a_bit_flipped_in_unsigned_framing_changes_no_length() {
    let sent = send(Streaming::UnsignedTrailer, &[vec![b'x'; 300]], 300);
    for bit in 0..sent.body.len() * 8 {
        let mut altered = sent.body.clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        if let Ok((data, trailers)) = decode((sent.decoder)(), [&altered[..]]) {
            assert_eq!(data.len(), 300, "bit {bit}");
            assert!(trailers.value(CHECKSUM.0).is_some(), "bit {bit}");
        }
    }
}

#[test]
fn the_announced_length_is_kept() {
    for kind in KINDS {
        for (announced, length) in [(4, 5), (6, 5), (0, 1), (1, 0)] {
            let chunks = if length == 0 { vec![] } else { vec![vec![b'x'; length]] };
            let sent = send(kind, &chunks, announced);
            let result = decode((sent.decoder)(), [&sent.body[..]]);
            assert_eq!(result, Err(BodyError::DecodedLength { announced }), "{kind:?} {announced} {length}");
        }
    }
}

#[test]
fn chunks_cannot_be_reordered_repeated_or_left_out() {
    let parts = |order: &[usize]| -> Result<Decoded, BodyError> {
        let sent = send(Streaming::Signed, &[b"aaaa".to_vec(), b"bbbb".to_vec(), b"cccc".to_vec()], 12);
        let size = "4;chunk-signature=".len() + 64 + 2 + 4 + 2;
        let mut body: Vec<u8> = Vec::new();
        order.iter().for_each(|part| body.extend_from_slice(&sent.body[part * size..(part + 1) * size]));
        body.extend_from_slice(&sent.body[3 * size..]);
        decode((sent.decoder)(), [&body[..]])
    };
    assert!(parts(&[0, 1, 2]).is_ok());
    for order in [[1, 0, 2], [0, 0, 1], [0, 2, 1], [2, 1, 0]] {
        assert_eq!(parts(&order), Err(BodyError::ChunkSignature), "{order:?}");
    }
    assert!(parts(&[0, 1]).is_err());
}

#[test]
fn malformed_framing_is_refused_and_stays_refused() {
    let unsigned = |body: &[u8]| decode((send(Streaming::UnsignedTrailer, &[], 5).decoder)(), [body]);
    let end = "x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n";
    let cases: &[(String, Result<&str, BodyError>)] = &[
        (format!("5\r\nhello\r\n0\r\n{end}"), Ok("hello")),
        (format!("05\r\nhello\r\n000\r\n{end}"), Ok("hello")),
        (format!("2\r\nhe\r\n3\r\nllo\r\n0\r\n{}", end.replace("\r\n", "\n")), Ok("hello")),
        (format!("5\r\nhello\r\n0\r\n{}", end.replace("x-amz", "X-Amz")), Ok("hello")),
        (format!("5;ext=1\r\nhello\r\n0\r\n{end}"), Err(BodyError::MalformedChunk)),
        (format!("5\nhello\r\n0\r\n{end}"), Err(BodyError::MalformedChunk)),
        (format!("\r\nhello\r\n0\r\n{end}"), Err(BodyError::MalformedChunk)),
        (format!("-5\r\nhello\r\n0\r\n{end}"), Err(BodyError::MalformedChunk)),
        (format!("+5\r\nhello\r\n0\r\n{end}"), Err(BodyError::MalformedChunk)),
        (format!("0x5\r\nhello\r\n0\r\n{end}"), Err(BodyError::MalformedChunk)),
        (format!("5\r\nhelloXX0\r\n{end}"), Err(BodyError::MalformedChunk)),
        (format!("5\r\nhello0\r\n{end}"), Err(BodyError::MalformedChunk)),
        (format!("fffffffffffffffff\r\nhello\r\n0\r\n{end}"), Err(BodyError::MalformedChunk)),
        (format!("ffffffffffffffff\r\nhello\r\n0\r\n{end}"), Err(BodyError::DecodedLength { announced: 5 })),
        ("9".repeat(limits::CHUNK_HEADER_BYTES_MAX + 1), Err(BodyError::MalformedChunk)),
        ("5\r\nhello\r\n0\r\n\r\n".to_owned(), Err(BodyError::MalformedTrailer)),
        ("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AA==\r\n\r\n".to_owned(), Err(BodyError::MalformedTrailer)),
        (format!("5\r\nhello\r\n0\r\nx-amz-meta-a:b\r\n{end}"), Err(BodyError::MalformedTrailer)),
        (format!("5\r\nhello\r\n0\r\nx-amz-checksum-crc32c:AA==\r\n{end}"), Err(BodyError::MalformedTrailer)),
        ("5\r\nhello\r\n0\r\nno colon\r\n\r\n".to_owned(), Err(BodyError::MalformedTrailer)),
        ("5\r\nhello\r\n0\r\na:\u{1}\r\n\r\n".to_owned(), Err(BodyError::MalformedTrailer)),
        (
            format!("5\r\nhello\r\n0\r\na:{}", "b".repeat(limits::TRAILER_BYTES_MAX)),
            Err(BodyError::MalformedTrailer),
        ),
        (format!("5\r\nhello\r\n0\r\n{}", "a:b\r\n".repeat(2)), Err(BodyError::MalformedTrailer)),
    ];
    for (body, want) in cases {
        let got = unsigned(body.as_bytes());
        let got = got.map(|(data, _)| String::from_utf8(data).unwrap());
        assert_eq!(got, want.clone().map(str::to_owned), "{:.60}", body.escape_debug().to_string());
    }
    let mut decoder = (send(Streaming::UnsignedTrailer, &[], 5).decoder)();
    let mut out = Vec::new();
    assert_eq!(decoder.push(b"nonsense\r\n", &mut out), Err(BodyError::MalformedChunk));
    assert_eq!(decoder.push(b"5\r\nhello\r\n", &mut out), Err(BodyError::MalformedChunk));
    assert_eq!(decoder.finish(), Err(BodyError::MalformedChunk));
}

/// The documentation of S3 shows an empty line before the trailer's signature, and some clients send it.
#[test]
fn an_empty_line_before_the_trailer_signature_is_taken() {
    let sent = send(Streaming::SignedTrailer, &[b"hello".to_vec()], 5);
    let text = String::from_utf8(sent.body.clone()).unwrap();
    let (before, after) = text.split_once("\r\nx-amz-trailer-signature").unwrap();
    let documented = format!("{before}\n\r\nx-amz-trailer-signature{after}");
    let (data, trailers) = decode((sent.decoder)(), [documented.as_bytes()]).unwrap();
    assert_eq!((data.as_slice(), trailers.value(CHECKSUM.0)), (&b"hello"[..], Some(CHECKSUM.1)));
    let twice = format!("{before}\n\r\n\r\nx-amz-trailer-signature{after}");
    assert_eq!(decode((sent.decoder)(), [twice.as_bytes()]), Err(BodyError::MalformedTrailer));
    let unsigned = format!("{before}\r\n\r\n");
    assert_eq!(decode((sent.decoder)(), [unsigned.as_bytes()]), Err(BodyError::Truncated));
}

/// The decoder gives out slices of what it was given and keeps no data, whatever the chunk size.
#[test]
fn memory_does_not_grow_with_the_chunk() {
    let chunk = vec![b'x'; 8 * 1024 * 1024];
    let sent = send(Streaming::Signed, std::slice::from_ref(&chunk), chunk.len() as u64);
    let mut decoder = (sent.decoder)();
    let mut seen = 0;
    for piece in sent.body.chunks(64 * 1024) {
        let mut input = piece;
        while let Some(data) = decoder.next_data(&mut input).unwrap() {
            assert!(piece.as_ptr_range().contains(&data.as_ptr()), "data is part of the input");
            seen += data.len();
        }
    }
    assert_eq!(seen, chunk.len());
    decoder.finish().unwrap();
}
