//! Random walks: whatever happens in whatever order, each log file that was delivered while its trail validated
//! is in exactly one digest, and every chain holds.

use super::world::{Trouble, World};

/// A sequence of numbers that a seed decides.
struct Chance(u64);

impl Chance {
    /// Returns a number below `bound`.
    fn below(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }
}

#[tokio::test]
async fn each_log_file_is_in_one_digest_whatever_happens() {
    for seed in 1..=8 {
        walk(seed).await;
    }
}

async fn walk(seed: u64) {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
    let world = World::new().await;
    world.all_delivered();
    let (mut on, mut done) = (true, Vec::new());
    for _ in 0..50 {
        let what = chance.below(10);
        done.push(what);
        match what {
            0..=2 if on => world.enter("us-east-1", 0).await,
            // Entered late, at times long after.
            3 if on => world.enter("us-east-1", chance.below(9_000)).await,
            4 => world.clock.pass(chance.below(9_000)),
            5 => world.clock.pass(-chance.below(5_000)),
            6 => {
                on = !on;
                world.change(|trail| trail.logging = on).await;
            }
            7 => {
                let bucket = ["logs", "other"][usize::try_from(chance.below(2)).unwrap()];
                world.change(|trail| trail.s3_bucket = bucket.to_owned()).await;
            }
            8 => {
                // A crash between put and head.
                world.bucket.trouble.lock().unwrap().insert("logs".to_owned(), Trouble::LosesAnswers);
                let _deferred = world.work().await;
                world.bucket.trouble.lock().unwrap().clear();
                let _round = world.work().await;
            }
            _ => {
                let _round = world.work().await;
            }
        }
    }
    world.delete().await;
    world.clock.pass(20_000);
    let round = world.work().await;
    assert_eq!(round.open, 0, "seed {seed}: {done:?}");
    println!("seed {seed}: {done:?}");
    world.audit().await;
    world.close().await;
}
