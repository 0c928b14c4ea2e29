//! Expired leases: who reaps tasks, whose clock counts, and how one bad row affects other tasks.

use pledgecast::services::audit::audit;
use pledgecast::types::{TaskId, TaskStatus, UserId};
use sea_orm::ConnectionTrait as _;

use super::reference::{LEASE_MS, MAX_ATTEMPTS};
use super::template::{Engine, Template};
use super::world::{World, campaign};

impl World {
    async fn submit_of(&self, user: UserId, key: &str) -> TaskId {
        let campaign = campaign(false);
        let task = self
            .services
            .predictions
            .submit(user, &campaign, key, "", "");
        task.await.unwrap().value.id
    }

    async fn status_of(&self, user: UserId, task: TaskId) -> TaskStatus {
        let task = self.services.predictions.find(user, task).await;
        task.unwrap().status
    }

    async fn execute(&self, sql: &str) {
        let done = self.database.write().execute_unprepared(sql).await;
        done.unwrap();
    }
}

async fn a_task_that_cannot_be_reaped_does_not_block_the_others(engine: Engine) {
    let template = Template::make(engine).await;
    let world = World::open(&template).await;
    let [broken, sound] = [world.users[0], world.users[1]];
    let stays = world.submit_of(broken, "broken").await;
    let failed = world.submit_of(sound, "sound").await;
    world.claim(0, 2, LEASE_MS).await;
    world
        .execute(&format!("UPDATE task SET attempts = {MAX_ATTEMPTS}"))
        .await;
    // The state after a hypothetical bug: the hold of the first task is gone, so it cannot be released.
    world
        .execute(&format!(
            "UPDATE balance SET held = 0 WHERE user_id = {broken}"
        ))
        .await;
    world.wait(LEASE_MS + 1).await;
    for reaped in [1, 0] {
        assert_eq!(world.workers[0].reap_once().await.unwrap(), reaped);
        assert_eq!(world.status_of(broken, stays).await, TaskStatus::Running);
        assert_eq!(world.status_of(sound, failed).await, TaskStatus::Failed);
    }
    let balance = world.services.ledger.balance(sound).await.unwrap();
    assert_eq!(balance.held.0, 0);
    assert_eq!(audit(&world.database).await.unwrap().len(), 1);
}

async fn many_expired_leases_are_reaped_at_once(engine: Engine) {
    let template = Template::make(engine).await;
    let world = World::open(&template).await;
    let user = world.users[0];
    world
        .services
        .ledger
        .top_up(user, "3000", "all")
        .await
        .unwrap();
    for number in 0..250 {
        world.submit_of(user, &format!("task-{number}")).await;
    }
    world.claim(0, 1000, LEASE_MS).await;
    world.wait(LEASE_MS + 1).await;
    assert_eq!(world.workers[0].reap_once().await.unwrap(), 250);
    assert_eq!(world.workers[0].reap_once().await.unwrap(), 0);
}

#[tokio::test]
async fn a_worker_with_a_wrong_clock_neither_takes_nor_loses_leases() {
    let template = Template::make(Engine::Postgres).await;
    let world = World::open(&template).await;
    let user = world.users[0];
    for wrong in [1, 2] {
        let id = world.submit_of(user, &format!("task-{wrong}")).await;
        // A lease held by a worker with the right clock, seen by one with a wrong clock.
        world.claim(0, 1, LEASE_MS).await;
        world.wait(LEASE_MS).await;
        assert_eq!(world.workers[wrong].reap_once().await.unwrap(), 0);
        assert_eq!(world.status_of(user, id).await, TaskStatus::Running);
        world.wait(1).await;
        assert_eq!(world.workers[wrong].reap_once().await.unwrap(), 1);
        world.wait(LEASE_MS).await;
        // A lease held by the worker with the wrong clock, seen by one with the right clock.
        let (_, tasks) = world.claim(wrong, 1, LEASE_MS).await;
        assert_eq!(tasks.len(), 1, "a retry is due by the database's clock");
        let started_at = tasks[0].started_at.unwrap();
        assert_eq!(started_at, world.clock(0), "by the database's clock");
        world.wait(LEASE_MS).await;
        assert_eq!(world.workers[0].reap_once().await.unwrap(), 0);
        world.wait(1).await;
        assert_eq!(world.workers[0].reap_once().await.unwrap(), 1);
        let canceled = world.services.predictions.cancel(user, id).await.unwrap();
        assert_eq!(canceled.finished_at, Some(world.clock(0)));
    }
}

on_both_databases!(
    a_task_that_cannot_be_reaped_does_not_block_the_others,
    many_expired_leases_are_reaped_at_once,
);
