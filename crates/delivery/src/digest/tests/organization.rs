//! Chains of an organization trail: one for each account and Region, as accounts come and go.

use std::collections::BTreeSet;
use std::sync::Arc;

use cairn_catalog::contract::sample::{self, ORGANIZATION};
use cairn_catalog::{Account, Change, EXCLUSION_TAG, Member, Organization, Settings, Tag};
use cairn_digest::Document;
use cairn_event::{AccountId, Clock};

use super::super::fate::{Covers, cover_the_same};
use super::super::notice::Notice;
use super::faulty::Faulty;
use super::world::{ACCOUNT, Trouble, World};

const SHOP: &str = "111122223333";
const LAB: &str = "444455556666";

fn id(account: &str) -> AccountId {
    account.parse().unwrap()
}

fn join(account: &str) -> Vec<Change> {
    let entity = Account { id: id(account), ..sample::account() };
    vec![Change::PutAccount(entity), Change::PutMember(Box::new(sample::member(id(account))))]
}

/// An organization with a member beside the one that manages it, and the world's trail for all of it.
async fn organization() -> World {
    let world = World::new().await;
    let mut changes = vec![Change::PutOrganization(Box::new(sample::organization()))];
    changes.push(Change::PutMember(Box::new(sample::member(id(ACCOUNT)))));
    changes.extend(join(SHOP));
    world.commit(changes).await;
    world.change(|trail| trail.organization = Some(ORGANIZATION.to_owned())).await;
    world
}

/// Tells of each digest whose it is, which hour it ends in, how many log files it has, whether it begins a chain,
/// and the folder above the account.
fn told(documents: &[Document]) -> Vec<String> {
    let tell = |document: &Document| {
        let begins = if document.previous_digest_s3_object.is_none() { " begins" } else { "" };
        let (above, _) =
            document.digest_s3_object.split_once(&format!("/{}/", document.aws_account_id)).unwrap();
        let end = document.digest_end_time.split_once('T').unwrap().1;
        format!("{end} {} {} in {above}{begins}", document.aws_account_id, document.log_files.len())
    };
    let mut told: Vec<String> = documents.iter().map(tell).collect();
    told.sort();
    told
}

#[tokio::test]
async fn each_member_has_a_chain_from_its_joining_to_its_leaving() {
    let world = organization().await;
    world.clock.pass(1_800);
    world.enter_many((SHOP, "us-east-1"), 0, 2).await;
    world.enter("us-east-1", 0).await;
    world.commit(join(LAB)).await;
    world.clock.pass(60);
    world.enter_many((LAB, "us-east-1"), 0, 1).await;
    world.clock.pass(1_742);
    world.work().await;
    // The newcomer's first hour is not over yet.
    let owner = format!("08:00:00Z {ACCOUNT} 1 in AWSLogs/{ORGANIZATION} begins");
    let shop = format!("08:00:00Z {SHOP} 2 in AWSLogs/{ORGANIZATION} begins");
    assert_eq!(told(&world.digests().0), [shop, owner]);
    world.clock.pass(2_400);
    world.work().await;
    world.commit(vec![Change::DeleteMember { account: id(LAB) }]).await;
    world.enter_many((LAB, "us-east-1"), 0, 3).await;
    world.clock.pass(10);
    world.all_delivered();
    let round = world.work().await;
    assert_eq!(round.open, 2, "the chain of the one that left is over");
    let lab = |documents: Vec<Document>| {
        let mut told = told(&documents);
        told.retain(|line| line.contains(LAB));
        told
    };
    let expected = [
        format!("08:30:00Z {LAB} 1 in AWSLogs/{ORGANIZATION} begins"),
        format!("08:40:03Z {LAB} 3 in AWSLogs/{ORGANIZATION}"),
    ];
    assert_eq!(lab(world.audit().await.0), expected);
    world.clock.pass(7_200);
    world.work().await;
    assert_eq!(lab(world.audit().await.0), expected, "no digest follows the final one");
    // It is back: a new chain.
    world.commit(join(LAB)).await;
    world.clock.pass(3_602);
    world.work().await;
    let again = lab(world.audit().await.0);
    assert_eq!((again.len(), again[2].ends_with("begins")), (3, true), "{again:?}");
    world.close().await;
}

#[tokio::test]
async fn an_account_that_is_excluded_ends_its_chain_and_no_other() {
    let world = organization().await;
    world.commit(join(LAB)).await;
    let tags = vec![Tag { key: EXCLUSION_TAG.to_owned(), value: Some("other main".to_owned()) }];
    world.clock.pass(60);
    world.commit(vec![Change::PutMember(Box::new(Member { tags, ..sample::member(id(SHOP)) }))]).await;
    world.clock.pass(10);
    world.all_delivered();
    assert_eq!(world.work().await.open, 2);
    let lines = told(&world.audit().await.0);
    assert_eq!(lines, [format!("07:01:01Z {SHOP} 0 in AWSLogs/{ORGANIZATION} begins")]);
    world.close().await;
}

