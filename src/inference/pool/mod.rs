//! Inference threads: named OS threads, never those of the async executor, behind two bounded queues.
//!
//! Interactive jobs go first. A thread takes a background job only when no interactive job is waiting, and a
//! background job lets waiting interactive jobs run after every [`CHUNK_ROWS`] rows. So a background job delays an
//! interactive one by a few milliseconds at most, even on a single thread.
//!
//! A thread that is stuck in a model cannot be ended. The pool reports that it is stuck, and the process exits so
//! that its supervisor restarts it.

mod threads;

#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use tokio::sync::{Semaphore, oneshot};

use super::features::Row;
use super::manifest::Manifest;
use super::predictor::{PredictError, Predictor};
use crate::metrics;
use crate::types::Campaign;
use threads::{Deadline, Job, ThreadContext};

/// Queued jobs per thread and priority before callers wait for a slot.
const QUEUED_PER_THREAD: usize = 2;

/// Rows of a background job that are scored between two looks at the interactive queue.
const CHUNK_ROWS: usize = 1024;

/// How often [`InferencePool::stuck`] checks the threads.
const CHECK_EVERY: Duration = Duration::from_millis(500);

/// Which of two jobs goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Paid predictions.
    Interactive,
    /// Insights; they run when no interactive job is waiting.
    Background,
}

impl Priority {
    const fn name(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Background => "background",
        }
    }
}

/// The result of a job.
#[derive(Debug)]
pub struct Output<T> {
    /// What the job returned.
    pub value: T,
    /// How long it ran, including interactive jobs in between.
    pub elapsed: Duration,
}

/// Why a job has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InferenceError {
    /// The model returned an error, or its output makes no sense.
    #[error("the model failed: {0}")]
    Failed(PredictError),
    /// The model panicked.
    #[error("the model panicked")]
    Panicked,
    /// No result within the limit.
    #[error("the model took longer than {0:?}")]
    TooSlow(Duration),
    /// The job did not start: a thread is stuck in a model, and the process is about to exit.
    #[error("an inference thread is stuck in a model")]
    Stuck,
    /// The threads have ended.
    #[error("the inference threads have stopped")]
    Stopped,
}

/// A fixed number of inference threads; cheap to clone. They end with the last clone.
#[derive(Clone)]
pub struct InferencePool {
    interactive: JobQueue,
    background: JobQueue,
    deadlines: Arc<[Deadline]>,
}

/// The bounded queue of one priority.
#[derive(Clone)]
struct JobQueue {
    jobs: Sender<Job>,
    /// One permit per slot of the channel, so that callers wait here and the channel never blocks.
    slots: Arc<Semaphore>,
}

impl InferencePool {
    /// Starts `count` threads, at least one.
    ///
    /// # Errors
    /// If the operating system refuses to start a thread.
    pub fn start(count: usize) -> std::io::Result<Self> {
        let count = count.max(1);
        let (interactive, waiting_interactive) = JobQueue::new(count * QUEUED_PER_THREAD);
        let (background, waiting_background) = JobQueue::new(count * QUEUED_PER_THREAD);
        let mut deadlines = Vec::with_capacity(count);
        for index in 0..count {
            deadlines.push(threads::start(
                index,
                waiting_interactive.clone(),
                waiting_background.clone(),
            )?);
        }
        Ok(Self {
            interactive,
            background,
            deadlines: deadlines.into(),
        })
    }

    /// Whether an interactive job, or a background job since its last chunk of rows, has run for more than twice its
    /// limit.
    pub fn is_stuck(&self) -> bool {
        let now = Instant::now();
        self.deadlines.iter().any(|it| it.is_before(now))
    }

    /// Waits until two checks in a row find a thread stuck. After a pause of the whole process, the first check may
    /// come before the thread had a chance to return.
    pub async fn stuck(&self) {
        let mut found = 0;
        while found < 2 {
            tokio::time::sleep(CHECK_EVERY).await;
            found = if self.is_stuck() { found + 1 } else { 0 };
        }
    }

