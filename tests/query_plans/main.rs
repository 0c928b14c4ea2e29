//! Query plans of the statements on hot paths. Every statement that these paths send is recorded while they run on
//! filled tables; then the database explains how it would find the rows.
//!
//! Like `ledger_model`, this test calls into the crate, because statements are not visible over HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests fail by panicking"
)]

mod explain;
mod filled;
mod paths;
mod snapshot;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use sea_orm::Statement;

use explain::{explain, explain_for_all_values};
use filled::{Engine, Filled};

/// The tables that grow.
const GROWING: [&str; 15] = [
    "users",
    "balance",
    "transactions",
    "task",
    "task_result",
    "outcome",
    "api_key",
    "api_key_budget",
    "api_key_spend",
    "webhook",
    "webhook_delivery",
    "webhook_attempt",
    "batch",
    "batch_line",
    "email",
];
/// Indexes that contain only open work: reading all of one reads nothing unnecessary.
const PARTIAL: [&str; 7] = [
    "batch_draft",
    "email_due",
    "email_sending",
    "task_queue",
    "task_lease",
    "webhook_delivery_due",
    "webhook_delivery_pending",
];

/// Statements by their text, each with the values of its first execution.
type Seen = Arc<Mutex<BTreeMap<String, Statement>>>;

#[tokio::test]
async fn no_hot_statement_reads_a_whole_table_on_sqlite() {
    check_all_plans(Engine::Sqlite).await;
}

#[tokio::test]
async fn no_hot_statement_reads_a_whole_table_on_postgres() {
    check_all_plans(Engine::Postgres).await;
}

async fn check_all_plans(engine: Engine) {
    let filled = Filled::make(engine).await;
    let database = filled.connect().await;
    let seen = Seen::default();
    let watched = {
        let seen = Arc::clone(&seen);
        filled.connect().await.observed(move |statement| {
            let text = statement.sql.clone();
            seen.lock()
                .unwrap()
                .entry(text)
                .or_insert_with(|| statement.clone());
        })
    };
    paths::walk(watched, &filled).await;

    let statements: Vec<_> = seen.lock().unwrap().values().cloned().collect();
    for table in GROWING {
        let named = |it: &&Statement| it.sql.contains(table);
        assert!(
            statements.iter().any(|it| named(&it)),
            "no statement on {table} was seen"
        );
    }
    let mut refused = Vec::new();
    for statement in &statements {
        let mut plan = explain(&database, statement).await;
        if engine == Engine::Postgres {
            plan.extend(explain_for_all_values(&database, statement).await);
        }
        if statement.sql.contains("num_items")
            || statement.sql.contains("ORDER BY \"task\".\"id\" DESC")
        {
            eprintln!("{}\n{plan:#?}", statement.sql);
        }
        let line = plan.iter().find(|line| reads_all(line));
        if let Some(line) = line.or_else(|| scans_history(&plan)) {
            refused.push(format!("{line}\n  {}", statement.sql));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));

    let bad = Statement::from_string(
        database.backend(),
        "SELECT id FROM task WHERE request_hash = 'no index on this'",
    );
    let plan = explain(&database, &bad).await;
    assert!(plan.iter().any(|line| reads_all(line)), "{plan:?}");
    drop(database);
    filled.drop().await;
}

/// The line of a PostgreSQL plan that filters all tasks of a user by status although the index contains the status,
/// too.
fn scans_history(plan: &[String]) -> Option<&String> {
    let mut is_by_status = false;
    plan.iter().find(|line| {
        if line.contains("->") {
            is_by_status = line.contains("task_history_by_status");
        }
        is_by_status && line.contains("Filter:") && line.contains("status")
    })
}

/// Whether a line of a plan reads a growing table, or a whole index on it, from end to end.
fn reads_all(line: &str) -> bool {
    let words: Vec<&str> = line
        .split(|it: char| !it.is_alphanumeric() && it != '_')
        .filter(|it| !it.is_empty())
        .collect();
    let of_sqlite = words
        .windows(2)
        .any(|it| it[0] == "SCAN" && GROWING.contains(&it[1]));
    let of_postgres = words
        .windows(4)
        .any(|it| it[..3] == ["Seq", "Scan", "on"] && GROWING.contains(&it[3]));
    (of_sqlite || of_postgres) && !words.iter().any(|it| PARTIAL.contains(it))
}

#[test]
fn a_plan_that_scans_a_history_is_recognized() {
    let plan = |lines: &[&str]| lines.iter().map(ToString::to_string).collect::<Vec<_>>();
    let scan = "  ->  Index Only Scan using task_history_by_status on task  (cost=0.43..42.59)";
    let filter = "        Filter: ((status)::text = ANY ($2))";
    assert!(scans_history(&plan(&[scan, filter])).is_some());
    let condition = "        Index Cond: ((user_id = $1) AND ((status)::text = $2))";
    let other = "  ->  Index Scan using task_pkey on task  (cost=0.29..8.31)";
    assert!(scans_history(&plan(&[scan, condition, other, filter])).is_none());
}

#[test]
fn full_scans_are_recognized() {
    for bad in [
        "SCAN task",
        "SCAN task USING COVERING INDEX task_history",
        "  ->  Seq Scan on task  (cost=0.00..1 rows=1 width=8)",
        "  ->  Parallel Seq Scan on balance b  (cost=0.00..1)",
    ] {
        assert!(reads_all(bad), "{bad}");
    }
    for good in [
        "SEARCH task USING INDEX task_history (user_id=?)",
        "SCAN task USING INDEX task_queue",
        "SCAN model",
        "  ->  Seq Scan on model  (cost=0.00..1 rows=1 width=8)",
        "  ->  Index Scan using task_pkey on task  (cost=0.29..8.31 rows=1 width=8)",
    ] {
        assert!(!reads_all(good), "{good}");
    }
}
