//! New ids, out of injected randomness.

use cairn_catalog::Snapshot;
use cairn_event::{AccountId, Ids};

/// Makes an organization's id: `o-` and ten letters and digits.
pub(crate) fn organization(ids: &dyn Ids) -> String {
    format!("o-{}", letters::<10>(ids))
}

/// Makes a root's id: `r-` and four letters and digits.
pub(crate) fn root(ids: &dyn Ids) -> String {
    format!("r-{}", letters::<4>(ids))
}

/// Makes the id of a unit below a root: `ou-`, the root's part, and eight letters and digits.
pub(crate) fn unit(root: &str, ids: &dyn Ids) -> String {
    format!("ou-{}-{}", root.trim_start_matches("r-"), letters::<8>(ids))
}

/// Makes the id of a policy: `p-` and ten letters and digits.
pub(crate) fn policy(ids: &dyn Ids) -> String {
    format!("p-{}", letters::<10>(ids))
}

/// Makes a handshake's id: `h-` and thirty-two letters and digits.
pub(crate) fn handshake(ids: &dyn Ids) -> String {
    format!("h-{}", letters::<32>(ids))
}

/// Makes the id of a CreateAccount: `car-` and thirty-two letters and digits.
pub(crate) fn account_creation(ids: &dyn Ids) -> String {
    format!("car-{}", letters::<32>(ids))
}

/// Makes the unique id of a role.
pub(crate) fn role(ids: &dyn Ids) -> String {
    format!("AROA{}", draw::<17>(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ids))
}

/// Finds a number that no account has. `None` when chance does not find one: then nearly all are taken.
pub(crate) fn account(snapshot: &Snapshot, ids: &dyn Ids) -> Option<AccountId> {
    let drawn = || {
        let digits = draw::<12>(b"0123456789", ids);
        digits.parse().ok().filter(|account| !digits.starts_with('0') && snapshot.account(account).is_none())
    };
    (0..DRAWS_MAX).find_map(|_| drawn())
}

fn letters<const CHARS: usize>(ids: &dyn Ids) -> String {
    draw::<CHARS>(b"abcdefghijklmnopqrstuvwxyz0123456789", ids)
}

/// Draws characters; each byte stands for one, which makes the first ones a little likelier.
fn draw<const CHARS: usize>(alphabet: &[u8], ids: &dyn Ids) -> String {
    let mut bytes = [0; CHARS];
    ids.fill(&mut bytes);
    let letter = |byte: u8| alphabet.get(usize::from(byte) % alphabet.len().max(1)).copied();
    bytes.into_iter().filter_map(letter).map(char::from).collect()
}

const DRAWS_MAX: usize = 64;
