use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::StreamExt as _;
use http_body::SizeHint;
use http_body_util::{Full, StreamBody};

use super::*;

type Pieces = Pin<Box<dyn Stream<Item = Result<Frame<Bytes>, StreamError>> + Send>>;

fn piece(length: usize) -> Result<Frame<Bytes>, StreamError> {
    Ok(Frame::data(Bytes::from(vec![b'a'; length])))
}

/// A body of these lengths, after which it goes on for ever without a byte or ends.
fn body(lengths: &[usize], ends: bool) -> StreamBody<Pieces> {
    let pieces: Vec<_> = lengths.iter().map(|length| piece(*length)).collect();
    let silence = stream::pending().take(usize::from(!ends));
    StreamBody::new(Box::pin(stream::iter(pieces).chain(silence)))
}

/// A body that begins so and then goes on by a byte at a time, each of which comes in time.
fn trickle(length: usize) -> StreamBody<Pieces> {
    let bytes = stream::unfold((), async |()| {
        tokio::time::sleep(SOON / 10).await;
        Some((piece(1), ()))
    });
    StreamBody::new(Box::pin(stream::iter([piece(length)]).chain(bytes)))
}

/// A body that says how long it will be.
struct Announced(StreamBody<Pieces>, u64);

impl Body for Announced {
    type Data = Bytes;
    type Error = StreamError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StreamError>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.1)
    }
}

/// How long is waited for what does not come, and for what does.
const SOON: Duration = Duration::from_millis(100);
const LIMIT: Duration = Duration::from_secs(60);

const LONG: [usize; 2] = [SHORT_BYTES, 1];
const MAX: usize = 2 * SHORT_BYTES;

fn patience(room: Duration, silence: Duration) -> Patience {
    Patience { room, silence, bytes_per_second_min: u32::MAX }
}

#[tokio::test]
async fn who_falls_silent_is_given_up() {
    let (room, hasty, patient) = (Room::new(0), patience(SOON, SOON), patience(LIMIT, LIMIT));
    assert_eq!(room.read(hasty, body(&[3, 4], false), 10).await, Err(ReadBodyError::Silent));
    assert_eq!(room.read(patient, body(&[3, 4], true), 10).await.unwrap().len(), 7);
    assert_eq!(room.read(patient, body(&[3, 8], true), 10).await, Err(ReadBodyError::TooLong));
    let broken = StreamBody::new(stream::iter([piece(3), Err("gone".into())]));
    assert_eq!(room.read(patient, broken, 10).await, Err(ReadBodyError::Broken));
}

#[tokio::test]
async fn a_beginning_is_waited_for_no_longer() {
    let begun = begin(patience(SOON, SOON), &mut body(&[3, 4], false), 10).await;
    assert_eq!(begun.unwrap_err(), ReadBodyError::Silent);
    let begun = begin(patience(SOON, SOON), &mut body(&[3, 4], false), 7).await.unwrap();
    assert_eq!((begun.bytes.len(), begun.is_all), (7, false));
}

#[tokio::test]
async fn long_bodies_wait_for_room_and_short_ones_do_not() {
    let (room, hasty, patient) = (Room::new(MAX), patience(SOON, SOON), patience(LIMIT, LIMIT));
    let held = room.free.acquire().await.unwrap();
    assert_eq!(room.read(hasty, body(&[SHORT_BYTES], true), MAX).await.unwrap().len(), SHORT_BYTES);
    assert_eq!(room.read(hasty, body(&LONG, true), MAX).await, Err(ReadBodyError::NoRoom));
    let mut waiting = Box::pin(room.read(patient, body(&LONG, true), MAX));
    assert!(timeout(SOON, &mut waiting).await.is_err(), "there is no room yet");
    drop(held);
    assert_eq!(waiting.await.unwrap().len(), SHORT_BYTES + 1);
    assert_eq!(room.free.available_permits(), MAX, "what was taken is given back");
}

#[tokio::test]
async fn a_body_that_is_all_here_needs_no_room() {
    let whole = Full::new(Bytes::from(vec![b'a'; MAX]));
    assert_eq!(Room::new(0).read(patience(SOON, SOON), whole, MAX).await.unwrap().len(), MAX);
}

#[tokio::test]
async fn who_shares_a_connection_waits_for_no_room() {
    let (room, sharing) = (Room::new(MAX), patience(Duration::ZERO, LIMIT));
    assert_eq!(room.read(sharing, body(&LONG, true), MAX).await.unwrap().len(), SHORT_BYTES + 1);
    let _held = room.free.acquire().await.unwrap();
    let refused = timeout(LIMIT / 2, room.read(sharing, body(&LONG, true), MAX)).await.unwrap();
    assert_eq!(refused, Err(ReadBodyError::NoRoom));
    assert_eq!(Patience::with(Version::HTTP_2).room, Duration::ZERO);
    assert_eq!(Patience::with(Version::HTTP_11).room, WAIT);
}

#[tokio::test]
async fn room_is_held_for_all_of_a_body_until_it_is_given_up() {
    let long = SHORT_BYTES + 9;
    is_held(Announced(body(&LONG, false), long as u64), long).await;
    // One that does not say how long it will be may become as long as is allowed.
    is_held(body(&LONG, false), MAX).await;
}

async fn is_held(body: impl Body<Data = Bytes> + Unpin, bytes: usize) {
    let room = Room::new(MAX);
    let mut reading = Box::pin(room.read(patience(LIMIT, 4 * SOON), body, MAX));
    assert!(timeout(SOON, &mut reading).await.is_err(), "more is to come");
    assert_eq!(room.free.available_permits(), MAX - bytes);
    assert_eq!(reading.await, Err(ReadBodyError::Silent));
    assert_eq!(room.free.available_permits(), MAX, "what was taken is given back");
}

#[tokio::test]
async fn who_sends_next_to_nothing_is_given_up_though_each_piece_comes_in_time() {
    let room = Room::new(MAX);
    for length in [1, SHORT_BYTES + 1] {
        let begun = Instant::now();
        let read = timeout(LIMIT / 2, room.read(patience(LIMIT, SOON), trickle(length), MAX)).await;
        assert_eq!(read.unwrap(), Err(ReadBodyError::Silent));
        assert!(begun.elapsed() >= SOON);
        assert_eq!(room.free.available_permits(), MAX);
    }
}

#[test]
fn the_more_has_come_the_later_more_is_due() {
    let patience = Patience::with(Version::HTTP_11);
    assert_eq!(patience.due(0), WAIT);
    assert_eq!(patience.due(SHORT_BYTES), WAIT + Duration::from_secs(2));
    assert_eq!(patience.due(8 << 20), WAIT + Duration::from_secs(256));
}