#[tokio::test]
async fn a_trail_that_becomes_ordinary_ends_its_members_chains_where_they_were_and_goes_on_with_its_owners() {
    let world = organization().await;
    world.enter_many((SHOP, "us-east-1"), 0, 1).await;
    world.clock.pass(3_602);
    world.work().await;
    world.enter_many((SHOP, "us-east-1"), 0, 1).await;
    world.change(|trail| trail.organization = None).await;
    world.clock.pass(3_600);
    world.all_delivered();
    assert_eq!(world.work().await.open, 1);
    let expected = [
        format!("08:00:00Z {SHOP} 1 in AWSLogs/{ORGANIZATION} begins"),
        format!("08:00:00Z {ACCOUNT} 0 in AWSLogs/{ORGANIZATION} begins"),
        format!("08:00:03Z {SHOP} 1 in AWSLogs/{ORGANIZATION}"),
        format!("09:00:00Z {ACCOUNT} 0 in AWSLogs"),
    ];
    let regular = world.audit().await.0;
    assert_eq!(told(&regular), expected);
    // And back: the owner's goes on, the member's begins anew.
    world.change(|trail| trail.organization = Some(ORGANIZATION.to_owned())).await;
    world.clock.pass(3_700);
    world.work().await;
    let lines = told(&world.audit().await.0);
    let owner = format!("10:00:00Z {ACCOUNT} 0 in AWSLogs/{ORGANIZATION}");
    assert!(lines.contains(&owner), "{lines:#?}");
    let begun: Vec<_> = lines.iter().filter(|line| line.contains(SHOP) && line.ends_with("begins")).collect();
    assert_eq!(begun.len(), 2, "{lines:#?}");
    world.close().await;
}

#[tokio::test]
async fn one_members_folder_that_is_denied_holds_up_no_other_and_shows_in_that_members_status() {
    let world = organization().await;
    let denied = format!("AWSLogs/{ORGANIZATION}/{SHOP}/");
    world.bucket.trouble.lock().unwrap().insert(denied.clone(), Trouble::Denies);
    world.clock.pass(3_602);
    let mut task = world.task();
    let round = task.round(&tokio_util::sync::CancellationToken::new()).await.unwrap();
    assert_eq!((round.steps, round.failures.len()), (1, 1));
    task.report(&round.failures).await;
    let region = "us-east-1".parse().unwrap();
    let mut errors = Vec::new();
    for account in [ACCOUNT, SHOP] {
        let status = world.catalog.status(&world.id(), (id(account), &region)).await.unwrap();
        errors.push((status.digests.error.clone(), status.digests.succeeded_at.is_some()));
    }
    assert_eq!(errors, [(None, true), (Some("AccessDenied".to_owned()), false)]);
    world.bucket.trouble.lock().unwrap().remove(&denied);
    world.work().await;
    assert_eq!(world.audit().await.0.len(), 2);
    world.close().await;
}

#[tokio::test]
async fn a_digest_planned_in_a_folder_that_is_denied_is_planned_anew_once_the_trail_lies_elsewhere() {
    let world = organization().await;
    let denied = format!("AWSLogs/{ORGANIZATION}/{ACCOUNT}/");
    world.bucket.trouble.lock().unwrap().insert(denied, Trouble::Denies);
    world.clock.pass(3_602);
    assert_eq!(world.work().await.failures.len(), 1);
    world.change(|trail| trail.organization = None).await;
    world.clock.pass(3_600);
    world.all_delivered();
    assert!(world.work().await.failures.is_empty());
    let expected = [
        format!("08:00:00Z {SHOP} 0 in AWSLogs/{ORGANIZATION} begins"),
        format!("08:00:00Z {ACCOUNT} 0 in AWSLogs begins"),
        format!("08:00:03Z {SHOP} 0 in AWSLogs/{ORGANIZATION}"),
        format!("09:00:00Z {ACCOUNT} 0 in AWSLogs"),
    ];
    assert_eq!(told(&world.audit().await.0), expected);
    world.close().await;
}