    /// Runs `work` with a model on one of the threads. An interactive job waits for a thread without a limit and may
    /// then run for `limit`; for a background job `limit` includes the wait.
    ///
    /// # Errors
    /// Why there is no result.
    pub async fn run<T, W>(
        &self,
        priority: Priority,
        predictor: Arc<dyn Predictor>,
        limit: Duration,
        work: W,
    ) -> Result<Output<T>, InferenceError>
    where
        T: Send + 'static,
        W: FnOnce(&dyn Predictor) -> Result<T, PredictError> + Send + 'static,
    {
        if self.is_stuck() {
            return Err(InferenceError::Stuck);
        }
        let (sender, result) = oneshot::channel();
        let (started_sender, started) = oneshot::channel();
        let job = move |context: &ThreadContext| {
            if started_sender.send(()).is_err() {
                // The caller has gone.
                return;
            }
            let is_abandoned = || sender.is_closed();
            let result = execute(priority, &*predictor, context, limit, &is_abandoned, work);
            // An error means that the caller has gone.
            let _ = sender.send(result);
        };
        let run = async {
            tokio::select! {
                sent = self.queue(priority).send(job, started) => sent?,
                () = self.stuck() => return Err(InferenceError::Stuck),
            }
            match tokio::time::timeout(limit, result).await {
                Ok(result) => result.map_err(|_| InferenceError::Stopped)?,
                Err(_) => Err(InferenceError::TooSlow(limit)),
            }
        };
        match priority {
            Priority::Interactive => run.await,
            Priority::Background => tokio::time::timeout(limit, run)
                .await
                .unwrap_or(Err(InferenceError::TooSlow(limit))),
        }
    }

    fn queue(&self, priority: Priority) -> &JobQueue {
        match priority {
            Priority::Interactive => &self.interactive,
            Priority::Background => &self.background,
        }
    }
}

impl JobQueue {
    fn new(slots: usize) -> (Self, Receiver<Job>) {
        let (jobs, waiting) = crossbeam_channel::bounded(slots);
        let slots = Arc::new(Semaphore::new(slots));
        (Self { jobs, slots }, waiting)
    }

    /// Waits for a slot, queues the job and waits until a thread has started it.
    async fn send(
        &self,
        job: impl FnOnce(&ThreadContext) + Send + 'static,
        started: oneshot::Receiver<()>,
    ) -> Result<(), InferenceError> {
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let slot = slot.map_err(|_| InferenceError::Stopped)?;
        let job: Job = Box::new(move |context| {
            drop(slot);
            job(context);
        });
        self.jobs
            .try_send(job)
            .map_err(|_| InferenceError::Stopped)?;
        started.await.map_err(|_| InferenceError::Stopped)
    }
}

fn execute<T>(
    priority: Priority,
    predictor: &dyn Predictor,
    context: &ThreadContext,
    limit: Duration,
    is_abandoned: &(dyn Fn() -> bool + Sync),
    work: impl FnOnce(&dyn Predictor) -> Result<T, PredictError>,
) -> Result<Output<T>, InferenceError> {
    let start = Instant::now();
    context.restart_clock(limit);
    let result = catch_unwind(AssertUnwindSafe(|| match priority {
        Priority::Interactive => work(predictor),
        Priority::Background => work(&Yielding {
            predictor,
            context,
            limit,
            is_abandoned,
        }),
    }));
    let elapsed = start.elapsed();
    let outcome = match &result {
        Ok(Ok(_)) => "succeeded",
        Ok(Err(_)) => "failed",
        Err(_) => "panicked",
    };
    metrics::inference(priority.name(), outcome, elapsed);
    match result {
        Ok(Ok(value)) => Ok(Output { value, elapsed }),
        Ok(Err(error)) => Err(InferenceError::Failed(error)),
        Err(_) => Err(InferenceError::Panicked),
    }
}

/// A model that runs waiting interactive jobs between chunks of rows, and stops once the caller has gone.
struct Yielding<'a> {
    predictor: &'a dyn Predictor,
    context: &'a ThreadContext,
    limit: Duration,
    is_abandoned: &'a (dyn Fn() -> bool + Sync),
}

impl Predictor for Yielding<'_> {
    fn manifest(&self) -> &Manifest {
        self.predictor.manifest()
    }

    fn encode(&self, campaign: &Campaign) -> Row {
        self.predictor.encode(campaign)
    }

    fn score(&self, rows: &[Row]) -> Result<Vec<f64>, PredictError> {
        let mut scores = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(CHUNK_ROWS) {
            self.context.run_interactive();
            if (self.is_abandoned)() {
                return Err(PredictError::Run("the caller has gone".to_owned()));
            }
            self.context.restart_clock(self.limit);
            scores.extend(self.predictor.score(chunk)?);
        }
        Ok(scores)
    }
}
