//! Tasks that fail: a model that panics or hangs on one task fails only that task. Invalid output is tested over HTTP
//! with a real model.

mod webhooks;

use std::num::NonZeroU32;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use sea_orm::ConnectionTrait as _;
use tempfile::TempDir;

use super::*;
use crate::database::test_support::migrated;
use crate::inference::insight::test_support::FakePredictor;
use crate::inference::{Predictor, SHIPPED_MODEL};
use crate::queue::ClaimOptions;
use crate::services::audit::audit;
use crate::services::clock::test_support::TestClock;
use crate::services::sessions::Lifetimes;
use crate::services::{KeyRing, ServiceOptions, Services, SystemClock};
use crate::types::{
    CampaignInput, Role, SiteRules, TaskFilter, TaskStatus, TaskView, UserId, campaign_example,
};

const MAX_ATTEMPTS: i32 = 3;
const MAX_WAIT: Duration = Duration::from_hours(1);
const POISON: &str = "666";

/// A worker with its own database, and a user with credits for many tasks.
struct Fixture {
    _folder: TempDir,
    database: Database,
    services: Services,
    worker: Arc<Worker>,
    pool: InferencePool,
    /// On SQLite it is also the database's clock.
    clock: Arc<TestClock>,
    user: UserId,
}

fn campaign(goal: &str) -> CampaignInput {
    let mut campaign = campaign_example(SystemClock.now().date_naive());
    goal.clone_into(&mut campaign.usd_goal);
    campaign
}

impl Fixture {
    /// `formula` is called with whether a row is the poisoned one.
    async fn open(formula: impl Fn(bool) -> f64 + Send + Sync + 'static) -> Self {
        let (folder, database) = migrated().await;
        let notifier = Notifier::new(&database);
        let test_clock = TestClock::at(SystemClock.now());
        let clock: Arc<dyn Clock> = Arc::clone(&test_clock) as _;
        let pool = InferencePool::start(1).unwrap();
        let services = Services::new(
            &database,
            &notifier,
            &clock,
            pool.clone(),
            &service_options(),
        );
        let catalog = &services.catalog;
        catalog.ensure_shipped_model(SHIPPED_MODEL).await.unwrap();
        let model = catalog.live_model(None).await.unwrap();
        let poisoned = {
            let today = SystemClock.now().date_naive();
            FakePredictor::new(|_| 0.5).encode(&campaign(POISON).check(today).unwrap())
        };
        let fake = FakePredictor::new(move |row| {
            let is_poison = row
                .iter()
                .map(|it| it.to_bits())
                .eq(poisoned.iter().map(|it| it.to_bits()));
            formula(is_poison)
        });
        services.models.put(model.id, Arc::new(fake));
        let user = services
            .accounts
            .create("ada@example.org", "correct horse battery", Role::User)
            .await
            .unwrap();
        Self {
            worker: worker(&database, notifier, &test_clock, &services, &pool),
            _folder: folder,
            database,
            services,
            pool,
            clock: test_clock,
            user: user.id,
        }
    }

    async fn claim(&self, limit: u64) -> Vec<task::Model> {
        let options = ClaimOptions {
            limit,
            lease_for: chrono::Duration::minutes(1),
            from_round: i64::MIN,
            except: &[],
        };
        let claim = queue::claim(&self.database, options, self.clock.now());
        claim.await.unwrap().1
    }

    async fn find(&self, id: TaskId) -> TaskView {
        let predictions = &self.services.predictions;
        predictions.find(self.user, id).await.unwrap()
    }

    async fn submit(&self, goal: &str, key: &str) -> TaskId {
        let predictions = &self.services.predictions;
        let task = predictions
            .submit(self.user, &campaign(goal), key, "", "")
            .await;
        task.unwrap().value.id
    }

    /// Gives a queued task a model that no program can load.
    async fn add_broken_model(&self, task: TaskId) -> ModelId {
        let database = self.database.write();
        for sql in [
            "INSERT INTO model (id, name, version, description, price, onnx, sha256, manifest, metrics, state, \
             created_at) SELECT 99, name, 'broken', '', price, X'00', 'broken', manifest, metrics, 'retired', \
             created_at FROM model"
                .to_owned(),
            format!("UPDATE task SET model_id = 99 WHERE id = {task}"),
        ] {
            database.execute_unprepared(&sql).await.unwrap();
        }
        ModelId(99)
    }

    /// Simulates a restart of the process: a new pool, and no memory of claims.
    fn restart(&mut self) {
        self.pool = InferencePool::start(1).unwrap();
        let notifier = self.worker.notifier.clone();
        self.worker = worker(
            &self.database,
            notifier,
            &self.clock,
            &self.services,
            &self.pool,
        );
    }

