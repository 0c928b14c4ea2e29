//! The databases and clocks of the cases. Each case gets a copy of one template.
//!
//! On PostgreSQL the database's time is a row that the test sets: `statement_timestamp` is looked up in the schema
//! `public` first. There the clocks of the processes may be wrong. On SQLite the clock of the process is the clock of
//! the database.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use migration::{Migrator, MigratorTrait as _};
use pledgecast::database::{Database, DatabaseOptions};
use pledgecast::inference::SHIPPED_MODEL;
use pledgecast::queue::Notifier;
use pledgecast::services::{Clock, Services};
use pledgecast::types::{ApiKeyId, ApiKeyInput, Role, UserId};
use sea_orm::ConnectionTrait as _;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

use super::reference::KEYS;
use super::world::services;

/// A Sunday, and the end of a month; see [`super::reference::MIDNIGHT_MS`].
const START: &str = "2026-05-31T23:59:30Z";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A database with the schema, the model and two users, of which each case gets a copy.
pub struct Template {
    pub engine: Engine,
    folder: TempDir,
    pub server: String,
    number: u32,
    pub users: Vec<UserId>,
    /// The API keys of [`KEYS`].
    pub keys: Vec<ApiKeyId>,
}

/// The clock of one process, which may be wrong.
#[derive(Clone)]
pub struct TestClock {
    right: Arc<Mutex<DateTime<Utc>>>,
    wrong_by: TimeDelta,
}

impl TestClock {
    pub fn new() -> Self {
        Self {
            right: Arc::new(Mutex::new(START.parse().unwrap())),
            wrong_by: TimeDelta::zero(),
        }
    }

    pub fn wrong_by(&self, wrong_by: TimeDelta) -> Self {
        Self {
            wrong_by,
            ..self.clone()
        }
    }

    /// Advances the time of all clocks, and of the database.
    pub async fn advance(&self, database: &Database, engine: Engine, time: TimeDelta) {
        let now = {
            let mut now = self.right.lock().unwrap();
            *now += time;
            *now
        };
        if engine == Engine::Postgres {
            let sql = format!("UPDATE test_clock SET now = '{}'", now.to_rfc3339());
            database.write().execute_unprepared(&sql).await.unwrap();
        }
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.right.lock().unwrap() + self.wrong_by
    }
}

impl Template {
    pub async fn make(engine: Engine) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let mut template = Self {
            engine,
            number: COUNT.fetch_add(1, Ordering::Relaxed),
            folder: TempDir::new().unwrap(),
            server: match engine {
                Engine::Sqlite => String::new(),
                Engine::Postgres => std::env::var("TEST_DATABASE_URL").expect(
                    "TEST_DATABASE_URL is not set: run `cargo xtask test`, which starts a PostgreSQL",
                ),
            },
            users: Vec::new(),
            keys: Vec::new(),
        };
        if engine == Engine::Postgres {
            let name = template.name();
            template
                .on_server(&format!("DROP DATABASE IF EXISTS {name}"))
                .await;
            template
                .on_server(&format!("CREATE DATABASE {name} TEMPLATE template0"))
                .await;
        }
        let url = template.url(&template.name());
        migrate(&url).await;
        if engine == Engine::Postgres {
            set_up_clock(&url).await;
        }
        let database = connect(&url).await;
        let clock: Arc<dyn Clock> = Arc::new(TestClock::new());
        let services = services(&database, &Notifier::new(&database), &clock);
        services
            .catalog
            .ensure_shipped_model(SHIPPED_MODEL)
            .await
            .unwrap();
        for number in 0..2 {
            let email = format!("person-{number}@example.org");
            let user = services
                .accounts
                .create(&email, "correct horse battery", Role::User);
            template.users.push(user.await.unwrap().id);
        }
        template.keys = create_keys(&services, &template.users).await;
        close(&database).await;
        template
    }

    fn name(&self) -> String {
        match self.engine {
            Engine::Sqlite => "template".to_owned(),
            Engine::Postgres => format!("ledger_template_{}_{}", std::process::id(), self.number),
        }
    }

    pub fn url(&self, name: &str) -> String {
        match self.engine {
            Engine::Sqlite => {
                let file = self.folder.path().join(format!("{name}.db"));
                format!("sqlite://{}", file.display())
            }
            Engine::Postgres => {
                let server = self.server.rsplit_once('/').unwrap().0;
                format!("{server}/{name}?options=-c%20search_path%3Dpublic,pg_catalog")
            }
        }
    }

    async fn on_server(&self, sql: &str) {
        let mut link = PgConnection::connect(&self.server).await.unwrap();
        link.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    }

    pub async fn copy(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ledger_case_{}_{number}", std::process::id());
        match self.engine {
            Engine::Sqlite => {
                let file = |name: &str| self.folder.path().join(format!("{name}.db"));
                std::fs::copy(file("template"), file(&name)).unwrap();
            }
            Engine::Postgres => {
                self.on_server(&format!("CREATE DATABASE {name} TEMPLATE {}", self.name()))
                    .await;
            }
        }
        name
    }
}

async fn create_keys(services: &Services, users: &[UserId]) -> Vec<ApiKeyId> {
    let mut created = Vec::new();
    for spec in KEYS {
        let (field, cap) = spec.cap_of_period;
        let mut input = ApiKeyInput {
            label: "key".to_owned(),
            predict: "true".to_owned(),
            // A key that makes others is made by its user.
            manage: spec.maker.is_none().to_string(),
            cap_total: spec.cap_total.to_string(),
            ..ApiKeyInput::default()
        };
        match field {
            "cap_day" => input.cap_day = cap.to_string(),
            "cap_week" => input.cap_week = cap.to_string(),
            _ => input.cap_month = cap.to_string(),
        }
        let maker = match spec.maker {
            Some(maker) => {
                let (secret, _): &(String, ApiKeyId) = &created[maker];
                let used = services.api_keys.authenticate(secret).await;
                Some(used.unwrap().0)
            }
            None => None,
        };
        let new = services
            .api_keys
            .create(users[spec.user], maker.as_ref(), &input);
        let new = new.await.unwrap();
        created.push((new.secret, new.key.id));
    }
    created.into_iter().map(|(_, id)| id).collect()
}

fn options(url: &str) -> DatabaseOptions {
    DatabaseOptions {
        url: url.to_owned(),
        max_connections: 4,
    }
}

pub async fn connect(url: &str) -> Database {
    Database::connect(&options(url)).await.unwrap()
}

async fn set_up_clock(url: &str) {
    let mut link = PgConnection::connect(url).await.unwrap();
    for sql in [
        "CREATE TABLE test_clock (now timestamptz NOT NULL)".to_owned(),
        format!("INSERT INTO test_clock VALUES ('{START}')"),
        "CREATE FUNCTION public.statement_timestamp() RETURNS timestamptz STABLE LANGUAGE sql \
         AS 'SELECT now FROM public.test_clock'"
            .to_owned(),
    ] {
        link.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    link.close().await.unwrap();
}

async fn migrate(url: &str) {
    let migrations = Database::connect_for_migrations(&options(url)).await;
    let migrations = migrations.unwrap();
    Migrator::up(&migrations, None).await.unwrap();
    migrations.close().await.unwrap();
}

pub async fn close(database: &Database) {
    database.close().await;
}
