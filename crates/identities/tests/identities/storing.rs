//! What was learned outlives the process, and its time, bound and secrecy hold.

use std::sync::Arc;

use cairn_catalog::{Catalog, MasterKey, SqliteCatalog};
use cairn_identities::{LEARNED_MAX, Upkeep};

use crate::learning::assumed;
use crate::world::{Call, Counting, World};

const ASSUME: &str = "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fci%2Fdeploy&RoleSessionName=run-7";

fn upkeep(world: &World, catalog: &Arc<dyn Catalog>, key: u8, ids: &Arc<Counting>) -> Upkeep {
    let master = Arc::new(MasterKey::new(&[key; 32]).unwrap());
    Upkeep::new(Arc::clone(&world.identities), Arc::clone(catalog), master, Arc::clone(ids) as _)
}

#[tokio::test]
async fn sessions_outlive_a_restart_sealed_and_end_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite3");
    let catalog: Arc<dyn Catalog> = Arc::new(SqliteCatalog::open(&path).await.unwrap());
    let ids = Arc::new(Counting::default());
    let world = World::new();
    let answer = assumed("ASIA1", "deploy", "run-7", "");
    world.call(&Call::new(
        "AKIAMAYA",
        "sts",
        "AssumeRole",
        &format!("{ASSUME}&SourceIdentity=maya-marker"),
        &answer,
    ));
    let users = "<ListUsersResponse><ListUsersResult><Users><member><UserName>noor</UserName><UserId>AIDA2</UserId>\
                 <Arn>arn:aws:iam::123456789012:user/ops/noor</Arn></member></Users></ListUsersResult></ListUsersResponse>";
    world.call(&Call::new("AKIAMAYA", "iam", "ListUsers", "", users));
    let before = world.who("ASIA1");
    upkeep(&world, &catalog, 7, &ids).write(usize::MAX).await;

    let states = catalog.states("identities/").await.unwrap();
    assert_eq!(states.len(), 2);
    assert!(states.iter().all(|state| !state.body.contains("maya-marker") && !state.body.contains("noor")));

    let again = World::new();
    upkeep(&again, &catalog, 7, &ids).restore().await;
    assert_eq!(again.who("ASIA1"), before);
    let keys = "<ListAccessKeysResponse><ListAccessKeysResult><AccessKeyMetadata><member><UserName>noor</UserName>\
                <AccessKeyId>AKIA2</AccessKeyId></member></AccessKeyMetadata></ListAccessKeysResult></ListAccessKeysResponse>";
    again.call(&Call::new("AKIAMAYA", "iam", "ListAccessKeys", "", keys));
    assert_eq!(again.who("AKIA2")["principalId"], "AIDA2");
    again.clock.pass(3_600);
    assert_eq!(again.who("ASIA1")["type"], "Unknown");

    let late = World::new();
    late.clock.pass(3_600);
    upkeep(&late, &catalog, 7, &ids).restore().await;
    assert_eq!(late.identities.learned(), 0);

    let other_key = World::new();
    upkeep(&other_key, &catalog, 8, &ids).restore().await;
    assert_eq!(other_key.identities.learned(), 0);
}

#[tokio::test]
async fn what_is_forgotten_is_forgotten_on_the_disk_too() {
    let folder = tempfile::tempdir().unwrap();
    let catalog: Arc<dyn Catalog> =
        Arc::new(SqliteCatalog::open(&folder.path().join("catalog.sqlite3")).await.unwrap());
    let ids = Arc::new(Counting::default());
    let world = World::new();
    let answer = assumed("ASIA1", "deploy", "run-7", "");
    world.call(&Call::new("AKIAMAYA", "sts", "AssumeRole", ASSUME, &answer));
    let keeping = upkeep(&world, &catalog, 7, &ids);
    keeping.write(usize::MAX).await;
    world.call(&Call::new(
        "AKIAMAYA",
        "iam",
        "DeleteAccessKey",
        "AccessKeyId=ASIA1",
        "<DeleteAccessKeyResponse/>",
    ));
    keeping.write(usize::MAX).await;
    let again = World::new();
    upkeep(&again, &catalog, 7, &ids).restore().await;
    assert_eq!(again.identities.learned(), 0);
}

#[tokio::test]
async fn the_memory_is_bounded_and_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let catalog: Arc<dyn Catalog> =
        Arc::new(SqliteCatalog::open(&folder.path().join("catalog.sqlite3")).await.unwrap());
    let world = World::new();
    for number in 0..LEARNED_MAX + 100 {
        let key = format!("ASIA{number:016}");
        let answer = assumed(&key, "deploy", "run-7", "");
        world.call(&Call::new("AKIAMAYA", "sts", "AssumeRole", ASSUME, &answer));
        if number % 4_096 == 0 {
            assert!(world.identities.learned() <= LEARNED_MAX);
        }
    }
    assert_eq!(world.identities.learned(), LEARNED_MAX);
    // The oldest went, the newest are there.
    assert_eq!(world.who(&format!("ASIA{:016}", 99))["type"], "Unknown");
    assert_eq!(world.who(&format!("ASIA{:016}", 100))["type"], "AssumedRole");
    assert_eq!(world.who(&format!("ASIA{:016}", LEARNED_MAX + 99))["type"], "AssumedRole");
    let shown = format!("{:?}", world.identities);
    assert!(!shown.contains("s3cr3t") && !shown.contains("t0k3n"));

    let ids = Arc::new(Counting::default());
    upkeep(&world, &catalog, 7, &ids).write(usize::MAX).await;
    let again = World::new();
    upkeep(&again, &catalog, 7, &ids).restore().await;
    let kept = again.identities.learned();
    assert!(kept > LEARNED_MAX / 2, "{kept} of {LEARNED_MAX} sessions were kept");
    assert_eq!(again.who(&format!("ASIA{:016}", LEARNED_MAX + 99))["type"], "AssumedRole");
}
