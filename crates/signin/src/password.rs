//! Passwords: hashed with Argon2id, compared in constant time, off the threads that serve.
//!
//! A hash is a text in the PHC string format, `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`, so that the parameters may
//! be raised later while older hashes still verify. A verification takes 19 MiB and tens of milliseconds: few run at
//! once, a bounded number wait, and whoever comes after that is told to come again. Where there is no such user or
//! no password, the same work is done for nothing, so that the time an answer takes tells nobody who exists.

mod phc;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use cairn_catalog::SecretBytes;
use cairn_event::Ids;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::phc::Phc;

/// Hashes passwords and compares them with hashes.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// Whoever is in: working or waiting.
    admitted: Arc<Semaphore>,
    working: Arc<Semaphore>,
}

/// A password was neither hashed nor compared.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many wait already; nothing was done.
    #[error("work on a password: too many are being worked on")]
    Busy,
    /// The kept hash is not one that this Cairn can read.
    #[error("read the hash of a password")]
    Unreadable,
    /// The hash function refused its input, or its thread is gone.
    #[error("hash a password")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Passwords {
    /// Works on at most `at_once` passwords at the same time.
    pub fn new(at_once: usize) -> Self {
        let at_once = at_once.max(1);
        Self {
            admitted: Arc::new(Semaphore::new(at_once + WAITING_MAX)),
            working: Arc::new(Semaphore::new(at_once)),
        }
    }

    /// Hashes a password with a fresh salt.
    ///
    /// Dropped halfway, the work goes on and comes to nothing.
    ///
    /// # Errors
    /// See [`PasswordError`].
    pub async fn hash(&self, password: SecretBytes, ids: &dyn Ids) -> Result<SecretBytes, PasswordError> {
        let mut salt = [0; phc::SALT_BYTES];
        ids.fill(&mut salt);
        self.off_thread(move || {
            let hashed = Phc::hash(password.expose(), &salt)?;
            Ok(SecretBytes::new(hashed.to_string().into_bytes()))
        })
        .await
    }

    /// Tells whether a password is the one that was hashed. Without a hash it never is, and that takes as long.
    ///
    /// Dropped halfway, the work goes on and comes to nothing.
    ///
    /// # Errors
    /// See [`PasswordError`].
    pub async fn is_right(
        &self,
        password: SecretBytes,
        hash: Option<SecretBytes>,
    ) -> Result<bool, PasswordError> {
        self.off_thread(move || match hash {
            Some(hash) => {
                let known = hash.expose_str().and_then(Phc::parse).ok_or(PasswordError::Unreadable)?;
                known.is_of(password.expose())
            }
            None => Phc::hash(password.expose(), &[0; phc::SALT_BYTES]).map(|_nobody| false),
        })
        .await
    }

    /// Tells whether a password is one of several that were hashed.
    ///
    /// # Errors
    /// See [`PasswordError`].
    pub async fn is_one_of(
        &self,
        password: &SecretBytes,
        hashes: Vec<SecretBytes>,
    ) -> Result<bool, PasswordError> {
        for hash in hashes {
            if self.is_right(password.clone(), Some(hash)).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Does the work where it holds up nobody else. The permits go with it: a caller who leaves makes no room before
    /// the work is done.
    async fn off_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_full| PasswordError::Busy)?;
        let working = Arc::clone(&self.working).acquire_owned().await;
        let permits: [OwnedSemaphorePermit; 2] =
            [admitted, working.map_err(|error| PasswordError::Failed(Box::new(error)))?];
        let worked = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permits);
            done
        });
        worked.await.map_err(|error| PasswordError::Failed(Box::new(error)))?
    }
}

/// How many wait at most while others are worked on: some seconds of work.
const WAITING_MAX: usize = 64;
