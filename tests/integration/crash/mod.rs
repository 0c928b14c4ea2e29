//! Random faults under load: web and worker processes are killed, PostgreSQL stops in modes fast and immediate,
//! workers freeze past their lease, connections to the database freeze or break, clients disconnect in the middle of
//! their requests, clocks jump, one worker cannot load the model, and an old snapshot stays open. On SQLite the one
//! process is killed. After each round all confirmed requests must be in the database, done once and charged once, and
//! the audit must be clean.
//!
//! `cargo xtask crash --rounds N [--seed S]` runs more rounds. The seed determines the faults, but not the exact
//! instruction at which they occur.

mod clocks;
mod deployment;
mod large_batch;
mod load;
mod single_node;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use deployment::Deployment;
use load::{Client, Installation as _};
use single_node::SingleNode;

const ROUNDS: &str = "CRASH_ROUNDS";
const SEED: &str = "CRASH_SEED";
const CLIENTS: usize = 6;
/// The maximum error of a clock.
const CLOCK_ERROR_S: i64 = 4000;
const EVENTS_PER_ROUND: std::ops::RangeInclusive<u32> = 3..=6;

fn setting(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(
        value
            .parse()
            .unwrap_or_else(|error| panic!("{name}={value}: {error}")),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_charged_twice_when_processes_die() {
    let seed = setting(SEED).unwrap_or_else(rand::random);
    let rounds = setting(ROUNDS).unwrap_or(2);
    println!("{SEED}={seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut deployment = Deployment::build().await;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(Client::register(&deployment, rng.random()).await);
    }
    for round in 1..=rounds {
        let is_over = AtomicBool::new(false);
        let urls = deployment.urls();
        let work = futures::future::join_all(clients.iter_mut().map(|it| it.work(&urls, &is_over)));
        let faults = async {
            let events = inject_faults(&mut deployment, &mut rng).await;
            is_over.store(true, Ordering::Relaxed);
            events
        };
        let (_, events) = futures::future::join(work, faults).await;
        deployment.assert_all_are_running();
        for client in &mut clients {
            client.check_confirmed(&deployment).await;
        }
        let mut tasks = 0;
        for client in &mut clients {
            tasks += client.repeat_and_check(&deployment).await;
        }
        deployment.assert_no_task_failed().await;
        deployment.site.assert_audit_is_clean().await;
        println!("round {round}: {tasks} tasks so far; {}", events.join(", "));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_nothing_is_lost_or_charged_twice_when_the_process_is_killed() {
    let seed = setting(SEED).unwrap_or_else(rand::random);
    let rounds = setting(ROUNDS).unwrap_or(2);
    println!("{SEED}={seed} on SQLite");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut single_node = SingleNode::build().await;
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(Client::register(&single_node, rng.random()).await);
    }
    for round in 1..=rounds {
        let is_over = AtomicBool::new(false);
        let urls = single_node.urls();
        let work = futures::future::join_all(clients.iter_mut().map(|it| it.work(&urls, &is_over)));
        let kills = rng.random_range(EVENTS_PER_ROUND);
        let faults = async {
            for _ in 0..kills {
                tokio::time::sleep(Duration::from_millis(rng.random_range(50..900))).await;
                let pause = Duration::from_millis(rng.random_range(0..300));
                single_node.kill(pause).await;
            }
            is_over.store(true, Ordering::Relaxed);
        };
        futures::future::join(work, faults).await;
        for client in &mut clients {
            client.check_confirmed(&single_node).await;
        }
        let mut tasks = 0;
        for client in &mut clients {
            tasks += client.repeat_and_check(&single_node).await;
        }
        single_node.site().assert_audit_is_clean().await;
        println!("round {round} on SQLite: {tasks} tasks so far; killed {kills} times");
    }
}

async fn inject_faults(deployment: &mut Deployment, rng: &mut StdRng) -> Vec<String> {
    let mut events = Vec::new();
    for _ in 0..rng.random_range(EVENTS_PER_ROUND) {
        tokio::time::sleep(Duration::from_millis(rng.random_range(50..700))).await;
        let pause = Duration::from_millis(rng.random_range(0..800));
        let (what, which) = (rng.random_range(0..16), rng.random_range(0..6));
        events.push(match what {
            0..=3 => deployment.kill_worker(which, pause).await,
            4..=5 => deployment.kill_web(which, pause).await,
            6..=7 => deployment.freeze_worker(which).await,
            8 => deployment.restart_postgres("fast", pause).await,
            9 => deployment.restart_postgres("immediate", pause).await,
            10 => deployment.freeze_connections(),
            11 => deployment.freeze_listeners(),
            12 => deployment.cut_connections(),
            13 => deployment.hold_snapshot().await,
            _ => deployment.jump_clock(which, rng.random_range(-CLOCK_ERROR_S..=CLOCK_ERROR_S)),
        });
    }
    events
}
