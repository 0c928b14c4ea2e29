//! Measures how throughput scales with worker processes.
//!
//! No model file can take 50 ms by waiting (rather than computing, which two cores would limit). So this program acts
//! as the worker process: the crate's own `Worker`, with the same claims, leases and settling as `pledgecast worker`,
//! and a predictor that sleeps before it scores with the shipped model.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pledgecast::database::{Database, DatabaseOptions};
use pledgecast::inference::{
    InferencePool, Manifest, OnnxPredictor, PredictError, Predictor, Row, SHIPPED_MODEL,
};
use pledgecast::queue::Notifier;
use pledgecast::services::{Catalog, Clock, LoadedModels, SystemClock};
use pledgecast::types::{Campaign, ModelId};
use pledgecast::worker::{Worker, WorkerOptions};
use tokio_util::sync::CancellationToken;

use crate::Size;
use crate::growth::queue_many;
use crate::report::Report;
use crate::support::{Engine, Site};
use crate::users::LoadUsers;

/// The argument with which this program runs as a worker.
pub const PROCESS: &str = "worker-process";
const DATABASE: &str = "BENCH_WORKER_DATABASE";
const WAIT: Duration = Duration::from_millis(50);
const COUNTS: [usize; 4] = [1, 2, 4, 8];
const AIM: f64 = 7.0;
const PEOPLE: usize = 200;
/// Time until all workers are running.
const WARM_UP: Duration = Duration::from_secs(2);

pub async fn measure(extent: Size) -> Report {
    let site = Site::new(Engine::Postgres).await;
    site.run_ok(&["migrate"], "").await;
    // The first start registers the model.
    site.serve(&[("PLEDGECAST_WORKERS", "0")])
        .await
        .program
        .stop()
        .await;
    let users = LoadUsers::create(&site, PEOPLE).await;
    queue_many(&site, &users, extent.pick(10_000, 2_000)).await;
    let time = extent.turn();
    let mut report = Report::default();
    report.line(
        "Worker processes on one queue, each with one task at a time and a model whose inference takes 50 ms of \
         waiting; tasks settled a second, all processes on the same cores.",
    );
    report.head(&["worker processes", "tasks a second", "multiple of one"]);
    let mut one = 0.0;
    let mut multiple = 0.0;
    for count in COUNTS {
        let workers: Vec<Process> = (0..count).map(|_| Process::start(&site)).collect();
        tokio::time::sleep(WARM_UP).await;
        let mut link = site.database.connect().await;
        let done = "SELECT COUNT(*) FROM task WHERE status = 'succeeded'";
        let (before, start) = (link.number(done).await, Instant::now());
        tokio::time::sleep(time).await;
        let (after, took) = (link.number(done).await, start.elapsed());
        drop(workers);
        let rate = f64::from(i32::try_from(after - before).unwrap()) / took.as_secs_f64();
        if count == 1 {
            one = rate;
        }
        multiple = rate / one;
        report.row(&[
            count.to_string(),
            format!("{rate:.1}"),
            format!("{multiple:.2}"),
        ]);
    }
    report.aim(
        &format!("{AIM} times one worker with {} of them", COUNTS[3]),
        multiple >= AIM,
    );
    report
}

/// A worker process, killed on drop.
struct Process(Child);

impl Process {
    fn start(site: &Site) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .arg(PROCESS)
            .env(DATABASE, &site.database.url)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Fails only if the process has already ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Works until it is killed.
pub async fn run() -> Report {
    let options = DatabaseOptions {
        url: std::env::var(DATABASE).unwrap(),
        max_connections: 4,
    };
    let database = Database::connect(&options).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let catalog = Arc::new(Catalog::new(database.clone(), Arc::clone(&clock)));
    let model = catalog.models(None).await.unwrap()[0].id;
    let models = Arc::new(LoadedModels::new(catalog));
    let shipped = OnnxPredictor::load(SHIPPED_MODEL).unwrap();
    models.put(ModelId(model.0), Arc::new(Waiting(shipped)));
    let notifier = Notifier::new(&database);
    let stop = CancellationToken::new();
    tokio::spawn(notifier.clone().listen(database.clone(), stop.clone()));
    let options = WorkerOptions {
        loops: 1,
        batch: 1,
        lease: Duration::from_secs(30),
        max_attempts: 3,
        inference_timeout: Duration::from_secs(20),
        poll: Duration::from_secs(5),
        max_wait: Duration::from_hours(24),
    };
    let pool = InferencePool::start(1).unwrap();
    let worker = Worker::new(database, notifier, clock, models, pool, options);
    Arc::new(worker).run(stop).await;
    Report::default()
}

struct Waiting(OnnxPredictor);

impl Predictor for Waiting {
    fn manifest(&self) -> &Manifest {
        self.0.manifest()
    }

    fn encode(&self, campaign: &Campaign) -> Row {
        self.0.encode(campaign)
    }

    fn score(&self, rows: &[Row]) -> Result<Vec<f64>, PredictError> {
        std::thread::sleep(WAIT);
        self.0.score(rows)
    }
}
