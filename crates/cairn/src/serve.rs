//! `cairn serve`.

use std::fs::File;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cairn_event::AccountId;
use cairn_server::{Config, DataDir, LogFormat, Renewal, SETTINGS, Server, UpstreamSettings, first_password};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::console::sign_in_address;
use crate::installation::shell_word;
use crate::output::{self, Paint, Tone};
use crate::settings::Place;

/// Flags of `cairn serve`; everything else is a setting.
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Address and port to serve on [default: 127.0.0.1:8585].
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// Forward calls to another endpoint and record them: all of these services' calls, or, without services, the
    /// calls that Cairn does not serve itself. Can be given several times.
    #[arg(long, value_name = "[SERVICE,…=]URL")]
    upstream: Vec<String>,
    /// Recognise calls by the operations in this file instead of those that are built in.
    #[arg(long, value_name = "FILE")]
    operations_file: Option<String>,
}

impl Serve {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let listen = self.listen.clone().map(|listen| ("server.listen", listen));
        let operations = self.operations_file.clone().map(|file| ("gateway.operations_file", file));
        let flags = listen.into_iter().chain(operations);
        let upstreams = self.upstream.iter().map(|upstream| ("upstream", upstream.clone()));
        let config = Config::understand(&place.settings(flags.chain(upstreams).collect())?)?;
        start_logs(&config)?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
        let served = runtime.block_on(serve(config));
        // Whatever still runs has been named in the log, or was given up by a second Ctrl-C.
        runtime.shutdown_background();
        served
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let shown = config.clone();
    let server = Server::open(config).await?;
    // Before the greeting: whoever has read it may press Ctrl-C at once.
    let mut signals = Signals::listen(server.renewal())?;
    let binary = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("cairn"));
    let first = first_password(&DataDir::new(&shown.data_dir), shown.account).await.unwrap_or_else(|error| {
        tracing::warn!(error = &error as &dyn std::error::Error, "the first password can't be looked at");
        None
    });
    let met = Met {
        binary: &binary,
        password: if first.is_some() { Password::First } else { Password::Another },
        trails: if server.has_trails() { Trails::Some } else { Trails::None },
    };
    let said = output::print(greeting(&shown, &server.endpoint(), met, Paint::choose()));
    if let Err(error) = said {
        tracing::warn!(error = &*error as &dyn std::error::Error, "nobody reads the greeting");
    }
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let impatience = async move {
        signals.next().await;
        tracing::info!(
            "stopping: no new connections; open requests are finished, Ctrl-C again gives them up"
        );
        stopping.cancel();
        signals.next().await;
    };
    tokio::select! {
        () = server.run(stop) => {
            tracing::info!("stopped in good order");
            Ok(())
        }
        () = impatience => anyhow::bail!("stop in good order: interrupted again; the next start recovers"),
    }
}

/// What the administrator signs in to the console with.
#[derive(Debug, Clone, Copy)]
enum Password {
    /// The one that was made at the first start.
    First,
    Another,
}

/// Whether anybody made a trail yet.
#[derive(Debug, Clone, Copy)]
enum Trails {
    None,
    Some,
}

/// What the greeting depends on, beside the settings.
#[derive(Debug, Clone, Copy)]
struct Met<'m> {
    /// What is typed to run a command.
    binary: &'m Path,
    password: Password,
    trails: Trails,
}

/// What asks a server to stop.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
    /// Whether there was a terminal at the start.
    terminal: bool,
    renewal: Renewal,
}

impl Signals {
    fn listen(renewal: Renewal) -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            terminal: has_terminal(),
            renewal,
        })
    }

    /// Waits until somebody asks to stop. A SIGHUP asks for that only where the terminal is gone; otherwise
    /// it asks, as of any daemon, to read again what may have changed: the certificate.
    async fn next(&mut self) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.terminate.recv() => return,
                _ = self.hangup.recv() => {
                    if self.terminal && !has_terminal() {
                        return;
                    }
                    self.renewal.ask();
                }
            }
        }
    }
}

