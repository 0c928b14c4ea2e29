//! LISTEN on PostgreSQL, on a dedicated connection that is probed.
//!
//! A connection can freeze without an error, for example when the server's machine is gone; reading from it then never
//! returns. So after every 15 seconds without a notification this process notifies itself. If that notification does
//! not arrive in time, the connection is dropped and replaced.

use std::convert::Infallible;
use std::time::Duration;

use sea_orm::sqlx;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::Notifier;
use super::notify::CHANNEL;
use crate::database::Database;

/// Silence after which the connection is probed.
const PROBE_AFTER: Duration = Duration::from_secs(15);
/// Time limit each for connecting, for a statement, and for the arrival of the probe.
const DEADLINE: Duration = Duration::from_secs(5);
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error("the connection does not respond")]
    Silent,
}

impl Notifier {
    /// Listens to PostgreSQL until stopped, and reconnects when the connection breaks or freezes. Each new connection
    /// begins with a resync. Returns at once on SQLite.
    pub async fn listen(self, database: Database, stop: CancellationToken) {
        let Some(pool) = database.postgres_pool() else {
            return;
        };
        let options = PgConnectOptions::clone(&pool.connect_options());
        let (done, ended) = oneshot::channel();
        let listen = move || {
            run(&self, &options, &stop);
            // An error means that nobody waits for the end.
            let _ = done.send(());
        };
        // Not a thread of tokio: a process that fails to start would wait for it instead of exiting.
        match std::thread::Builder::new()
            .name("listen".to_owned())
            .spawn(listen)
        {
            Ok(_) if ended.await.is_ok() => {}
            Ok(_) => tracing::error!("the LISTEN thread died"),
            Err(error) => tracing::error!(%error, "cannot listen to the database"),
        }
    }
}

/// Each connection has its own runtime, which ends with it. When a `PgListener` is dropped, it sends a last statement
/// in the background and waits for the response, which a frozen connection never returns.
fn run(notifier: &Notifier, options: &PgConnectOptions, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        match runtime {
            Ok(runtime) => {
                runtime.block_on(listen_once(notifier, options, stop));
                runtime.shutdown_background();
            }
            Err(error) => {
                tracing::error!(%error, "cannot listen to the database");
                std::thread::sleep(RECONNECT_AFTER);
            }
        }
    }
}

async fn listen_once(notifier: &Notifier, options: &PgConnectOptions, stop: &CancellationToken) {
    let listening = async {
        let Err(error) = receive_all(notifier, options).await;
        tracing::warn!(%error, "lost the LISTEN connection; reconnecting");
        tokio::time::sleep(RECONNECT_AFTER).await;
    };
    tokio::select! {
        () = listening => {}
        () = stop.cancelled() => {}
    }
}

async fn receive_all(
    notifier: &Notifier,
    options: &PgConnectOptions,
) -> Result<Infallible, Broken> {
    // Not the pool of the requests: they could use up its connections, and this connection is never returned.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(DEADLINE)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options.clone());
    let mut listener = in_time(PgListener::connect_with(&pool)).await?;
    listener.eager_reconnect(false);
    let probe = format!("{CHANNEL}_probe_{}", uuid::Uuid::new_v4().simple());
    in_time(listener.listen_all([CHANNEL, &probe])).await?;
    tracing::info!("listening to the database");
    notifier.resync();
    let mut wake_at = Instant::now() + PROBE_AFTER;
    let mut is_probing = false;
    loop {
        match timeout_at(wake_at, listener.try_recv()).await {
            Ok(received) => {
                let notification = received?.ok_or(Broken::Silent)?;
                // Any notification proves that the connection works.
                is_probing = false;
                wake_at = Instant::now() + PROBE_AFTER;
                if notification.channel() == CHANNEL {
                    notifier.receive(notification.payload());
                }
            }
            Err(_) if is_probing => return Err(Broken::Silent),
            Err(_) => {
                let notify = sqlx::query("SELECT pg_notify($1, '')").bind(&probe);
                in_time(notify.execute(&mut listener)).await?;
                is_probing = true;
                wake_at = Instant::now() + DEADLINE;
            }
        }
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, Broken> {
    match timeout(DEADLINE, work).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(Broken::Silent),
    }
}
