//! The real implementation: services, queue and workers on a separate database per case.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use pledgecast::database::Database;
use pledgecast::entities::task;
use pledgecast::inference::InferencePool;
use pledgecast::queue::{self, ClaimOptions, Lease, Notifier, Outcome};
use pledgecast::services::audit::audit;
use pledgecast::services::predictions::Payer;
use pledgecast::services::sessions::Lifetimes;
use pledgecast::services::{Clock, KeyRing, ServiceOptions, Services};
use pledgecast::types::{
    ApiKeyId, AppError, BaseRateView, BatchId, CampaignInput, Credits, ResultContext, SiteRules,
    SystemMessage, TaskId, TaskView, TransactionFilter, UserId, campaign_example,
};
use pledgecast::worker::{Attempt, Worker, WorkerOptions};
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::test_runner::TestCaseError;
use sea_orm::EntityTrait as _;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::reference::{
    AttemptKind, KEYS, LEASE_MS, MAX_ATTEMPTS, Reference, Response, SubmitKey, WELCOME,
};
use super::steps::Step;
use super::template::{Engine, Template, TestClock, close, connect};

/// The lease of a claim and its tasks.
pub type Claim = (Lease, Vec<task::Model>);

/// The state of one case.
pub struct World {
    pub users: Vec<UserId>,
    /// The API keys of [`KEYS`].
    keys: Vec<ApiKeyId>,
    pub database: Database,
    pub services: Services,
    /// With the right clock, one that is behind, and one that is ahead.
    pub workers: [Worker; 3],
    engine: Engine,
    clock: TestClock,
    /// The tasks in the order in which they were created.
    pub tasks: Vec<TaskView>,
    claims: Vec<Claim>,
    /// The started batches and their users.
    pub batches: Vec<(UserId, BatchId)>,
    copy: Option<(String, String)>,
}

pub fn services(database: &Database, notifier: &Notifier, clock: &Arc<dyn Clock>) -> Services {
    let pool = InferencePool::start(1).unwrap();
    let options = ServiceOptions {
        rules: SiteRules::default(),
        welcome_credits: WELCOME,
        max_queued: 1000,
        max_open_tasks: 1000,
        attempts_per_minute: 1000,
        hashing_threads: 1,
        shared_per_minute: std::num::NonZeroU32::MAX,
        keys: KeyRing::new(tower_cookies::Key::generate()),
        https: false,
        admin_second_factor: true,
        session_lifetimes: Lifetimes::default(),
        sends_email: false,
        webhook_targets: pledgecast::services::webhooks::Targets::default(),
        insight_timeout: Duration::from_secs(1),
        questions_per_minute: NonZeroU32::MIN,
    };
    Services::new(database, notifier, clock, pool, &options)
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
            amounts: None,
        },
        inference_us: 1,
    }
}

fn worker_options() -> WorkerOptions {
    WorkerOptions {
        loops: 1,
        batch: 1,
        lease: Duration::from_millis(LEASE_MS.unsigned_abs()),
        max_attempts: MAX_ATTEMPTS,
        inference_timeout: Duration::from_secs(1),
        poll: Duration::from_secs(1),
        max_wait: Duration::from_secs(1),
    }
}

pub fn response_of<T>(response: &Result<T, AppError>, done: impl Fn(&T) -> Response) -> Response {
    match response {
        Ok(value) => done(value),
        Err(AppError::KeyReused) => Response::KeyReused,
        Err(AppError::InsufficientCredits { .. }) => Response::NotEnough,
        Err(AppError::CapReached(_)) => Response::CapReached,
        Err(AppError::NotFound) => Response::NotFound,
        Err(AppError::Conflict(_)) => Response::TooLate,
        Err(error) => panic!("{error:?}"),
    }
}

