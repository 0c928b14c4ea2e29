//! Priorities, panics, slow models and stuck threads.

use std::sync::Mutex;

use super::*;
use crate::inference::FEATURE_COUNT;
use crate::inference::insight::test_support::FakePredictor;

const LIMIT: Duration = Duration::from_mins(1);

fn row(goal: u16) -> Row {
    let mut row = [0.0; FEATURE_COUNT];
    row[0] = f32::from(goal);
    row
}

fn model() -> Arc<dyn Predictor> {
    Arc::new(FakePredictor::new(|row| f64::from(row[0]) / 65_536.0))
}

#[tokio::test]
async fn a_background_job_in_chunks_returns_what_one_call_does() {
    let pool = InferencePool::start(2).unwrap();
    let rows: Vec<Row> = (0..5000).map(row).collect();
    let expected = model().score(&rows).unwrap();
    let answer = pool
        .run(Priority::Background, model(), LIMIT, move |model| {
            model.score(&rows)
        })
        .await;
    assert_eq!(answer.unwrap().value, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn interactive_jobs_go_first_and_interrupt_a_background_job() {
    let pool = InferencePool::start(1).unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let (begun, has_begun) = oneshot::channel();
    let (go_on, may_go_on) = std::sync::mpsc::channel::<()>();
    let note = |what: &'static str| {
        let order = Arc::clone(&order);
        move || order.lock().unwrap().push(what)
    };
    let (long_ends, next_ends, score_ends) = (note("long"), note("next"), note("score"));
    let long = pool.run(Priority::Background, model(), LIMIT, move |model| {
        begun.send(()).unwrap();
        may_go_on.recv().unwrap();
        let scores = model.score(&[row(1)]);
        long_ends();
        scores
    });
    let others = async {
        has_begun.await.unwrap();
        let next = pool.run(Priority::Background, model(), LIMIT, move |model| {
            let scores = model.score(&[row(2)]);
            next_ends();
            scores
        });
        let score = pool.run(Priority::Interactive, model(), LIMIT, move |model| {
            score_ends();
            model.score(&[row(3)])
        });
        let release = async {
            // Both other jobs are queued before the long one continues.
            while pool.interactive.jobs.is_empty() || pool.background.jobs.is_empty() {
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
async fn a_model_that_panics_does_not_end_its_thread() {
    let pool = InferencePool::start(1).unwrap();
    let panicking: Arc<dyn Predictor> = Arc::new(FakePredictor::new(|_| panic!("on purpose")));
    for priority in [Priority::Interactive, Priority::Background] {
        let run = pool.run(priority, Arc::clone(&panicking), LIMIT, |model| {
            model.score(&[row(1)])
        });
        assert_eq!(run.await.unwrap_err(), InferenceError::Panicked);
    }
    assert_eq!(score_one(&pool).await, Ok(()));
}

#[tokio::test]
async fn a_slow_job_times_out_and_its_thread_goes_on() {
    let pool = InferencePool::start(1).unwrap();
    let soon = Duration::from_millis(20);
    let run = pool.run(Priority::Interactive, model(), soon, |model| {
        std::thread::sleep(Duration::from_millis(200));
        model.score(&[row(1)])
    });
    assert_eq!(run.await.unwrap_err(), InferenceError::TooSlow(soon));
    assert_eq!(score_one(&pool).await, Ok(()));
}

/// Starts a job that blocks its thread until the returned sender is dropped.
async fn block(pool: &InferencePool, priority: Priority) -> std::sync::mpsc::Sender<()> {
    let (release, is_released) = std::sync::mpsc::channel::<()>();
    let is_released = Mutex::new(is_released);
    let blocking: Arc<dyn Predictor> = Arc::new(FakePredictor::new(move |_| {
        // An error: the sender was dropped.
        let _ = is_released.lock().unwrap().recv();
        0.5
    }));
    let soon = Duration::from_millis(20);
    let run = pool.run(priority, blocking, soon, |model| model.score(&[row(1)]));
    assert_eq!(run.await.unwrap_err(), InferenceError::TooSlow(soon));
    release
}

async fn score_one(pool: &InferencePool) -> Result<(), InferenceError> {
    let run = pool.run(Priority::Interactive, model(), LIMIT, |model| {
        model.score(&[row(1)])
    });
    run.await.map(drop)
}

#[tokio::test]
async fn a_thread_that_does_not_return_from_a_model_makes_the_pool_stuck() {
    for priority in [Priority::Interactive, Priority::Background] {
        let pool = InferencePool::start(1).unwrap();
        let release = block(&pool, priority).await;
        pool.stuck().await;
        assert!(pool.is_stuck());
        assert_eq!(score_one(&pool).await, Err(InferenceError::Stuck));
        drop(release);
    }
}

/// Waits until no thread is over its limit.
async fn until_usable(pool: &InferencePool) {
    while pool.is_stuck() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_model_that_returns_late_leaves_the_pool_usable() {
    let pool = InferencePool::start(1).unwrap();
    drop(block(&pool, Priority::Interactive).await);
    until_usable(&pool).await;
    assert_eq!(score_one(&pool).await, Ok(()));
}

#[tokio::test]
async fn idle_threads_and_threads_after_a_panic_are_not_stuck() {
    let pool = InferencePool::start(1).unwrap();
    let panicking: Arc<dyn Predictor> = Arc::new(FakePredictor::new(|_| panic!("on purpose")));
    let soon = Duration::from_millis(1);
    let run = pool.run(Priority::Background, panicking, soon, |model| {
        model.score(&[row(1)])
    });
    assert!(run.await.is_err());
    // Printing the panic may take longer than the limit.
    until_usable(&pool).await;
    assert_eq!(score_one(&pool).await, Ok(()));
    tokio::time::sleep(10 * soon).await;
    assert!(!pool.is_stuck());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_background_job_stops_once_its_caller_has_gone() {
    let pool = InferencePool::start(1).unwrap();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (ended, has_ended) = std::sync::mpsc::channel();
    let run = pool.run(Priority::Background, model(), LIMIT, move |model| {
        begun.send(()).unwrap();
        while model.score(&[row(1)]).is_ok() {}
        ended.send(()).unwrap();
        Ok(())
    });
    tokio::select! {
        _ = run => unreachable!("it goes on while somebody waits"),
        () = async { while has_begun.try_recv().is_err() { tokio::task::yield_now().await } } => {}
    }
    has_ended.recv_timeout(LIMIT).unwrap();
}
