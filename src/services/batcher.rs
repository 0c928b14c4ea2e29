//! Micro-batching: items that arrive while a batch runs form the next one. There is no linger delay, so a single
//! caller does not wait.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::types::AppError;

type Running<O> = Pin<Box<dyn Future<Output = Result<Vec<O>, AppError>> + Send>>;

/// Runs items in batches; cheap to clone.
pub(super) struct Batcher<I, O> {
    inner: Arc<Inner<I, O>>,
}

struct Inner<I, O> {
    state: Mutex<State<I, O>>,
    max_size: usize,
    max_concurrent: usize,
    run: Box<dyn Fn(Vec<I>) -> Running<O> + Send + Sync>,
}

struct State<I, O> {
    pending: VecDeque<Pending<I, O>>,
    runners: usize,
}

struct Pending<I, O> {
    item: I,
    reply: oneshot::Sender<Result<O, AppError>>,
}

impl<I, O> Clone for Batcher<I, O> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<I: Send + 'static, O: Send + 'static> Batcher<I, O> {
    /// Batches have at most `max_size` items; `max_concurrent` of them run at the same time. `run` returns a result
    /// for each item, in the same order. If it fails, every caller of the batch gets the error.
    pub(super) fn new<F>(
        max_size: usize,
        max_concurrent: usize,
        run: impl Fn(Vec<I>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Vec<O>, AppError>> + Send + 'static,
    {
        Self {
            inner: Arc::new(Inner {
                state: Mutex::new(State {
                    pending: VecDeque::new(),
                    runners: 0,
                }),
                max_size,
                max_concurrent,
                run: Box::new(move |items| Box::pin(run(items))),
            }),
        }
    }

    /// Runs one item. A batch that has begun runs to its end even if its callers go away; an item whose caller has
    /// gone before that is skipped.
    ///
    /// # Errors
    /// Those of the batch, or 500 if it panicked.
    pub(super) async fn submit(&self, item: I) -> Result<O, AppError> {
        let (reply, result) = oneshot::channel();
        if self.inner.add(Pending { item, reply }) {
            tokio::spawn(Arc::clone(&self.inner).run_batches());
        }
        result.await.unwrap_or(Err(AppError::Internal))
    }
}

impl<I: Send + 'static, O: Send + 'static> Inner<I, O> {
    /// Returns whether another runner is needed.
    fn add(&self, pending: Pending<I, O>) -> bool {
        let mut state = self.state.lock();
        state.pending.push_back(pending);
        let is_needed = state.runners < self.max_concurrent;
        state.runners += usize::from(is_needed);
        is_needed
    }

    /// The next batch. If it is empty, the runner ends, under the same lock that `add` takes.
    fn next_batch(&self) -> Vec<Pending<I, O>> {
        let mut state = self.state.lock();
        let mut batch = Vec::new();
        while batch.len() < self.max_size {
            match state.pending.pop_front() {
                Some(pending) if pending.reply.is_closed() => {}
                Some(pending) => batch.push(pending),
                None => break,
            }
        }
        if batch.is_empty() {
            state.runners -= 1;
        }
        batch
    }

    async fn run_batches(self: Arc<Self>) {
        loop {
            let batch = self.next_batch();
            if batch.is_empty() {
                return;
            }
            let (items, replies): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|it| (it.item, it.reply)).unzip();
            // Runs in its own task, so that a panic ends this batch and not the runner.
            let results = tokio::spawn((self.run)(items)).await;
            match results {
                Ok(Ok(results)) => {
                    for (reply, result) in replies.into_iter().zip(results) {
                        // An error means that the caller has gone.
                        let _ = reply.send(Ok(result));
                    }
                }
                Ok(Err(error)) => {
                    for reply in replies {
                        let _ = reply.send(Err(error.clone()));
                    }
                }
                Err(error) => tracing::error!(%error, "a batch ended early"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    /// Batches of at most 3 items that each wait for a permit, with a record of the items of each batch.
    struct Gated {
        batcher: Batcher<u32, u32>,
        gate: Arc<Semaphore>,
        done: Arc<Mutex<Vec<Vec<u32>>>>,
    }

    impl Gated {
        fn new() -> Self {
            let gate = Arc::new(Semaphore::new(0));
            let done = Arc::new(Mutex::new(Vec::new()));
            let batcher = {
                let (gate, done) = (Arc::clone(&gate), Arc::clone(&done));
                Batcher::new(3, 1, move |items: Vec<u32>| {
                    done.lock().push(items.clone());
                    let gate = Arc::clone(&gate);
                    async move {
                        gate.acquire().await.unwrap().forget();
                        Ok(items.into_iter().map(|item| item * 10).collect())
                    }
                })
            };
            Self {
                batcher,
                gate,
                done,
            }
        }

        fn submit(&self, item: u32) -> tokio::task::JoinHandle<Result<u32, AppError>> {
            let batcher = self.batcher.clone();
            tokio::spawn(async move { batcher.submit(item).await })
        }

        async fn until(&self, is_reached: impl Fn(&Self) -> bool) {
            while !is_reached(self) {
                tokio::task::yield_now().await;
            }
        }

        fn pending(&self) -> usize {
            self.batcher.inner.state.lock().pending.len()
        }
    }

    #[tokio::test]
    async fn items_that_arrive_during_a_batch_form_the_next_one_and_get_their_own_results() {
        let gated = Gated::new();
        let mut submitted = vec![gated.submit(0)];
        gated.until(|it| !it.done.lock().is_empty()).await;
        for item in 1..6 {
            submitted.push(gated.submit(item));
            gated.until(|it| it.pending() == item as usize).await;
        }
        gated.gate.add_permits(3);
        for (item, result) in (0..6).zip(submitted) {
            assert_eq!(result.await.unwrap(), Ok(item * 10));
        }
        let done = gated.done.lock();
        assert_eq!(*done, [vec![0], vec![1, 2, 3], vec![4, 5]]);
    }

    #[tokio::test]
    async fn an_item_whose_caller_has_gone_is_skipped() {
        let gated = Gated::new();
        let first = gated.submit(0);
        gated.until(|it| !it.done.lock().is_empty()).await;
        let gone = gated.submit(1);
        gated.until(|it| it.pending() == 1).await;
        let last = gated.submit(2);
        gated.until(|it| it.pending() == 2).await;
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        gated.gate.add_permits(2);
        assert_eq!(first.await.unwrap(), Ok(0));
        assert_eq!(last.await.unwrap(), Ok(20));
        assert_eq!(*gated.done.lock(), [vec![0], vec![2]]);
    }

    #[tokio::test]
    async fn a_batch_that_panics_does_not_stop_later_ones() {
        let calls = Arc::new(AtomicUsize::new(0));
        let batcher = {
            let calls = Arc::clone(&calls);
            Batcher::new(8, 1, move |items: Vec<u32>| {
                let call = calls.fetch_add(1, Ordering::Relaxed);
                async move {
                    assert!(call > 0, "the first batch is lost");
                    Ok(items)
                }
            })
        };
        assert_eq!(batcher.submit(1).await, Err(AppError::Internal));
        assert_eq!(batcher.submit(2).await, Ok(2));
    }

    #[tokio::test]
    async fn an_error_reaches_every_caller() {
        let batcher = Batcher::new(8, 1, |_: Vec<u32>| async {
            Err::<Vec<u32>, _>(AppError::NotFound)
        });
        assert_eq!(batcher.submit(1).await, Err(AppError::NotFound));
    }
}
