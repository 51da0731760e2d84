//! `kill -9` of a process that commits and delivers: what it acknowledged is there afterwards.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::crash::deliver;
use crate::contract::sample::{account_id, begin, trail_id, user};
use crate::{Catalog, Change, ReceiptQuery, SqliteCatalog};

const DIRECTORY: &str = "CAIRN_CATALOG_KILL_DIRECTORY";
const KILLS: u64 = 12;

#[test]
fn killed_at_any_moment_it_keeps_what_it_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("catalog.sqlite");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let catalog = SqliteCatalog::open(&path).await.unwrap();
        begin(&catalog).await;
        catalog.close().await;
    });
    let mut acknowledged = 0;
    for kill in 0..KILLS {
        let mut worker = spawn(directory.path());
        let mut lines = BufReader::new(worker.stdout.take().unwrap()).lines();
        // Each kill comes after another number of acknowledgements, at whatever the worker does then.
        for _ in 0..=kill * 3 {
            let told = lines.by_ref().map(Result::unwrap).find_map(|line| round_in(&line));
            acknowledged = told.expect("the worker goes on");
        }
        worker.kill().unwrap();
        worker.wait().unwrap();
        // What it still managed to say before it died counts as well.
        acknowledged =
            lines.map_while(Result::ok).filter_map(|line| round_in(&line)).last().unwrap_or(acknowledged);
        let kept = runtime.block_on(rounds_kept(&path));
        assert!(kept == acknowledged || kept == acknowledged + 1, "kept {kept}, acknowledged {acknowledged}");
    }
    assert!(acknowledged > KILLS);
}

/// How many rounds are there, each of them whole: a revision, or a cursor with its two receipts.
async fn rounds_kept(path: &Path) -> u64 {
    let catalog = SqliteCatalog::open(path).await.unwrap();
    let users = catalog.current().users(&account_id()).count() as u64;
    assert_eq!(catalog.current().revision(), 1 + users);
    let cursor = catalog.cursor("delivery").await.unwrap().unwrap_or(0);
    let query = ReceiptQuery::of(trail_id(&catalog, 1, "main").await);
    assert_eq!(catalog.receipts(&query).await.unwrap().len() as u64, 2 * cursor);
    assert!(cursor == users || cursor == users + 1, "each round delivers first");
    catalog.close().await;
    users
}

fn spawn(directory: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["sqlite::tests::kill::worker_to_be_killed", "--exact", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn round_in(line: &str) -> Option<u64> {
    line.strip_prefix("acknowledged ")?.parse().ok()
}

/// The process that the test above kills; run in any other way, it has nothing to do.
#[test]
fn worker_to_be_killed() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let path = Path::new(&directory).join("catalog.sqlite");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let catalog = SqliteCatalog::open(&path).await.unwrap();
        let main = trail_id(&catalog, 1, "main").await;
        for round in catalog.current().users(&account_id()).count() as u64..400 {
            // The former life may have been killed between the two.
            if catalog.cursor("delivery").await.unwrap().unwrap_or(0) == round {
                deliver(&catalog, &main, round).await;
            }
            let based_on = catalog.current().revision();
            catalog.commit(based_on, vec![Change::PutUser(user(&round.to_string()))]).await.unwrap();
            println!("\nacknowledged {}", round + 1);
        }
    });
}
