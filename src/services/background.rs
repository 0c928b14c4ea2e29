//! Loops in the background of a process.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

const AFTER_PANIC: Duration = Duration::from_secs(1);

/// Restarts a loop if it panics, because the process needs all of its loops. Returns when the loop ends by itself.
pub async fn restart_on_panic<F>(stop: CancellationToken, start: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    while let Err(error) = tokio::spawn(start()).await {
        tracing::error!(%error, "a background loop panicked; restarting it");
        tokio::select! {
            () = tokio::time::sleep(AFTER_PANIC) => {}
            () = stop.cancelled() => return,
        }
    }
}
