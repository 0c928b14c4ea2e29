//! Pictures and PDF files, drawn on threads of their own and a few at a time.

pub mod card;
mod layout;
pub mod pdf;
mod placed;
pub mod typeface;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::types::AppError;

/// Drawings made at the same time. Each takes a processor for some milliseconds, and up to 10 MiB.
const AT_ONCE: usize = 2;
/// How long a request waits for its turn.
const WAIT: Duration = Duration::from_secs(5);
const RETRY_AFTER_S: u64 = 5;

/// Limits the drawings that are made at the same time; cheap to clone.
#[derive(Clone)]
pub struct Drawings {
    turns: Arc<Semaphore>,
    wait: Duration,
}

impl Default for Drawings {
    fn default() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            wait: WAIT,
        }
    }
}

impl Drawings {
    /// Runs `draw` on a thread that may block. It goes on if the caller goes away.
    ///
    /// # Errors
    /// 503 if too many others wait; [`AppError::Internal`] if it panics or returns nothing.
    pub async fn make<T: Send + 'static>(
        &self,
        draw: impl FnOnce() -> Option<T> + Send + 'static,
    ) -> Result<T, AppError> {
        let turn = tokio::time::timeout(self.wait, Arc::clone(&self.turns).acquire_owned()).await;
        // The semaphore is never closed; either way there is no turn.
        let Ok(Ok(turn)) = turn else {
            let reason = "too many files are being made";
            return Err(AppError::unavailable(reason, RETRY_AFTER_S));
        };
        let drawn = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            draw()
        });
        match drawn.await {
            Ok(Some(drawn)) => Ok(drawn),
            Ok(None) => {
                tracing::error!("a file could not be drawn");
                Err(AppError::Internal)
            }
            Err(error) => {
                tracing::error!(%error, "drawing a file panicked");
                Err(AppError::Internal)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn drawings_wait_for_their_turn_and_are_refused_after_a_while() {
        let drawings = Drawings {
            turns: Arc::new(Semaphore::new(1)),
            wait: Duration::from_millis(1),
        };
        let turn = Arc::clone(&drawings.turns).acquire_owned().await.unwrap();
        let refused = drawings.make(|| Some(1)).await.unwrap_err();
        assert_eq!(refused.retry_after_s(), Some(RETRY_AFTER_S));
        drop(turn);
        assert_eq!(drawings.make(|| Some(1)).await, Ok(1));
    }
}