impl World {
    pub async fn open(template: &Template) -> Self {
        let name = template.copy().await;
        let database = connect(&template.url(&name)).await;
        let clock = TestClock::new();
        let notifier = Notifier::new(&database);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let services = services(&database, &notifier, &shared);
        let wrong_by_h = match template.engine {
            // There is only one process, whose clock is the clock of the database.
            Engine::Sqlite => [0; 3],
            Engine::Postgres => [0, -1, 1],
        };
        let workers = wrong_by_h.map(|hours| {
            Worker::new(
                database.clone(),
                notifier.clone(),
                Arc::new(clock.wrong_by(TimeDelta::hours(hours))),
                Arc::clone(&services.models),
                InferencePool::start(1).unwrap(),
                worker_options(),
            )
        });
        Self {
            users: template.users.clone(),
            keys: template.keys.clone(),
            workers,
            database,
            services,
            engine: template.engine,
            clock,
            tasks: Vec::new(),
            claims: Vec::new(),
            batches: Vec::new(),
            copy: (template.engine == Engine::Postgres).then(|| (template.server.clone(), name)),
        }
    }

    /// The time of a process, whose clock may be wrong on PostgreSQL.
    pub fn clock(&self, worker: usize) -> DateTime<Utc> {
        match self.engine {
            Engine::Sqlite => self.clock.now(),
            Engine::Postgres => {
                let hours = [0, -1, 1][worker % 3];
                self.clock.wrong_by(TimeDelta::hours(hours)).now()
            }
        }
    }

    pub async fn wait(&self, ms: i64) {
        let time = TimeDelta::milliseconds(ms);
        self.clock.advance(&self.database, self.engine, time).await;
    }

    /// Claims like a worker in a full scan.
    pub async fn claim(&self, worker: usize, limit: u64, lease_ms: i64) -> Claim {
        let options = ClaimOptions {
            limit,
            lease_for: TimeDelta::milliseconds(lease_ms),
            from_round: i64::MIN,
            except: &[],
        };
        let clock = self.clock(worker);
        let claim = queue::claim(&self.database, options, clock).await.unwrap();
        if let Some(round) = claim.1.iter().map(|task| task.round).max() {
            let advanced = queue::advance_round(&self.database, round + 1, clock);
            advanced.await.unwrap();
        }
        claim
    }

    /// Takes a step here and in the reference; both must give the same response.
    pub async fn take(
        &mut self,
        step: &Step,
        reference: &mut Reference,
    ) -> Result<(), TestCaseError> {
        match *step {
            Step::TopUp { user, amount, key } => {
                let ledger = &self.services.ledger;
                let response = ledger
                    .top_up(
                        self.users[user],
                        &amount.to_string(),
                        &format!("top-up-{key}"),
                    )
                    .await;
                let expected = reference.top_up(user, amount, key);
                prop_assert_eq!(response_of(&response, |_| Response::Done), expected);
            }
            Step::Submit {
                user,
                key,
                other_body,
                api_key,
            } => {
                let expected = reference.submit(user, SubmitKey::One(key), other_body, api_key);
                let payer = self.payer(user, api_key);
                self.submit(payer, key, other_body, expected).await?;
                self.learn_rounds(reference).await?;
            }
            Step::Cancel { user, task } if !self.tasks.is_empty() => {
                let task = task.index(self.tasks.len());
                let id = self.tasks[task].id;
                let response = self.services.predictions.cancel(self.users[user], id).await;
                let expected = reference.cancel(user, task);
                prop_assert_eq!(response_of(&response, |_| Response::Task(task)), expected);
            }
            Step::StartBatch {
                user,
                lines,
                api_key,
            } => self.start_batch(user, lines, api_key, reference).await?,
            Step::CancelBatch { batch } => self.cancel_batch(batch, reference).await,
            Step::Grant { user, amount } => {
                let ledger = &self.services.ledger;
                let response = ledger
                    .adjust(self.users[user], Credits(amount), "a correction")
                    .await;
                let expected = reference.grant(user, amount);
                prop_assert_eq!(response_of(&response, |_| Response::Done), expected);
            }
            Step::SubmitMany {
                count,
                twice,
                with_keys,
            } => {
                self.submit_many(count, twice, with_keys, reference).await?;
            }
            Step::Claim { worker, limit } => {
                let claim = self.claim(worker, limit, LEASE_MS).await;
                let claimed = claim.1.iter().map(|task| self.index_of(task.id));
                let mut claimed: Vec<usize> = claimed.collect();
                claimed.sort_unstable();
                let mut expected = reference.claim(usize::try_from(limit).unwrap());
                expected.sort_unstable();
                prop_assert_eq!(claimed, expected);
                self.claims.push(claim);
            }
            Step::Renew { worker, claim } if !self.claims.is_empty() => {
                let claim = claim.index(self.claims.len());
                let lease_for = TimeDelta::milliseconds(LEASE_MS);
                let (lease, tasks) = &self.claims[claim];
                let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
                let clock = self.clock(worker);
                let renewed = queue::renew(&self.database, lease, &ids, clock, lease_for);
                let renewed = renewed.await.unwrap();
                prop_assert_eq!(renewed, reference.renew(claim));
            }
            Step::Settle {
                worker,
                claim,
                attempts,
            } if !self.claims.is_empty() => {
                let claim = claim.index(self.claims.len());
                self.settle(worker, claim, attempts).await;
                reference.settle(claim, attempts);
                self.learn_retries(reference).await?;
            }
            Step::Wait { ms } => {
                self.wait(ms).await;
                reference.wait(ms);
            }
            Step::Reap { worker } => {
                self.workers[worker].reap_once().await.unwrap();
                reference.reap();
                self.learn_retries(reference).await?;
            }
            Step::Cancel { .. } | Step::Renew { .. } | Step::Settle { .. } => {}
        }
        Ok(())
    }

