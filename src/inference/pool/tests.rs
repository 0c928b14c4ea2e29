//! Of the threads: who goes first, and what becomes of those that panic, dawdle or hang.

use std::sync::Mutex;

use super::threads::MAX_REPLACEMENTS;
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
        .ask(Priority::Background, model(), PATIENCE, move |model| {
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
    let long = pool.ask(Priority::Background, model(), PATIENCE, move |model| {
        begun.send(()).unwrap();
        may_go_on.recv().unwrap();
        let scores = model.score(&[row(1)]);
        long_ends();
        scores
    });
    let others = async {
        has_begun.await.unwrap();
        let next = pool.ask(Priority::Background, model(), PATIENCE, move |model| {
            let scores = model.score(&[row(2)]);
            next_ends();
            scores
        });
        let score = pool.ask(Priority::Interactive, model(), PATIENCE, move |model| {
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
    for priority in [Priority::Interactive, Priority::Background] {
        let asked = pool.ask(priority, Arc::clone(&panicking), PATIENCE, |model| {
            model.score(&[row(1)])
        });
        assert_eq!(asked.await.unwrap_err(), InferenceError::Panicked);
    }
    let asked = pool.ask(Priority::Interactive, model(), PATIENCE, |model| {
        model.score(&[row(1)])
    });
    assert!(asked.await.is_ok());
}

#[tokio::test]
async fn what_takes_too_long_is_given_up_and_the_thread_goes_on() {
    let pool = InferencePool::start(1).unwrap();
    let soon = Duration::from_millis(20);
    let asked = pool.ask(Priority::Interactive, model(), soon, |model| {
        std::thread::sleep(Duration::from_millis(200));
        model.score(&[row(1)])
    });
    assert_eq!(asked.await.unwrap_err(), InferenceError::TooSlow(soon));
    let asked = pool.ask(Priority::Interactive, model(), PATIENCE, |model| {
        model.score(&[row(1)])
    });
    assert!(asked.await.is_ok());
}

const WATCH: Duration = Duration::from_millis(5);

/// Has a thread hang until the answered sender is dropped.
async fn hang(pool: &InferencePool) -> std::sync::mpsc::Sender<()> {
    let (release, is_released) = std::sync::mpsc::channel::<()>();
    let soon = Duration::from_millis(20);
    let asked = pool.ask(Priority::Interactive, model(), soon, move |_| {
        // An error: the sender was dropped.
        let _ = is_released.recv();
        Ok(())
    });
    assert_eq!(asked.await.unwrap_err(), InferenceError::TooSlow(soon));
    release
}

async fn score_one(pool: &InferencePool) -> Result<(), InferenceError> {
    let asked = pool.ask(Priority::Interactive, model(), PATIENCE, |model| {
        model.score(&[row(1)])
    });
    asked.await.map(drop)
}

async fn until(pool: &InferencePool, test: impl Fn(Health) -> bool) {
    while !test(pool.health()) {
        tokio::time::sleep(WATCH).await;
    }
}

#[tokio::test]
async fn a_thread_that_hangs_is_replaced_and_ends_should_it_come_back() {
    let pool = InferencePool::start_watched(1, WATCH).unwrap();
    let release = hang(&pool).await;
    assert_eq!(score_one(&pool).await, Ok(()));
    until(&pool, |it| it.hanging == 1 && it.working == 1).await;
    drop(release);
    until(&pool, |it| it.hanging == 0 && it.working == 1).await;
    assert_eq!(score_one(&pool).await, Ok(()));
}

#[tokio::test]
async fn when_too_many_threads_hang_the_pool_says_so_and_recovers_once_one_comes_back() {
    let pool = InferencePool::start_watched(1, WATCH).unwrap();
    let mut releases = Vec::new();
    for _ in 0..=MAX_REPLACEMENTS {
        assert!(!pool.health().has_no_live_threads());
        releases.push(hang(&pool).await);
    }
    pool.no_live_threads().await;
    assert_eq!(score_one(&pool).await, Err(InferenceError::NoLiveThreads));
    releases.clear();
    until(&pool, |it| it.working > 0).await;
    assert_eq!(score_one(&pool).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insight_that_nobody_waits_for_any_more_stops() {
    let pool = InferencePool::start(1).unwrap();
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (ended, has_ended) = std::sync::mpsc::channel();
    let asked = pool.ask(Priority::Background, model(), PATIENCE, move |model| {
        begun.send(()).unwrap();
        while model.score(&[row(1)]).is_ok() {}
        ended.send(()).unwrap();
        Ok(())
    });
    tokio::select! {
        _ = asked => unreachable!("it goes on while somebody waits"),
        () = async { while has_begun.try_recv().is_err() { tokio::task::yield_now().await } } => {}
    }
    has_ended.recv_timeout(PATIENCE).unwrap();
}
