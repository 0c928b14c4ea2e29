//! Contention: deadlocks, locks that are held for long, processes that freeze while they hold locks.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Browser, Database, Engine, Link, Site, predict_body, unique, wait_for};

const IDLE: [(&str, &str); 1] = [("PLEDGECAST_WORKERS", "0")];

/// How many sessions wait for a lock.
async fn waiting_for_locks(database: &Database) -> i64 {
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
               AND wait_event_type = 'Lock'";
    database.number(sql).await
}

async fn wait_until_a_session_waits_for_a_lock(database: &Database) {
    wait_for("a session to wait for a lock", || async {
        (waiting_for_locks(database).await > 0).then_some(())
    })
    .await;
}

/// A transaction that takes locks in the opposite order of the service: the balance first, then the task. It detects
/// deadlocks so late that the service is the victim.
struct ReversedLocks(Link);

impl ReversedLocks {
    async fn lock_balance_of(database: &Database, browser: &Browser) -> Self {
        let mut link = lock_balance(database, browser).await;
        link.execute("SET deadlock_timeout = '10min'").await;
        Self(link)
    }

    /// Waits until a session that holds the task waits for the balance, then locks the task, too, and ends.
    async fn deadlock_over(mut self, database: &Database, task: &Value) {
        wait_until_a_session_waits_for_a_lock(database).await;
        let task = database.row(task).await;
        let lock_task = format!("UPDATE task SET price = price WHERE id = {task}");
        self.0.execute(&lock_task).await;
        self.0.execute("ROLLBACK").await;
    }
}

/// Locks the balance of a user, like a transaction that hangs, until it is rolled back.
async fn lock_balance(database: &Database, browser: &Browser) -> Link {
    let user = &browser.get("/api/auth/me").await.ok()["id"];
    let user = database.row(user).await;
    let mut lock = database.connect().await;
    lock.execute("BEGIN").await;
    let sql = format!("UPDATE balance SET held = held WHERE user_id = {user}");
    lock.execute(&sql).await;
    lock
}

