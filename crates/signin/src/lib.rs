//! Who signs in at the console, and for how long.
//!
//! Passwords and second factors are proven here, guesses are slowed down, and what a browser holds is turned into
//! the temporary credentials that its calls are made with. This crate does not know that it is served over HTTP.

#![warn(missing_docs)]

mod password;
mod password_use;
mod second_factor;
mod totp;

pub use password::{PasswordError, Passwords};
pub use password_use::{note_password_use, password_used, passwords_used};
pub use second_factor::{SecondFactorError, take_code};
pub use totp::{Code, Seed, Synchronized, step};
