//! LISTEN on PostgreSQL, on a connection of its own that is probed.
//!
//! A connection can freeze without an error, for example when the server's machine is gone: then reading it
//! waits for ever. So every quarter of a minute without a notice this process notifies itself, and a
//! connection on which that does not arrive in time is dropped and made anew.

use std::convert::Infallible;
use std::fmt;
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
/// How long connecting, a statement and the probe's arrival may each take.
const DEADLINE: Duration = Duration::from_secs(5);
const RECONNECT_AFTER: Duration = Duration::from_secs(1);

#[derive(Debug)]
enum Broken {
    Database(sqlx::Error),
    Silent,
}

impl fmt::Display for Broken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => error.fmt(formatter),
            Self::Silent => formatter.write_str("the connection does not respond"),
        }
    }
}

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl Notifier {
    /// Listens to PostgreSQL until stopped, and reconnects whenever the connection breaks or freezes. Every
    /// new connection begins with a resync. On SQLite there is nothing to listen to.
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
        // Not a thread of tokio: a process that cannot start would wait for it instead of ending.
        match std::thread::Builder::new()
            .name("listen".to_owned())
            .spawn(listen)
        {
            Ok(_) if ended.await.is_ok() => {}
            Ok(_) => tracing::error!("the thread that listens to the database died"),
            Err(error) => tracing::error!(%error, "cannot listen to the database"),
        }
    }
}

/// Each connection lives in a runtime of its own, and ends with it. Dropped by itself, a `PgListener` sends a
/// last statement in the background and waits for its response, which a frozen connection never gives.
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
        tracing::warn!(%error, "listening to the database broke off; reconnecting");
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
    // Not the pool of the requests: they could use up its connections, and this one is for good.
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
                let notice = received?.ok_or(Broken::Silent)?;
                // Whatever arrives proves that notices arrive.
                is_probing = false;
                wake_at = Instant::now() + PROBE_AFTER;
                if notice.channel() == CHANNEL {
                    notifier.receive(notice.payload());
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
