//! `pledgecast serve` and `pledgecast worker`: start, run, stop cleanly.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use leptos::prelude::LeptosOptions;
use sea_orm::DatabaseBackend;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::announce::announce;
use super::config::{ServeArgs, WorkerProcessArgs};
use super::connection_args::health_limits;
use super::metrics::MetricsServer;
use super::secret_file::secret_of;
use super::stop::unless_stopped;
use super::{cookie_key, setup};
use crate::inference::{InferenceError, InferencePool, SHIPPED_MODEL};
use crate::queue::Notifier;
use crate::server::drawing::Drawings;
use crate::server::health::{self, Readiness};
use crate::server::listen_address::ListenAddress;
use crate::server::public_url::PublicUrl;
use crate::server::router::router;
use crate::server::state::{LARGE_BODIES_PER_USER, Shared};
use crate::server::{assets, connections};
use crate::services::in_use::KeyedLimit;
use crate::services::{Catalog, LoadedModels, ServiceOptions, Services};

/// How long connections and the last settlement may take after inference has ended.
const DRAIN: Duration = Duration::from_secs(15);

/// Serves until `stop` is cancelled.
///
/// # Errors
/// If a resource that it needs is not available; [`super::stop::Stopped`] if it is stopped before it is ready.
pub async fn serve(args: ServeArgs, stop: CancellationToken) -> anyhow::Result<()> {
    let database = unless_stopped(&stop, setup::database(&args.database)).await?;
    let notifier = Notifier::new(&database);
    let configured = secret_of(
        "PLEDGECAST_KEY",
        args.key.as_ref(),
        args.key_file.as_deref(),
    )?;
    let keys = cookie_key::load(configured.as_deref(), &args.database.data_dir)?;
    let options = ServiceOptions {
        rules: args.rules.rules(),
        welcome_credits: args.welcome_credits,
        max_queued: args.max_queued,
        max_open_tasks: args.max_open_tasks,
        attempts_per_minute: args.auth_per_minute,
        hashing_threads: usize::from(args.hashing_threads),
        shared_per_minute: args.shared_per_minute,
        insight_timeout: args.worker.inference_timeout,
        questions_per_minute: args.what_if_per_minute,
        keys: keys.clone(),
        webhook_targets: args.webhooks.targets(),
        sends_email: args.mail.is_enabled(),
        https: args.public_url.as_ref().is_some_and(PublicUrl::is_https),
        admin_second_factor: args.sessions.admin_second_factor,
        session_lifetimes: args.sessions.lifetimes(),
    };
    let pool = setup::pool(&args.worker)?;
    let services = Services::new(
        &database,
        &notifier,
        &setup::clock(),
        pool.clone(),
        &options,
    );
    unless_stopped(&stop, async {
        let registered = services.catalog.ensure_shipped_model(SHIPPED_MODEL).await;
        registered.context("registering the shipped model")
    })
    .await?;
    let readiness = Readiness {
        sessions: Some(Arc::clone(&services.sessions)),
        catalog: Arc::clone(&services.catalog),
        models: Arc::clone(&services.models),
        pool: pool.clone(),
        works: args.worker.workers > 0,
    };
    // Everything that can fail comes before the worker starts, so that a failed start claims no tasks.
    let assets = assets::site_assets()?.map(Arc::new);
    let deliverer = setup::deliverer(&args.webhooks, &database, &notifier, &keys)?;
    let route = args.mail.route(args.public_url.as_ref())?;
    let mailer = setup::mailer(route, &database, &notifier, &keys);
    let listener = unless_stopped(&stop, args.address.bind()).await?;
    let metrics = MetricsServer::bind(args.metrics.metrics_address)
        .await?
        .start(&database, &stop);
    let address = listener.local_addr()?;
    let watching = tokio::spawn(stop_when_stuck(pool.clone(), stop.clone()));
    let worker = setup::worker(&args.worker, &database, &notifier, &services.models, pool);
    let listening = tokio::spawn(notifier.clone().listen(database.clone(), stop.clone()));
    let working = tokio::spawn(worker.run(stop.clone()));
    let delivering = tokio::spawn(deliverer.run(stop.clone()));
    let pruning = tokio::spawn(Arc::clone(&services.sessions).run_pruning(stop.clone()));
    let mailing = tokio::spawn(mailer.run(stop.clone()));
    let limits = args.connections.limits();
    let shared = Shared {
        services,
        notifier,
        streams: KeyedLimit::new(args.streams_per_user.into()),
        large_bodies: KeyedLimit::new(LARGE_BODIES_PER_USER),
        drawings: Drawings::default(),
        readiness,
        stop: stop.clone(),
        public_url: args.public_url,
        hsts_subdomains: args.hsts_subdomains,
        security_contact: args.security_contact,
        trusted_proxies: limits.trusted_proxies.clone(),
        body_rate: limits.body_rate,
        clock: setup::clock(),
        assets,
        leptos: LeptosOptions::builder()
            .output_name("pledgecast")
            .site_addr(address)
            .build(),
    };
    let app = router(shared.into());
    announce("Pledgecast is ready at", address);
    let serving = async {
        connections::serve(listener, app, limits, stop.clone()).await;
        stop.cancel();
        working.await.context("the worker panicked")?;
        delivering.await.context("the deliveries panicked")?;
        metrics.await.context("the metrics server panicked")?;
        pruning.await.context("the deletion of sessions panicked")?;
        mailing.await.context("the mailer panicked")?;
        listening.await.context("the listener panicked")
    };
    end_with(watching, args.worker.inference_timeout + DRAIN, serving).await
}

