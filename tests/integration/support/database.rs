//! A separate database per test, and SQL on it for state that cannot be seen or created over HTTP.

use std::fmt::Display;
use std::sync::atomic::{AtomicU32, Ordering};

use pledgecast::types::IdCipher;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

/// The database system that a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// A subquery with the numbers from `first` to `last` in its column `i`.
    pub fn series(self, first: u32, last: u32) -> String {
        match self {
            Self::Sqlite => format!(
                "(WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) \
                 SELECT i FROM n)"
            ),
            Self::Postgres => format!("(SELECT generate_series({first}, {last}) AS i)"),
        }
    }
}

/// An empty database; its file or cluster is deleted after the test run.
pub struct Database {
    pub engine: Engine,
    pub url: String,
}

/// An open connection, for transactions that a test holds open.
pub enum Link {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Database {
    /// Creates an empty database; a SQLite file is created in `folder`.
    pub async fn create(engine: Engine, folder: &std::path::Path) -> Self {
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.join("test.db").display()),
            Engine::Postgres => {
                let server = std::env::var("TEST_DATABASE_URL").unwrap_or_else(|_| {
                    panic!(
                        "TEST_DATABASE_URL is not set: run `cargo xtask test`, which starts a PostgreSQL"
                    )
                });
                return Self::create_on(&server).await;
            }
        };
        Self { engine, url }
    }

    /// Creates an empty database on this PostgreSQL.
    pub async fn create_on(server: &str) -> Self {
        Self {
            engine: Engine::Postgres,
            url: create_postgres(server).await,
        }
    }

    /// Opens a separate connection.
    pub async fn connect(&self) -> Link {
        match self.engine {
            Engine::Sqlite => Link::Sqlite(SqliteConnection::connect(&self.url).await.unwrap()),
            Engine::Postgres => Link::Postgres(PgConnection::connect(&self.url).await.unwrap()),
        }
    }

    /// Runs one statement; returns the number of affected rows.
    pub async fn try_execute(&self, sql: &str) -> Result<u64, sqlx::Error> {
        self.connect().await.try_execute(sql).await
    }

    /// Runs one statement, which must succeed.
    pub async fn execute(&self, sql: &str) -> u64 {
        let done = self.try_execute(sql).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The integer that a query returns.
    pub async fn number(&self, sql: &str) -> i64 {
        self.connect().await.number(sql).await
    }

    /// The row with an id from a response.
    pub async fn row(&self, id: impl Display) -> i64 {
        let row = self
            .id_cipher()
            .await
            .row_id(id.to_string().parse().unwrap());
        assert!(row > 0, "{id} is no id");
        row
    }

    /// How the service encrypts ids.
    pub async fn id_cipher(&self) -> IdCipher {
        let sql = "SELECT key FROM id_key";
        let key: String = match self.connect().await {
            Link::Sqlite(mut link) => sqlx::query_scalar(sql).fetch_one(&mut link).await,
            Link::Postgres(mut link) => sqlx::query_scalar(sql).fetch_one(&mut link).await,
        }
        .unwrap();
        IdCipher::new(&key)
    }
}

impl Link {
    /// The integer that a query returns.
    pub async fn number(&mut self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(link) => sqlx::query_scalar(sql).fetch_one(link).await,
            Self::Postgres(link) => sqlx::query_scalar(sql).fetch_one(link).await,
        }
        .unwrap()
    }

    /// Runs one statement; returns the number of affected rows.
    pub async fn try_execute(&mut self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(link) => link.execute(sql).await.map(|done| done.rows_affected()),
            Self::Postgres(link) => link.execute(sql).await.map(|done| done.rows_affected()),
        }
    }

    /// Runs one statement, which must succeed.
    pub async fn execute(&mut self, sql: &str) -> u64 {
        let done = self.try_execute(sql).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }
}

async fn create_postgres(server: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "pledgecast_{}_{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    let mut link = PgConnection::connect(server)
        .await
        .unwrap_or_else(|error| panic!("the PostgreSQL of TEST_DATABASE_URL: {error}"));
    // Not template1: any connection to it, such as that of another test, would make this fail.
    for sql in [
        format!("DROP DATABASE IF EXISTS {name}"),
        format!("CREATE DATABASE {name} TEMPLATE template0"),
    ] {
        link.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let (cluster, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{cluster}/{name}")
}