    pub fn payer(&self, user: usize, api_key: Option<usize>) -> Payer {
        Payer {
            user: self.users[user],
            api_key: api_key.map(|key| self.keys[key]),
        }
    }

    async fn submit(
        &mut self,
        payer: Payer,
        key: u8,
        other_body: bool,
        expected: Response,
    ) -> Result<(), TestCaseError> {
        let response = self
            .services
            .predictions
            .submit(payer, &campaign(other_body), &format!("task-{key}"), "", "")
            .await;
        if let (Ok(task), Response::Task(index)) = (&response, expected)
            && index == self.tasks.len()
        {
            self.tasks.push(task.value.clone());
        }
        let found = response_of(&response, |task| {
            Response::Task(self.index_of(task.value.id))
        });
        prop_assert_eq!(found, expected);
        Ok(())
    }

    /// Submits of all users at the same time, possibly each of them twice. Their order is unknown, but not how many
    /// the credits cover.
    async fn submit_many(
        &mut self,
        count: u8,
        twice: bool,
        with_keys: bool,
        reference: &mut Reference,
    ) -> Result<(), TestCaseError> {
        let batch = reference.next_batch();
        let keys: Vec<(usize, u8)> = (0..self.users.len())
            .flat_map(|user| (0..count).map(move |number| (user, number)))
            .collect();
        let (predictions, campaign) = (&self.services.predictions, campaign(false));
        let api_key = |user: usize, number: u8| {
            let of_user = (0..KEYS.len()).filter(|key| KEYS[*key].user == user);
            let of_user: Vec<usize> = of_user.collect();
            with_keys.then(|| of_user[usize::from(number) % of_user.len()])
        };
        let submit = async |(user, number): (usize, u8)| {
            let key = format!("batch-{batch}-{number}");
            let payer = self.payer(user, api_key(user, number));
            let response = predictions.submit(payer, &campaign, &key, "", "");
            (user, number, response.await)
        };
        let times = if twice { 2 } else { 1 };
        let requests = (0..times).flat_map(|_| keys.iter().copied());
        let mut responses = join_all(requests.map(submit)).await;
        responses.sort_by_key(|(_, _, response)| {
            response.as_ref().map_or(i64::MAX, |task| task.value.id.0)
        });
        for (user, number, response) in responses {
            let key = SubmitKey::OfBatch(batch, number);
            let expected = reference.submit(user, key, false, api_key(user, number));
            if let (Ok(task), Response::Task(index)) = (&response, expected)
                && index == self.tasks.len()
            {
                self.tasks.push(task.value.clone());
            }
            let found = response_of(&response, |task| {
                Response::Task(self.index_of(task.value.id))
            });
            prop_assert_eq!(found, expected);
        }
        self.learn_rounds(reference).await
    }

