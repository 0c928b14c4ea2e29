//! Transactions, snapshots and deadlines, on SQLite.

use std::time::Duration;

use futures::FutureExt as _;
use sea_orm::{ConnectionTrait as _, DbErr, Statement};
use tokio::sync::oneshot;

use super::*;

/// A SQLite database with an empty table `t (a TEXT UNIQUE)`.
struct Scratch {
    database: Database,
    _folder: tempfile::TempDir,
}

impl Scratch {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = DatabaseOptions {
            url: format!("sqlite://{}", folder.path().join("a.db").display()),
            max_connections: 1,
        };
        let database = Database::connect(&options).await.unwrap();
        let create = "CREATE TABLE t (a TEXT UNIQUE)";
        database.write().execute_unprepared(create).await.unwrap();
        Self {
            database,
            _folder: folder,
        }
    }

    async fn rows(&self) -> i64 {
        number(self.database.write(), "SELECT COUNT(*) AS n FROM t").await
    }
}

async fn number(pool: &Pool, sql: &str) -> i64 {
    let statement = Statement::from_string(pool.backend(), sql);
    let row = pool.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

async fn insert(transaction: &Transaction, value: &str) -> Result<(), DbErr> {
    let sql = format!("INSERT INTO t VALUES ('{value}')");
    transaction.execute_unprepared(&sql).await.map(drop)
}

#[tokio::test]
async fn commits_on_sqlite_survive_a_power_cut() {
    let scratch = Scratch::new().await;
    for pool in [scratch.database.read(), scratch.database.write()] {
        let pragma = async |name: &str| {
            let sql = format!("SELECT CAST({name} AS TEXT) AS value FROM pragma_{name}");
            let statement = Statement::from_string(DatabaseBackend::Sqlite, sql);
            let row = pool.query_one_raw(statement).await.unwrap().unwrap();
            row.try_get::<String>("", "value").unwrap()
        };
        assert_eq!(pragma("journal_mode").await, "wal");
        assert_eq!(pragma("synchronous").await, "2", "FULL");
        assert_eq!(pragma("foreign_keys").await, "1");
    }
}

#[tokio::test]
async fn transactions_work_again_after_a_full_disk() {
    let scratch = Scratch::new().await;
    let limit = "PRAGMA max_page_count = 4";
    scratch
        .database
        .write()
        .execute_unprepared(limit)
        .await
        .unwrap();
    let large = scratch.database.transaction("fill", (), |transaction, ()| {
        Box::pin(async move {
            let sql = "INSERT INTO t VALUES (printf('%.100000c', 'x'))";
            transaction.execute_unprepared(sql).await.map(drop)
        })
    });
    let error = large.await.unwrap_err();
    assert_eq!(DbErrorKind::of(&error), DbErrorKind::Full, "{error}");
    scratch
        .database
        .transaction("small", (), |transaction, ()| {
            insert(transaction, "x").boxed()
        })
        .await
        .unwrap();
    assert_eq!(scratch.rows().await, 1);
}

#[tokio::test]
async fn a_transaction_commits_even_if_its_caller_has_gone() {
    let scratch = Scratch::new().await;
    let (started, has_started) = oneshot::channel();
    let started = std::sync::Mutex::new(Some(started));
    let (resume, may_resume) = oneshot::channel::<()>();
    let may_resume = tokio::sync::Mutex::new(may_resume);
    let database = scratch.database.clone();
    let input = (started, may_resume);
    let caller = tokio::spawn(async move {
        database
            .transaction("abandoned", input, |transaction, (started, may_resume)| {
                Box::pin(async move {
                    insert(transaction, "x").await?;
                    started.lock().unwrap().take().unwrap().send(()).unwrap();
                    (&mut *may_resume.lock().await).await.unwrap();
                    Ok(())
                })
            })
            .await
    });
    has_started.await.unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    resume.send(()).unwrap();
    // The next transaction waits for the only connection that writes.
    assert_eq!(scratch.rows().await, 1);
}

#[tokio::test]
async fn a_transaction_that_fails_or_panics_leaves_nothing_behind() {
    let scratch = Scratch::new().await;
    let failed = scratch.database.transaction("fail", (), |transaction, ()| {
        Box::pin(async move {
            transaction.after_commit(|| panic!("it was not committed"));
            insert(transaction, "x").await?;
            Err::<(), _>(DbErr::RecordNotUpdated)
        })
    });
    assert_eq!(failed.await, Err(DbErr::RecordNotUpdated));
    let panicked = scratch
        .database
        .transaction("panic", (), |transaction, ()| {
            Box::pin(async move {
                insert(transaction, "y").await?;
                panic!("halfway");
                #[expect(unreachable_code, reason = "gives the block its type")]
                Ok::<(), DbErr>(())
            })
        });
    assert!(panicked.await.is_err());
    assert_eq!(scratch.rows().await, 0);
}

#[tokio::test]
async fn callbacks_run_after_the_commit() {
    let scratch = Scratch::new().await;
    let (sender, receiver) = oneshot::channel();
    let sender = std::sync::Mutex::new(Some(sender));
    let done = scratch
        .database
        .transaction("call back", sender, |transaction, sender| {
            Box::pin(async move {
                let sender = sender.lock().unwrap().take().unwrap();
                transaction.after_commit(|| sender.send(()).unwrap());
                insert(transaction, "x").await
            })
        });
    done.await.unwrap();
    receiver.await.unwrap();
}

#[tokio::test]
async fn a_snapshot_does_not_see_later_commits() {
    let scratch = Scratch::new().await;
    let database = scratch.database.clone();
    let counted = scratch.database.snapshot(move |transaction| {
        Box::pin(async move {
            let count = async || {
                let sql = "SELECT COUNT(*) AS n FROM t";
                let statement = Statement::from_string(DatabaseBackend::Sqlite, sql);
                let row = transaction.query_one_raw(statement).await?;
                row.unwrap().try_get::<i64>("", "n")
            };
            let before = count().await?;
            let sql = "INSERT INTO t VALUES ('x')";
            database.write().execute_unprepared(sql).await?;
            Ok((before, count().await?))
        })
    });
    assert_eq!(counted.await.unwrap(), (0, 0));
    assert_eq!(scratch.rows().await, 1);
}

#[tokio::test]
async fn a_missed_deadline_closes_only_its_own_connection() {
    let scratch = Scratch::new().await;
    let options = SqliteConnectOptions::new().in_memory(true);
    let pool = Pool::sqlite(options, 1, Duration::from_millis(20))
        .await
        .unwrap();
    let slow = "WITH RECURSIVE c(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM c WHERE x < 3000000) SELECT COUNT(*) FROM c";
    let error = pool.execute_unprepared(slow).await.unwrap_err();
    assert_eq!(DbErrorKind::of(&error), DbErrorKind::Unavailable, "{error}");
    assert_eq!(scratch.rows().await, 0);
    assert_eq!(number(&pool, "SELECT 7 AS n").await, 7);
}
