//! The real thing: services, queue and worker on a database of one case's own.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use migration::{Migrator, MigratorTrait as _};
use pledgecast::database::{Database, DatabaseOptions};
use pledgecast::entities::task;
use pledgecast::inference::{InferencePool, SHIPPED_MODEL};
use pledgecast::queue::{self, Lease, Outcome, Signals};
use pledgecast::services::audit::audit;
use pledgecast::services::insights::InsightOptions;
use pledgecast::services::{Clock, ServiceOptions, Services};
use pledgecast::types::{
    AppError, BaseRateView, CampaignInput, KnownText, ResultContext, Role, TaskView,
    TransactionFilterInput, UserId, campaign_example,
};
use pledgecast::worker::{Verdict, Worker, WorkerOptions};
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;

use super::reference::{Answer, LEASE_MS, MAX_ATTEMPTS, Reference, WELCOME};
use super::steps::Step;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A database with the schema, the model and two users, of which each case gets a copy.
pub struct Template {
    engine: Engine,
    folder: TempDir,
    server: String,
    number: u32,
    users: Vec<UserId>,
}

struct TestClock(Mutex<DateTime<Utc>>);

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// One case's world.
pub struct World {
    pub users: Vec<UserId>,
    pub database: Database,
    pub services: Services,
    pub worker: Worker,
    clock: Arc<TestClock>,
    /// The tasks in the order in which they were made.
    tasks: Vec<TaskView>,
    claims: Vec<(Lease, Vec<task::Model>)>,
    copy: Option<(String, String)>,
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
        let database = connect(&url).await;
        let clock: Arc<dyn Clock> = Arc::new(test_clock());
        let services = services(&database, &Signals::new(&database), &clock);
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
            template.users.push(UserId(user.await.unwrap().id));
        }
        close(&database).await;
        template
    }

    fn name(&self) -> String {
        match self.engine {
            Engine::Sqlite => "template".to_owned(),
            Engine::Postgres => format!("ledger_template_{}_{}", std::process::id(), self.number),
        }
    }

    fn url(&self, name: &str) -> String {
        match self.engine {
            Engine::Sqlite => {
                let file = self.folder.path().join(format!("{name}.db"));
                format!("sqlite://{}", file.display())
            }
            Engine::Postgres => format!("{}/{name}", self.server.rsplit_once('/').unwrap().0),
        }
    }

    async fn on_server(&self, sql: &str) {
        let mut link = PgConnection::connect(&self.server).await.unwrap();
        link.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    }

    async fn copy(&self) -> String {
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

fn test_clock() -> TestClock {
    TestClock(Mutex::new("2026-03-01T12:00:00Z".parse().unwrap()))
}

fn options(url: &str) -> DatabaseOptions {
    DatabaseOptions {
        url: url.to_owned(),
        max_connections: 4,
    }
}

async fn connect(url: &str) -> Database {
    Database::connect(&options(url)).await.unwrap()
}

async fn migrate(url: &str) {
    let migrations = Database::connect_for_migrations(&options(url)).await;
    let migrations = migrations.unwrap();
    Migrator::up(&migrations, None).await.unwrap();
    migrations.close().await.unwrap();
}

async fn close(database: &Database) {
    database.close().await;
}

fn services(database: &Database, signals: &Signals, clock: &Arc<dyn Clock>) -> Services {
    let pool = InferencePool::start(1).unwrap();
    let options = ServiceOptions {
        welcome_credits: WELCOME,
        max_queued: 1000,
        max_open_tasks: 1000,
        attempts_per_minute: 1000,
        hashing_threads: 1,
        shared_per_minute: std::num::NonZeroU32::MAX,
        cookie_key: tower_cookies::Key::generate(),
        https: false,
        insights: InsightOptions {
            timeout: Duration::from_secs(1),
            questions_per_minute: NonZeroU32::MIN,
        },
    };
    Services::new(database, signals, clock, pool, &options)
}

pub fn campaign(other_body: bool) -> CampaignInput {
    let mut campaign = campaign_example("2026-03-01".parse().unwrap());
    if other_body {
        "4321".clone_into(&mut campaign.usd_goal);
    }
    campaign
}

pub fn outcome() -> Outcome {
    Outcome {
        probability: 0.5,
        interval_low: 0.4,
        interval_high: 0.6,
        context: ResultContext {
            population: "made-up campaigns".to_owned(),
            base_rate: BaseRateView {
                parent: None,
                category: None,
                campaigns: 2,
                success_rate: 0.5,
            },
            neighbours: None,
            unlike: Vec::new(),
        },
        inference_us: 1,
    }
}

fn answer_of<T>(answer: &Result<T, AppError>, done: impl Fn(&T) -> Answer) -> Answer {
    match answer {
        Ok(value) => done(value),
        Err(AppError::KeyReused) => Answer::KeyReused,
        Err(AppError::InsufficientCredits { .. }) => Answer::NotEnough,
        Err(AppError::NotFound) => Answer::NotFound,
        Err(AppError::Conflict(_)) => Answer::TooLate,
        Err(error) => panic!("{error:?}"),
    }
}

impl World {
    pub async fn open(template: &Template) -> Self {
        let name = template.copy().await;
        let database = connect(&template.url(&name)).await;
        let clock = Arc::new(test_clock());
        let shared: Arc<dyn Clock> = clock.clone();
        let signals = Signals::new(&database);
        let services = services(&database, &signals, &shared);
        let options = WorkerOptions {
            loops: 1,
            batch: 1,
            lease: Duration::from_millis(LEASE_MS.unsigned_abs()),
            max_attempts: MAX_ATTEMPTS,
            inference_timeout: Duration::from_secs(1),
            poll: Duration::from_secs(1),
        };
        let models = Arc::clone(&services.models);
        let pool = InferencePool::start(1).unwrap();
        Self {
            users: template.users.clone(),
            worker: Worker::new(database.clone(), signals, shared, models, pool, options),
            database,
            services,
            clock,
            tasks: Vec::new(),
            claims: Vec::new(),
            copy: (template.engine == Engine::Postgres).then(|| (template.server.clone(), name)),
        }
    }

    /// The time in this world.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Takes a step here and in the reference; both must answer the same.
    pub async fn take(
        &mut self,
        step: &Step,
        reference: &mut Reference,
    ) -> Result<(), TestCaseError> {
        match *step {
            Step::TopUp { user, amount, key } => {
                let ledger = &self.services.ledger;
                let answer = ledger
                    .top_up(
                        self.users[user],
                        &amount.to_string(),
                        &format!("top-up-{key}"),
                    )
                    .await;
                let expected = reference.top_up(user, amount, key);
                prop_assert_eq!(answer_of(&answer, |_| Answer::Done), expected);
            }
            Step::Submit {
                user,
                key,
                other_body,
            } => {
                let expected = reference.submit(user, key, other_body);
                self.submit(user, key, other_body, expected).await?;
            }
            Step::Cancel { user, task } if !self.tasks.is_empty() => {
                let task = task.index(self.tasks.len());
                let id = self.tasks[task].id.to_string();
                let answer = self
                    .services
                    .predictions
                    .cancel(self.users[user], &id)
                    .await;
                let expected = reference.cancel(user, task);
                prop_assert_eq!(answer_of(&answer, |_| Answer::Task(task)), expected);
            }
            Step::Claim { limit } => {
                let lease_for = TimeDelta::milliseconds(LEASE_MS);
                let now = self.clock.now();
                let claim = queue::claim(&self.database, limit, now, lease_for)
                    .await
                    .unwrap();
                reference.claim(usize::try_from(limit).unwrap());
                self.claims.push(claim);
            }
            Step::Renew { claim } if !self.claims.is_empty() => {
                let claim = claim.index(self.claims.len());
                let lease_for = TimeDelta::milliseconds(LEASE_MS);
                let (lease, now) = (&self.claims[claim].0, self.clock.now());
                let renewed = queue::renew(&self.database, lease, now, lease_for)
                    .await
                    .unwrap();
                prop_assert_eq!(renewed, reference.renew(claim));
            }
            Step::Settle { claim, answered } if !self.claims.is_empty() => {
                let claim = claim.index(self.claims.len());
                self.settle(claim, answered).await;
                reference.settle(claim, answered);
            }
            Step::Wait { ms } => {
                *self.clock.0.lock().unwrap() += TimeDelta::milliseconds(ms);
                reference.wait(ms);
            }
            Step::Rescue => {
                self.worker.rescue_once().await.unwrap();
                reference.rescue();
            }
            Step::Cancel { .. } | Step::Renew { .. } | Step::Settle { .. } => {}
        }
        Ok(())
    }

    async fn submit(
        &mut self,
        user: usize,
        key: u8,
        other_body: bool,
        expected: Answer,
    ) -> Result<(), TestCaseError> {
        let answer = self
            .services
            .predictions
            .submit(
                self.users[user],
                &campaign(other_body),
                &format!("task-{key}"),
                "",
                "",
            )
            .await;
        if let (Ok(task), Answer::Task(index)) = (&answer, expected)
            && index == self.tasks.len()
        {
            self.tasks.push(task.clone());
        }
        let index_of = |task: &TaskView| {
            let index = self.tasks.iter().position(|it| it.id == task.id);
            Answer::Task(index.expect("a task that the reference does not know"))
        };
        prop_assert_eq!(answer_of(&answer, index_of), expected);
        Ok(())
    }

    async fn settle(&self, claim: usize, answered: u8) {
        let (lease, tasks) = &self.claims[claim];
        let verdict = |position: usize| {
            if answered >> position & 1 == 1 {
                Verdict::Answered(Box::new(outcome()))
            } else {
                Verdict::NotAnswered(KnownText::ModelFailed)
            }
        };
        let verdicts = tasks.iter().cloned().enumerate();
        let verdicts = verdicts.map(|(position, task)| (task, verdict(position)));
        self.worker.settle(lease, verdicts.collect()).await.unwrap();
    }

    /// Holds every balance and every task to the reference.
    pub async fn compare(&self, reference: &Reference, step: &Step) -> Result<(), TestCaseError> {
        for (user, expected) in self.users.iter().zip(&reference.accounts) {
            let balance = self.services.ledger.balance(*user).await.unwrap();
            let found = (balance.amount.0, balance.held.0);
            prop_assert_eq!(found, (expected.amount, expected.held), "{:?}", step);
            let lines = self
                .services
                .ledger
                .transactions(*user, "100", "", &TransactionFilterInput::default())
                .await
                .unwrap();
            prop_assert_eq!(lines.items.len(), expected.lines, "{:?}", step);
        }
        for (task, expected) in self.tasks.iter().zip(&reference.tasks) {
            let user = self.users[expected.user];
            let task = self.services.predictions.find(user, task.id).await.unwrap();
            let found = (task.status, task.attempts, task.result.is_some());
            let has_result = expected.status == pledgecast::types::TaskStatus::Succeeded;
            prop_assert_eq!(
                found,
                (expected.status, expected.attempts, has_result),
                "{:?}",
                step
            );
        }
        Ok(())
    }

    /// Nothing may be left that breaks an invariant; then the copy goes.
    pub async fn audit(self) -> Result<(), TestCaseError> {
        let findings = audit(&self.database).await.unwrap();
        prop_assert_eq!(findings, []);
        close(&self.database).await;
        if let Some((server, name)) = &self.copy {
            let mut link = PgConnection::connect(server).await.unwrap();
            let sql = format!("DROP DATABASE {name} WITH (FORCE)");
            link.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        Ok(())
    }
}
