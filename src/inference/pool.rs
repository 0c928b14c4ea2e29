//! The threads that run models: named threads of the operating system, never the async executor's, behind
//! two bounded channels.
//!
//! Scores go first: a thread takes an insight only where no score waits, and a thread that is at an
//! insight looks after every [`CHUNK_ROWS`] rows and does all scores that wait before it goes on. So an
//! insight holds a score up by a few milliseconds at most, on a single thread too.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, select_biased};
use tokio::sync::{Semaphore, oneshot};

use super::manifest::Manifest;
use super::predictor::{PredictError, Predictor, Row};
use crate::types::Campaign;

/// Jobs that wait for each thread before submitters wait themselves.
const QUEUED_PER_THREAD: usize = 2;

/// Rows of an insight that are scored without looking for scores that wait.
const CHUNK_ROWS: usize = 1024;

/// What a thread does for an asker; it is given the scores that wait meanwhile.
struct Job(Box<Work>);

type Work = dyn FnOnce(&Receiver<Job>) + Send;

/// Which of two jobs goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// What was paid for and is waited for: before all else.
    Score,
    /// What can wait until no score does.
    Insight,
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
    /// The threads are gone.
    #[error("the inference threads have stopped")]
    Stopped,
}

/// A fixed number of inference threads; cheap to clone. They end with the last clone.
#[derive(Clone)]
pub struct InferencePool {
    scores: Lane,
    insights: Lane,
}

/// The way into the threads for the jobs of one priority.
#[derive(Clone)]
struct Lane {
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
        let (scores, waiting_scores) = Lane::of(places);
        let (insights, waiting_insights) = Lane::of(places);
        for index in 0..threads {
            let (scores, insights) = (waiting_scores.clone(), waiting_insights.clone());
            std::thread::Builder::new()
                .name(format!("inference-{index}"))
                .spawn(move || serve(&scores, &insights))?;
        }
        Ok(Self { scores, insights })
    }

    /// Has a thread do `work` with a model.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn ask<T, W>(
        &self,
        priority: Priority,
        predictor: Arc<dyn Predictor>,
        timeout: Duration,
        work: W,
    ) -> Result<Answer<T>, InferenceError>
    where
        T: Send + 'static,
        W: FnOnce(&dyn Predictor) -> Result<T, PredictError> + Send + 'static,
    {
        let lane = match priority {
            Priority::Score => &self.scores,
            Priority::Insight => &self.insights,
        };
        let asking = async {
            let _place = lane
                .places
                .acquire()
                .await
                .map_err(|_| InferenceError::Stopped)?;
            let (reply, answer) = oneshot::channel();
            let job = Job(Box::new(move |scores| {
                if reply.is_closed() {
                    // Nobody waits for it any more.
                    return;
                }
                // An error means that the asker has given up meanwhile.
                let _ = reply.send(run(priority, &*predictor, scores, work));
            }));
            // A place in the channel is free while a permit is held, unless given-up jobs fill it.
            lane.jobs
                .try_send(job)
                .map_err(|_| InferenceError::TooSlow(timeout))?;
            answer.await.map_err(|_| InferenceError::Stopped)?
        };
        tokio::time::timeout(timeout, asking)
            .await
            .unwrap_or(Err(InferenceError::TooSlow(timeout)))
    }
}

impl Lane {
    fn of(places: usize) -> (Self, Receiver<Job>) {
        let (jobs, waiting) = crossbeam_channel::bounded(places);
        let places = Arc::new(Semaphore::new(places));
        (Self { jobs, places }, waiting)
    }
}

fn serve(scores: &Receiver<Job>, insights: &Receiver<Job>) {
    loop {
        let job = select_biased! {
            recv(scores) -> job => job,
            recv(insights) -> job => job,
        };
        let Ok(Job(work)) = job else { return };
        work(scores);
    }
}

