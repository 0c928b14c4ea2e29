//! Users take turns: many tasks of one user delay another user's single task by at most one claim.

use pledgecast::types::{TaskId, UserId};
use pledgecast::worker::Attempt;
use sea_orm::ConnectionTrait as _;

use super::reference::{LEASE_MS, PRICE};
use super::template::{Engine, Template};
use super::world::{World, campaign, outcome};

/// Tasks of the busy user; the limit in these tests is a thousand.
const MANY: usize = 200;
const BATCH: u64 = 4;

impl World {
    async fn buy_for(&self, user: UserId, tasks: usize) {
        let credits = (i64::try_from(tasks).unwrap() * PRICE).to_string();
        let bought = self.services.ledger.top_up(user, &credits, "all");
        bought.await.unwrap();
    }

    async fn submit_as(&self, user: UserId, key: &str) -> TaskId {
        let campaign = campaign(false);
        let task = self
            .services
            .predictions
            .submit(user, &campaign, key, "", "");
        task.await.unwrap().value.id
    }

    async fn submit_many_as(&self, user: UserId, prefix: &str) {
        let keys: Vec<String> = (0..MANY)
            .map(|number| format!("{prefix}-{number}"))
            .collect();
        let submits = keys.iter().map(|key| self.submit_as(user, key));
        futures::future::join_all(submits).await;
    }

    /// Claims a batch and settles it; returns its tasks.
    async fn work(&self) -> Vec<TaskId> {
        let (lease, tasks) = self.claim(0, BATCH, LEASE_MS).await;
        let ids = tasks.iter().map(|task| task.id).collect();
        let response = Attempt::Succeeded(Box::new(outcome()));
        let attempts = tasks.into_iter().map(|task| (task, response.clone()));
        let settled = self.workers[0].settle(&lease, attempts.collect());
        settled.await.unwrap();
        ids
    }

    async fn ahead_of(&self, user: UserId, task: TaskId) -> u32 {
        let task = self.services.predictions.find(user, task).await.unwrap();
        task.queue.unwrap().ahead
    }
}

async fn a_single_task_is_claimed_next_regardless_of_another_users_queue(engine: Engine) {
    let template = Template::make(engine).await;
    let world = World::open(&template).await;
    let [busy, other] = [world.users[0], world.users[1]];
    world.buy_for(busy, MANY).await;
    world.submit_many_as(busy, "many").await;
    // Before any work, in the middle of it, and while another task of the same user is open.
    for key in ["early", "later", "again"] {
        let task = world.submit_as(other, key).await;
        let ahead = world.ahead_of(other, task).await;
        assert!(ahead < 3, "{key}: {ahead} ahead");
        let claimed = world.work().await;
        assert!(claimed.contains(&task), "{key}: {claimed:?}");
        for _ in 0..5 {
            world.work().await;
        }
    }
}

async fn past_tasks_do_not_count_against_their_user(engine: Engine) {
    let template = Template::make(engine).await;
    let world = World::open(&template).await;
    let [veteran, newcomer] = [world.users[0], world.users[1]];
    for user in [veteran, newcomer] {
        world.buy_for(user, MANY + 1).await;
    }
    world.submit_many_as(veteran, "past").await;
    while !world.work().await.is_empty() {}
    world.submit_many_as(newcomer, "many").await;
    let task = world.submit_as(veteran, "single").await;
    assert!(world.ahead_of(veteran, task).await < 3);
    assert!(world.work().await.contains(&task));
}

async fn free_tasks_also_take_turns(engine: Engine) {
    let template = Template::make(engine).await;
    let world = World::open(&template).await;
    let [busy, other] = [world.users[0], world.users[1]];
    let free = "UPDATE model SET price = 0";
    let done = world.database.write().execute_unprepared(free).await;
    done.unwrap();
    world.submit_many_as(busy, "many").await;
    for number in 0..10 {
        world.submit_as(busy, &format!("one-{number}")).await;
    }
    let task = world.submit_as(other, "single").await;
    assert!(world.ahead_of(other, task).await < 3);
}

async fn the_tasks_of_one_user_keep_their_order(engine: Engine) {
    let template = Template::make(engine).await;
    let world = World::open(&template).await;
    let user = world.users[0];
    world.buy_for(user, 10).await;
    let mut submitted = Vec::new();
    let mut claimed = Vec::new();
    for number in 0..10 {
        submitted.push(world.submit_as(user, &format!("task-{number}")).await);
        if number % 3 == 2 {
            let (_, tasks) = world.claim(0, 1, LEASE_MS).await;
            claimed.extend(tasks.iter().map(|task| task.id));
        }
    }
    loop {
        let (_, tasks) = world.claim(0, 1, LEASE_MS).await;
        let Some(task) = tasks.first() else { break };
        claimed.push(task.id);
    }
    assert_eq!(claimed, submitted);
}

on_both_databases!(
    a_single_task_is_claimed_next_regardless_of_another_users_queue,
    past_tasks_do_not_count_against_their_user,
    free_tasks_also_take_turns,
    the_tasks_of_one_user_keep_their_order,
);