#[tokio::test]
async fn submits_of_a_user_whose_balance_is_locked_wait_without_a_connection() {
    let (site, server) = Site::serving(Engine::Postgres, &IDLE).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(390).await;
    let mut lock = lock_balance(&site.database, &browser).await;
    let submits = futures::future::join_all((0..40).map(|_| browser.submit()));
    let release = async {
        for _ in 0..20 {
            tokio::time::sleep(Duration::from_millis(25)).await;
            assert_eq!(waiting_for_locks(&site.database).await, 0);
        }
        lock.execute("ROLLBACK").await;
    };
    futures::future::join(submits, release).await;
    assert_eq!(browser.balance().await, [400, 400, 0]);
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn a_submit_is_refused_without_a_hold_while_its_balance_stays_locked() {
    let (site, server) = Site::serving(Engine::Postgres, &IDLE).await;
    let browser = Browser::registered(&server).await;
    let mut lock = lock_balance(&site.database, &browser).await;
    let body = predict_body(&unique("locked"));
    let response = browser.post_json("/api/tasks/predict", &body).await;
    response.problem(503);
    assert!(response.header("retry-after").parse::<u64>().unwrap() > 0);
    lock.execute("ROLLBACK").await;
    assert_eq!(browser.balance().await, [10, 0, 10]);
    browser.post_json("/api/tasks/predict", &body).await.ok();
    assert_eq!(browser.balance().await, [10, 10, 0]);
}

#[tokio::test]
async fn results_of_others_are_settled_while_one_balance_is_locked() {
    let (site, server) = Site::serving(Engine::Postgres, &IDLE).await;
    let locked = Browser::registered(&server).await;
    let other = Browser::registered(&server).await;
    let (stays, done) = (locked.submit().await, other.submit().await);
    let mut lock = lock_balance(&site.database, &locked).await;
    let _worker = site.worker(&[]);
    let done = other.wait_until_final(&done["id"]).await;
    assert_eq!(
        (&done["status"], &done["attempts"]),
        (&json!("succeeded"), &json!(1))
    );
    assert_eq!(locked.task(&stays["id"]).await["status"], "running");
    lock.execute("ROLLBACK").await;
    let stays = locked.wait_until_final(&stays["id"]).await;
    assert_eq!(
        (&stays["status"], &stays["attempts"]),
        (&json!("succeeded"), &json!(1)),
        "the prediction was kept"
    );
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn expired_tasks_of_others_are_reaped_while_one_balance_is_locked() {
    let (site, server) = Site::serving(Engine::Postgres, &IDLE).await;
    let locked = Browser::registered(&server).await;
    let other = Browser::registered(&server).await;
    let (stays, failed) = (locked.submit().await, other.submit().await);
    site.database
        .execute(
            "UPDATE task SET status = 'running', attempts = 3, lease_token = 'gone', started_at = queued_at, \
             lease_expires_at = queued_at",
        )
        .await;
    let mut lock = lock_balance(&site.database, &locked).await;
    let _worker = site.worker(&[("PLEDGECAST_LEASE_SECONDS", "2")]);
    let failed = other.wait_until_final(&failed["id"]).await;
    assert_eq!(failed["status"], "failed");
    assert_eq!(locked.task(&stays["id"]).await["status"], "running");
    lock.execute("ROLLBACK").await;
    let stays = locked.wait_until_final(&stays["id"]).await;
    assert_eq!(stays["status"], "failed");
    assert_eq!(locked.balance().await, [10, 0, 10]);
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn many_changes_of_one_user_leave_connections_for_others() {
    let settings = [
        ("PLEDGECAST_WORKERS", "0"),
        ("PLEDGECAST_DATABASE_CONNECTIONS", "8"),
    ];
    let (site, server) = Site::serving(Engine::Postgres, &settings).await;
    let busy = Browser::registered(&server).await;
    let other = Browser::registered(&server).await;
    let task = busy.submit().await;
    let mut lock = lock_balance(&site.database, &busy).await;
    let body = |_| json!({ "amount": 5, "idempotency_key": unique("many") });
    let top_ups: Vec<Value> = (0..30).map(body).collect();
    let top_ups = top_ups
        .iter()
        .map(|body| busy.post_json("/api/balance/top_up", body));
    let top_ups = futures::future::join_all(top_ups);
    let cancels = (0..30).map(|_| busy.cancel(&task["id"]));
    let cancels = futures::future::join_all(cancels);
    let others = async {
        wait_until_a_session_waits_for_a_lock(&site.database).await;
        for _ in 0..20 {
            assert_eq!(other.balance().await, [10, 0, 10]);
            assert!(waiting_for_locks(&site.database).await <= 2);
        }
        lock.execute("ROLLBACK").await;
    };
    let (top_ups, cancels, ()) = futures::future::join3(top_ups, cancels, others).await;
    for response in top_ups.iter().chain(&cancels) {
        assert!([200, 429].contains(&response.status), "{}", response.text());
    }
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn a_deadlock_victim_retries() {
    let (site, server) = Site::serving(Engine::Postgres, &IDLE).await;
    let browser = Browser::registered(&server).await;
    let task = browser.submit().await["id"].clone();
    let other = ReversedLocks::lock_balance_of(&site.database, &browser).await;
    let provoke = other.deadlock_over(&site.database, &task);
    let (response, ()) = futures::future::join(browser.cancel(&task), provoke).await;
    assert_eq!(response.ok()["status"], "canceled");
    assert_eq!(browser.balance().await, [10, 0, 10]);
    let log = server.program.log();
    assert!(log.contains("deadlock"), "there was no deadlock:\n{log}");
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn a_worker_that_is_a_deadlock_victim_still_settles() {
    let (site, server) = Site::serving(Engine::Postgres, &IDLE).await;
    let browser = Browser::registered(&server).await;
    let task = browser.submit().await["id"].clone();
    let other = ReversedLocks::lock_balance_of(&site.database, &browser).await;
    let worker = site.worker(&[]);
    other.deadlock_over(&site.database, &task).await;
    let task = browser.wait_until_final(&task).await;
    assert_eq!(task["status"], "succeeded");
    assert_eq!(task["attempts"], 1, "predicted only once");
    assert!(worker.log().contains("deadlock"), "{}", worker.log());
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn a_frozen_process_that_holds_locks_does_not_block_others_forever() {
    let (site, server) = Site::serving(Engine::Postgres, &IDLE).await;
    let browser = Browser::registered(&server).await;
    browser.submit().await;
    let mut lock = lock_balance(&site.database, &browser).await;
    let worker = site.worker(&[]);
    wait_until_a_session_waits_for_a_lock(&site.database).await;
    worker.signal("STOP");
    // Now the worker's transaction gets the lock, but its process is frozen and cannot continue it.
    lock.execute("ROLLBACK").await;
    browser.top_up(5).await;
    worker.signal("CONT");
    browser.wait_until_idle().await;
    assert_eq!(browser.balance().await, [5, 0, 5]);
    site.assert_audit_is_clean().await;
}

#[tokio::test]
async fn a_locked_sqlite_file_is_waited_for_and_then_reported() {
    let (site, server) = Site::serving(Engine::Sqlite, &IDLE).await;
    let browser = Browser::registered(&server).await;
    let mut other = site.database.connect().await;
    other.execute("BEGIN IMMEDIATE").await;
    let release = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        other.execute("ROLLBACK").await;
    };
    futures::future::join(browser.top_up(5), release).await;

    other.execute("BEGIN IMMEDIATE").await;
    let body = json!({ "amount": 5, "idempotency_key": unique("locked") });
    let response = browser.post_json("/api/balance/top_up", &body).await;
    response.problem(503);
    assert!(response.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(browser.balance().await, [15, 0, 15], "reads go on");
    other.execute("ROLLBACK").await;
    browser.post_json("/api/balance/top_up", &body).await.ok();
    assert_eq!(browser.balance().await, [20, 0, 20]);
    site.assert_audit_is_clean().await;
}
