//! The connection to NATS: made when first needed, found again by the client when it is lost.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::connection::State;
use async_nats::jetstream::Context;
use async_nats::{Client, ConnectOptions, Event, RequestErrorKind, ServerAddr};

use super::{NatsAuthentication, NatsConfig};
use crate::destination::DestinationConfig;
use crate::material::{MaterialError, Secret, names_certificate, text, tls};
use crate::sink::PutError;

/// How often the client looks for a server that went away.
const RECONNECT_EVERY: Duration = Duration::from_secs(1);

/// How to connect, and the connection once there is one.
pub(super) struct Connection {
    servers: Vec<ServerAddr>,
    options: ConnectOptions,
    refused: Refused,
    link: tokio::sync::Mutex<Option<Link>>,
}

/// A connection.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) client: Client,
    pub(super) stream: Context,
    refused: Refused,
}

/// What the server last refused, which it says beside everything else.
type Refused = Arc<Mutex<Option<String>>>;

impl Connection {
    pub(super) fn open(config: &DestinationConfig, own: &NatsConfig) -> Result<Self, MaterialError> {
        let refused = Refused::default();
        let noted = Arc::clone(&refused);
        let options = ConnectOptions::new()
            .name(format!("cairn {}", config.name))
            .connection_timeout(config.timeout)
            .request_timeout(Some(config.timeout))
            .reconnect_delay_callback(|attempts| if attempts < 2 { Duration::ZERO } else { RECONNECT_EVERY })
            .tls_client_config(tls(config.authority.as_deref())?)
            .event_callback(move |event| {
                if let Event::ServerError(error) = &event {
                    *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
                }
                tracing::debug!(%event, "NATS connection");
                std::future::ready(())
            });
        let servers = own.url.split(',').filter_map(|url| url.trim().parse().ok()).collect();
        Ok(Self {
            servers,
            options: authenticated(options, &own.authentication)?,
            refused,
            link: Default::default(),
        })
    }

    /// Returns the connection, making it first if need be.
    pub(super) async fn link(&self, timeout: Duration) -> Result<Link, PutError> {
        let mut kept = self.link.lock().await;
        if let Some(link) = &*kept {
            return match link.client.connection_state() {
                State::Connected => Ok(link.clone()),
                // What is published now would wait in the client, and nobody would know for how long.
                State::Pending | State::Disconnected => Err(PutError::of("Disconnected")),
            };
        }
        let connecting = self.options.clone().connect(self.servers.clone());
        let client = match tokio::time::timeout(timeout, connecting).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return Err(unreachable(error)),
            Err(_elapsed) => return Err(PutError::of("TimedOut")),
        };
        let mut stream = async_nats::jetstream::new(client.clone());
        stream.set_timeout(timeout);
        let link = Link { client, stream, refused: Arc::clone(&self.refused) };
        *kept = Some(link.clone());
        Ok(link)
    }
}

impl Link {
    /// Waits until the server has read all that was published before.
    pub(super) async fn confirm(&self, timeout: Duration) -> Result<(), PutError> {
        // Nobody listens on a fresh inbox: the server says so, once it has come that far.
        let asked = self.client.request(self.client.new_inbox(), bytes::Bytes::new());
        let outcome = tokio::time::timeout(timeout, asked).await;
        if let Some(refused) = self.refused.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(PutError { code: "Refused".to_owned(), source: Some(refused.into()) });
        }
        match outcome {
            Ok(Ok(_message)) => Ok(()),
            Ok(Err(error)) if error.kind() == RequestErrorKind::NoResponders => Ok(()),
            Ok(Err(error)) => {
                Err(PutError { code: "NotConfirmed".to_owned(), source: Some(Box::new(error)) })
            }
            Err(_elapsed) => Err(PutError::of("TimedOut")),
        }
    }
}

fn authenticated(options: ConnectOptions, own: &NatsAuthentication) -> Result<ConnectOptions, MaterialError> {
    Ok(match own {
        NatsAuthentication::None => options,
        NatsAuthentication::Password { user, password_file } => {
            options.user_and_password(user.clone(), Secret::read(password_file)?.expose().to_owned())
        }
        NatsAuthentication::Token(path) => options.token(Secret::read(path)?.expose().to_owned()),
        NatsAuthentication::Credentials(path) => {
            let needed = "a user's JWT and seed are needed, as `nsc generate creds` writes them";
            let wrong = |_io| MaterialError::Content { path: path.clone(), needed };
            options.credentials(&text(path)?).map_err(wrong)?
        }
    })
}

fn unreachable(error: async_nats::ConnectError) -> PutError {
    use async_nats::ConnectErrorKind as Kind;
    let code = match error.kind() {
        Kind::Authentication | Kind::AuthorizationViolation => "NotAuthorized",
        _ if names_certificate(&error) => "CertificateRefused",
        _ => "Unreachable",
    };
    PutError { code: code.to_owned(), source: Some(Box::new(error)) }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("servers", &self.servers).finish_non_exhaustive()
    }
}
