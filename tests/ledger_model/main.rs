//! Compares the ledger and the states of tasks with a simple reference implementation in Rust. Users, workers and the
//! clock take steps in random order, and after each step both must have the same state, on SQLite and on PostgreSQL.
//!
//! Unlike the other tests, this one calls into the crate: over HTTP, a test cannot pause a worker between its claim
//! and its settlement.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests fail by panicking"
)]

/// Generates two tests per scenario, on real threads.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(super::Engine::Sqlite).await;
            })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(super::Engine::Postgres).await;
            })+
        }
    };
}

mod batches;
mod fairness;
mod races;
mod reaping;
mod reference;
mod steps;
mod template;
mod world;

use proptest::collection::vec;
use proptest::test_runner::{Config, TestRunner};

use template::{Engine, Template};
use world::World;

/// PostgreSQL takes a second to copy a database, SQLite almost no time.
const CASES_SQLITE: u32 = 64;
const CASES_POSTGRES: u32 = 16;
const STEPS_MAX: usize = 80;

#[test]
fn ledger_and_tasks_follow_the_reference_on_sqlite() {
    follow_the_reference(Engine::Sqlite);
}

#[test]
fn ledger_and_tasks_follow_the_reference_on_postgres() {
    follow_the_reference(Engine::Postgres);
}

fn follow_the_reference(engine: Engine) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let template = runtime.block_on(Template::make(engine));
    let config = Config {
        cases: match engine {
            Engine::Sqlite => CASES_SQLITE,
            Engine::Postgres => CASES_POSTGRES,
        },
        max_shrink_iters: 400,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    runner
        .run(&vec(steps::step(), 1..STEPS_MAX), |steps| {
            runtime.block_on(async {
                let mut world = World::open(&template).await;
                let mut reference = reference::Reference::new(world.users.len());
                for step in steps {
                    world.take(&step, &mut reference).await?;
                    world.compare(&reference, &step).await?;
                }
                world.audit().await
            })
        })
        .unwrap();
}
