//! Minutes that nobody watched.

use cairn_anomaly::Minute;

use crate::world::{Call, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_down_tells_no_silence() {
    // A week, without which silences are not told.
    let world = World::with_past(8 * 24 * 60, |_| vec![Call::named("CreateTags"); 8]).await;
    let alive = world.open().await;
    let call = Call::named("CreateTags");
    let usual: [(&Call, u32); 1] = [(&call, 8)];
    world.pass(&alive, 0, &[&usual, &usual]).await;
    alive.stop().await;

    // An hour later. What was seen before the restart and what is seen since is as usual.
    world.at(3600 + 30);
    let alive = world.open().await;
    world.pass(&alive, 3660, &[&usual, &usual, &usual, &usual, &usual, &usual, &usual]).await;
    assert!(world.told().is_empty(), "{:?}", world.told());
    let gaps = alive.insights.store().gaps(Minute::default(), Minute::new(u32::MAX)).await.unwrap();
    assert_eq!(gaps.iter().map(|gap| gap.to.since(gap.from)).collect::<Vec<_>>(), [59]);

    // While a silence that was watched is told.
    let silence: [&[(&Call, u32)]; 10] = [&[]; 10];
    world.pass(&alive, 4080, &silence).await;
    alive.until(|health| health.waiting == 0).await;
    let told = world.told();
    assert!(matches!(&told[..], [one] if one.starts_with("Start CreateTags at 68")), "{told:?}");
    alive.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_on_goes_on_after_a_restart() {
    let world = World::with_past(30 * 60, |_| vec![Call::named("DeleteBucket"); 3]).await;
    let alive = world.open().await;
    let call = Call::named("DeleteBucket");
    let (usual, surge) = ([(&call, 3)], [(&call, 90)]);
    world.pass(&alive, 0, &[&usual, &surge, &surge]).await;
    alive.stop().await;
    let alive = world.open().await;
    world.pass(&alive, 180, &[&surge, &usual, &usual, &usual, &usual, &usual, &usual]).await;
    alive.until(|health| health.waiting == 0).await;
    assert_eq!(
        world.told(),
        ["Start DeleteBucket at 1 for 1: 90, not 3", "End DeleteBucket at 4 for 3: 90, not 3"]
    );
    alive.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_was_set_years_ahead_is_followed_at_once_and_tells_nothing_of_them() {
    let world = World::with_past(26 * 60, |_| vec![Call::named("DeleteBucket"); 3]).await;
    let alive = world.open().await;
    let call = Call::named("DeleteBucket");
    let (usual, surge) = ([(&call, 3)], [(&call, 90)]);
    world.pass(&alive, 0, &[&usual, &surge, &surge]).await;
    let years = 10 * 365 * 24 * 3600;
    world.at(years + 16);
    alive.closed(years - 60).await;
    alive.until(|health| health.waiting == 0).await;
    let told = ["Start DeleteBucket at 1 for 1: 90, not 3", "End DeleteBucket at 3 for 2: 90, not 3"];
    assert_eq!(world.told(), told);
    let gaps = alive.insights.store().gaps(Minute::default(), Minute::new(u32::MAX)).await.unwrap();
    let lengths: Vec<i64> = gaps.iter().map(|gap| i64::from(gap.to.since(gap.from))).collect();
    assert_eq!(lengths, [years / 60 - 3]);
    // From there on it is learnt anew, over a restart too.
    world.pass(&alive, years, &[&usual, &surge]).await;
    alive.stop().await;
    let alive = world.open().await;
    let other = Call::named("PutBucketPolicy");
    world.pass(&alive, years + 120, &[&[(&call, 90), (&other, 90)], &usual]).await;
    alive.until(|health| health.waiting == 0 && health.stale == 0).await;
    assert_eq!(world.told(), told);
    alive.stop().await;
}

/// A laptop that sleeps, a virtual machine that is paused, a clock that is put forward.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_stood_still_tells_no_silence() {
    let world = World::with_past(8 * 24 * 60, |_| vec![Call::named("CreateTags"); 8]).await;
    let alive = world.open().await;
    let call = Call::named("CreateTags");
    let usual: [(&Call, u32); 1] = [(&call, 8)];
    world.pass(&alive, 0, &[&usual, &usual]).await;
    // Six hours later.
    world.at(6 * 3600 + 76);
    alive.closed(6 * 3600).await;
    world.pass(&alive, 6 * 3600 + 120, &[&usual, &usual, &usual]).await;
    alive.until(|health| health.waiting == 0).await;
    assert!(world.told().is_empty(), "{:?}", world.told());
    let gaps = alive.insights.store().gaps(Minute::default(), Minute::new(u32::MAX)).await.unwrap();
    assert_eq!(gaps.iter().map(|gap| gap.to.since(gap.from)).collect::<Vec<_>>(), [359]);
    alive.stop().await;
}

/// Received times never fall: after a clock that was ahead for a moment, all that comes is late until it is reached.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_was_ahead_for_a_moment_hides_nothing_that_comes_afterwards() {
    for ahead in [50 * 60, 26 * 3600] {
        let world = World::with_past(30 * 60, |_| vec![Call::named("CreateTags"); 3]).await;
        let alive = world.open().await;
        let (call, other) = (Call::named("CreateTags"), Call::named("DeleteBucket"));
        world.pass(&alive, 0, &[&[(&call, 3)]]).await;
        world.at(ahead);
        world.record(&call, 1, 61).await;
        alive.closed(ahead - 120).await;
        world.at(70);
        for (second, times) in [(70, 2), (130, 90), (190, 3)] {
            world.at(second);
            world.record(&call, times, second).await;
        }
        world.record(&other, 90, 190).await;
        let tail = world.reader.tail();
        alive.until(|health| health.next >= tail && health.stale == 0 && health.waiting == 0).await;
        // It may be told of the first of a minute's calls, which are all late.
        let told = world.told();
        let mut started: Vec<&str> = told.iter().filter_map(|told| told.split(" for ").next()).collect();
        started.retain(|told| told.starts_with("Start"));
        started.sort_unstable();
        assert_eq!(started, ["Start CreateTags at 2", "Start DeleteBucket at 3"], "{ahead} seconds ahead");
        alive.stop().await;
    }
}
