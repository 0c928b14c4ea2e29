//! The threads that run models: named threads of the operating system, never the async executor's, behind
//! a bounded channel.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use tokio::sync::{Semaphore, oneshot};

use crate::inference::{Prediction, Predictor};
use crate::types::Campaign;

/// Jobs that wait for each thread before submitters wait themselves.
const QUEUED_PER_THREAD: usize = 2;

struct Job {
    predictor: Arc<dyn Predictor>,
    campaigns: Vec<Campaign>,
    reply: oneshot::Sender<Result<Answer, InferenceError>>,
}

/// What the models said of a batch.
pub struct Answer {
    /// In the order of the campaigns.
    pub predictions: Vec<Prediction>,
    /// How long it took.
    pub took: Duration,
}

/// Why a batch has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InferenceError {
    /// The model refused, or its answer makes no sense.
    #[error("the model failed: {0}")]
    Refused(String),
    /// The model panicked.
    #[error("the model panicked")]
    Panicked,
    /// No answer within the limit.
    #[error("the model took longer than {0:?}")]
    TooSlow(Duration),
    /// The threads are gone.
    #[error("the inference threads have stopped")]
    Stopped,
}

/// A fixed number of inference threads; cheap to clone. They end with the last clone.
#[derive(Clone)]
pub struct InferencePool {
    jobs: Sender<Job>,
    places: Arc<Semaphore>,
}

impl InferencePool {
    /// Starts `threads` threads, at least one.
    ///
    /// # Errors
    /// Where the system refuses a thread.
    pub fn start(threads: usize) -> std::io::Result<Self> {
        let threads = threads.max(1);
        let places = threads * (1 + QUEUED_PER_THREAD);
        let (jobs, queue) = crossbeam_channel::bounded::<Job>(places);
        for index in 0..threads {
            let queue = queue.clone();
            std::thread::Builder::new()
                .name(format!("inference-{index}"))
                .spawn(move || serve(&queue))?;
        }
        Ok(Self {
            jobs,
            places: Arc::new(Semaphore::new(places)),
        })
    }

    /// Asks a model about a batch of campaigns.
    ///
    /// # Errors
    /// Why there is no answer; a batch of one that fails is that campaign's own fault.
    pub async fn predict(
        &self,
        predictor: Arc<dyn Predictor>,
        campaigns: Vec<Campaign>,
        timeout: Duration,
    ) -> Result<Answer, InferenceError> {
        let asking = async {
            let _place = self
                .places
                .acquire()
                .await
                .map_err(|_| InferenceError::Stopped)?;
            let (reply, answer) = oneshot::channel();
            let job = Job {
                predictor,
                campaigns,
                reply,
            };
            // A place in the channel is free while a permit is held, unless given-up jobs fill it.
            self.jobs
                .try_send(job)
                .map_err(|_| InferenceError::TooSlow(timeout))?;
            answer.await.map_err(|_| InferenceError::Stopped)?
        };
        tokio::time::timeout(timeout, asking)
            .await
            .unwrap_or(Err(InferenceError::TooSlow(timeout)))
    }
}

fn serve(queue: &Receiver<Job>) {
    for job in queue {
        if job.reply.is_closed() {
            // Nobody waits for it any more.
            continue;
        }
        let start = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| job.predictor.predict(&job.campaigns)));
        let answer = match result {
            Ok(Ok(predictions)) if predictions.len() == job.campaigns.len() => Ok(Answer {
                predictions,
                took: start.elapsed(),
            }),
            Ok(Ok(_)) => Err(InferenceError::Refused(
                "it answered too few rows".to_owned(),
            )),
            Ok(Err(error)) => Err(InferenceError::Refused(error.to_string())),
            Err(_) => Err(InferenceError::Panicked),
        };
        // An error means that the asker has given up meanwhile.
        let _ = job.reply.send(answer);
    }
}
