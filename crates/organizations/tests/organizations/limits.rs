//! Limits that take too many calls to be reached by a client.

use cairn_catalog::{Change, OrganizationalUnit};
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
