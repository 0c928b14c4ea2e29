//! The threads, and the watch over them: one that is at a job longer than the job may take counts as hanging,
//! and another is started in its place. Should it come back after all, it ends.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, select_biased};
use tokio::sync::watch;

/// Threads that may hang beside those that work. Each may keep a core busy for ever, so there is an end to it.
pub(super) const MAX_REPLACEMENTS: usize = 8;

/// What a thread does for an asker.
pub(super) struct Job {
    limit: Duration,
    work: Box<dyn FnOnce(&ThreadContext) + Send>,
}

impl Job {
    /// `limit` is how long it may take before its thread counts as hanging.
    pub(super) fn new(limit: Duration, work: impl FnOnce(&ThreadContext) + Send + 'static) -> Self {
        Self {
            limit,
            work: Box::new(work),
        }
    }
}

/// How the threads are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Threads that work, or would.
    pub working: usize,
    /// Threads that are at a job longer than it may take.
    pub hanging: usize,
}

impl Health {
    /// Whether no thread is left to do anything.
    pub const fn has_no_live_threads(self) -> bool {
        self.working == 0
    }
}

/// The threads of a pool; cheap to clone. They end when the last clone and all ways into them are gone.
#[derive(Clone)]
pub(super) struct Threads {
    health: watch::Receiver<Health>,
    /// Never sent to: the watch ends when it is dropped.
    _alive: Sender<Infallible>,
}

impl Threads {
    pub(super) fn start(
        count: usize,
        scores: Receiver<Job>,
        insights: Receiver<Job>,
        watch_every: Duration,
    ) -> std::io::Result<Self> {
        let (health, seen) = watch::channel(Health {
            working: count,
            hanging: 0,
        });
        let mut supervisor = Supervisor {
            scores,
            insights,
            states: Vec::with_capacity(count),
            started: 0,
            health,
        };
        for _ in 0..count {
            supervisor.start_thread()?;
        }
        let (alive, is_alive) = crossbeam_channel::bounded(0);
        std::thread::Builder::new()
            .name("inference-watch".to_owned())
            .spawn(move || {
                while is_alive.recv_timeout(watch_every) == Err(RecvTimeoutError::Timeout) {
                    supervisor.look_after_all(Instant::now());
                }
            })?;
        Ok(Self {
            health: seen,
            _alive: alive,
        })
    }

    pub(super) fn health(&self) -> Health {
        *self.health.borrow()
    }

    pub(super) async fn no_live_threads(&self) {
        let mut health = self.health.clone();
        if health
            .wait_for(|it| it.has_no_live_threads())
            .await
            .is_err()
        {
            // The watch ends with the last clone, and this is one: it cannot be gone.
            std::future::pending::<()>().await;
        }
    }
}

/// All threads that have not ended.
struct Supervisor {
    scores: Receiver<Job>,
    insights: Receiver<Job>,
    states: Vec<Arc<ThreadState>>,
    started: usize,
    health: watch::Sender<Health>,
}

impl Supervisor {
    fn start_thread(&mut self) -> std::io::Result<()> {
        let state = Arc::new(ThreadState(Mutex::new(State::Idle)));
        let context = ThreadContext {
            state: Arc::clone(&state),
            scores: self.scores.clone(),
        };
        let insights = self.insights.clone();
        std::thread::Builder::new()
            .name(format!("inference-{}", self.started))
            .spawn(move || serve(&context, &insights))?;
        self.started += 1;
        self.states.push(state);
        Ok(())
    }

    fn look_after_all(&mut self, now: Instant) {
        self.states
            .retain(|state| !matches!(*state.state(), State::Ended));
        let count = |supervisor: &Self, test: fn(&State, Instant) -> bool| {
            supervisor
                .states
                .iter()
                .filter(|it| test(&it.state(), now))
                .count()
        };
        let mut replaced = count(self, |state, _| matches!(state, State::Replaced));
        for state in self.states.clone() {
            if replaced == MAX_REPLACEMENTS || !state.replace_if_overdue(now) {
                continue;
            }
            if let Err(error) = self.start_thread() {
                tracing::error!(%error, "no thread can be started in place of one that hangs");
                state.keep(now);
                break;
            }
            replaced += 1;
            tracing::error!(
                hanging = replaced,
                "an inference thread hangs; another takes its place"
            );
        }
        let hanging = replaced + count(self, State::is_overdue);
        let health = Health {
            working: self.states.len() - hanging,
            hanging,
        };
        self.health.send_if_modified(|before| {
            let is_new = *before != health;
            *before = health;
            is_new
        });
    }
}

/// What one thread is at, for the watch to see.
struct ThreadState(Mutex<State>);

enum State {
    Idle,
    /// At a job that may take until then.
    Busy(Instant),
    /// It hung, and another took its place.
    Replaced,
    /// It came back after that, and is gone.
    Ended,
}

impl State {
    fn is_overdue(&self, now: Instant) -> bool {
        matches!(self, Self::Busy(until) if *until < now)
    }
}

impl ThreadState {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace_if_overdue(&self, now: Instant) -> bool {
        let mut state = self.state();
        let is_overdue = state.is_overdue(now);
        if is_overdue {
            *state = State::Replaced;
        }
        is_overdue
    }

    /// Takes a replacement back, unless the thread has ended of it already.
    fn keep(&self, since: Instant) {
        let mut state = self.state();
        if matches!(*state, State::Replaced) {
            *state = State::Busy(since);
        }
    }

    /// Changes what it is at, unless it was replaced; answers what it was at before.
    fn set(&self, next: State) -> Option<State> {
        let mut state = self.state();
        match *state {
            State::Replaced | State::Ended => None,
            State::Idle | State::Busy(_) => Some(std::mem::replace(&mut state, next)),
        }
    }
}

/// Where a thread works: its state, and the scores that go before all else.
pub(super) struct ThreadContext {
    state: Arc<ThreadState>,
    scores: Receiver<Job>,
}

impl ThreadContext {
    /// Does every score that waits, in the middle of a job that can wait.
    pub(super) fn do_waiting_scores(&self) {
        for job in self.scores.try_iter() {
            self.work(job);
        }
    }

    fn work(&self, job: Job) {
        let start = Instant::now();
        let before = self.state.set(State::Busy(start + job.limit));
        (job.work)(self);
        if let Some(before) = before {
            // A job in between does not count against the one that let it go first.
            self.state.set(match before {
                State::Busy(until) => State::Busy(until + start.elapsed()),
                other => other,
            });
        }
    }

    fn was_replaced(&self) -> bool {
        matches!(*self.state.state(), State::Replaced)
    }
}

fn serve(context: &ThreadContext, insights: &Receiver<Job>) {
    while !context.was_replaced() {
        let job = select_biased! {
            recv(context.scores) -> job => job,
            recv(insights) -> job => job,
        };
        let Ok(job) = job else { return };
        context.work(job);
    }
    *context.state.state() = State::Ended;
}
