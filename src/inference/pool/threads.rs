//! The threads of a pool, and the deadline by which each must return from the model it is in.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, select_biased};

/// A call into a model counts as stuck after this many times the limit of its job. Callers give up after one limit;
/// a model that is only slow has as much time again to return.
const STUCK_AFTER_LIMITS: u32 = 2;

/// What a thread runs.
pub(super) type Job = Box<dyn FnOnce(&ThreadContext) + Send>;

/// When the current call into a model counts as stuck; `None` outside of such calls.
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

    /// Starts the clock for a call into a model.
    pub(super) fn enter_model(&self, limit: Duration) {
        let deadline = Instant::now().checked_add(limit.saturating_mul(STUCK_AFTER_LIMITS));
        self.deadline.set(deadline);
    }

    /// Stops it.
    pub(super) fn leave_model(&self) {
        self.deadline.set(None);
    }

    fn run(&self, job: Job) {
        job(self);
        self.leave_model();
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
