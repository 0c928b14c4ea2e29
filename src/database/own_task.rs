//! Work that its caller cannot drop halfway.

use sea_orm::DbErr;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

/// Runs `work` to its end in its own task. The token that `work` receives is canceled when the caller goes away.
///
/// # Errors
/// Those of `work`; [`DbErr::Custom`] if it panics.
pub async fn in_own_task<T, E, F>(work: impl FnOnce(CancellationToken) -> F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<DbErr> + Send + 'static,
    F: Future<Output = Result<T, E>> + Send + 'static,
{
    let caller = CancellationToken::new();
    let task = tokio::spawn(work(caller.clone()).in_current_span());
    let _cancel_when_dropped = caller.drop_guard();
    task.await.unwrap_or_else(|error| {
        // A panic closes the connection, which rolls back.
        let reason = format!("a task ended early: {error}");
        Err(DbErr::Custom(reason).into())
    })
}
