//! Passwords that are made here: the administrator's first, and those of whoever may read the data directory.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;

use cairn_catalog::{
    Catalog, Change, CommitError, KeyFileError, LoginProfile, MasterKey, OpenError, Owner, SealError, Sealed,
    SecretBytes, SqliteCatalog, WhenMissing,
};
use cairn_event::{AccountId, Clock, Ids};
use cairn_signin::{PasswordError, Passwords};
use jiff::Timestamp;

use crate::clock::{SystemClock, SystemIds};
use crate::data_dir::DataDir;
use crate::first_start::ADMINISTRATOR;

/// A password can't be set or looked at.
#[derive(Debug, thiserror::Error)]
pub enum SetPasswordError {
    /// The catalog can't be opened.
    #[error("open the catalog")]
    Catalog(#[from] OpenError),
    /// The master key can't be had.
    #[error("open the master key")]
    MasterKey(#[from] KeyFileError),
    /// The hash can't be sealed or opened.
    #[error("seal the password's hash")]
    Seal(#[from] SealError),
    /// The password could not be hashed or compared.
    #[error("hash the password")]
    Hash(#[from] PasswordError),
    /// The profile could not be kept.
    #[error("keep the password")]
    Commit(#[from] CommitError),
    /// A file of the data directory can't be read or written.
    #[error("use the data directory")]
    File(#[source] io::Error),
    /// A server runs.
    #[error("set a password in the data directory: stop the server for it")]
    Served(#[source] io::Error),
    /// There is no such account or user.
    #[error("find {0}: start `cairn serve` with this data directory first")]
    Missing(String),
}

/// Makes a password that nobody guesses: twenty letters and digits that can't be mistaken for one another, in groups
/// of five.
pub fn generate_password(ids: &dyn Ids) -> String {
    let mut password = String::with_capacity(23);
    let mut letters = 0;
    while letters < 20 {
        let mut byte = [0];
        ids.fill(&mut byte);
        // Bytes beyond a multiple of the alphabet's length would favour its first letters.
        let Some(letter) = LETTERS.get(usize::from(byte[0])) else { continue };
        if letters > 0 && letters % 5 == 0 {
            password.push('-');
        }
        password.push(char::from(*letter));
        letters += 1;
    }
    password
}

/// The alphabet, four times: 216 of 256 bytes name a letter.
const LETTERS: &[u8; 216] = b"\
    abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ2345678\
    abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ2345678\
    abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ2345678\
    abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ2345678";

/// Makes the password of the administrator of a new account, not yet kept, and writes it down for whoever may read the
/// data directory.
pub(crate) async fn first(
    account: AccountId,
    dir: &DataDir,
    user_id: &str,
    master: &MasterKey,
    (clock, ids): (&dyn Clock, &dyn Ids),
) -> Result<LoginProfile, SetPasswordError> {
    let password = generate_password(ids);
    // The file first: a password that stands nowhere would be of no use.
    write(dir, account, &password).map_err(SetPasswordError::File)?;
    let of = (account, Owner::User(ADMINISTRATOR.to_owned()), user_id.to_owned());
    let hash = hash(&of.2, &password, master, ids).await?;
    Ok(new_profile(of, hash, clock.now()))
}

/// Returns the administrator's first password, as long as it is the one to sign in with.
///
/// # Errors
/// See [`SetPasswordError`].
pub async fn first_password(dir: &DataDir, account: AccountId) -> Result<Option<String>, SetPasswordError> {
    let written = match fs::read_to_string(dir.administrator_password(account)) {
        Ok(written) => written.trim_end().to_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(SetPasswordError::File(error)),
    };
    let (catalog, master) = open(dir).await?;
    let snapshot = catalog.current();
    catalog.close().await;
    let owner = Owner::User(ADMINISTRATOR.to_owned());
    let Some(profile) = snapshot.login_profile(&account, &owner) else { return Ok(None) };
    let hash = profile.open_hash(&master)?;
    let right = Passwords::new(1).is_right(SecretBytes::new(written.as_bytes()), Some(hash)).await?;
    Ok(right.then_some(written))
}

/// Sets the password of an account's principal in a data directory where no server runs, whatever the account's
/// password policy is. It is not recorded: whoever may write there may do anything.
///
/// # Errors
/// See [`SetPasswordError`].
pub async fn set_password(
    dir: &DataDir,
    account: AccountId,
    owner: &Owner,
    password: &str,
) -> Result<(), SetPasswordError> {
    let missing = || SetPasswordError::Missing(format!("account {account}"));
    if !dir.catalog().try_exists().map_err(SetPasswordError::File)? {
        return Err(missing());
    }
    let lock = dir.lock().map_err(SetPasswordError::Served)?;
    let (catalog, master) = open(dir).await?;
    if catalog.current().account(&account).is_none() {
        return Err(missing());
    }
    put(account, owner, password, (&catalog, &master), (&SystemClock, &SystemIds)).await?;
    catalog.close().await;
    drop(lock);
    Ok(())
}

async fn put(
    account: AccountId,
    owner: &Owner,
    password: &str,
    (catalog, master): (&dyn Catalog, &MasterKey),
    (clock, ids): (&dyn Clock, &dyn Ids),
) -> Result<(), SetPasswordError> {
    let snapshot = catalog.current();
    let principal_id = match owner {
        Owner::Root => account.to_string(),
        Owner::User(name) => match snapshot.user(&account, name) {
            Some(user) => user.user_id.clone(),
            None => return Err(SetPasswordError::Missing(format!("user {name} of account {account}"))),
        },
    };
    let hash = hash(&principal_id, password, master, ids).await?;
    let now = clock.now();
    let profile = match snapshot.login_profile(&account, owner).cloned() {
        Some(known) => LoginProfile { hash, reset_required: false, changed: now, ..known },
        None => new_profile((account, owner.clone(), principal_id), hash, now),
    };
    catalog.commit(snapshot.revision(), vec![Change::PutLoginProfile(Box::new(profile))]).await?;
    Ok(())
}

async fn hash(
    principal_id: &str,
    password: &str,
    master: &MasterKey,
    ids: &dyn Ids,
) -> Result<Sealed, SetPasswordError> {
    let hash = Passwords::new(1).hash(SecretBytes::new(password.as_bytes()), ids).await?;
    Ok(master.seal(LoginProfile::secret_name(principal_id), hash.expose(), |bytes| ids.fill(bytes))?)
}

fn new_profile(
    (account, owner, principal_id): (AccountId, Owner, String),
    hash: Sealed,
    now: Timestamp,
) -> LoginProfile {
    let (created, changed, reset_required) = (now, now, false);
    LoginProfile {
        account,
        owner,
        principal_id,
        hash,
        previous: Vec::new(),
        reset_required,
        created,
        changed,
    }
}

async fn open(dir: &DataDir) -> Result<(SqliteCatalog, MasterKey), SetPasswordError> {
    let master = MasterKey::load_or_create(&dir.master_key(), WhenMissing::Refuse, |_unused| ())?;
    Ok((SqliteCatalog::open(&dir.catalog()).await?, master))
}

/// Writes the file anew, for its owner's eyes only.
fn write(dir: &DataDir, account: AccountId, password: &str) -> io::Result<()> {
    let file = dir.administrator_password(account);
    match fs::remove_file(&file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    file.write_all(format!("{password}\n").as_bytes())?;
    file.sync_all()?;
    File::open(dir.root())?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn generated_passwords_differ_and_have_three_kinds_of_characters() {
        let made: BTreeSet<String> = (0..200).map(|_| generate_password(&SystemIds)).collect();
        assert_eq!(made.len(), 200);
        for password in made {
            assert_eq!(password.len(), 23, "{password}");
            assert_eq!(password.matches('-').count(), 3, "{password}");
            assert!(!password.contains(['0', 'O', '1', 'l', 'I']), "{password}");
        }
    }
}
