//! A database with the schema, the model, and tables large enough for an index to pay off.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use migration::{Migrator, MigratorTrait as _};
use pledgecast::database::{Database, DatabaseOptions};
use pledgecast::inference::SHIPPED_MODEL;
use pledgecast::services::{Catalog, SystemClock};
use pledgecast::types::campaign_example;
use sea_orm::ConnectionTrait as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

/// A user whose credits are all held.
pub const POOR: i64 = 21;
const USERS: i64 = 5_000;
const TASKS_EACH: i64 = 4;
/// Every so many succeeded tasks are of another model than the default one.
const OTHER_MODEL_EVERY: i64 = 1_000;
/// The number of users that PostgreSQL assumes the tasks belong to.
const ESTIMATED_USERS: i64 = 20;
const TIME: &str = "2026-02-01T12:00:00+00:00";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

pub struct Filled {
    url: String,
    /// The PostgreSQL server and the name of the database on it.
    server: Option<(String, String)>,
    _folder: TempDir,
}

impl Filled {
    pub async fn make(engine: Engine) -> Self {
        let folder = TempDir::new().unwrap();
        let (url, server) = match engine {
            Engine::Sqlite => {
                let file = folder.path().join("plans.db");
                (format!("sqlite://{}", file.display()), None)
            }
            Engine::Postgres => {
                let (url, server, name) = create_postgres().await;
                (url, Some((server, name)))
            }
        };
        let filled = Self {
            url,
            server,
            _folder: folder,
        };
        let migrations = Database::connect_for_migrations(&filled.options()).await;
        Migrator::up(&migrations.unwrap(), None).await.unwrap();
        let database = filled.connect().await;
        let catalog = Catalog::new(database.clone(), Arc::new(SystemClock));
        catalog.ensure_shipped_model(SHIPPED_MODEL).await.unwrap();
        for sql in rows(engine) {
            database.write().execute_unprepared(&sql).await.unwrap();
        }
        filled
    }

    pub async fn connect(&self) -> Database {
        Database::connect(&self.options()).await.unwrap()
    }

    pub fn url(&self) -> String {
        self.url.clone()
    }

    fn options(&self) -> DatabaseOptions {
        DatabaseOptions {
            url: self.url.clone(),
            max_connections: 4,
        }
    }

    /// Drops the database of PostgreSQL; the file of SQLite is deleted with its folder.
    pub async fn drop(self) {
        if let Some((server, name)) = self.server {
            let mut link = PgConnection::connect(&server).await.unwrap();
            let sql = format!("DROP DATABASE {name} WITH (FORCE)");
            link.execute(AssertSqlSafe(sql)).await.unwrap();
        }
    }
}

async fn create_postgres() -> (String, String, String) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("TEST_DATABASE_URL")
        .expect("TEST_DATABASE_URL is not set: run `cargo xtask test`, which starts a PostgreSQL");
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("plans_{}_{number}", std::process::id());
    let mut link = PgConnection::connect(&server).await.unwrap();
    let sql = format!("CREATE DATABASE {name} TEMPLATE template0");
    link.execute(AssertSqlSafe(sql)).await.unwrap();
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    (url, server, name)
}

/// A valid campaign, as stored.
fn campaign() -> String {
    let today = "2026-02-01".parse().unwrap();
    let campaign = campaign_example(today).check(today).unwrap();
    serde_json::to_string(&campaign)
        .unwrap()
        .replace('\'', "''")
}

