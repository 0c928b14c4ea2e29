//! Being asked to stop, by SIGTERM or Ctrl-C: also in the middle of starting or of a command.

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The command was asked to stop before it was done.
#[derive(Debug, thiserror::Error)]
#[error("stopped by a signal")]
pub struct Stopped;

/// Cancelled by the first SIGTERM or Ctrl-C.
///
/// # Errors
/// Where the system does not let this process listen to signals.
pub fn on_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).context("listening to SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening to Ctrl-C")?;
    let told = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        told.cancel();
    });
    Ok(stop)
}

/// Runs `work` to its end, or drops it where it stands once the process is to stop.
///
/// # Errors
/// [`Stopped`], or what `work` failed with.
pub async fn unless_stopped<T>(
    stop: &CancellationToken,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    match stop.run_until_cancelled(work).await {
        Some(done) => done,
        None => Err(Stopped.into()),
    }
}
