//! Many small things of one kind, done together: while some are being done, the next ones gather, and are
//! then done as one. An asker that is alone is served at once, so nothing waits for company.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::types::AppError;

type Doing<O> = Pin<Box<dyn Future<Output = Result<Vec<O>, AppError>> + Send>>;

/// Does what is asked for in groups; cheap to clone.
pub(super) struct Gather<I, O> {
    inner: Arc<Inner<I, O>>,
}

struct Inner<I, O> {
    state: Mutex<State<I, O>>,
    size_max: usize,
    at_once: usize,
    work: Box<dyn Fn(Vec<I>) -> Doing<O> + Send + Sync>,
}

struct State<I, O> {
    waiting: VecDeque<Asked<I, O>>,
    running: usize,
}

struct Asked<I, O> {
    item: I,
    reply: oneshot::Sender<Result<O, AppError>>,
}

impl<I, O> Clone for Gather<I, O> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
        }
    }
}

impl<I: Send + 'static, O: Send + 'static> Gather<I, O> {
    /// Groups of at most `size_max`, of which `at_once` are done side by side. `work` answers each item in
    /// its place; an error is everybody's.
    pub(super) fn new<F>(
        size_max: usize,
        at_once: usize,
        work: impl Fn(Vec<I>) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Vec<O>, AppError>> + Send + 'static,
    {
        Self {
            inner: Arc::new(Inner {
                state: Mutex::new(State {
                    waiting: VecDeque::new(),
                    running: 0,
                }),
                size_max,
                at_once,
                work: Box::new(move |items| Box::pin(work(items))),
            }),
        }
    }

    /// Has one item done. It is done also where the asker goes away meanwhile.
    ///
    /// # Errors
    /// That of the group, or 500 where the work panicked.
    pub(super) async fn ask(&self, item: I) -> Result<O, AppError> {
        let (reply, answer) = oneshot::channel();
        if self.inner.add(Asked { item, reply }) {
            tokio::spawn(Arc::clone(&self.inner).run());
        }
        answer.await.unwrap_or(Err(AppError::Internal))
    }
}

impl<I: Send + 'static, O: Send + 'static> Inner<I, O> {
    /// Answers whether one more runner is wanted.
    fn add(&self, asked: Asked<I, O>) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.push_back(asked);
        let wanted = state.running < self.at_once;
        state.running += usize::from(wanted);
        wanted
    }

    /// The next group; an empty one ends the runner, under the same lock under which items come in.
    fn next(&self) -> Vec<Asked<I, O>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let size = state.waiting.len().min(self.size_max);
        if size == 0 {
            state.running -= 1;
        }
        state.waiting.drain(..size).collect()
    }

    async fn run(self: Arc<Self>) {
        loop {
            let group = self.next();
            if group.is_empty() {
                return;
            }
            let (items, replies): (Vec<_>, Vec<_>) =
                group.into_iter().map(|it| (it.item, it.reply)).unzip();
            // In a task of its own, so that a panic ends this group and not the runner.
            let answers = tokio::spawn((self.work)(items)).await;
            match answers {
                Ok(Ok(answers)) => {
                    for (reply, answer) in replies.into_iter().zip(answers) {
                        // An error means that the asker has gone away.
                        let _ = reply.send(Ok(answer));
                    }
                }
                Ok(Err(error)) => {
                    for reply in replies {
                        let _ = reply.send(Err(error.clone()));
                    }
                }
                Err(error) => tracing::error!(%error, "a group could not be done"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn what_comes_while_others_are_done_is_done_together_and_each_gets_its_own_answer() {
        let gate = Arc::new(Semaphore::new(0));
        let groups = Arc::new(Mutex::new(Vec::new()));
        let gather = {
            let (gate, groups) = (Arc::clone(&gate), Arc::clone(&groups));
            Gather::new(3, 1, move |items: Vec<u32>| {
                groups.lock().unwrap().push(items.len());
                let gate = Arc::clone(&gate);
                async move {
                    gate.acquire().await.unwrap().forget();
                    Ok(items.into_iter().map(|item| item * 10).collect())
                }
            })
        };
        let ask = |item| {
            let gather = gather.clone();
            tokio::spawn(async move { gather.ask(item).await })
        };
        let mut asked = vec![ask(0)];
        while groups.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        asked.extend((1..6).map(ask));
        while gather.inner.state.lock().unwrap().waiting.len() < 5 {
            tokio::task::yield_now().await;
        }
        gate.add_permits(3);
        for (item, answer) in (0..6).zip(asked) {
            assert_eq!(answer.await.unwrap(), Ok(item * 10));
        }
        assert_eq!(*groups.lock().unwrap(), [1, 3, 2]);
    }

    #[tokio::test]
    async fn a_group_that_panics_takes_no_later_one_with_it() {
        let calls = Arc::new(AtomicUsize::new(0));
        let gather = {
            let calls = Arc::clone(&calls);
            Gather::new(8, 1, move |items: Vec<u32>| {
                let call = calls.fetch_add(1, Ordering::Relaxed);
                async move {
                    assert!(call > 0, "the first group is lost");
                    Ok(items)
                }
            })
        };
        assert_eq!(gather.ask(1).await, Err(AppError::Internal));
        assert_eq!(gather.ask(2).await, Ok(2));
    }

    #[tokio::test]
    async fn an_error_is_everybodys() {
        let gather = Gather::new(8, 1, |_: Vec<u32>| async {
            Err::<Vec<u32>, _>(AppError::NotFound)
        });
        assert_eq!(gather.ask(1).await, Err(AppError::NotFound));
    }
}
