//! The threads of a pool, and the deadline of the job that each runs.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, select_biased};

/// A job counts as stuck after this many times its limit; a background job's clock restarts with each chunk of rows. Callers give up after one limit;
/// a model that is only slow has as much time again to return.
const STUCK_AFTER_LIMITS: u32 = 2;

/// What a thread runs.
pub(super) type Job = Box<dyn FnOnce(&ThreadContext) + Send>;

/// When the current job counts as stuck; `None` between jobs.
#[derive(Clone, Default)]
pub(super) struct Deadline(Arc<Mutex<Option<Instant>>>);

impl Deadline {
    pub(super) fn is_before(&self, now: Instant) -> bool {
        self.lock().is_some_and(|deadline| deadline < now)
    }

    fn set(&self, deadline: Option<Instant>) {
        *self.lock() = deadline;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a job can reach of the thread it runs on.
pub(super) struct ThreadContext {
    interactive: Receiver<Job>,
    deadline: Deadline,
}

impl ThreadContext {
    /// Runs every interactive job that is waiting, in the middle of a background job.
    pub(super) fn run_interactive(&self) {
        for job in self.interactive.try_iter() {
            self.run(job);
        }
    }

    /// Gives the current job twice `limit` from now on.
    pub(super) fn restart_clock(&self, limit: Duration) {
        let deadline = Instant::now().checked_add(limit.saturating_mul(STUCK_AFTER_LIMITS));
        self.deadline.set(deadline);
    }

    fn run(&self, job: Job) {
        job(self);
        self.deadline.set(None);
    }
}

/// Starts a thread, which ends when both queues are closed; returns its deadline.
pub(super) fn start(
    index: usize,
    interactive: Receiver<Job>,
    background: Receiver<Job>,
) -> std::io::Result<Deadline> {
    let deadline = Deadline::default();
    let context = ThreadContext {
        interactive,
        deadline: deadline.clone(),
    };
    std::thread::Builder::new()
        .name(format!("inference-{index}"))
        .spawn(move || serve(&context, &background))?;
    Ok(deadline)
}

fn serve(context: &ThreadContext, background: &Receiver<Job>) {
    loop {
        let job = select_biased! {
            recv(context.interactive) -> job => job,
            recv(background) -> job => job,
        };
        let Ok(job) = job else { return };
        context.run(job);
    }
}
