//! Sealed secrets in the catalog.

use std::sync::Arc;

use super::Backend;
use super::sample::{access_key, account, login_profile, master_key, mfa_device};
use crate::{Change, MasterKey, Owner, SealError};

pub(super) async fn a_sealed_secret_survives_and_opens(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    let keys = ["AKIAONE", "AKIATWO"].map(|id| Change::PutAccessKey(access_key(id, Owner::Root)));
    let signed_in = [
        Change::PutLoginProfile(Box::new(login_profile(Owner::Root))),
        Change::PutMfaDevice(Box::new(mfa_device("phone", Some(Owner::Root)))),
    ];
    let changes = std::iter::once(Change::PutAccount(account())).chain(keys).chain(signed_in).collect();
    catalog.commit(0, changes).await.expect("the keys");
    drop(catalog);
    let catalog = backend.open().await;
    let current = catalog.current();
    current.check_secrets(&master_key()).expect("every secret opens");
    let one = current.access_key("AKIAONE").expect("the key");
    let opened = one.open_secret(&master_key()).expect("it opens");
    assert_eq!(opened.expose_str(), Some("secret of AKIAONE"));
    let hash = current.login_profile(&account().id, &Owner::Root).expect("the password");
    assert_eq!(hash.open_hash(&master_key()).expect("it opens").expose(), b"hash");
    let id = account().id;
    let device = current.mfa_devices_of(&id, &Owner::Root).next().expect("the device");
    assert_eq!(device.open_seed(&master_key()).expect("it opens").expose(), b"seed");
    let other = MasterKey::new(&[8; MasterKey::LEN]).expect("a key");
    assert_eq!(current.check_secrets(&other), Err(SealError::OtherKey));
    let mut swapped = one.clone();
    swapped.secret = current.access_key("AKIATWO").expect("the key").secret.clone();
    assert_eq!(swapped.open_secret(&master_key()), Err(SealError::Tampered));
}

pub(super) async fn secrets_are_remembered_after_their_key_is_gone(backend: Arc<dyn Backend>) {
    let catalog = backend.open().await;
    assert!(!catalog.holds_secrets().await.expect("a read"));
    let key = Change::PutAccessKey(access_key("AKIAONE", Owner::Root));
    catalog.commit(0, vec![Change::PutAccount(account()), key]).await.expect("the key");
    assert!(catalog.holds_secrets().await.expect("a read"));
    let gone = vec![Change::DeleteAccessKey { id: "AKIAONE".to_owned() }];
    catalog.commit(1, gone).await.expect("the removal");
    assert!(backend.open().await.holds_secrets().await.expect("a read"), "old revisions hold it");
}
