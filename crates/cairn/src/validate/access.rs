//! Whom to call and as whom: Cairn's server, any other endpoint, or AWS.

use std::sync::Arc;

use anyhow::Context as _;
use cairn_aws::{EnvironmentKeys, KeySource};
use cairn_server::Administrator;
use cairn_sigv4::{Credentials, SecretKey};

use super::Validate;
use super::caller::Caller;
use super::endpoint::Endpoint;
use crate::installation::Installation;
use crate::settings::Place;
use crate::transport;

/// Everything that calls need.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) caller: Arc<Caller>,
    pub(super) s3: Endpoint,
    pub(super) cloudtrail: Endpoint,
    pub(super) organizations: Endpoint,
    pub(super) region: String,
}

impl Validate {
    /// Finds the server and the caller's keys: those of the data directory that a flag names; else the
    /// endpoints of flag and environment and AWS's standard chain of credentials; else, where nothing of AWS
    /// is set up, the server of the data directory in the settings.
    pub(super) async fn access(&self, place: &Place) -> anyhow::Result<Access> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let set = [
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_S3",
            "AWS_ENDPOINT_URL_CLOUDTRAIL",
            "AWS_PROFILE",
            "AWS_ACCESS_KEY_ID",
        ];
        let is_aws_set_up = self.endpoint_url.is_some() || set.iter().any(|name| variable(name).is_some());
        if place.names_data_dir() {
            return self.installed(&place.installation()?).await;
        }
        if !is_aws_set_up {
            let installation = place.installation()?;
            if installation.endpoint().is_ok() {
                return self.installed(&installation).await;
            }
            let shown = installation.dir.root().display();
            eprintln!(
                "cairn: no server's data is in {shown}, so AWS is asked; --data-dir names a server's data"
            );
        }
        let endpoint = |service: &str| {
            let own = self.endpoint_url.clone().or_else(|| variable(&format!("AWS_ENDPOINT_URL_{service}")));
            own.or_else(|| variable("AWS_ENDPOINT_URL")).map_or(Ok(Endpoint::Aws), |url| Endpoint::at(&url))
        };
        let (s3, cloudtrail) = (endpoint("S3")?, endpoint("CLOUDTRAIL")?);
        let organizations = endpoint("ORGANIZATIONS")?;
        let all = [&s3, &cloudtrail, &organizations];
        let is_clear = all.iter().all(|endpoint| endpoint.scheme() == "http:");
        let connector = transport::connector(if is_clear { "http:" } else { "https:" }, None)?;
        let source = KeySource::new(&cairn_aws::Credentials::Standard(EnvironmentKeys::Take));
        let region = match self
            .region
            .clone()
            .or_else(|| variable("AWS_REGION"))
            .or_else(|| variable("AWS_DEFAULT_REGION"))
        {
            Some(region) => Some(region),
            None => KeySource::region().await,
        };
        let region = region.unwrap_or_else(|| self.trail_arn.home_region.clone());
        let caller = Arc::new(Caller::with_source(connector, self.jobs, source));
        Ok(Access { caller, s3, cloudtrail, organizations, region })
    }

    async fn installed(&self, installation: &Installation) -> anyhow::Result<Access> {
        let url = installation.endpoint()?;
        let connector = transport::connector(&url, installation.authority.as_deref())?;
        let keys = Administrator::load(&installation.dir, installation.account).await?;
        let secret = SecretKey::new(&keys.secret_access_key);
        let credentials = Credentials::new(&keys.access_key_id, secret, None);
        let caller = Arc::new(Caller::with_keys(connector, self.jobs, credentials));
        let endpoint = Endpoint::at(&url).context("use the server of the data directory")?;
        let region = self.region.clone().unwrap_or_else(|| installation.region.to_string());
        let (s3, cloudtrail) = (endpoint.clone(), endpoint.clone());
        Ok(Access { caller, s3, cloudtrail, organizations: endpoint, region })
    }
}
