//! Limits that take too many calls to be reached by a client.

use cairn_catalog::{Change, Handshake, HandshakeState, OrganizationalUnit};
use serde_json::json;

use crate::world::{ACCOUNTS, World};

#[tokio::test]
async fn an_organization_has_two_thousand_units_and_is_not_deleted_with_them() {
    let ([manager, ..], world) = (ACCOUNTS, World::new().await);
    let (organization, root) = world.organization(manager, "ALL").await;
    let unit = |number: usize| OrganizationalUnit {
        id: format!("ou-{}-{number:08}", root.trim_start_matches("r-")),
        organization: organization.clone(),
        name: format!("{number}"),
        parent: root.clone(),
        attached: Vec::new(),
        tags: Vec::new(),
        created: world.catalog.current().organization(&organization).unwrap().created,
    };
    for from in [0, 500, 1000, 1500] {
        let revision = world.catalog.current().revision();
        let changes = (from..from + 500).map(|number| Change::PutOrganizationalUnit(Box::new(unit(number))));
        world.catalog.commit(revision, changes.collect()).await.unwrap();
    }
    let one = json!({"ParentId": root, "Name": "one more"});
    let more = world.call(manager, "CreateOrganizationalUnit", one.clone()).await.unwrap_err();
    assert_eq!(more, ("ConstraintViolationException".to_owned(), Some("OU_NUMBER_LIMIT_EXCEEDED")));
    let delete = json!({"OrganizationalUnitId": unit(7).id});
    world.call(manager, "DeleteOrganizationalUnit", delete).await.unwrap();
    world.call(manager, "CreateOrganizationalUnit", one).await.unwrap();
    let refused = world.call(manager, "DeleteOrganization", json!({})).await.unwrap_err();
    assert_eq!(refused.0, "OrganizationNotEmptyException");
    let mut pages = 0;
    let mut parameters = json!({"ParentId": root});
    loop {
        let page = world.call(manager, "ListOrganizationalUnitsForParent", parameters.clone()).await.unwrap();
        pages += 1;
        match page.get("NextToken") {
            Some(token) => parameters["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(pages, 100);
}

#[tokio::test]
async fn a_thousand_handshakes_are_sent_in_a_day_whatever_came_of_them() {
    let ([manager, guest, other, ..], world) = (ACCOUNTS, World::new().await);
    world.organization(manager, "ALL").await;
    let sent = world.invite(manager, guest).await;
    world.call(manager, "CancelHandshake", json!({"HandshakeId": sent})).await.unwrap();
    let snapshot = world.catalog.current();
    let canceled = snapshot.handshake(&sent).unwrap().clone();
    assert_eq!((canceled.state, canceled.ended), (HandshakeState::Canceled, Some(canceled.requested)));
    let more = (1..999).map(|number| Handshake { id: format!("h-{number:08}"), ..canceled.clone() });
    let more = more.map(|handshake| Change::PutHandshake(Box::new(handshake)));
    world.catalog.commit(snapshot.revision(), more.collect()).await.unwrap();
    world.invite(manager, guest).await;
    let parameters = json!({"Target": {"Id": other, "Type": "ACCOUNT"}});
    let refused = world.call(manager, "InviteAccountToOrganization", parameters).await.unwrap_err();
    let limit = ("HandshakeConstraintViolationException".to_owned(), Some("HANDSHAKE_RATE_LIMIT_EXCEEDED"));
    assert_eq!(refused, limit);
    world.clock.pass_days(1);
    world.invite(manager, other).await;
}

#[tokio::test]
async fn the_names_of_services_roles_are_no_names_for_the_way_into_an_account() {
    let ([manager, ..], world) = (ACCOUNTS, World::new().await);
    world.organization(manager, "ALL").await;
    for name in ["AWSServiceRoleForOrganizations", "AWSServiceRoleForCloudTrail"] {
        let parameters = json!({"Email": "a@example.com", "AccountName": "a", "RoleName": name});
        let refused = world.call(manager, "CreateAccount", parameters).await.unwrap_err();
        assert_eq!(refused, ("InvalidInputException".to_owned(), Some("INVALID_ROLE_NAME")));
    }
}
