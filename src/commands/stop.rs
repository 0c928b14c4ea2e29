//! Stops the process on SIGTERM or Ctrl-C, also during start or a command.

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// The command was stopped before it finished.
#[derive(Debug, thiserror::Error)]
#[error("stopped by a signal")]
pub struct Stopped;

/// A token that the first SIGTERM or Ctrl-C cancels.
///
/// # Errors
/// If the signal handlers cannot be installed.
pub fn on_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for Ctrl-C")?;
    let token = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        token.cancel();
    });
    Ok(stop)
}

/// Runs `work` to its end, or drops it when `stop` is cancelled.
///
/// # Errors
/// [`Stopped`], or the error of `work`.
pub async fn unless_stopped<T>(
    stop: &CancellationToken,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    match stop.run_until_cancelled(work).await {
        Some(done) => done,
        None => Err(Stopped.into()),
    }
}
