//! Serves the metrics of a process to Prometheus, if an address is configured.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::announce::announce;
use super::connection_args::health_limits;
use super::setup;
use crate::database::Database;
use crate::metrics::{self, Exporter};
use crate::queue;
use crate::server::connections;
use crate::server::listen_address::ListenAddress;
use crate::server::metrics::{Sample, router};

/// The queue is read at most once in this time, however many scrapes arrive.
const FRESH_FOR: Duration = Duration::from_secs(2);
/// How long the database may take; scrapes usually end after 10 seconds.
const DEADLINE: Duration = Duration::from_secs(4);

/// A listener for Prometheus that does not answer yet.
pub struct MetricsServer(Option<(TcpListener, Exporter)>);

impl MetricsServer {
    /// Begins to record, if an address is configured.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn bind(address: Option<ListenAddress>) -> anyhow::Result<Self> {
        let Some(address) = address else {
            return Ok(Self(None));
        };
        let listener = address.bind().await?;
        let exporter = Exporter::install().context("setting up metrics")?;
        announce("Pledgecast reports its metrics at", listener.local_addr()?);
        Ok(Self(Some((listener, exporter))))
    }

    /// Answers until `stop` is cancelled.
    pub fn start(self, database: &Database, stop: &CancellationToken) -> JoinHandle<()> {
        let Some((listener, exporter)) = self.0 else {
            return tokio::spawn(async {});
        };
        let app = router(exporter.clone(), sample_of(database.clone()));
        let (serving, stop) = (stop.clone(), stop.clone());
        tokio::spawn(async move {
            let keeping_up = exporter.keep_up(stop);
            let serving = connections::serve(listener, app, health_limits(), serving);
            futures::join!(keeping_up, serving);
        })
    }
}

/// Reads the state of the queue and of the connections.
fn sample_of(database: Database) -> Sample {
    let read_at: Arc<Mutex<Option<Instant>>> = Arc::default();
    Arc::new(move || {
        let (database, read_at) = (database.clone(), Arc::clone(&read_at));
        Box::pin(async move {
            for (name, (open, idle)) in database.sizes() {
                metrics::connections(name, open, idle);
            }
            let is_fresh = read_at.lock().is_some_and(|at| at.elapsed() < FRESH_FOR);
            if !is_fresh {
                read_queue(&database).await;
                *read_at.lock() = Some(Instant::now());
            }
        })
    })
}

async fn read_queue(database: &Database) {
    let clock = setup::clock().now();
    let reading = tokio::time::timeout(DEADLINE, queue::summary(database, clock));
    let read = match reading.await {
        Ok(read) => read.map_err(|error| error.to_string()),
        Err(_elapsed) => Err("the database did not answer in time".to_owned()),
    };
    metrics::database_up(read.is_ok());
    match read {
        Ok(summary) => metrics::queue(summary.queued, summary.running, summary.waited),
        Err(error) => tracing::warn!(error, "cannot read the queue for metrics"),
    }
}
