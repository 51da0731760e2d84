//! What a commit of one user costs beside an organization of many members and its trails.
//!
//!     cargo run --release -p cairn-catalog --features contract --example commit_beside_members -- 10000 2

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "an example that measures")]

use std::time::Instant;

use cairn_catalog::contract::sample;
use cairn_catalog::{Account, Catalog, Change, Role, SqliteCatalog, Trail};
use cairn_event::AccountId;

const COMMITS: u32 = 100;

#[tokio::main]
async fn main() {
    let mut given = std::env::args().skip(1).map(|count| count.parse::<u64>().unwrap());
    let (members, trails) = (given.next().unwrap_or(10_000), given.next().unwrap_or(2));
    let dir = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&dir.path().join("catalog.db")).await.unwrap();
    let own = sample::member(sample::account_id());
    let organization = Change::PutOrganization(Box::new(sample::organization()));
    let begun = vec![Change::PutAccount(sample::account()), organization, Change::PutMember(Box::new(own))];
    commit(&catalog, begun).await;
    let accounts: Vec<AccountId> =
        (1..members).map(|number| (200_000_000_000 + number).to_string().parse().unwrap()).collect();
    for some in accounts.chunks(300) {
        let joined = some.iter().flat_map(|account| {
            let role = Role { account: *account, ..sample::role("access") };
            [
                Change::PutAccount(Account { id: *account, alias: None, ..sample::account() }),
                Change::PutMember(Box::new(sample::member(*account))),
                Change::PutRole(Box::new(role)),
            ]
        });
        commit(&catalog, joined.collect()).await;
    }
    for number in 0..trails {
        let organization = Some(sample::ORGANIZATION.to_owned());
        let trail = Trail { organization, ..sample::trail(&format!("t{number}")) };
        commit(&catalog, vec![Change::PutTrail(Box::new(trail))]).await;
    }
    let begun = Instant::now();
    for number in 0..COMMITS {
        commit(&catalog, vec![Change::PutUser(sample::user(&format!("u{number}")))]).await;
    }
    let each = begun.elapsed() / COMMITS;
    println!("{members} members, {trails} trails: {each:?} for a commit of one user");
}

async fn commit(catalog: &SqliteCatalog, changes: Vec<Change>) {
    catalog.commit(catalog.current().revision(), changes).await.unwrap();
}
