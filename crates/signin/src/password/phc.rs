//! The PHC string format of an Argon2id hash.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::PasswordError;

/// A hash, with the salt and the cost it was made with.
pub(super) struct Phc {
    params: Params,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Phc {
    /// Hashes with the parameters in force.
    pub(super) fn hash(password: &[u8], salt: &[u8]) -> Result<Self, PasswordError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)?;
        let mut hash = vec![0; HASH_BYTES];
        argon2(&params).hash_password_into(password, salt, &mut hash).map_err(failed)?;
        Ok(Self { params, salt: salt.to_vec(), hash })
    }

    /// Tells whether it is the hash of this password.
    pub(super) fn is_of(&self, password: &[u8]) -> Result<bool, PasswordError> {
        let mut hash = vec![0; self.hash.len()];
        argon2(&self.params).hash_password_into(password, &self.salt, &mut hash).map_err(failed)?;
        Ok(verify_slices_are_equal(&hash, &self.hash).is_ok())
    }

    /// Reads a hash. One whose check would take unreasonable memory or time is not read.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(HEAD)?.split('$');
        let (cost, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let mut costs = cost.split(',');
        let mut cost = |name: &str, max: u32| {
            let value = costs.next()?.strip_prefix(name)?.strip_prefix('=')?;
            value.parse().ok().filter(|value| *value <= max)
        };
        let (memory, passes, lanes) =
            (cost("m", MEMORY_KIB_MAX)?, cost("t", PASSES_MAX)?, cost("p", LANES_MAX)?);
        if costs.next().is_some() {
            return None;
        }
        let params = Params::new(memory, passes, lanes, None).ok()?;
        let decoded =
            |text: &str| STANDARD_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() <= HASH_BYTES_MAX);
        let (salt, hash) = (decoded(salt)?, decoded(hash)?);
        let fit = salt.len() >= argon2::MIN_SALT_LEN && hash.len() >= HASH_BYTES;
        fit.then_some(Self { params, salt, hash })
    }
}

impl fmt::Display for Phc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (memory, passes, lanes) = (self.params.m_cost(), self.params.t_cost(), self.params.p_cost());
        let (salt, hash) = (STANDARD_NO_PAD.encode(&self.salt), STANDARD_NO_PAD.encode(&self.hash));
        write!(f, "{HEAD}m={memory},t={passes},p={lanes}${salt}${hash}")
    }
}

fn argon2(params: &Params) -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
}

fn failed(error: argon2::Error) -> PasswordError {
    PasswordError::Failed(error.to_string().into())
}

const HEAD: &str = "$argon2id$v=19$";

/// The parameters that OWASP names first for Argon2id with little memory: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// What a hash may ask for when it is checked.
const MEMORY_KIB_MAX: u32 = 256 * 1024;
const PASSES_MAX: u32 = 16;
const LANES_MAX: u32 = 4;

pub(super) const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
const HASH_BYTES_MAX: usize = 64;
