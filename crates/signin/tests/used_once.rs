//! What is remembered of codes and passwords that were used, over a real catalog.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use cairn_catalog::{Account, Catalog, Change, EnabledMfa, MasterKey, MfaDevice, Owner, SqliteCatalog};
use cairn_event::AccountId;
use cairn_signin::{Code, Seed, note_password_use, password_used, passwords_used, step, take_code};
use jiff::{SignedDuration, Timestamp};

const SERIAL: &str = "arn:aws:iam::123456789012:mfa/phone";

fn account() -> AccountId {
    "123456789012".parse().unwrap()
}

fn now() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

fn device(master: &MasterKey, seed: &Seed, drift_steps: i64) -> MfaDevice {
    let sealed = master.seal(MfaDevice::secret_name(SERIAL), seed.expose(), |nonce| nonce.fill(1)).unwrap();
    let since = now();
    MfaDevice {
        serial: SERIAL.to_owned(),
        account: account(),
        name: "phone".to_owned(),
        path: "/".to_owned(),
        seed: sealed,
        created: since,
        enabled: Some(EnabledMfa { owner: Owner::Root, since, drift_steps, used_step: 5 }),
        tags: Vec::new(),
    }
}

#[tokio::test]
async fn a_code_is_taken_once_also_by_many_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap();
    let (master, seed) = (MasterKey::new(&[7; 32]).unwrap(), Seed::from_bytes(&[9; 40]));
    let device = device(&master, &seed, 0);
    let code = seed.code(step(now()));
    let show = || take_code(&catalog, &master, &device, code, now());
    let (one, two, three, four) = tokio::join!(show(), show(), show(), show());
    let taken: u32 = [one, two, three, four].into_iter().map(|taken| u32::from(taken.unwrap())).sum();
    assert_eq!(taken, 1);
    let take = async |device: &MfaDevice, code: Code, later: i64| {
        let at = now().checked_add(SignedDuration::from_secs(later)).unwrap();
        take_code(&catalog, &master, device, code, at).await.unwrap()
    };
    assert!(!take(&device, code, 30).await, "still within a step, but used");
    assert!(!take(&device, seed.code(step(now()) - 1), 0).await, "older than the one that was used");
    assert!(take(&device, seed.code(step(now()) + 1), 30).await);
    let nobodys = MfaDevice { enabled: None, ..device.clone() };
    assert!(!take(&nobodys, seed.code(step(now()) + 4), 120).await);
    let ahead =
        MfaDevice { enabled: device.enabled.clone().map(|it| EnabledMfa { drift_steps: 4, ..it }), ..device };
    assert!(take(&ahead, seed.code(step(now()) + 8), 120).await);
    catalog.close().await;
}

#[tokio::test]
async fn the_last_use_of_a_password_is_remembered_of_each_principal() {
    let dir = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap();
    let made = Account { id: account(), alias: None, name: None, email: None, created: now() };
    catalog.commit(0, vec![Change::PutAccount(made)]).await.unwrap();
    assert_eq!(password_used(&catalog, account(), "AIDA1").await.unwrap(), None);
    let later = now().checked_add(SignedDuration::from_secs(60)).unwrap();
    for (who, at) in [("AIDA1", now()), ("AIDA2", now()), ("AIDA1", later)] {
        note_password_use(&catalog, account(), who, at).await.unwrap();
    }
    note_password_use(&catalog, "999988887777".parse().unwrap(), "AIDA9", now()).await.unwrap();
    assert_eq!(password_used(&catalog, account(), "AIDA1").await.unwrap(), Some(later));
    let all = passwords_used(&catalog, account()).await.unwrap();
    assert_eq!(
        all.into_iter().collect::<Vec<_>>(),
        [("AIDA1".to_owned(), later), ("AIDA2".to_owned(), now())]
    );
    catalog.close().await;
}
