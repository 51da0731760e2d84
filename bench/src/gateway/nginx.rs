//! nginx as a reverse proxy with an access log of JSON lines: what people put before a store today.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::cpu;

/// Where nginx is looked for when neither the environment nor `PATH` names it: Debian's place.
const USUAL: &str = "/usr/sbin/nginx";

const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The fields of a line of the access log, with the variables of nginx that fill them.
const FIELDS: [(&str, &str); 12] = [
    ("time", "$time_iso8601"),
    ("client", "$remote_addr"),
    ("method", "$request_method"),
    ("uri", "$request_uri"),
    ("host", "$http_host"),
    ("status", "$status"),
    ("bytes_in", "$request_length"),
    ("bytes_out", "$body_bytes_sent"),
    ("seconds", "$request_time"),
    ("user_agent", "$http_user_agent"),
    ("request_id", "$upstream_http_x_amz_request_id"),
    ("upstream", "$upstream_addr"),
];

/// When lines of the log are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Log {
    /// Each at once: nginx's default.
    AtOnce,
    /// When 64 KB of them have come.
    Buffered,
}

/// A running nginx; stopped when dropped.
#[derive(Debug)]
pub(super) struct Nginx {
    child: Child,
    pub(super) address: SocketAddr,
    log: PathBuf,
}

/// Returns the nginx that `CAIRN_BENCH_NGINX` or `PATH` names, or Debian's; none where there is none.
pub(super) fn find() -> Option<PathBuf> {
    let named = std::env::var_os("CAIRN_BENCH_NGINX").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).map(|dir| dir.join("nginx"));
    let mut places = named.into_iter().chain(in_path).chain([PathBuf::from(USUAL)]);
    places.find(|place| place.is_file())
}

impl Nginx {
    /// Starts nginx in `dir` before an upstream and waits until it listens.
    pub(super) fn start(program: &Path, dir: &Path, upstream: SocketAddr, log: Log) -> anyhow::Result<Self> {
        std::fs::create_dir_all(dir)?;
        // nginx can't say which port it took, so a free one is looked for first.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let access_log = dir.join("access.log");
        let settings = dir.join("nginx.conf");
        std::fs::write(&settings, configuration(dir, address, upstream, &access_log, log)?)?;
        let mut child = Command::new(program)
            .arg("-p")
            .arg(dir)
            .arg("-c")
            .arg(&settings)
            .args(["-e", "stderr"])
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("start {}", program.display()))?;
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            if let Some(status) = child.try_wait()? {
                anyhow::bail!("nginx ended with {status} before it listened");
            }
            anyhow::ensure!(began.elapsed() < PATIENCE, "nginx did not listen");
            std::thread::sleep(LOOK_EVERY);
        }
        Ok(Self { child, address, log: access_log })
    }

    /// Returns the ids of the master and of its workers.
    pub(super) fn processes(&self) -> anyhow::Result<Vec<u32>> {
        let master = self.child.id();
        let children = std::fs::read_to_string(format!("/proc/{master}/task/{master}/children"))?;
        let children = children.split_whitespace().map(str::parse).collect::<Result<Vec<u32>, _>>()?;
        Ok([vec![master], children].concat())
    }

    /// Returns the CPU seconds that master and workers have used.
    pub(super) fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let of = |id: &u32| anyhow::Ok(cpu::of_process(&id.to_string())?.own);
        self.processes()?.iter().map(of).sum()
    }

    /// Returns how many bytes the access log has, to see that it is written.
    pub(super) fn log_bytes(&self) -> anyhow::Result<u64> {
        Ok(std::fs::metadata(&self.log)?.len())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // TERM lets the master end its workers; killed, it would leave them.
        let id = rustix::process::Pid::from_child(&self.child);
        let _told = rustix::process::kill_process(id, rustix::process::Signal::TERM).is_ok();
        let _ended = self.child.wait().is_ok();
    }
}

fn configuration(
    dir: &Path,
    address: SocketAddr,
    upstream: SocketAddr,
    access_log: &Path,
    log: Log,
) -> anyhow::Result<String> {
    let mut format = String::from("{");
    for (index, (name, variable)) in FIELDS.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(format, "{comma}\"{name}\":\"{variable}\"")?;
    }
    format.push('}');
    let buffer = match log {
        Log::AtOnce => "",
        Log::Buffered => " buffer=64k flush=1s",
    };
    let user = if rustix::process::getuid().is_root() { "user root;" } else { "" };
    let (dir, access_log) = (dir.display(), access_log.display());
    Ok(format!(
        "daemon off; {user} worker_processes 2; pid {dir}/nginx.pid;\n\
         events {{ worker_connections 8192; }}\n\
         http {{\n\
         client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy; fastcgi_temp_path {dir}/fastcgi;\n\
         uwsgi_temp_path {dir}/uwsgi; scgi_temp_path {dir}/scgi;\n\
         log_format lines escape=json '{format}';\n\
         access_log {access_log} lines{buffer};\n\
         client_max_body_size 0; keepalive_requests 1000000000; keepalive_timeout 600s; tcp_nodelay on;\n\
         upstream store {{ server {upstream}; keepalive 256; keepalive_requests 1000000000; }}\n\
         server {{ listen {address} backlog=4096; location / {{\n\
         proxy_pass http://store; proxy_http_version 1.1; proxy_set_header Connection \"\";\n\
         proxy_set_header Host $http_host; proxy_request_buffering off;\n\
         proxy_buffer_size 64k; proxy_buffers 16 64k; proxy_max_temp_file_size 0;\n\
         }} }} }}\n"
    ))
}
