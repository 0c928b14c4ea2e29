//! Everything fails at random moments under load: web and worker processes are killed, PostgreSQL stops fast and
//! immediately, workers freeze past their lease, connections to the database freeze or break, clients disconnect in
//! the middle of their requests, clocks jump, one worker cannot load the model, and an old snapshot stays open; on
//! SQLite the one process is killed. After each round all that was answered is there, done once and charged once, and
//! the audit is clean.
//!
//! `cargo xtask crash --rounds N [--seed S]` runs it long. The seed fixes what happens, not the very
//! instruction at which it hits.

mod clocks;
mod hamlet;
mod load;
mod town;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use hamlet::Hamlet;
use load::{Client, Place as _};
use town::Town;

const ROUNDS: &str = "CRASH_ROUNDS";
const SEED: &str = "CRASH_SEED";
const CLIENTS: usize = 6;
/// How far a clock may be off.
const CLOCK_ERROR_S: i64 = 4000;
const EVENTS_A_ROUND: std::ops::RangeInclusive<u32> = 3..=6;

fn setting(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(
        value
            .parse()
            .unwrap_or_else(|error| panic!("{name}={value}: {error}")),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_charged_twice_whatever_dies() {
    let seed = setting(SEED).unwrap_or_else(rand::random);
    let rounds = setting(ROUNDS).unwrap_or(2);
    println!("{SEED}={seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let mut town = Town::build().await;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(Client::register(&town, dice.random()).await);
    }
    for round in 1..=rounds {
        let is_over = AtomicBool::new(false);
        let urls = town.urls();
        let work = futures::future::join_all(clients.iter_mut().map(|it| it.work(&urls, &is_over)));
        let havoc = async {
            let events = wreak_havoc(&mut town, &mut dice).await;
            is_over.store(true, Ordering::Relaxed);
            events
        };
        let (_, events) = futures::future::join(work, havoc).await;
        town.check_that_all_run();
        for client in &mut clients {
            client.check_what_was_answered(&town).await;
        }
        let mut tasks = 0;
        for client in &mut clients {
            tasks += client.settle_accounts(&town).await;
        }
        town.check_that_no_task_failed().await;
        town.site.assert_audit_is_clean().await;
        println!("round {round}: {tasks} tasks so far; {}", events.join(", "));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_nothing_is_lost_and_nothing_charged_twice_however_often_it_is_killed() {
    let seed = setting(SEED).unwrap_or_else(rand::random);
    let rounds = setting(ROUNDS).unwrap_or(2);
    println!("{SEED}={seed} on SQLite");
    let mut dice = StdRng::seed_from_u64(seed);
    let mut hamlet = Hamlet::build().await;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(Client::register(&hamlet, dice.random()).await);
    }
    for round in 1..=rounds {
        let is_over = AtomicBool::new(false);
        let urls = hamlet.urls();
        let work = futures::future::join_all(clients.iter_mut().map(|it| it.work(&urls, &is_over)));
        let kills = dice.random_range(EVENTS_A_ROUND);
        let havoc = async {
            for _ in 0..kills {
                tokio::time::sleep(Duration::from_millis(dice.random_range(50..900))).await;
                let pause = Duration::from_millis(dice.random_range(0..300));
                hamlet.kill(pause).await;
            }
            is_over.store(true, Ordering::Relaxed);
        };
        futures::future::join(work, havoc).await;
        for client in &mut clients {
            client.check_what_was_answered(&hamlet).await;
        }
        let mut tasks = 0;
        for client in &mut clients {
            tasks += client.settle_accounts(&hamlet).await;
        }
        hamlet.site().assert_audit_is_clean().await;
        println!("round {round} on SQLite: {tasks} tasks so far; killed {kills} times");
    }
}

async fn wreak_havoc(town: &mut Town, dice: &mut StdRng) -> Vec<String> {
    let mut events = Vec::new();
    for _ in 0..dice.random_range(EVENTS_A_ROUND) {
        tokio::time::sleep(Duration::from_millis(dice.random_range(50..700))).await;
        let pause = Duration::from_millis(dice.random_range(0..800));
        let (what, which) = (dice.random_range(0..16), dice.random_range(0..6));
        events.push(match what {
            0..=3 => town.kill_worker(which, pause).await,
            4..=5 => town.kill_web(which, pause).await,
            6..=7 => town.freeze_worker(which).await,
            8 => town.restart_postgres("fast", pause).await,
            9 => town.restart_postgres("immediate", pause).await,
            10 => town.freeze_connections(),
            11 => town.freeze_listeners(),
            12 => town.cut_connections(),
            13 => town.hold_snapshot().await,
            _ => town.jump_clock(which, dice.random_range(-CLOCK_ERROR_S..=CLOCK_ERROR_S)),
        });
    }
    events
}
