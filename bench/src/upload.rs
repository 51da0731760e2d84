//! Part `upload`: memory and time of the server while large and many objects come in, and a large one goes out.

use std::convert::Infallible;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::future::try_join_all;
use futures_util::stream;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;

use crate::client::Client;
use crate::part::{Run, count, runtime};
use crate::random::Random;
use crate::report::{Limit, Table, Target};
use crate::scratch::scratch;
use crate::server::ServerProcess;

/// Requests at once and bytes of a part, as the AWS CLI has them.
const CONCURRENT: u64 = 10;
const PART_BYTES: u64 = 8 << 20;

/// How much of a body is handed to the connection at a time.
const PIECE_BYTES: u64 = 64 << 10;

const SMALL_FILES: u64 = 1_000;
const SMALL_BYTES: usize = 4096;

/// What is done.
#[derive(Debug, Clone, Copy)]
enum Way {
    One,
    Multipart,
    Small,
    Read,
}

pub(crate) fn run(run: &mut Run) -> anyhow::Result<()> {
    let mut table = Table::new(
        "Uploads and a download (cairn-bench upload)",
        "each on a `cairn serve` of its own; VmHWM of the server at the end; multipart: 10 parts of 8 MiB at \
         once, each with a signed body, as the AWS CLI does; small: 4 KB, 10 at once; the peak of a GET is that of \
         the PUT before it or more",
        &["peak MB", "RSS MB after", "seconds", "MB/s", "objects/s", "CPU s"],
    );
    let size = run.upload_bytes;
    let name = |what: &str| format!("{what} of {:.2} GB", count(size) / 1e9);
    let ways = [
        (name("one PUT"), Way::One),
        (name("multipart"), Way::Multipart),
        ("1,000 small files".to_owned(), Way::Small),
        (name("one GET"), Way::Read),
    ];
    for (name, way) in ways {
        let dir = scratch(&run.dir, "upload", size * 2)?;
        let peak = runtime("upload")?.block_on(measure(dir.path(), way, size, &name, &mut table))?;
        run.target(Target::new(
            format!("memory of the server during {name}"),
            peak,
            Limit::AtMost(200.0),
            "MB",
        ));
    }
    run.show(table);
    Ok(())
}

async fn measure(dir: &Path, way: Way, size: u64, name: &str, table: &mut Table) -> anyhow::Result<f64> {
    let server = ServerProcess::start(dir)?;
    let mut client = Client::connect(&server).await?;
    client.s3("PUT", "/bench-uploads", "", Bytes::new()).await?;
    if matches!(way, Way::Read) {
        client.put_stream("/bench-uploads/large", size, noise(size).boxed()).await?;
    }
    let (began, cpu) = (Instant::now(), server.cpu_seconds()?);
    let (objects, bytes) = match way {
        Way::One => {
            client.put_stream("/bench-uploads/large", size, noise(size).boxed()).await?;
            (1, size)
        }
        Way::Multipart => {
            multipart(&server, &mut client, size).await?;
            (1, size)
        }
        Way::Small => {
            try_join_all((0..CONCURRENT).map(|caller| small_files(&server, caller))).await?;
            (SMALL_FILES, SMALL_FILES * SMALL_BYTES as u64)
        }
        Way::Read => {
            let read = client.get_stream("/bench-uploads/large").await?;
            anyhow::ensure!(read == size, "the object has {read} bytes, not {size}");
            (1, size)
        }
    };
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), server.cpu_seconds()? - cpu);
    let memory = server.memory()?;
    if !matches!(way, Way::Small) {
        let answer = client.s3("HEAD", "/bench-uploads/large", "", Bytes::new()).await?;
        anyhow::ensure!(answer.length == Some(size), "the object has {:?} bytes, not {size}", answer.length);
    }
    server.stop()?;
    let rates = [count(bytes) / 1e6 / seconds, count(objects) / seconds];
    table.row(name, &[memory.peak_mb, memory.now_mb, seconds, rates[0], rates[1], cpu]);
    Ok(memory.peak_mb)
}

async fn small_files(server: &ServerProcess, caller: u64) -> anyhow::Result<()> {
    let mut client = Client::connect(server).await?;
    let body = Bytes::from(vec![b'x'; SMALL_BYTES]);
    for number in (caller..SMALL_FILES).step_by(usize::try_from(CONCURRENT)?) {
        client.s3("PUT", &format!("/bench-uploads/small/{number}"), "", body.clone()).await?;
    }
    Ok(())
}

async fn multipart(server: &ServerProcess, client: &mut Client<'_>, size: u64) -> anyhow::Result<()> {
    let path = "/bench-uploads/large";
    let begun = client.s3("POST", path, "uploads=", Bytes::new()).await?;
    let begun = String::from_utf8(begun.body.to_vec())?;
    let id = begun.split_once("<UploadId>").and_then(|(_, rest)| rest.split_once("</UploadId>"));
    let id = id.context("find the upload's id")?.0;
    let parts = size.div_ceil(PART_BYTES);
    let sending = (0..CONCURRENT).map(|sender| async move {
        let mut client = Client::connect(server).await?;
        let mut tags = Vec::new();
        for part in (sender..parts).step_by(usize::try_from(CONCURRENT)?) {
            let bytes = PART_BYTES.min(size - part * PART_BYTES);
            let body = noise(bytes).boxed().collect().await?.to_bytes();
            let query = format!("partNumber={}&uploadId={id}", part + 1);
            let answer = client.s3("PUT", path, &query, body).await?;
            tags.push((part + 1, answer.etag.context("find a part's ETag")?));
        }
        anyhow::Ok(tags)
    });
    let mut tags = try_join_all(sending).await?.concat();
    tags.sort_unstable();
    let mut list = String::from("<CompleteMultipartUpload>");
    for (number, tag) in tags {
        list.push_str(&format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"));
    }
    list.push_str("</CompleteMultipartUpload>");
    client.s3("POST", path, &format!("uploadId={id}"), Bytes::from(list)).await?;
    Ok(())
}

/// Returns a body of that many bytes that do not compress, made as they are asked for.
fn noise(bytes: u64) -> impl http_body::Body<Data = Bytes, Error = Infallible> + Send + Sync + 'static {
    let mut random = Random::new(bytes);
    let piece: Vec<u8> = (0..PIECE_BYTES / 8).flat_map(|_| random.next().to_le_bytes()).collect();
    let piece = Bytes::from(piece);
    let pieces = stream::iter((0..bytes.div_ceil(PIECE_BYTES)).map(move |number| {
        let left = bytes - number * PIECE_BYTES;
        piece.slice(..usize::try_from(left.min(PIECE_BYTES)).unwrap_or_default())
    }));
    StreamBody::new(pieces.map(|piece| Ok(Frame::data(piece))))
}
