//! `cairn serve`.

use std::io::IsTerminal as _;

use anyhow::Context as _;
use cairn_server::{Config, LogFormat, Server};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::settings::Place;

/// Flags of `cairn serve`; everything else is a setting.
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// Address and port to serve on [default: 127.0.0.1:8585].
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
}

impl Serve {
    pub(crate) fn run(&self, place: &Place) -> anyhow::Result<()> {
        let flags = self.listen.clone().map(|listen| ("server.listen", listen));
        let config = Config::understand(&place.settings(flags.into_iter().collect())?)?;
        start_logs(&config)?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
        runtime.block_on(serve(config))
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let shown = config.clone();
    let server = Server::open(config).await?;
    println!("{}", greeting(&shown, &server));
    let stop = CancellationToken::new();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let stopping = stop.clone();
    let waiting = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping: no new connections; open requests are finished");
        stopping.cancel();
    };
    tokio::join!(server.run(stop), waiting);
    tracing::info!("stopped in good order");
    Ok(())
}

fn greeting(config: &Config, server: &Server) -> String {
    let directory = config.data_dir.display();
    let binary =
        std::env::current_exe().map_or_else(|_| "cairn".to_owned(), |path| path.display().to_string());
    format!(
        "Cairn serves CloudTrail, S3 and STS at http://{address}\n\
         Account {account}, Region {region}, data in {directory}\n\
         \n\
         In a second terminal:\n\
         \n\
         \x20 eval \"$({binary} env --data-dir {directory})\"\n\
         \x20 aws s3 mb s3://audit-logs\n\
         \x20 aws s3api put-bucket-policy --bucket audit-logs --policy \"$({binary} bucket-policy audit-logs)\"\n\
         \x20 aws cloudtrail create-trail --name main --s3-bucket-name audit-logs --is-multi-region-trail\n\
         \x20 aws cloudtrail start-logging --name main\n\
         \x20 aws cloudtrail lookup-events\n\
         \n\
         Log files reach the bucket within {interval}. Ctrl-C stops in good order.",
        address = server.address(),
        account = config.account,
        region = config.region,
        interval = config.delivery_interval,
    )
}

fn start_logs(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log_filter)
        .with_context(|| format!("use `{}` for setting `log.filter`", config.log_filter))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => logs.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => logs.json().init(),
    }
    Ok(())
}
