//! The threads that run models: named threads of the operating system, never the async executor's, behind
//! two bounded channels.
//!
//! Scores go first: a thread takes an insight only where no score waits, and a thread that is at an
//! insight looks after every [`CHUNK_ROWS`] rows and does all scores that wait before it goes on. So an
//! insight holds a score up by a few milliseconds at most, on a single thread too.
//!
//! Nothing can end a thread that a model keeps busy for ever. It is replaced instead ([`threads`]), a bounded
//! number of times, so that one hanging model starves nobody.

mod threads;

#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use tokio::sync::{Semaphore, oneshot};

use super::manifest::Manifest;
use super::predictor::{PredictError, Predictor, Row};
use crate::types::Campaign;
use threads::{Job, ThreadContext, Threads};

pub use threads::Health;

/// Jobs that wait for each thread before submitters wait themselves.
const QUEUED_PER_THREAD: usize = 2;

/// Rows of an insight that are scored without looking for scores that wait.
const CHUNK_ROWS: usize = 1024;

/// How often the threads are looked after.
const WATCH_EVERY: Duration = Duration::from_secs(1);

/// Which of two jobs goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// What was paid for and is waited for: before all else.
    Interactive,
    /// What can wait until no score does.
    Background,
}

/// What became of a job.
#[derive(Debug)]
pub struct Answer<T> {
    /// What was asked for.
    pub value: T,
    /// How long it took, scores in between included.
    pub took: Duration,
}

/// Why a job has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InferenceError {
    /// The model refused, or its answer makes no sense.
    #[error("the model failed: {0}")]
    Refused(PredictError),
    /// The model panicked.
    #[error("the model panicked")]
    Panicked,
    /// No answer within the limit.
    #[error("the model took longer than {0:?}")]
    TooSlow(Duration),
    /// It was never asked: every thread hangs, and no more may be started.
    #[error("all inference threads are stuck")]
    NoLiveThreads,
    /// The threads are gone.
    #[error("the inference threads have stopped")]
    Stopped,
}

/// A number of inference threads; cheap to clone. They end with the last clone.
#[derive(Clone)]
pub struct InferencePool {
    scores: PriorityQueue,
    insights: PriorityQueue,
    threads: Threads,
}

/// The way into the threads for the jobs of one priority.
#[derive(Clone)]
struct PriorityQueue {
    jobs: Sender<Job>,
    /// One for each job that waits in the channel, which therefore never overflows.
    places: Arc<Semaphore>,
}

impl InferencePool {
    /// Starts `threads` threads, at least one.
    ///
    /// # Errors
    /// Where the system refuses a thread.
    pub fn start(threads: usize) -> std::io::Result<Self> {
        Self::start_watched(threads, WATCH_EVERY)
    }

    fn start_watched(threads: usize, watch_every: Duration) -> std::io::Result<Self> {
        let threads = threads.max(1);
        let (scores, waiting_scores) = PriorityQueue::of(threads * QUEUED_PER_THREAD);
        let (insights, waiting_insights) = PriorityQueue::of(threads * QUEUED_PER_THREAD);
        let threads = Threads::start(threads, waiting_scores, waiting_insights, watch_every)?;
        Ok(Self {
            scores,
            insights,
            threads,
        })
    }

    /// How the threads are.
    pub fn health(&self) -> Health {
        self.threads.health()
    }

    /// Waits until every thread hangs and no more may be started.
    pub async fn no_live_threads(&self) {
        self.threads.no_live_threads().await;
    }

    /// Has a thread do `work` with a model. A score may run for `limit`, and waits for a thread as long as
    /// one can be had; an insight is waited for no longer than `limit` in all.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn ask<T, W>(
        &self,
        priority: Priority,
        predictor: Arc<dyn Predictor>,
        limit: Duration,
        work: W,
    ) -> Result<Answer<T>, InferenceError>
    where
        T: Send + 'static,
        W: FnOnce(&dyn Predictor) -> Result<T, PredictError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let (begin, has_begun) = oneshot::channel();
        let work = move |context: &ThreadContext| {
            if begin.send(()).is_err() {
                // Nobody waits for it any more.
                return;
            }
            let result = run(priority, &*predictor, context, &|| reply.is_closed(), work);
            // An error means that the asker has given up meanwhile.
            let _ = reply.send(result);
        };
        let lane = match priority {
            Priority::Interactive => &self.scores,
            Priority::Background => &self.insights,
        };
        let asking = async {
            tokio::select! {
                sent = lane.send(limit, work, has_begun) => sent?,
                () = self.no_live_threads() => return Err(InferenceError::NoLiveThreads),
            }
            match tokio::time::timeout(limit, answer).await {
                Ok(answer) => answer.map_err(|_| InferenceError::Stopped)?,
                Err(_) => Err(InferenceError::TooSlow(limit)),
            }
        };
        match priority {
            Priority::Interactive => asking.await,
            Priority::Background => tokio::time::timeout(limit, asking)
                .await
                .unwrap_or(Err(InferenceError::TooSlow(limit))),
        }
    }
}

impl PriorityQueue {
    fn of(places: usize) -> (Self, Receiver<Job>) {
        let (jobs, waiting) = crossbeam_channel::bounded(places);
        let places = Arc::new(Semaphore::new(places));
        (Self { jobs, places }, waiting)
    }

    /// Waits for a place among the jobs that wait, and then until a thread has begun.
    async fn send(
        &self,
        limit: Duration,
        work: impl FnOnce(&ThreadContext) + Send + 'static,
        has_begun: oneshot::Receiver<()>,
    ) -> Result<(), InferenceError> {
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| InferenceError::Stopped)?;
        let job = Job::new(limit, move |context| {
            drop(place);
            work(context);
        });
        self.jobs
            .try_send(job)
            .map_err(|_| InferenceError::Stopped)?;
        has_begun.await.map_err(|_| InferenceError::Stopped)
    }
}

fn run<T>(
    priority: Priority,
    predictor: &dyn Predictor,
    context: &ThreadContext,
    is_given_up: &(dyn Fn() -> bool + Sync),
    work: impl FnOnce(&dyn Predictor) -> Result<T, PredictError>,
) -> Result<Answer<T>, InferenceError> {
    let start = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(|| match priority {
        Priority::Interactive => work(predictor),
        Priority::Background => work(&Yielding {
            predictor,
            context,
            is_given_up,
        }),
    }));
    match result {
        Ok(Ok(value)) => Ok(Answer {
            value,
            took: start.elapsed(),
        }),
        Ok(Err(error)) => Err(InferenceError::Refused(error)),
        Err(_) => Err(InferenceError::Panicked),
    }
}

/// A model that lets waiting scores go first, again and again, and stops once nobody waits for it.
struct Yielding<'a> {
    predictor: &'a dyn Predictor,
    context: &'a ThreadContext,
    is_given_up: &'a (dyn Fn() -> bool + Sync),
}

impl Predictor for Yielding<'_> {
    fn manifest(&self) -> &Manifest {
        self.predictor.manifest()
    }

    fn encode(&self, campaign: &Campaign) -> Row {
        self.predictor.encode(campaign)
    }

    fn score(&self, rows: &[Row]) -> Result<Vec<f64>, PredictError> {
        let mut answers = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(CHUNK_ROWS) {
            self.context.do_waiting_scores();
            if (self.is_given_up)() {
                return Err(PredictError::Run("nobody waits for it any more".to_owned()));
            }
            answers.extend(self.predictor.score(chunk)?);
        }
        Ok(answers)
    }
}