    /// Runs eight tasks, of which the fourth is poisoned, until all are final. Returns the poisoned task and the
    /// others.
    async fn run_with_one_poisoned(&mut self) -> (TaskView, Vec<TaskView>) {
        let mut ids = Vec::new();
        for number in 0..8 {
            let goal = if number == 3 { POISON } else { "5000" };
            ids.push(self.submit(goal, &format!("key-{number}")).await);
        }
        for _ in 0..MAX_ATTEMPTS {
            while self.worker.work_once().await.unwrap() > 0 {}
            if self.pool.is_stuck() {
                self.restart();
                while self.worker.work_once().await.unwrap() > 0 {}
            }
            // Longer than the delay before any retry.
            self.clock.advance(20);
        }
        let mut tasks = Vec::new();
        for id in ids {
            tasks.push(self.find(id).await);
        }
        let poisoned = tasks.remove(3);
        (poisoned, tasks)
    }

    /// Returns the poisoned task. Each of the others must have taken at most `attempts`.
    async fn assert_only_the_poisoned_task_failed(&mut self, attempts: i32) -> TaskView {
        let (poisoned, others) = self.run_with_one_poisoned().await;
        assert_eq!(poisoned.status, TaskStatus::Failed);
        assert_eq!(poisoned.attempts, MAX_ATTEMPTS);
        for task in &others {
            assert_eq!(task.status, TaskStatus::Succeeded);
            assert!(task.attempts <= attempts, "{task:?}");
        }
        let balance = self.services.ledger.balance(self.user).await.unwrap();
        assert_eq!((balance.amount.0, balance.held.0), (1000 - 70, 0));
        assert_eq!(audit(&self.database).await.unwrap(), []);
        poisoned
    }
}

fn service_options() -> ServiceOptions {
    ServiceOptions {
        rules: SiteRules::default(),
        welcome_credits: 1000,
        max_queued: 1000,
        max_open_tasks: 1000,
        attempts_per_minute: 1000,
        hashing_threads: 1,
        shared_per_minute: NonZeroU32::MIN,
        insight_timeout: Duration::from_secs(1),
        questions_per_minute: NonZeroU32::MIN,
        keys: KeyRing::new(tower_cookies::Key::generate()),
        https: false,
        admin_second_factor: true,
        session_lifetimes: Lifetimes::default(),
        sends_email: false,
        webhook_targets: crate::services::webhooks::Targets::default(),
    }
}

fn worker(
    database: &Database,
    notifier: Notifier,
    clock: &Arc<TestClock>,
    services: &Services,
    pool: &InferencePool,
) -> Arc<Worker> {
    let options = WorkerOptions {
        loops: 1,
        batch: 64,
        lease: Duration::from_mins(1),
        max_attempts: MAX_ATTEMPTS,
        inference_timeout: Duration::from_secs(2),
        poll: Duration::from_secs(1),
        max_wait: MAX_WAIT,
    };
    Arc::new(Worker::new(
        database.clone(),
        notifier,
        Arc::clone(clock) as _,
        Arc::clone(&services.models),
        pool.clone(),
        options,
    ))
}

