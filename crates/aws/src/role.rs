//! The role that is taken on in an account to reach what is the account's own there.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use cairn_event::AccountId;

/// A role of one name in every account but one.
pub struct AccountRole {
    /// The account that the configured credentials are of, which is not entered.
    pub(crate) home: AccountId,
    /// The role's name, with its path before it.
    name: String,
    /// One for each account, for all of its Regions and APIs.
    taken: Mutex<BTreeMap<AccountId, SharedCredentialsProvider>>,
}

impl AccountRole {
    /// Takes the account that needs no role, and the role's name with its path: `audit/cairn`.
    pub fn new(home: AccountId, name: impl Into<String>) -> Self {
        Self { home, name: name.into(), taken: Mutex::default() }
    }

    /// Returns credentials of the role in an account, taken on with the credentials and at the endpoint of `own`.
    pub(crate) fn credentials(&self, account: AccountId, own: &SdkConfig) -> SharedCredentialsProvider {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let make = || {
            let arn = format!("arn:aws:iam::{account}:role/{}", self.name);
            SharedCredentialsProvider::new(TakenOn { arn, sts: aws_sdk_sts::Client::new(own) })
        };
        taken.entry(account).or_insert_with(make).clone()
    }
}

impl fmt::Debug for AccountRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountRole")
            .field("home", &self.home)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A role of one account. STS is asked when credentials are first wanted and when they run out.
#[derive(Debug)]
struct TakenOn {
    arn: String,
    sts: aws_sdk_sts::Client,
}

/// A role could not be taken on.
#[derive(Debug, thiserror::Error)]
#[error("take on the role {arn}")]
pub(crate) struct NotTakenOn {
    arn: String,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl TakenOn {
    async fn take_on(&self) -> Result<Credentials, CredentialsError> {
        let failed = |source| CredentialsError::provider_error(NotTakenOn { arn: self.arn.clone(), source });
        let asked = self.sts.assume_role().role_arn(&self.arn).role_session_name(SESSION);
        let answer = asked.send().await.map_err(|error| failed(error.into()))?;
        let given = answer.credentials().ok_or_else(|| failed("the answer holds no credentials".into()))?;
        let expires = (*given.expiration()).try_into().map_err(|error| failed(Box::new(error)))?;
        let token = Some(given.session_token().to_owned());
        Ok(Credentials::new(given.access_key_id(), given.secret_access_key(), token, Some(expires), SESSION))
    }
}

impl ProvideCredentials for TakenOn {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.take_on())
    }
}

/// What sessions are called.
const SESSION: &str = "cairn-streams";
