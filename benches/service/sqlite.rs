//! Measures paid predictions per second on the embedded database, compared with bare SQLite commits.

use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use crate::Size;
use crate::embedded::Embedded;
use crate::load::Until;
use crate::report::{Report, median};

const TURNS: usize = 3;
const AIM: f64 = 0.5;

pub async fn measure(extent: Size) -> Report {
    let service = Embedded::open().await;
    let mut bare = Bare::open().await;
    let turn = extent.turn();
    service.load(Until::Over(turn / 4)).await;
    let mut report = Report::default();
    report.line(format!(
        "Submits over HTTP by {} until all is settled; `serve` with one \
         worker on its embedded database. Beside it one connection that commits an update and an insert as fast as \
         it can. Both write ahead and wait for the disk at each commit (`synchronous=FULL`).",
        Embedded::describe_load()
    ));
    report.head(&[
        "turn",
        "paid predictions a second",
        "bare commits a second",
        "ratio",
    ]);
    let mut ratios = Vec::new();
    for number in 1..=TURNS {
        let rate = service.load(Until::Over(turn)).await.rate();
        let yardstick = bare.rate(turn).await;
        report.row(&[
            number.to_string(),
            format!("{rate:.0}"),
            format!("{yardstick:.0}"),
            format!("{:.2}", rate / yardstick),
        ]);
        ratios.push(rate / yardstick);
    }
    let ratio = median(ratios);
    report.aim(
        &format!("{AIM} of the bare commits or better; the median is {ratio:.2}"),
        ratio >= AIM,
    );
    service.site.assert_audit_is_clean().await;
    report
}

struct Bare {
    link: SqliteConnection,
    _folder: TempDir,
}

impl Bare {
    async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("bare.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut link = SqliteConnection::connect_with(&options).await.unwrap();
        for sql in [
            "CREATE TABLE account (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL)",
            "CREATE TABLE line (id INTEGER PRIMARY KEY, account INTEGER NOT NULL, amount INTEGER NOT NULL)",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
             INSERT INTO account SELECT i, 0 FROM n",
        ] {
            sqlx::query(sql).execute(&mut link).await.unwrap();
        }
        Self {
            link,
            _folder: folder,
        }
    }

    async fn rate(&mut self, time: Duration) -> f64 {
        let start = Instant::now();
        let mut commits = 0;
        while start.elapsed() < time {
            let account = commits % 1000 + 1;
            #[expect(
                clippy::disallowed_methods,
                reason = "the connection is this benchmark's own"
            )]
            let mut transaction = self.link.begin().await.unwrap();
            sqlx::query("UPDATE account SET amount = amount + 1 WHERE id = ?")
                .bind(account)
                .execute(&mut *transaction)
                .await
                .unwrap();
            sqlx::query("INSERT INTO line (account, amount) VALUES (?, 1)")
                .bind(account)
                .execute(&mut *transaction)
                .await
                .unwrap();
            transaction.commit().await.unwrap();
            commits += 1;
        }
        f64::from(commits) / start.elapsed().as_secs_f64()
    }
}
