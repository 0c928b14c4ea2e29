//! Tasks, workers and processes without faults: how they share work, and what survives a restart.

use serde_json::json;

use crate::support::{Browser, Engine, EventStream, Server, Site, wait_for};

const IDLE: [(&str, &str); 1] = [("PLEDGECAST_WORKERS", "0")];

on_both_databases!(
    queued_tasks_are_processed_after_a_restart,
    a_stopping_server_finishes_its_current_tasks,
    a_task_waits_for_a_worker_that_can_load_its_model,
    a_task_that_no_worker_takes_in_time_fails_and_releases_its_hold,
    concurrent_users_are_each_charged_for_their_own_tasks,
);

async fn submit_many(browser: &Browser, count: i64) {
    browser.top_up(10 * count).await;
    futures::future::join_all((0..count).map(|_| browser.submit())).await;
}

async fn queued_tasks_are_processed_after_a_restart(engine: Engine) {
    let (site, server) = Site::serving(engine, &IDLE).await;
    let browser = Browser::registered(&server).await;
    submit_many(&browser, 5).await;
    server.program.stop().await;

    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);
    browser.wait_until_idle().await;
    let done = browser.items("/api/tasks?status=succeeded").await;
    assert_eq!(done.len(), 5);
    assert_eq!(browser.balance().await, [10, 0, 10]);
    site.assert_audit_is_clean().await;
}

async fn a_stopping_server_finishes_its_current_tasks(engine: Engine) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    submit_many(&browser, 60).await;
    for signal in ["TERM", "INT"] {
        let mut program = site.serve(&[]).await.program;
        program.signal(signal);
        let status = program.wait().await;
        assert!(status.success(), "{signal}: {status}\n{}", program.log());
    }
    server.program.stop().await;
    let sql = "SELECT COUNT(*) FROM task WHERE status = 'running'";
    assert_eq!(site.database.number(sql).await, 0);
    site.assert_audit_is_clean().await;

    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);
    browser.wait_until_idle().await;
    assert_eq!(browser.balance().await, [10, 0, 10]);
    let again = "SELECT COUNT(*) FROM task WHERE attempts <> 1";
    assert_eq!(site.database.number(again).await, 0);
    site.assert_audit_is_clean().await;
}

async fn corrupt_all_models(site: &Site) {
    let garbage = match site.database.engine {
        Engine::Sqlite => "UPDATE model SET onnx = X'00'",
        Engine::Postgres => "UPDATE model SET onnx = '\\x00'",
    };
    site.database
        .execute("CREATE TABLE sound AS SELECT id, onnx FROM model")
        .await;
    site.database.execute(garbage).await;
}

async fn a_task_waits_for_a_worker_that_can_load_its_model(engine: Engine) {
    let (site, server) = Site::serving(engine, &IDLE).await;
    let browser = Browser::registered(&server).await;
    let id = browser.submit().await["id"].clone();
    assert_eq!(
        browser.task(&id).await["queue"]["waiting_for_worker"],
        false
    );
    server.program.stop().await;
    corrupt_all_models(&site).await;

    let server = site.serve(&[]).await;
    let browser = browser.copy_at(&server);
    wait_for("the worker to claim and release the task", || async {
        let claimed = "SELECT COUNT(*) FROM queue_state";
        (site.database.number(claimed).await > 0).then_some(())
    })
    .await;
    // As if the task had waited for a long time.
    let long_ago = "2020-01-01T00:00:00+00:00";
    for sql in [
        format!("UPDATE task SET queued_at = '{long_ago}'"),
        format!("UPDATE queue_state SET claimed_at = '{long_ago}'"),
    ] {
        site.database.execute(&sql).await;
    }
    let task = browser.task(&id).await;
    assert_eq!(task["status"], "queued");
    assert_eq!(
        task["attempts"], 0,
        "a model that cannot be loaded costs no attempt"
    );
    assert_eq!(task["queue"]["waiting_for_worker"], true);
    let page = browser.get(format!("/tasks/{id}")).await.text();
    assert!(page.contains("Waiting for a server"), "{page}");

    let repair = "UPDATE model SET onnx = (SELECT onnx FROM sound WHERE sound.id = model.id)";
    site.database.execute(repair).await;
    let task = browser.wait_until_final(&id).await;
    assert_eq!(task["status"], "succeeded");
    assert_eq!(task["attempts"], 1);
    assert_eq!(browser.balance().await, [0, 0, 0]);
    site.assert_audit_is_clean().await;
}