fn has_terminal() -> bool {
    File::open("/dev/tty").is_ok()
}

/// Says what to type next. Paths are absolute, so that it works wherever it is pasted.
fn greeting(config: &Config, endpoint: &str, met: Met<'_>, paint: Paint) -> String {
    let directory = std::path::absolute(&config.data_dir).unwrap_or_else(|_| config.data_dir.clone());
    let binary = shell_word(&met.binary.display().to_string());
    let heading = |text: &str| paint.paint(Tone::Heading, text);
    format!(
        "{title}\n\
         Account {account_id}, Region {region}, data in {directory}\n\
         {forwards}\
         {console}\
         \n\
         {next}\n\
         \n\
         \x20 eval \"$({binary} env --data-dir {quoted})\"\n\
         {steps}\
         \x20 {binary} tail -f\n\
         \n\
         Log files reach the bucket within {interval}. Ctrl-C stops in good order.\n",
        title =
            heading(&format!("Cairn serves CloudTrail, S3, IAM, STS, KMS and Organizations at {endpoint}")),
        account_id = config.account,
        region = config.region,
        directory = directory.display(),
        forwards = forwards(&config.upstreams),
        console = console(&DataDir::new(directory.clone()), config.account, (endpoint, met.password)),
        next = heading("In a second terminal:"),
        steps = match met.trails {
            Trails::None => first_trail(config, &binary),
            Trails::Some => format!(
                "\x20 {binary} trail health\n\x20 {binary} events --where read-only=false --since 1d\n"
            ),
        },
        quoted = shell_word(&directory.display().to_string()),
        interval = config.delivery_interval,
    )
}

/// Says how the first trail is made.
fn first_trail(config: &Config, binary: &str) -> String {
    let usual = SETTINGS.iter().any(|one| one.key == "account_id" && one.default == config.account.as_str());
    let account = if usual { String::new() } else { format!(" --account-id {}", config.account) };
    format!(
        "{bucket}\
         \x20 aws cloudtrail create-trail --name main --s3-bucket-name audit-logs --is-multi-region-trail --enable-log-file-validation\n\
         \x20 aws cloudtrail start-logging --name main\n\
         \x20 {binary} lookup --event-name CreateTrail\n",
        bucket = bucket(config, binary, &account),
    )
}

/// Says how a bucket for log files is made. Where an upstream has all of S3, its own tools make it, and Cairn
/// must be told that log files go there.
fn bucket(config: &Config, binary: &str, account: &str) -> String {
    let lists_s3 = |upstream: &&UpstreamSettings| upstream.services.iter().any(|service| service == "s3");
    match (config.upstreams.iter().find(lists_s3), &config.endpoints.s3) {
        (Some(upstream), None) => format!(
            "\x20 # S3 is the upstream's: log files can go there once `endpoints.s3` says {}\n\
             \x20 # and `endpoints.profile` whose key writes them. Then, with a bucket audit-logs there:\n",
            upstream.connection.origin
        ),
        (Some(_), Some(_)) => "\x20 # With a bucket audit-logs where `endpoints.s3` says:\n".to_owned(),
        (None, _) => format!(
            "\x20 aws s3 mb s3://audit-logs\n\
             \x20 aws s3api put-bucket-policy --bucket audit-logs --policy \"$({binary} bucket-policy audit-logs{account})\"\n"
        ),
    }
}

/// Says how to sign in at the console.
fn console(dir: &DataDir, account: AccountId, (endpoint, password): (&str, Password)) -> String {
    let address = sign_in_address(endpoint, account);
    let told = match password {
        Password::First => format!("the password in {}", dir.administrator_password(account).display()),
        Password::Another => "the password that was set, or a new one from `cairn password`".to_owned(),
    };
    format!("Console: {address}\n  with {told}\n")
}

