use cairn_s3::{Body, Caller, Config, S3};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::sync::Arc;

#[derive(Debug)]
struct Wall;
impl cairn_event::Clock for Wall {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}
#[derive(Debug)]
struct Random;
impl cairn_event::Ids for Random {
    fn guid(&self) -> String {
        let mut b = [0u8; 16];
        self.fill(&mut b);
        let h: String = b.iter().map(|x| format!("{x:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &h[..8], &h[8..12], &h[12..16], &h[16..20], &h[20..])
    }
    fn fill(&self, bytes: &mut [u8]) {
        use std::io::Read;
        std::fs::File::open("/dev/urandom").unwrap().read_exact(bytes).unwrap();
    }
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let s3 = S3::open(Config::new(&args[1]), Arc::new(Wall), Arc::new(Random)).await.unwrap();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", args[2].parse().unwrap())).await.unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    let tasks = tokio_util::task::TaskTracker::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let endpoint = s3.service();
        tasks.spawn(async move {
            let service = hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let endpoint = endpoint.clone();
                async move {
                    let mut request = request.map(Body::from);
                    request.extensions_mut().insert(Caller {
                        account: "123456789012".into(),
                        arn: "arn:aws:iam::123456789012:root".into(),
                        canonical_id: "a".repeat(64),
                        region: "us-east-1".into(),
                    });
                    endpoint.call(request).await
                }
            });
            let _ = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
