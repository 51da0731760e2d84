//! First start: an account, its administrator, and a key for the administrator.

use cairn_catalog::{
    AccessKey, AccessKeyStatus, Account, Catalog, Change, CommitError, MasterKey, Owner, Policy, SealError,
    User,
};
use cairn_event::{AccountId, Clock, Ids};

/// The administrator's name.
pub const ADMINISTRATOR: &str = "administrator";

/// The account could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FirstStartError {
    /// The secret could not be sealed.
    #[error("seal the administrator's secret")]
    Seal(#[from] SealError),
    /// The catalog refused.
    #[error("store the account and its administrator")]
    Commit(#[from] CommitError),
}

/// Makes the account, its administrator and a key, unless the account is there. An installation keeps
/// the account it was first started with; another id makes another account beside it.
pub(crate) async fn ensure(
    account: AccountId,
    catalog: &dyn Catalog,
    master: &MasterKey,
    clock: &dyn Clock,
    ids: &dyn Ids,
) -> Result<(), FirstStartError> {
    let snapshot = catalog.current();
    if snapshot.account(&account).is_some() {
        return Ok(());
    }
    let created = clock.now();
    let key = new_key(account, Owner::User(ADMINISTRATOR.to_owned()), master, clock, ids)?;
    let changes = vec![
        Change::PutAccount(Account { id: account, alias: None, created }),
        Change::PutUser(User {
            account,
            name: ADMINISTRATOR.to_owned(),
            path: "/".to_owned(),
            user_id: format!("AIDA{}", base32::<17>(ids)),
            arn: format!("arn:aws:iam::{account}:user/{ADMINISTRATOR}"),
            created,
            policies: vec![Policy::administrator()],
            attached: Vec::new(),
            groups: Vec::new(),
            boundary: None,
            tags: Vec::new(),
        }),
        Change::PutAccessKey(key),
    ];
    catalog.commit(snapshot.revision(), changes).await?;
    tracing::info!(account = %account, user = ADMINISTRATOR, "account and administrator made");
    Ok(())
}

/// Makes an access key, not yet kept.
pub(crate) fn new_key(
    account: AccountId,
    owner: Owner,
    master: &MasterKey,
    clock: &dyn Clock,
    ids: &dyn Ids,
) -> Result<AccessKey, SealError> {
    let id = format!("AKIA{}", base32::<16>(ids));
    let text = base64_text(ids);
    let secret = master.seal(AccessKey::secret_name(&id), text.as_bytes(), |bytes| ids.fill(bytes))?;
    Ok(AccessKey { id, account, owner, secret, status: AccessKeyStatus::Active, created: clock.now() })
}

fn base32<const CHARS: usize>(ids: &dyn Ids) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bytes = [0; CHARS];
    ids.fill(&mut bytes);
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).copied().map_or('A', char::from);
    bytes.iter().map(letter).collect()
}

/// Makes a secret as AWS does: forty characters of base64, 240 bits.
fn base64_text(ids: &dyn Ids) -> String {
    use base64::Engine as _;
    let mut bytes = [0; 30];
    ids.fill(&mut bytes);
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