#[tokio::test]
async fn a_panic_on_one_campaign_fails_only_its_task() {
    let mut fixture = Fixture::open(|is_poisoned| {
        assert!(!is_poisoned, "on purpose");
        0.5
    })
    .await;
    let task = fixture.assert_only_the_poisoned_task_failed(1).await;
    assert!(task.error.unwrap().contains("could not score"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hang_on_one_campaign_fails_only_its_task() {
    let (release, is_released) = std::sync::mpsc::channel::<()>();
    let is_released = Mutex::new(is_released);
    let hung = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&hung);
    let mut fixture = Fixture::open(move |is_poisoned| {
        if is_poisoned {
            seen.fetch_add(1, Ordering::Relaxed);
            // Hangs until the test ends, when this returns an error.
            let _ = is_released.lock().unwrap().recv();
        }
        0.5
    })
    .await;
    // Once with the batch, then alone in a restarted process.
    let task = fixture.assert_only_the_poisoned_task_failed(2).await;
    assert!(task.error.unwrap().contains("too long"));
    assert_eq!(hung.load(Ordering::Relaxed), 3);
    drop(release);
}

#[tokio::test]
async fn a_retried_task_is_processed_alone() {
    let fixture = Fixture::open(|_| 0.5).await;
    for number in 0..5 {
        fixture.submit("5000", &format!("key-{number}")).await;
    }
    // As after the death of a worker that had claimed the first two.
    fixture.claim(2).await;
    fixture.clock.advance(61);
    assert_eq!(fixture.worker.reap_once().await.unwrap(), 2);
    fixture.clock.advance(1);
    let mut sizes = Vec::new();
    loop {
        match fixture.worker.work_once().await.unwrap() {
            0 => break,
            size => sizes.push(size),
        }
    }
    assert_eq!(sizes, [1, 1, 1, 2]);
    let all = TaskFilter::default();
    let tasks = fixture
        .services
        .predictions
        .tasks(fixture.user, &all, None, 100);
    let mut attempts: Vec<i32> = tasks
        .await
        .unwrap()
        .items
        .iter()
        .map(|it| it.attempts)
        .collect();
    attempts.sort_unstable();
    assert_eq!(attempts, [1, 1, 1, 2, 2], "released tasks lost no attempt");
    assert_eq!(audit(&fixture.database).await.unwrap(), []);
}

#[tokio::test]
async fn a_failed_task_is_retried_only_after_a_delay() {
    let fixture = Fixture::open(|_| f64::NAN).await;
    fixture.submit("5000", "key").await;
    assert_eq!(fixture.worker.work_once().await.unwrap(), 1);
    assert_eq!(fixture.worker.work_once().await.unwrap(), 0, "too early");
    fixture.clock.advance(1);
    assert_eq!(fixture.worker.work_once().await.unwrap(), 1);
    fixture.clock.advance(1);
    assert_eq!(fixture.worker.work_once().await.unwrap(), 0, "still early");
    fixture.clock.advance(3);
    assert_eq!(fixture.worker.work_once().await.unwrap(), 1);
}

#[tokio::test]
async fn tasks_whose_model_cannot_be_loaded_wait_without_using_an_attempt() {
    let fixture = Fixture::open(|_| 0.5).await;
    let good = fixture.submit("5000", "good").await;
    let stuck = fixture.submit("5000", "stuck").await;
    let model = fixture.add_broken_model(stuck).await;
    while fixture.worker.work_once().await.unwrap() > 0 {}
    assert_eq!(fixture.find(good).await.status, TaskStatus::Succeeded);
    let task = fixture.find(stuck).await;
    assert_eq!((task.status, task.attempts), (TaskStatus::Queued, 0));
    let failed = fixture.services.models.failed_for(Duration::ZERO);
    assert_eq!(failed, [model]);

    // Now the model can be loaded, as another process could have done all the time.
    fixture
        .services
        .models
        .put(model, Arc::new(FakePredictor::new(|_| 0.5)));
    fixture.worker.claims.reset();
    while fixture.worker.work_once().await.unwrap() > 0 {}
    let task = fixture.find(stuck).await;
    assert_eq!((task.status, task.attempts), (TaskStatus::Succeeded, 1));
    assert_eq!(audit(&fixture.database).await.unwrap(), []);
}

#[tokio::test]
async fn a_task_whose_model_another_worker_can_run_waits_for_its_turn() {
    let fixture = Fixture::open(|_| 0.5).await;
    let stuck = fixture.submit("5000", "stuck").await;
    let model = fixture.add_broken_model(stuck).await;
    fixture.worker.work_once().await.unwrap();
    fixture.clock.advance(3_601);
    fixture.worker.models.fail_since_long_ago();
    // As if another worker had just run this model.
    let done = fixture.submit("5000", "done").await;
    assert_eq!(fixture.worker.work_once().await.unwrap(), 1);
    let sql = format!("UPDATE task SET model_id = {model} WHERE id = {done}");
    let database = fixture.database.write();
    database.execute_unprepared(&sql).await.unwrap();
    assert_eq!(fixture.worker.reap_once().await.unwrap(), 0);
    fixture.clock.advance(3_601);
    assert_eq!(fixture.worker.reap_once().await.unwrap(), 1);
}

#[tokio::test]
async fn a_task_that_no_worker_can_take_eventually_fails_and_is_not_charged() {
    let fixture = Fixture::open(|_| 0.5).await;
    let stuck = fixture.submit("5000", "stuck").await;
    let good = fixture.submit("5000", "good").await;
    fixture.add_broken_model(stuck).await;
    assert_eq!(fixture.worker.work_once().await.unwrap(), 2);
    fixture.clock.advance(3_599);
    fixture.worker.models.fail_since_long_ago();
    assert_eq!(fixture.worker.reap_once().await.unwrap(), 0);
    fixture.clock.advance(2);
    let fresh = fixture.submit("5000", "fresh").await;
    assert_eq!(fixture.worker.reap_once().await.unwrap(), 1);
    assert_eq!(fixture.worker.reap_once().await.unwrap(), 0);
    let task = fixture.find(stuck).await;
    assert_eq!((task.status, task.attempts), (TaskStatus::Failed, 0));
    assert!(task.error.unwrap().contains("no worker"));
    assert_eq!(fixture.find(good).await.status, TaskStatus::Succeeded);
    assert_eq!(fixture.find(fresh).await.status, TaskStatus::Queued);
    let balance = fixture.services.ledger.balance(fixture.user).await.unwrap();
    assert_eq!((balance.amount.0, balance.held.0), (1000 - 10, 10));
    assert_eq!(audit(&fixture.database).await.unwrap(), []);
}
