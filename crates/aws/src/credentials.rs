//! Whose credentials the calls are signed with.

use std::fmt;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::provider::SharedCredentialsProvider;

/// Where credentials come from.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// The SDK's standard chain: environment, profile files, web identity, container, instance.
    Standard(EnvironmentKeys),
    /// One profile of the shared configuration files.
    Profile(String),
    /// A key of the configuration.
    Key {
        /// The access key's id.
        id: String,
        /// Its secret; never shown.
        secret: String,
    },
}

/// Whether keys in the environment are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvironmentKeys {
    /// They are, before all others.
    Take,
    /// They belong to the endpoint that the environment names, as those of `cairn env` do.
    Leave,
}

impl Credentials {
    /// Returns what gives the credentials; it asks nobody before the first call is signed.
    pub(crate) fn provider(&self) -> SharedCredentialsProvider {
        let config = ProviderConfig::without_region().with_region(Some(REGION));
        match self {
            Self::Key { id, secret } => SharedCredentialsProvider::new(
                aws_credential_types::Credentials::new(id, secret, None, None, "configuration"),
            ),
            Self::Profile(name) => SharedCredentialsProvider::new(
                ProfileFileCredentialsProvider::builder().configure(&config).profile_name(name).build(),
            ),
            Self::Standard(keys) => {
                let profile = ProfileFileCredentialsProvider::builder().configure(&config).build();
                let chain = match keys {
                    EnvironmentKeys::Take => CredentialsProviderChain::first_try(
                        "Environment",
                        EnvironmentVariableCredentialsProvider::new(),
                    )
                    .or_else("Profile", profile),
                    EnvironmentKeys::Leave => CredentialsProviderChain::first_try("Profile", profile),
                };
                SharedCredentialsProvider::new(
                    chain
                        .or_else(
                            "WebIdentityToken",
                            WebIdentityTokenCredentialsProvider::builder().configure(&config).build(),
                        )
                        .or_else("EcsContainer", EcsCredentialsProvider::builder().configure(&config).build())
                        .or_else(
                            "Ec2InstanceMetadata",
                            ImdsCredentialsProvider::builder().configure(&config).build(),
                        ),
                )
            }
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Says where credentials come from, without any secret.
impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Standard(EnvironmentKeys::Take) => f.write_str("the standard chain"),
            Self::Standard(EnvironmentKeys::Leave) => {
                f.write_str("the standard chain without the environment's keys")
            }
            Self::Profile(name) => write!(f, "profile {name}"),
            Self::Key { id, .. } => write!(f, "access key {id}"),
        }
    }
}

/// The Region in which roles are assumed where the profile names none; STS answers alike in all.
const REGION: aws_config::Region = aws_config::Region::from_static("us-east-1");

#[cfg(test)]
mod tests {
    use aws_credential_types::provider::ProvideCredentials as _;

    use super::*;

    #[tokio::test]
    async fn a_configured_key_signs_and_its_secret_is_never_shown() {
        let key = Credentials::Key { id: "AKIAEXAMPLE".to_owned(), secret: "hidden".to_owned() };
        let given = key.provider().provide_credentials().await.unwrap();
        assert_eq!((given.access_key_id(), given.secret_access_key()), ("AKIAEXAMPLE", "hidden"));
        assert_eq!(format!("{key} {key:?}"), "access key AKIAEXAMPLE access key AKIAEXAMPLE");
    }
}
