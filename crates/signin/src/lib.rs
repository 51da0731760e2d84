//! Who signs in at the console, and for how long.
//!
//! Passwords and second factors are proven here, guesses are slowed down, and what a browser holds is turned into
//! the temporary credentials that its calls are made with. This crate does not know that it is served over HTTP.

#![warn(missing_docs)]

mod guesses;
mod own_change;
mod password;
mod password_use;
mod second_factor;
mod session;
mod sessions;
mod sign_in;
mod totp;

pub use guesses::{Attempt, Guesses, SaveGuessesError, TooEarly};
pub use own_change::OwnChange;
pub use password::{PasswordError, Passwords};
pub use password_use::{note_password_use, password_used, passwords_used};
pub use second_factor::{SecondFactorError, take_code};
pub use session::{SessionId, SignedIn, SwitchedRole, Token, mark};
pub use sessions::{Ended, Found, Limits, Sessions};
pub use sign_in::{
    Claimant, MustChange, Proof, Proven, Rules, SignIn, SignInError, Told, WrongCode, find_account,
};
pub use totp::{Code, Seed, Synchronized, step};
