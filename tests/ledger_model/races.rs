//! Two steps at the very same moment, of which one must win: whatever the reference cannot say in its order.

use chrono::TimeDelta;
use pledgecast::queue::{self, Lease};
use pledgecast::services::audit::audit;
use pledgecast::types::{AppError, TaskId, TaskStatus};
use pledgecast::worker::{Verdict, Verdicts};

use super::reference::{LEASE_MS, PRICE, WELCOME};
use super::world::{Engine, Template, World, campaign, outcome};

/// Races of each kind; the welcome credits pay for fewer, so some are bought first.
const RACES: i64 = 30;

/// The template holds the folder of the files, so it stays as long as the world.
async fn world(engine: Engine) -> (Template, World) {
    let template = Template::make(engine).await;
    let world = World::open(&template).await;
    let credits = (RACES * PRICE).to_string();
    let bought = world
        .services
        .ledger
        .top_up(world.users[0], &credits, "all")
        .await;
    bought.unwrap();
    (template, world)
}

impl World {
    async fn submit_one(&self, key: &str) -> TaskId {
        let (predictions, campaign) = (&self.services.predictions, campaign(false));
        let task = predictions.submit(self.users[0], &campaign, key, "", "");
        task.await.unwrap().id
    }

    async fn claim_one(&self) -> (Lease, Vec<pledgecast::entities::task::Model>) {
        let lease_for = TimeDelta::milliseconds(LEASE_MS);
        let claim = queue::claim(&self.database, 1, self.now(), lease_for);
        claim.await.unwrap()
    }

    async fn status(&self, task: TaskId) -> TaskStatus {
        let task = self.services.predictions.find(self.users[0], task).await;
        task.unwrap().status
    }

    async fn assert_charged(&self, tasks: i64) {
        let balance = self.services.ledger.balance(self.users[0]).await.unwrap();
        let left = WELCOME + RACES * PRICE - tasks * PRICE;
        assert_eq!((balance.amount.0, balance.held.0), (left, 0));
        assert_eq!(audit(&self.database).await.unwrap(), []);
    }
}

async fn two_workers_settle_the_same_tasks(engine: Engine) {
    let (_template, world) = world(engine).await;
    for race in 0..RACES {
        let id = world.submit_one(&format!("settle-{race}")).await;
        let (lease, tasks) = world.claim_one().await;
        let verdicts = || -> Verdicts {
            let tasks = tasks.iter().cloned();
            tasks
                .map(|task| (task, Verdict::Answered(Box::new(outcome()))))
                .collect()
        };
        let (one, other) = futures::future::join(
            world.worker.settle(&lease, verdicts()),
            world.worker.settle(&lease, verdicts()),
        )
        .await;
        one.unwrap();
        other.unwrap();
        assert_eq!(world.status(id).await, TaskStatus::Succeeded);
    }
    world.assert_charged(RACES).await;
}

async fn a_worker_settles_while_another_takes_its_lease_for_lost(engine: Engine) {
    let (_template, world) = world(engine).await;
    let mut charged = 0;
    for race in 0..RACES {
        let id = world.submit_one(&format!("late-{race}")).await;
        let lease_for = TimeDelta::milliseconds(-1);
        let claim = queue::claim(&world.database, 1, world.now(), lease_for);
        let (lease, tasks) = claim.await.unwrap();
        let verdict = Verdict::Answered(Box::new(outcome()));
        let verdicts = tasks.into_iter().map(|task| (task, verdict.clone()));
        let (settled, rescued) = futures::future::join(
            world.worker.settle(&lease, verdicts.collect()),
            world.worker.rescue_once(),
        )
        .await;
        settled.unwrap();
        rescued.unwrap();
        match world.status(id).await {
            TaskStatus::Succeeded => charged += 1,
            TaskStatus::Queued => {
                let id = id.to_string();
                let canceled = world.services.predictions.cancel(world.users[0], &id);
                canceled.await.unwrap();
            }
            other => panic!("{other}"),
        }
    }
    world.assert_charged(charged).await;
}

async fn a_user_cancels_while_a_worker_claims(engine: Engine) {
    let (_template, world) = world(engine).await;
    let mut charged = 0;
    for race in 0..RACES {
        let id = world.submit_one(&format!("cancel-{race}")).await;
        let text = id.to_string();
        let predictions = &world.services.predictions;
        let (canceled, (lease, claimed)) =
            futures::future::join(predictions.cancel(world.users[0], &text), world.claim_one())
                .await;
        if claimed.is_empty() {
            assert_eq!(canceled.unwrap().status, TaskStatus::Canceled);
            continue;
        }
        assert!(
            matches!(canceled, Err(AppError::Conflict(_))),
            "{canceled:?}"
        );
        let verdict = Verdict::Answered(Box::new(outcome()));
        let verdicts = claimed.into_iter().map(|task| (task, verdict.clone()));
        world
            .worker
            .settle(&lease, verdicts.collect())
            .await
            .unwrap();
        assert_eq!(world.status(id).await, TaskStatus::Succeeded);
        charged += 1;
    }
    world.assert_charged(charged).await;
}

/// Makes two tests of each race, on real threads.
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

on_both_databases!(
    two_workers_settle_the_same_tasks,
    a_worker_settles_while_another_takes_its_lease_for_lost,
    a_user_cancels_while_a_worker_claims,
);