/// Says which calls go elsewhere: of services that are built in, those that are signed with keys from there.
fn forwards(upstreams: &[UpstreamSettings]) -> String {
    let is_listed = |service: &str| upstreams.iter().flat_map(|it| &it.services).any(|one| one == service);
    let shared: Vec<&str> = BUILT_IN.into_iter().filter(|service| !is_listed(service)).collect();
    let line = |upstream: &UpstreamSettings| {
        let origin = &upstream.connection.origin;
        match upstream.services.as_slice() {
            [] if shared.is_empty() => format!("Forwards the rest to {origin}\n"),
            [] => {
                format!("Forwards the rest to {origin}; of {}, what its own keys sign\n", shared.join(", "))
            }
            services => format!("Forwards {} to {origin}\n", services.join(", ")),
        }
    };
    upstreams.iter().map(line).collect()
}

/// The services of which the key decides whether a call is Cairn's or an upstream's.
const BUILT_IN: [&str; 5] = ["s3", "iam", "sts", "kms", "organizations"];

fn start_logs(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log_filter)
        .with_context(|| format!("use `{}` for setting `log.filter`", config.log_filter))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => logs
            .with_ansi(
                std::io::stderr().is_terminal()
                    && std::env::var_os("NO_COLOR").unwrap_or_default().is_empty(),
            )
            .init(),
        LogFormat::Json => logs.json().init(),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use cairn_server::Settings;

    use super::*;

    fn met(trails: Trails) -> Met<'static> {
        Met { binary: Path::new("/opt/cairn"), password: Password::First, trails }
    }

    #[test]
    fn the_greeting_works_in_another_directory() {
        let flags = [("data_dir", "my data".to_owned()), ("account_id", "111122223333".to_owned())];
        let config = Config::understand(&Settings::gather(None, [], flags).unwrap()).unwrap();
        let said = greeting(&config, "https://127.0.0.1:8585", met(Trails::None), Paint::Plain);
        let here = std::env::current_dir().unwrap();
        let env = format!("eval \"$(/opt/cairn env --data-dir '{}/my data')\"", here.display());
        assert!(said.contains(&env), "{said}");
        let title =
            "Cairn serves CloudTrail, S3, IAM, STS, KMS and Organizations at https://127.0.0.1:8585\n";
        assert!(said.starts_with(title), "{said}");
        assert!(said.contains("$(/opt/cairn bucket-policy audit-logs --account-id 111122223333)"), "{said}");
        let console = "https://127.0.0.1:8585/_cairn/console/sign-in?account=111122223333&user=administrator";
        let file = format!("the password in {}/my data/administrator-111122223333.password", here.display());
        assert!(said.contains(console) && said.contains(&file), "{said}");
        assert!(said.ends_with("good order.\n"));
    }

    #[test]
    fn the_greeting_says_what_goes_where() {
        let flags = ["http://127.0.0.1:5000", "s3,iam=http://127.0.0.1:8333"];
        let flags = flags.map(|flag| ("upstream", flag.to_owned()));
        let config = Config::understand(&Settings::gather(None, [], flags).unwrap()).unwrap();
        let said = greeting(&config, "http://127.0.0.1:8585", met(Trails::None), Paint::Plain);
        let told = "Forwards the rest to http://127.0.0.1:5000; of sts, kms, organizations, what its own keys sign\n\
                    Forwards s3, iam to http://127.0.0.1:8333\nConsole: ";
        assert!(said.contains(told), "{said}");
        assert!(said.contains("`endpoints.s3` says http://127.0.0.1:8333"), "{said}");
        assert!(!said.contains("aws s3 mb"), "{said}");
    }
    #[test]
    fn who_has_a_trail_is_not_told_to_make_one() {
        let config = Config::understand(&Settings::gather(None, [], []).unwrap()).unwrap();
        let said = |trails| greeting(&config, "http://127.0.0.1:8585", met(trails), Paint::Plain);
        let (first, later) = (said(Trails::None), said(Trails::Some));
        assert!(first.contains("create-trail") && !first.contains("trail health"), "{first}");
        assert!(!later.contains("create-trail") && later.contains("/opt/cairn trail health\n"), "{later}");
    }
}
