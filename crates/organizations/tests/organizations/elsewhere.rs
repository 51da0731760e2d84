//! What the API does about an organization that is kept elsewhere, and from one organization to another.

use cairn_catalog::contract::sample;
use cairn_catalog::{Change, Kept, Member, Organization, Trail};
use cairn_organizations::{Caller, Deed};
use cairn_wire::organizations::{Operation, Request};
use serde_json::json;

use crate::world::{ACCOUNTS, World};

#[tokio::test]
async fn where_one_elsewhere_is_followed_none_is_made_here_even_before_it_was_read() {
    let ([manager, ..], world) = (ACCOUNTS, World::keeping(Kept::Elsewhere).await);
    let refused = world.call(manager, "CreateOrganization", json!({})).await.unwrap_err();
    assert_eq!(refused.0, "AccessDeniedException");
}

/// Puts an organization there that was followed, with a member and a trail.
async fn followed(world: &World) {
    let [manager, guest, ..] = ACCOUNTS.map(|id| id.parse().unwrap());
    let organization = Organization { kept: Kept::Elsewhere, management: manager, ..sample::organization() };
    let trail = Trail {
        account: manager,
        organization: Some(sample::ORGANIZATION.to_owned()),
        ..sample::trail("everyone")
    };
    let changes = vec![
        Change::PutOrganization(Box::new(organization)),
        Change::PutMember(Box::new(sample::member(manager))),
        Change::PutMember(Box::new(Member { parent: sample::unit_id("u"), ..sample::member(guest) })),
        Change::PutOrganizationalUnit(Box::new(sample::organizational_unit("u", sample::ROOT))),
        Change::PutTrail(Box::new(trail)),
    ];
    world.catalog.commit(world.catalog.current().revision(), changes).await.unwrap();
}

#[tokio::test]
async fn one_that_is_followed_no_longer_is_forgotten_by_whoever_manages_it() {
    let [manager, guest, ..] = ACCOUNTS;
    let still = World::keeping(Kept::Elsewhere).await;
    followed(&still).await;
    let refused = still.call(manager, "DeleteOrganization", json!({})).await.unwrap_err();
    assert_eq!(refused.0, "AccessDeniedException");

    let world = World::new().await;
    followed(&world).await;
    assert_eq!(
        world.call(guest, "DeleteOrganization", json!({})).await.unwrap_err().0,
        "AccessDeniedException"
    );
    world.call(manager, "DeleteOrganization", json!({})).await.unwrap();
    let snapshot = world.catalog.current();
    assert_eq!(snapshot.organizations().count(), 0);
    assert!(snapshot.member(guest.parse().unwrap()).is_none());
    assert_eq!(snapshot.trail(&sample::trail_arn("everyone")).unwrap().organization, None);
    world.call(manager, "CreateOrganization", json!({})).await.unwrap();
}

#[tokio::test]
async fn whoever_goes_over_leaves_the_organization_that_it_may_leave_and_is_heard_there() {
    let ([one, two, guest, ..], world) = (ACCOUNTS, World::new().await);
    let (left, _) = world.organization(one, "ALL").await;
    world.organization(two, "ALL").await;
    let account = guest.parse().unwrap();
    let before = Caller::of(account, &world.catalog.current());
    for manager in [one, two] {
        let parameters = json!({"HandshakeId": world.invite(manager, guest).await}).to_string();
        let accept = Operation::find("AcceptHandshake").unwrap();
        let request = Request::decode(accept, None, parameters.as_bytes()).unwrap();
        if manager == two {
            // Its permissions were decided while it was in no organization that it could leave.
            let refused = world.organizations.call(&before, &request).await.unwrap_err();
            assert_eq!(refused.code().as_str(), "ConcurrentModificationException");
        }
        let snapshot = world.catalog.current();
        let done = world.organizations.call(&Caller::of(account, &snapshot), &request).await.unwrap();
        let heard: Vec<u64> = done.deeds.iter().filter_map(Deed::under).collect();
        let expected = if manager == two { vec![snapshot.revision()] } else { Vec::new() };
        assert_eq!(heard, expected);
        if manager == two {
            assert_eq!(snapshot.organization_of(account).unwrap().id, left, "the revision that it ended");
        }
    }
}
