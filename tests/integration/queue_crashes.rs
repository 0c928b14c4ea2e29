//! Processes that die or freeze at the worst moment: no credit and no task is lost.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::support::{Browser, Database, Engine, Program, Site, predict_body, unique, wait_for};

const IDLE: [(&str, &str); 1] = [("PLEDGECAST_WORKERS", "0")];
const SHORT_LEASE: [(&str, &str); 1] = [("PLEDGECAST_LEASE_SECONDS", "1")];

on_both_databases!(
    a_server_killed_under_load_loses_nothing,
    a_canceled_task_stays_canceled_while_workers_race_for_it,
);

/// Sends predictions, each with its own key, until the server is gone. Returns all keys.
async fn load(browser: &Browser, is_over: &AtomicBool) -> Vec<String> {
    let mut keys = Vec::new();
    while !is_over.load(Ordering::Relaxed) && keys.len() < 100 {
        let key = unique("load");
        let request = browser
            .request(reqwest::Method::POST, "/api/tasks/predict")
            .json(&predict_body(&key));
        keys.push(key);
        // The client cannot know whether this request arrived.
        let _ = request.send().await;
    }
    keys
}

async fn a_server_killed_under_load_loses_nothing(engine: Engine) {
    let (site, mut server) = Site::serving(engine, &SHORT_LEASE).await;
    let mut browser = Browser::registered(&server).await;
    browser.top_up(100_000).await;
    let mut keys = Vec::new();
    for done_before_the_kill in [1, 7, 20] {
        let already = done_tasks(&site.database).await;
        let is_over = AtomicBool::new(false);
        let kill = async {
            wait_for("some tasks to be done", || async {
                let done = done_tasks(&site.database).await;
                (done >= already + done_before_the_kill).then_some(())
            })
            .await;
            server.program.signal("KILL");
            is_over.store(true, Ordering::Relaxed);
        };
        let loads = futures::future::join_all((0..4).map(|_| load(&browser, &is_over)));
        let (sent, ()) = futures::future::join(loads, kill).await;
        keys.extend(sent.into_iter().flatten());
        server = site.serve(&SHORT_LEASE).await;
        browser = browser.copy_at(&server);
    }
    for key in &keys {
        let body = predict_body(key);
        browser.post_json("/api/tasks/predict", &body).await.ok();
    }
    browser.wait_until_idle().await;
    let count = i64::try_from(keys.len()).unwrap();
    assert_eq!(done_tasks(&site.database).await, count);
    let left = 100_010 - 10 * count;
    assert_eq!(browser.balance().await, [left, 0, left]);
    site.assert_audit_is_clean().await;
}

async fn done_tasks(database: &Database) -> i64 {
    let sql = "SELECT COUNT(*) FROM task WHERE status = 'succeeded'";
    database.number(sql).await
}

/// Starts a worker that cannot settle, because `user`'s balance is locked, and kills it while it processes a task.
async fn kill_a_busy_worker(site: &Site, user: &Value, attempt: i64) {
    let mut lock = site.database.connect().await;
    lock.execute("BEGIN").await;
    let user = site.database.row(user).await;
    let sql = format!("UPDATE balance SET held = held WHERE user_id = {user}");
    assert_eq!(lock.execute(&sql).await, 1);
    let worker = site.worker(&SHORT_LEASE);
    wait_for("the task to be running", || async {
        let sql =
            format!("SELECT COUNT(*) FROM task WHERE status = 'running' AND attempts = {attempt}");
        (site.database.number(&sql).await > 0).then_some(())
    })
    .await;
    worker.kill();
    lock.execute("ROLLBACK").await;
}

#[tokio::test]
async fn tasks_of_a_killed_worker_are_processed_elsewhere_and_charged_once() {
    let (site, server) = Site::serving(Engine::Postgres, &IDLE).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(110).await;
    for _ in 0..12 {
        browser.submit().await;
    }
    let user = browser.get("/api/auth/me").await.ok()["id"].clone();
    kill_a_busy_worker(&site, &user, 1).await;

    let _worker = site.worker(&SHORT_LEASE);
    browser.wait_until_idle().await;
    assert_eq!(done_tasks(&site.database).await, 12);
    let twice = "SELECT COUNT(*) FROM task WHERE attempts = 2";
    assert!(site.database.number(twice).await > 0);
    assert_eq!(browser.balance().await, [0, 0, 0]);
    let charges = browser
        .items("/api/transactions?kind=charge&limit=100")
        .await;
    assert_eq!(charges.len(), 12);
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn a_task_that_kills_every_worker_fails_after_three_attempts_and_is_not_charged() {
    let (site, server) = Site::serving(Engine::Postgres, &IDLE).await;
    let browser = Browser::registered(&server).await;
    let task = browser.submit().await;
    let user = browser.get("/api/auth/me").await.ok()["id"].clone();
    for attempt in 1..=3 {
        kill_a_busy_worker(&site, &user, attempt).await;
    }
    let _worker = site.worker(&SHORT_LEASE);
    let task = browser.wait_until_final(&task["id"]).await;
    assert_eq!(task["status"], "failed");
    assert_eq!(task["attempts"], 3);
    assert!(!task["error"].as_str().unwrap().is_empty());
    assert_eq!(browser.balance().await, [10, 0, 10]);
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn a_worker_that_wakes_after_its_lease_changes_nothing() {
    let (site, server) = Site::serving(Engine::Postgres, &IDLE).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(2990).await;
    let submits = (0..300).map(|_| browser.submit());
    futures::future::join_all(submits).await;

    let frozen = site.worker(&SHORT_LEASE);
    wait_for("work to start", || async {
        let sql = "SELECT COUNT(*) FROM task WHERE status <> 'queued'";
        (site.database.number(sql).await > 0).then_some(())
    })
    .await;
    frozen.signal("STOP");
    let helper = site.worker(&SHORT_LEASE);
    wait_for("the lease to expire", || async {
        let sql = "SELECT COUNT(*) FROM task WHERE status = 'running' \
                   AND lease_expires_at > now() - interval '2 seconds'";
        (site.database.number(sql).await == 0).then_some(())
    })
    .await;
    frozen.signal("CONT");
    browser.wait_until_idle().await;
    assert_eq!(done_tasks(&site.database).await, 300);
    assert_eq!(browser.balance().await, [0, 0, 0]);
    for worker in [frozen, helper] {
        Program::stop(worker).await;
    }
    site.assert_audit_is_clean().await;
}

async fn a_canceled_task_stays_canceled_while_workers_race_for_it(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(390).await;
    let races = (0..40).map(|_| async {
        let id = browser.submit().await["id"].clone();
        let response = browser.cancel(&id).await;

        let task = browser.wait_until_final(&id).await;
        let expected = match response.status {
            200 => "canceled",
            409 => "succeeded",
            other => panic!("{other}: {}", response.text()),
        };
        assert_eq!(task["status"], expected);
        i64::from(expected == "succeeded")
    });
    let charged: i64 = futures::future::join_all(races).await.into_iter().sum();
    let left = 400 - 10 * charged;
    assert_eq!(browser.balance().await, [left, 0, left]);
    site.assert_audit_is_clean().await;
}
