//! Two concurrent steps of which one must win; the sequential reference cannot express these.

use futures::future::join;
use pledgecast::services::audit::audit;
use pledgecast::types::{AppError, TaskId, TaskStatus};
use pledgecast::worker::{Attempt, Attempts};

use super::reference::{LEASE_MS, PRICE, WELCOME};
use super::template::{Engine, Template};
use super::world::{Claim, World, campaign, outcome};

/// Races of each kind. The welcome credits do not cover them, so more credits are bought first.
const RACES: i64 = 30;

/// The template owns the folder of the files, so it must live as long as the world.
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
        task.await.unwrap().value.id
    }

    async fn claim_one(&self) -> Claim {
        self.claim(0, 1, LEASE_MS).await
    }

    async fn settle_succeeded(&self, (lease, tasks): &Claim) {
        let settled = self.workers[0].settle(lease, succeeded(tasks));
        settled.await.unwrap();
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

fn succeeded(tasks: &[pledgecast::entities::task::Model]) -> Attempts {
    let tasks = tasks.iter().cloned();
    tasks
        .map(|task| (task, Attempt::Succeeded(Box::new(outcome()))))
        .collect()
}

async fn two_workers_settle_the_same_tasks(engine: Engine) {
    let (_template, world) = world(engine).await;
    for race in 0..RACES {
        let id = world.submit_one(&format!("settle-{race}")).await;
        let claim = world.claim_one().await;
        join(
            world.settle_succeeded(&claim),
            world.settle_succeeded(&claim),
        )
        .await;
        assert_eq!(world.status(id).await, TaskStatus::Succeeded);
    }
    world.assert_charged(RACES).await;
}

async fn a_worker_settles_while_another_reaps_its_lease(engine: Engine) {
    let (_template, world) = world(engine).await;
    let mut charged = 0;
    for race in 0..RACES {
        let id = world.submit_one(&format!("late-{race}")).await;
        let claim = world.claim(0, 1, -1).await;
        let (reaped, ()) = join(world.workers[0].reap_once(), world.settle_succeeded(&claim)).await;
        reaped.unwrap();
        match world.status(id).await {
            TaskStatus::Succeeded => charged += 1,
            TaskStatus::Queued => {
                let canceled = world.services.predictions.cancel(world.users[0], id);
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
        let predictions = &world.services.predictions;
        let cancel = predictions.cancel(world.users[0], id);
        let (canceled, claim) = join(cancel, world.claim_one()).await;
        if claim.1.is_empty() {
            assert_eq!(canceled.unwrap().status, TaskStatus::Canceled);
            continue;
        }
        assert!(
            matches!(canceled, Err(AppError::Conflict(_))),
            "{canceled:?}"
        );
        world.settle_succeeded(&claim).await;
        assert_eq!(world.status(id).await, TaskStatus::Succeeded);
        charged += 1;
    }
    world.assert_charged(charged).await;
}

async fn two_workers_settle_different_tasks_of_one_user(engine: Engine) {
    let (_template, world) = world(engine).await;
    for race in 0..RACES / 2 {
        let one = world.submit_one(&format!("one-{race}")).await;
        let other = world.submit_one(&format!("other-{race}")).await;
        let claims = (world.claim_one().await, world.claim_one().await);
        join(
            world.settle_succeeded(&claims.0),
            world.settle_succeeded(&claims.1),
        )
        .await;
        for id in [one, other] {
            assert_eq!(world.status(id).await, TaskStatus::Succeeded);
        }
    }
    world.assert_charged(RACES).await;
}

async fn a_worker_settles_while_the_user_tops_up(engine: Engine) {
    let (_template, world) = world(engine).await;
    let half = RACES / 2;
    for race in 0..half {
        world.submit_one(&format!("task-{race}")).await;
        let claim = world.claim_one().await;
        let key = format!("top-up-{race}");
        let price = PRICE.to_string();
        let ledger = &world.services.ledger;
        let top_up = ledger.top_up(world.users[0], &price, &key);
        let (line, ()) = join(top_up, world.settle_succeeded(&claim)).await;
        line.unwrap();
    }
    // As many credits were bought as were charged.
    world.assert_charged(0).await;
}

async fn a_worker_settles_while_the_user_submits(engine: Engine) {
    let (_template, world) = world(engine).await;
    world.submit_one("first").await;
    for race in 1..RACES {
        let claim = world.claim_one().await;
        assert_eq!(claim.1.len(), 1);
        let key = format!("task-{race}");
        join(world.submit_one(&key), world.settle_succeeded(&claim)).await;
    }
    let claim = world.claim_one().await;
    world.settle_succeeded(&claim).await;
    world.assert_charged(RACES).await;
}

on_both_databases!(
    two_workers_settle_the_same_tasks,
    a_worker_settles_while_another_reaps_its_lease,
    a_user_cancels_while_a_worker_claims,
    two_workers_settle_different_tasks_of_one_user,
    a_worker_settles_while_the_user_tops_up,
    a_worker_settles_while_the_user_submits,
);
