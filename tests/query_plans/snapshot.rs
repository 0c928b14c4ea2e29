//! The cost of a claim that finds nothing while an old snapshot is open, such as that of a backup: PostgreSQL keeps
//! the index entries of all tasks that were finished since.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pledgecast::database::Database;
use pledgecast::queue::{self, ClaimOptions, ScanStart};
use pledgecast::services::{Clock as _, SystemClock};
use sea_orm::{ConnectionTrait as _, Statement};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::filled::{Engine, Filled};

const FINISHED: i64 = 5_000;

/// The number of buffers that a claim from this round on reads; it must find nothing.
async fn buffers_of_claim(filled: &Filled, from_round: i64) -> i64 {
    let seen: Arc<Mutex<Option<Statement>>> = Arc::default();
    let watched = {
        let seen = Arc::clone(&seen);
        let database = filled.connect().await;
        database.observed(move |statement| *seen.lock().unwrap() = Some(statement.clone()))
    };
    assert_eq!(claim(&watched, from_round).await, 0);
    let mut claim = seen.lock().unwrap().clone().unwrap();
    claim.sql = format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {}", claim.sql);
    let row = watched.write().query_one_raw(claim).await.unwrap().unwrap();
    let plans: serde_json::Value = row.try_get("", "QUERY PLAN").unwrap();
    let plan = &plans[0]["Plan"];
    let buffers = |name: &str| plan[name].as_i64().unwrap();
    buffers("Shared Hit Blocks") + buffers("Shared Read Blocks")
}

async fn claim(database: &Database, from_round: i64) -> usize {
    let options = ClaimOptions {
        limit: 128,
        lease_for: chrono::Duration::seconds(30),
        from_round,
        except: &[],
    };
    let claimed = queue::claim(database, options, SystemClock.now()).await;
    claimed.unwrap().1.len()
}

#[tokio::test]
async fn an_empty_claim_stays_cheap_while_a_snapshot_is_open() {
    let filled = Filled::make(Engine::Postgres).await;
    let database = filled.connect().await;
    let mut snapshot = PgConnection::connect(&filled.url()).await.unwrap();
    for sql in [
        "BEGIN ISOLATION LEVEL REPEATABLE READ",
        "SELECT COUNT(*) FROM task",
    ] {
        snapshot.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    // Tasks in a hundred rounds that were queued and are finished.
    for sql in [
        format!(
            "INSERT INTO task (user_id, model_id, input, status, price, attempts, idempotency_key, request_hash, \
             queued_at, round) SELECT i, 1, (SELECT input FROM task LIMIT 1), 'queued', 10, 0, 'dead-' || i, 'x', \
             now(), i / 50 FROM generate_series(1, {FINISHED}) i"
        ),
        "UPDATE task SET status = 'canceled' WHERE idempotency_key LIKE 'dead-%'".to_owned(),
    ] {
        database.write().execute_unprepared(&sql).await.unwrap();
    }
    let now = SystemClock.now();
    let current = queue::advance_round(&database, FINISHED / 50 + 1, now)
        .await
        .unwrap();

    // The first and the later claims of a process.
    let (scans, start) = (ScanStart::default(), Instant::now());
    let mut from = Vec::new();
    for seconds in [0, 3, 4] {
        let at = start + Duration::from_secs(seconds);
        let scan = scans.begin(at);
        assert_eq!(claim(&database, scan.from).await, 0);
        scans.end(scan, i64::MAX);
        scans.observe(queue::current_round(&database).await.unwrap(), at);
        from.push(scan.from);
    }
    assert_eq!(from, [i64::MIN, 0, current]);
    let everywhere = buffers_of_claim(&filled, from[0]).await;
    let marked = buffers_of_claim(&filled, from[2]).await;
    eprintln!("an empty claim reads {everywhere} buffers everywhere, {marked} from the mark on");
    assert!(
        everywhere > FINISHED / 50,
        "the snapshot keeps nothing: {everywhere}"
    );
    assert!(marked * 20 < everywhere, "{marked} of {everywhere}");
    snapshot.close().await.unwrap();
    drop(database);
    filled.drop().await;
}