#[tokio::test]
async fn each_region_has_a_chain_of_each_account_and_wherever_a_members_files_come_from() {
    let world = organization().await;
    let enabled_regions = ["us-east-1", "eu-west-1"].map(|name| name.parse().unwrap()).to_vec();
    world.commit(vec![Change::PutSettings(Settings { enabled_regions })]).await;
    world.change(|trail| trail.is_multi_region = true).await;
    world.enter_many((SHOP, "ap-south-1"), 0, 1).await;
    world.clock.pass(3_602);
    let round = world.work().await;
    assert_eq!(round.open, 5, "two Regions of two accounts, and one that is not enabled");
    let (regular, _) = world.audit().await;
    let elsewhere: Vec<_> = regular.iter().filter(|document| !document.log_files.is_empty()).collect();
    assert_eq!(elsewhere.len(), 1);
    let key = &elsewhere[0].digest_s3_object;
    assert!(
        key.starts_with(&format!("AWSLogs/{ORGANIZATION}/{SHOP}/CloudTrail-Digest/ap-south-1/")),
        "{key}"
    );
    world.close().await;
}

#[tokio::test]
async fn a_round_looks_only_at_chains_that_have_something_to_do() {
    let world = organization().await;
    for number in 0..200_u64 {
        let account = format!("{:012}", 700_000_000_000 + number);
        world.catalog.commit(world.catalog.current().revision(), join(&account)).await.unwrap();
    }
    world.notice().await;
    world.clock.pass(3_602);
    let mut task = world.task();
    let stop = tokio_util::sync::CancellationToken::new();
    let mut rounds = Vec::new();
    loop {
        let round = task.round(&stop).await.unwrap();
        rounds.push((round.steps, round.looked));
        if round.looked == 0 {
            break;
        }
    }
    // All have a digest to put; then each finds that there is nothing left; then all rest.
    assert_eq!(rounds, [(202, 202), (0, 202), (0, 0)]);
    let late = ("700000000007", "us-east-1");
    world.enter_many((ACCOUNT, "us-east-1"), 0, 5).await;
    world.enter_many(late, 1_000, 1).await;
    let round = task.round(&stop).await.unwrap();
    assert_eq!((round.steps, round.looked), (0, 1), "a log file missed its window");
    world.clock.pass(2_700);
    let round = task.round(&stop).await.unwrap();
    assert_eq!((round.steps, round.looked), (1, 1), "its backfill digest");
    world.close().await;
}

#[tokio::test]
async fn chains_that_began_before_others_could_not_be_stored_are_told_of_all_the_same() {
    let world = organization().await;
    let catalog = Arc::new(Faulty::new(Arc::clone(&world.catalog), 1));
    let notice = Notice::new(catalog, Arc::clone(&world.clock) as Arc<dyn Clock>);
    let known = notice.changes();
    let joined: BTreeSet<AccountId> =
        (0..250_u64).map(|number| id(&(700_000_000_000 + number).to_string())).collect();
    let changes = joined.iter().flat_map(|account| join(&account.to_string())).collect();
    world.catalog.commit(world.catalog.current().revision(), changes).await.unwrap();
    notice.take_in().await.unwrap_err();
    let told = |since| notice.changed_since(since, &world.id()).unwrap();
    assert_eq!(told(known).len(), 200, "those that are stored");
    let meanwhile = notice.changes();
    notice.take_in().await.unwrap();
    assert_eq!(told(meanwhile).len(), 50, "the others");
    let all: BTreeSet<AccountId> = told(known).into_iter().map(|id| id.account).collect();
    assert_eq!(all, joined);
    world.close().await;
}

#[tokio::test]
async fn only_what_chains_depend_on_has_covers_worked_out_again() {
    let world = organization().await;
    let tags = vec![Tag { key: EXCLUSION_TAG.to_owned(), value: Some("@all".to_owned()) }];
    let mut trail = world.catalog.current().trail(&world.id().arn).unwrap().trail().clone();
    trail.tags = tags.clone();
    let unit = sample::organizational_unit("shops", &sample::organization().root);
    let root = Organization { root_tags: tags, ..sample::organization() };
    let enabled_regions = vec!["eu-west-1".parse().unwrap()];
    let cases = [
        (Change::PutUser(sample::user("mary")), true),
        (Change::PutRole(Box::new(sample::role("reader"))), true),
        (Change::PutHandshake(Box::new(sample::handshake("one", id(LAB)))), true),
        (Change::PutTrail(Box::new(trail)), false),
        (Change::PutSettings(Settings { enabled_regions }), false),
        (Change::PutOrganizationalUnit(Box::new(unit)), false),
        (Change::PutMember(Box::new(sample::member(id(SHOP)))), false),
        (Change::DeleteMember { account: id(SHOP) }, false),
        (Change::PutOrganization(Box::new(root)), false),
    ];
    for (change, expected) in cases {
        let (before, case) = (world.catalog.current(), format!("{change:?}"));
        world.commit(vec![change]).await;
        let after = world.catalog.current();
        assert_eq!(cover_the_same(&before, &after), expected, "{case}");
        if expected {
            assert_eq!(Covers::of(&before), Covers::of(&after), "{case}");
        }
    }
    world.close().await;
}