fn run<T>(
    priority: Priority,
    predictor: &dyn Predictor,
    scores: &Receiver<Job>,
    work: impl FnOnce(&dyn Predictor) -> Result<T, PredictError>,
) -> Result<Answer<T>, InferenceError> {
    let start = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(|| match priority {
        Priority::Score => work(predictor),
        Priority::Insight => work(&Yielding { predictor, scores }),
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

/// A model that lets waiting scores go first, again and again.
struct Yielding<'a> {
    predictor: &'a dyn Predictor,
    scores: &'a Receiver<Job>,
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
            for Job(work) in self.scores.try_iter() {
                work(self.scores);
            }
            answers.extend(self.predictor.score(chunk)?);
        }
        Ok(answers)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::inference::FEATURE_COUNT;
    use crate::inference::insight::test_support::FakePredictor;

    const PATIENCE: Duration = Duration::from_mins(1);

    fn row(goal: u16) -> Row {
        let mut row = [0.0; FEATURE_COUNT];
        row[0] = f32::from(goal);
        row
    }

    fn model() -> Arc<dyn Predictor> {
        Arc::new(FakePredictor::new(|row| f64::from(row[0]) / 65_536.0))
    }

    #[tokio::test]
    async fn an_insight_in_chunks_answers_what_one_call_does() {
        let pool = InferencePool::start(2).unwrap();
        let rows: Vec<Row> = (0..5000).map(row).collect();
        let expected = model().score(&rows).unwrap();
        let answer = pool
            .ask(Priority::Insight, model(), PATIENCE, move |model| {
                model.score(&rows)
            })
            .await;
        assert_eq!(answer.unwrap().value, expected);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn scores_go_first_and_into_the_middle_of_an_insight() {
        let pool = InferencePool::start(1).unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let (begun, has_begun) = oneshot::channel();
        let (go_on, may_go_on) = std::sync::mpsc::channel::<()>();
        let note = |what: &'static str| {
            let order = Arc::clone(&order);
            move || order.lock().unwrap().push(what)
        };
        let (long_ends, next_ends, score_ends) = (note("long"), note("next"), note("score"));
        let long = pool.ask(Priority::Insight, model(), PATIENCE, move |model| {
            begun.send(()).unwrap();
            may_go_on.recv().unwrap();
            let scores = model.score(&[row(1)]);
            long_ends();
            scores
        });
        let others = async {
            has_begun.await.unwrap();
            let next = pool.ask(Priority::Insight, model(), PATIENCE, move |model| {
                let scores = model.score(&[row(2)]);
                next_ends();
                scores
            });
            let score = pool.ask(Priority::Score, model(), PATIENCE, move |model| {
                score_ends();
                model.score(&[row(3)])
            });
            let release = async {
                // Both of the others wait in their lanes before the long one goes on.
                while pool.scores.jobs.is_empty() || pool.insights.jobs.is_empty() {
                    tokio::task::yield_now().await;
                }
                go_on.send(()).unwrap();
            };
            futures::join!(next, score, release)
        };
        let (long, (next, score, ())) = futures::join!(long, others);
        assert!(long.is_ok() && next.is_ok() && score.is_ok());
        assert_eq!(*order.lock().unwrap(), ["score", "long", "next"]);
    }

    #[tokio::test]
    async fn a_model_that_panics_takes_no_thread_with_it() {
        let pool = InferencePool::start(1).unwrap();
        let panicking: Arc<dyn Predictor> = Arc::new(FakePredictor::new(|_| panic!("on purpose")));
        for priority in [Priority::Score, Priority::Insight] {
            let asked = pool.ask(priority, Arc::clone(&panicking), PATIENCE, |model| {
                model.score(&[row(1)])
            });
            assert_eq!(asked.await.unwrap_err(), InferenceError::Panicked);
        }
        let asked = pool.ask(Priority::Score, model(), PATIENCE, |model| {
            model.score(&[row(1)])
        });
        assert!(asked.await.is_ok());
    }

    #[tokio::test]
    async fn what_takes_too_long_is_given_up_and_the_thread_goes_on() {
        let pool = InferencePool::start(1).unwrap();
        let soon = Duration::from_millis(20);
        let asked = pool.ask(Priority::Score, model(), soon, |model| {
            std::thread::sleep(Duration::from_millis(200));
            model.score(&[row(1)])
        });
        assert_eq!(asked.await.unwrap_err(), InferenceError::TooSlow(soon));
        let asked = pool.ask(Priority::Score, model(), PATIENCE, |model| {
            model.score(&[row(1)])
        });
        assert!(asked.await.is_ok());
    }
}