/// Each user has credits, settled tasks with their charges and outcomes, and one task that is queued or running.
fn rows(engine: Engine) -> Vec<String> {
    let typed = |text: &str, kind: &str| match engine {
        Engine::Sqlite => format!("'{text}'"),
        Engine::Postgres => format!("'{text}'::{kind}"),
    };
    let (time, json) = (typed(TIME, "timestamptz"), |it: &str| typed(it, "jsonb"));
    let numbers = |count: i64| {
        format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})")
    };
    let input = json(&campaign());
    let tasks = USERS * TASKS_EACH;
    let mut rows = vec![
        format!(
            "INSERT INTO users (id, email, email_folded, password_hash, role, session_epoch, \
             created_at) {} SELECT i, 'p' || i || '@example.org', 'p' || i || '@example.org', 'none', 'user', \
             0, {time} FROM n",
            numbers(USERS)
        ),
        format!(
            "INSERT INTO balance (user_id, amount, held, updated_at) \
             SELECT id, CASE WHEN id = {POOR} THEN 10 ELSE 1000 END, 10, {time} FROM users"
        ),
        format!(
            "INSERT INTO task (user_id, model_id, input, status, price, attempts, idempotency_key, \
             request_hash, queued_at, started_at, finished_at) {} SELECT 1 + i % {USERS}, 1, {input}, \
             'succeeded', 10, 1, 'past-' || i, 'x', {time}, {time}, {time} FROM n",
            numbers(tasks)
        ),
        format!(
            "INSERT INTO task_result (task_id, probability, verdict, interval_low, interval_high, inference_us, \
             created_at) SELECT id, 0.5, 'toss_up', 0.4, 0.6, 1, {time} FROM task"
        ),
        format!(
            "INSERT INTO transactions (user_id, kind, amount, balance_before, balance_after, description, \
             task_id, created_at) SELECT user_id, 'charge', -10, 2000, 1990, '', id, {time} FROM task"
        ),
        "INSERT INTO model (name, version, description, price, onnx, sha256, manifest, metrics, state, created_at) \
         SELECT name, 'other', description, price, onnx, 'other', manifest, metrics, 'retired', created_at FROM model"
            .to_owned(),
        format!("UPDATE task SET model_id = 2 WHERE id % {OTHER_MODEL_EVERY} = 0"),
        format!(
            "INSERT INTO outcome (task_id, user_id, model_id, revision, reached, reported_at) \
             SELECT id, user_id, model_id, 1, TRUE, {time} FROM task WHERE id % 4 = 0"
        ),
        format!(
            "INSERT INTO task (user_id, model_id, input, status, price, attempts, lease_token, \
             lease_expires_at, idempotency_key, request_hash, queued_at) SELECT id, 1, {input}, \
             CASE WHEN id % 10 = 0 THEN 'running' ELSE 'canceled' END, 10, 1, \
             CASE WHEN id % 10 = 0 THEN 'gone-' || id END, CASE WHEN id % 10 = 0 THEN {time} END, \
             'open-' || id, 'x', {time} FROM users"
        ),
    ];
    rows.extend([
        format!(
            "INSERT INTO api_key (user_id, label, hint, hash, scopes, created_at) SELECT id, 'key', 'pc_', \
             'hash-' || id, {}, {time} FROM users",
            json("[]")
        ),
        "INSERT INTO api_key_budget (api_key_id, spent) SELECT id, 10 FROM api_key".to_owned(),
        format!(
            "INSERT INTO api_key_spend (api_key_id, day, model_id, credits, predictions) \
             SELECT id, {}, 1, 10, 1 FROM api_key",
            typed("2026-02-01", "date")
        ),
    ]);
    rows.push(format!(
        "INSERT INTO session (user_id, token_hash, epoch, network, created_at, last_used_at, authenticated_at) \
         SELECT id, 'hash-' || id, 0, '192.0.2.0/24', {time}, {time}, {time} FROM users"
    ));
    rows.extend([
        format!(
            "INSERT INTO second_factor (user_id, secret, created_at, enabled_at) SELECT id, 'x', {time}, {time} \
             FROM users WHERE id > 1000"
        ),
        "INSERT INTO recovery_code (user_id, hash) SELECT id, 'hash-' || id FROM users WHERE id > 1000".to_owned(),
    ]);
    rows.extend(webhooks(&time));
    rows.extend(batches(&time, &input));
    rows.push(emails(&time));
    if engine == Engine::Postgres {
        // Makes PostgreSQL plan for long histories of tasks that have all succeeded. Inserting them would take longer
        // than everything else.
        for (table, column, distinct) in [
            ("task", "user_id", ESTIMATED_USERS),
            ("task", "status", 1),
            // Plans for any model, of which there are many.
            ("task", "model_id", OTHER_MODEL_EVERY),
            ("outcome", "model_id", OTHER_MODEL_EVERY),
        ] {
            rows.push(format!(
                "ALTER TABLE {table} ALTER COLUMN {column} SET (n_distinct = {distinct})"
            ));
        }
    }
    rows.push("ANALYZE".to_owned());
    rows
}

/// Each user has a batch with the succeeded tasks, and a draft.
fn batches(time: &str, input: &str) -> [String; 4] {
    [
        format!(
            "INSERT INTO batch (user_id, model_id, price, lines, created_at, started_at, finished_at, idempotency_key, \
             request_hash, succeeded, failed, canceled) SELECT id, 1, 10, {TASKS_EACH}, {time}, {time}, {time}, 'past', \
             'x', {TASKS_EACH}, 0, 0 FROM users"
        ),
        "UPDATE task SET batch_id = user_id, batch_line = id WHERE status = 'succeeded'".to_owned(),
        format!(
            "INSERT INTO batch (user_id, model_id, price, lines, created_at) SELECT id, 1, 10, 1, {time} FROM users"
        ),
        format!(
            "INSERT INTO batch_line (batch_id, line, input) SELECT id, 2, {input} FROM batch WHERE started_at IS NULL"
        ),
    ]
}

/// Each user has a webhook with delivered events, of which the newest is pending.
fn webhooks(time: &str) -> [String; 3] {
    [
        format!(
            "INSERT INTO webhook (user_id, url, events, low_balance, is_enabled, nonce, key_check, secret_made_at, \
             created_at) SELECT id, 'https://receiver.invalid/', 'task.succeeded balance.topped_up', 50, \
             id > 50, '', '', {time}, {time} FROM users"
        ),
        format!(
            "INSERT INTO webhook_delivery (webhook_id, message_id, event, payload, status, attempts, resends, \
             queued_at, next_attempt_at, created_at) SELECT webhook.id, 'msg_' || task.id, 'task.succeeded', '{{}}', \
             CASE WHEN task.status = 'succeeded' THEN 'succeeded' ELSE 'pending' END, 1, 0, {time}, {time}, {time} \
             FROM task JOIN webhook ON webhook.user_id = task.user_id WHERE task.status <> 'canceled'"
        ),
        format!(
            "INSERT INTO webhook_attempt (delivery_id, attempted_at, duration_ms, status_code) \
             SELECT id, {time}, 1, 200 FROM webhook_delivery"
        ),
    ]
}

/// Each user got an email for each task, of which the newest is pending. Nobody has opened a link.
fn emails(time: &str) -> String {
    format!(
        "INSERT INTO email (user_id, kind, message_id, nonce, expires_at, status, attempts, next_attempt_at, created_at) \
         SELECT user_id, 'new_device', 'past-' || id, 'past-' || id, {time}, \
         CASE WHEN status = 'succeeded' THEN 'sent' ELSE 'pending' END, 1, {time}, {time} FROM task"
    )
}
