//! `pledgecast serve` and `pledgecast worker`: start, run, stop cleanly.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use leptos::prelude::LeptosOptions;
use sea_orm::DatabaseBackend;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::config::{ServeArgs, WorkerProcessArgs};
use super::connection_args::health_limits;
use super::health::{self, Readiness};
use super::keyed_limit::KeyedLimit;
use super::listen_address::ListenAddress;
use super::public_url::PublicUrl;
use super::router::{Shared, router};
use super::stop::unless_stopped;
use super::{assets, connections, cookie_key, setup};
use crate::inference::SHIPPED_MODEL;
use crate::queue::Notifier;
use crate::services::insights::InsightOptions;
use crate::services::{Catalog, LoadedModels, ServiceOptions, Services};

/// Serves until it is to stop.
///
/// # Errors
/// Where anything that it needs cannot be had; [`super::stop::Stopped`] where it is to stop before it is ready.
pub async fn serve(args: ServeArgs, stop: CancellationToken) -> anyhow::Result<()> {
    let database = unless_stopped(&stop, setup::database(&args.database)).await?;
    let notifier = Notifier::new(&database);
    let key = cookie_key::load(args.key.as_deref(), &args.database.data_dir)?;
    let options = ServiceOptions {
        welcome_credits: args.welcome_credits,
        max_queued: args.max_queued,
        max_open_tasks: args.max_open_tasks,
        attempts_per_minute: args.auth_per_minute,
        hashing_threads: usize::from(args.hashing_threads),
        shared_per_minute: args.shared_per_minute,
        insights: InsightOptions {
            timeout: args.worker.inference_timeout(),
            questions_per_minute: args.what_if_per_minute,
        },
        cookie_key: key,
        https: args.public_url.as_ref().is_some_and(PublicUrl::is_https),
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
    // What can fail comes before the worker starts, so that it claims nothing in vain.
    let assets = assets::site_assets()?.map(Arc::new);
    let listener = unless_stopped(&stop, args.address.bind()).await?;
    let address = listener.local_addr()?;
    let worker = setup::worker(&args.worker, &database, &notifier, &services.models, pool);
    let listening = tokio::spawn(notifier.clone().listen(database.clone(), stop.clone()));
    let working = tokio::spawn(worker.run(stop.clone()));
    let limits = args.connections.limits();
    let shared = Shared {
        services,
        notifier,
        streams: Arc::new(KeyedLimit::new(args.streams_per_user.into())),
        readiness,
        stop: stop.clone(),
        public_url: args.public_url,
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
    connections::serve(listener, app, limits, stop.clone()).await;
    working.await.context("the worker died")?;
    listening.await.context("the listener died")?;
    Ok(())
}

/// Works until it is to stop.
///
/// # Errors
/// On SQLite, and where anything that it needs cannot be had; [`super::stop::Stopped`] where it is to stop before it works.
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
    let telling = tell_health(args.health_address, readiness, stop.clone()).await?;
    let listening = tokio::spawn(notifier.listen(database, stop.clone()));
    tracing::info!(loops = args.worker.workers, "working");
    let mut working = tokio::spawn(worker.run(stop.clone()));
    tokio::select! {
        ended = &mut working => ended.context("the worker died")?,
        () = pool.no_live_threads() => {
            stop.cancel();
            working.await.context("the worker died")?;
            // Only the end of the process ends such threads; whoever supervises it starts it again.
            bail!("all inference threads are stuck in a model");
        }
    }
    stop.cancel();
    listening.await.context("the listener died")?;
    telling.await.context("telling the health died")?;
    Ok(())
}

/// Answers for the health of a process that has no other way to be asked.
async fn tell_health(
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

#[expect(
    clippy::print_stdout,
    reason = "the one line that tells people and tests the address"
)]
fn announce(what: &str, address: SocketAddr) {
    println!("{what} http://{address}");
}