async fn a_task_that_no_worker_takes_in_time_fails_and_releases_its_hold(engine: Engine) {
    let (site, server) = Site::serving(engine, &IDLE).await;
    let browser = Browser::registered(&server).await;
    let task = browser.submit().await;
    server.program.stop().await;
    corrupt_all_models(&site).await;

    let settings = [
        ("PLEDGECAST_LEASE_SECONDS", "1"),
        ("PLEDGECAST_MAX_WAIT_SECONDS", "1"),
    ];
    let server = site.serve(&settings).await;
    let browser = browser.copy_at(&server);
    let task = browser.wait_until_final(&task["id"]).await;
    assert_eq!(task["status"], "failed");
    assert_eq!(task["attempts"], 0);
    assert_eq!(task["error"], "no worker could run the model in time");
    assert!(task["finished_at"].is_string());
    assert_eq!(task["result"], json!(null));
    assert_eq!(browser.balance().await, [10, 0, 10]);
    assert_eq!(browser.items("/api/transactions").await.len(), 1);
    site.assert_audit_is_clean().await;
}

async fn concurrent_users_are_each_charged_for_their_own_tasks(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "3")]).await;
    let users = (1..=12).map(|number| {
        let server = &server;
        async move {
            let browser = Browser::registered(server).await;
            submit_many(&browser, number).await;
            browser.wait_until_idle().await;
            let done = browser.items("/api/tasks?status=succeeded&limit=100").await;
            assert_eq!(done.len(), usize::try_from(number).unwrap());
            assert_eq!(browser.balance().await, [10, 0, 10]);
        }
    });
    futures::future::join_all(users).await;
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn a_separate_worker_on_sqlite_is_refused_with_a_message() {
    let site = Site::new(Engine::Sqlite).await;
    let output = site.run(&["worker"], "").await;
    assert!(!output.status.success());
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.contains("PostgreSQL"), "{message}");
}

#[tokio::test]
async fn a_stopping_worker_finishes_its_current_tasks() {
    let (site, server) = Site::serving(Engine::Postgres, &IDLE).await;
    let browser = Browser::registered(&server).await;
    submit_many(&browser, 60).await;
    let worker = site.worker(&[]);
    wait_for("a task to be done", || async {
        let done = browser.items("/api/tasks?status=succeeded&limit=1").await;
        (!done.is_empty()).then_some(())
    })
    .await;
    worker.stop().await;
    let running = "SELECT COUNT(*) FROM task WHERE status = 'running'";
    assert_eq!(site.database.number(running).await, 0);
    site.assert_audit_is_clean().await;

    let _worker = site.worker(&[]);
    browser.wait_until_idle().await;
    let again = "SELECT COUNT(*) FROM task WHERE attempts <> 1 OR status <> 'succeeded'";
    assert_eq!(site.database.number(again).await, 0);
}

/// Two web processes without workers, and three worker processes, on one PostgreSQL.
async fn two_webs_and_three_workers() -> (Site, [Server; 2], [crate::support::Program; 3]) {
    let site = Site::new(Engine::Postgres).await;
    let webs = [site.serve(&IDLE).await, site.serve(&IDLE).await];
    let workers = [0; 3].map(|_| site.worker(&[]));
    (site, webs, workers)
}

#[tokio::test]
async fn changes_reach_browsers_across_processes() {
    let (_site, [here, there], _workers) = two_webs_and_three_workers().await;
    let browser = Browser::registered(&here).await;
    let elsewhere = browser.copy_at(&there);
    let mut events = EventStream::open(&browser).await;
    elsewhere.top_up(500).await;
    events
        .wait_for("the top-up", |event| {
            event.name == "balance" && event.data["amount"] == 510
        })
        .await;
    let id = elsewhere.submit().await["id"].clone();
    let done = events
        .wait_for("the result", |event| {
            event.name == "task" && event.data["id"] == id && event.data["status"] == "succeeded"
        })
        .await;
    assert!(done.data["result"]["probability"].is_number());
    events
        .wait_for("the charge", |event| {
            event.name == "balance" && event.data["amount"] == 500 && event.data["held"] == 0
        })
        .await;
}

#[tokio::test]
async fn three_workers_share_tasks_without_processing_any_twice() {
    let (site, [here, there], _workers) = two_webs_and_three_workers().await;
    let browser = Browser::registered(&here).await;
    browser.top_up(2000).await;
    let elsewhere = browser.copy_at(&there);
    let pairs = (0..100).map(|_| async {
        browser.submit().await;
        elsewhere.submit().await;
    });
    futures::future::join_all(pairs).await;
    browser.wait_until_idle().await;
    assert_eq!(browser.balance().await, [10, 0, 10]);
    let once = "SELECT COUNT(*) FROM task WHERE attempts = 1 AND status = 'succeeded'";
    assert_eq!(site.database.number(once).await, 200);
    site.assert_audit_is_clean().await;
}