/// Stops the process if an inference thread is stuck in a model, because only the end of the process ends such a
/// thread. The supervisor is expected to restart the process.
///
/// # Errors
/// [`InferenceError::Stuck`]; none if the process is stopped for another reason.
async fn stop_when_stuck(pool: InferencePool, stop: CancellationToken) -> anyhow::Result<()> {
    if stop.run_until_cancelled(pool.stuck()).await.is_none() {
        return Ok(());
    }
    tracing::error!("an inference thread is stuck in a model; exiting to be restarted");
    stop.cancel();
    Err(InferenceError::Stuck.into())
}

/// Works on tasks until `stop` is cancelled.
///
/// # Errors
/// On SQLite, or if a resource that it needs is not available; [`super::stop::Stopped`] if it is stopped before it
/// starts to work.
pub async fn work(args: WorkerProcessArgs, stop: CancellationToken) -> anyhow::Result<()> {
    let database = unless_stopped(&stop, setup::database(&args.database)).await?;
    if database.backend() != DatabaseBackend::Postgres {
        bail!(
            "separate workers need PostgreSQL (PLEDGECAST_DATABASE_URL=postgres://…); \
             on SQLite they run inside `pledgecast serve`"
        );
    }
    let notifier = Notifier::new(&database);
    let catalog = Arc::new(Catalog::new(database.clone(), setup::clock()));
    let models = Arc::new(LoadedModels::new(Arc::clone(&catalog)));
    let pool = setup::pool(&args.worker)?;
    let worker = setup::worker(&args.worker, &database, &notifier, &models, pool.clone());
    let readiness = Readiness {
        sessions: None,
        catalog,
        models,
        pool: pool.clone(),
        works: true,
    };
    let health_server = serve_health(args.health_address, readiness, stop.clone()).await?;
    let metrics = MetricsServer::bind(args.metrics.metrics_address)
        .await?
        .start(&database, &stop);
    let listening = tokio::spawn(notifier.listen(database, stop.clone()));
    tracing::info!(loops = args.worker.workers, "working on tasks");
    let watching = tokio::spawn(stop_when_stuck(pool, stop.clone()));
    let working = async {
        worker.run(stop.clone()).await;
        stop.cancel();
        listening.await.context("the listener panicked")?;
        metrics.await.context("the metrics server panicked")?;
        health_server.await.context("the health server panicked")
    };
    end_with(watching, args.worker.inference_timeout + DRAIN, working).await
}

/// Waits for `work`, but once an inference thread is stuck only for `grace`: what depends on that thread may never end.
///
/// # Errors
/// That of `work`; [`InferenceError::Stuck`].
async fn end_with(
    watching: JoinHandle<anyhow::Result<()>>,
    grace: Duration,
    work: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    tokio::pin!(work, watching);
    let context = "the watch on the inference pool panicked";
    tokio::select! {
        ended = &mut work => {
            ended?;
            watching.await.context(context)?
        }
        watched = &mut watching => match watched.context(context)? {
            Ok(()) => work.await,
            Err(stuck) => {
                // An error means that the work did not end in time.
                let _ = tokio::time::timeout(grace, work).await;
                Err(stuck)
            }
        },
    }
}

/// Serves the health checks of a process that serves nothing else.
async fn serve_health(
    address: Option<ListenAddress>,
    readiness: Readiness,
    stop: CancellationToken,
) -> anyhow::Result<JoinHandle<()>> {
    let Some(address) = address else {
        return Ok(tokio::spawn(async {}));
    };
    let listener = address.bind().await?;
    announce("Pledgecast reports its health at", listener.local_addr()?);
    let app = health::router(readiness);
    Ok(tokio::spawn(connections::serve(
        listener,
        app,
        health_limits(),
        stop,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::Priority;
    use crate::inference::insight::test_support::FakePredictor;

    #[tokio::test]
    async fn a_process_with_a_stuck_inference_thread_stops_with_an_error() {
        let pool = InferencePool::start(2).unwrap();
        let stop = CancellationToken::new();
        let watching = tokio::spawn(stop_when_stuck(pool.clone(), stop.clone()));
        let (release, is_released) = std::sync::mpsc::channel::<()>();
        let model = Arc::new(FakePredictor::new(|_| 0.5));
        let limit = Duration::from_millis(5);
        let run = pool.run(Priority::Interactive, model, limit, move |_| {
            // An error means that the sender was dropped.
            let _ = is_released.recv();
            Ok(())
        });
        assert!(run.await.is_err());
        stop.cancelled().await;
        let error = watching.await.unwrap().unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&InferenceError::Stuck));
        drop(release);
    }

    #[tokio::test]
    async fn work_that_never_ends_does_not_keep_a_stuck_process_alive() {
        let grace = Duration::from_millis(10);
        let watching = tokio::spawn(async { Err(InferenceError::Stuck.into()) });
        let never = std::future::pending();
        let ended = end_with(watching, grace, never).await;
        assert!(ended.is_err());

        // Stopped for another reason, the process waits for its work.
        let watching = tokio::spawn(async { Ok(()) });
        let later = async {
            tokio::time::sleep(5 * grace).await;
            Ok(())
        };
        let ended = end_with(watching, grace, later).await;
        assert!(ended.is_ok());
    }

    #[tokio::test]
    async fn a_process_that_receives_a_stop_signal_ends_without_an_error() {
        let stop = CancellationToken::new();
        let pool = InferencePool::start(1).unwrap();
        let watching = tokio::spawn(stop_when_stuck(pool, stop.clone()));
        stop.cancel();
        assert!(watching.await.unwrap().is_ok());
    }
}