    fn index_of(&self, task: TaskId) -> usize {
        let index = self.tasks.iter().position(|it| it.id == task);
        index.expect("a task that the reference does not know")
    }

    async fn rows(&self) -> Vec<(usize, task::Model)> {
        let rows = task::Entity::find().all(self.database.write()).await;
        let rows = rows.unwrap().into_iter();
        rows.map(|row| (self.index_of(row.id), row)).collect()
    }

    /// The reference knows the range of rounds of a new task. The actual round depends on the batches.
    pub async fn learn_rounds(&self, reference: &mut Reference) -> Result<(), TestCaseError> {
        for (index, row) in self.rows().await {
            let allowed = reference.learn_round(index, row.round);
            prop_assert!(
                allowed.contains(&row.round),
                "round {} is not in {:?}",
                row.round,
                allowed
            );
        }
        Ok(())
    }

    /// The reference knows the range of times of a retry. The actual time is random.
    async fn learn_retries(&self, reference: &mut Reference) -> Result<(), TestCaseError> {
        let start = self.clock.now() - TimeDelta::milliseconds(reference.now_ms());
        for (index, row) in self.rows().await {
            prop_assert_eq!(row.round, reference.tasks[index].round);
            if let Some(at) = row.retry_at {
                let at_ms = (at - start).num_milliseconds();
                let allowed = reference.learn_retry(index, at_ms);
                prop_assert!(
                    allowed.contains(&at_ms),
                    "a retry at {} is not in {:?}",
                    at_ms,
                    allowed
                );
            }
        }
        Ok(())
    }

    async fn settle(&self, worker: usize, claim: usize, attempts: [AttemptKind; 3]) {
        let (lease, tasks) = &self.claims[claim];
        let attempt = |position: usize| match attempts[position] {
            AttemptKind::Succeeded => Attempt::Succeeded(Box::new(outcome())),
            AttemptKind::Failed => Attempt::Failed(SystemMessage::ModelFailed),
            AttemptKind::Released => Attempt::NotStarted,
        };
        let attempts = tasks.iter().cloned().enumerate();
        let attempts = attempts.map(|(position, task)| (task, attempt(position)));
        let worker = &self.workers[worker];
        worker.settle(lease, attempts.collect()).await.unwrap();
    }

    /// Compares every balance and every task with the reference.
    pub async fn compare(&self, reference: &Reference, step: &Step) -> Result<(), TestCaseError> {
        for (user, expected) in self.users.iter().zip(&reference.accounts) {
            let balance = self.services.ledger.balance(*user).await.unwrap();
            let found = (balance.amount.0, balance.held.0);
            prop_assert_eq!(found, (expected.amount, expected.held), "{:?}", step);
            let lines = self
                .services
                .ledger
                .transactions(*user, TransactionFilter::default(), None, 100)
                .await
                .unwrap();
            prop_assert_eq!(lines.items.len(), expected.lines, "{:?}", step);
        }
        self.compare_keys(reference, step).await?;
        self.compare_batches(reference, step).await?;
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

    /// Compares what every API key has spent with the reference.
    async fn compare_keys(&self, reference: &Reference, step: &Step) -> Result<(), TestCaseError> {
        let today = reference.day();
        for user in &self.users {
            for key in self.services.api_keys.list(*user).await.unwrap() {
                let index = self.keys.iter().position(|id| *id == key.id).unwrap();
                let days = reference.spent[index];
                let total: i64 = days.iter().sum();
                let found = [key.spent.day, key.spent.week, key.spent.month].map(|it| it.0);
                prop_assert_eq!(found, [days[today]; 3], "key {}, {:?}", index, step);
                prop_assert_eq!(key.spent.total.0, total, "key {}, {:?}", index, step);
            }
        }
        Ok(())
    }

    /// Checks the invariants, then drops the copy.
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
