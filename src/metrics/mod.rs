//! What this process counts and measures, for Prometheus. Each function records one kind of event; nothing else in the
//! program knows names and labels.
//!
//! Nothing is recorded until [`Exporter::install`] was called. Labels have few values: routes are patterns, and nothing
//! is recorded by user, key or task.

mod exporter;
mod names;

use std::time::Duration;

use metrics::{counter, gauge, histogram};

pub use exporter::Exporter;

/// An HTTP request whose response has begun. `route` is the pattern that the router has matched.
pub fn http_request(method: &str, route: &str, status: u16, elapsed: Duration) {
    let method = known_method(method);
    let route = route.to_owned();
    counter!(names::HTTP_REQUESTS, "method" => method, "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    histogram!(names::HTTP_DURATION, "method" => method, "route" => route).record(elapsed);
}

/// Methods are named by clients, so unknown ones share a label.
fn known_method(method: &str) -> &'static str {
    let known = ["GET", "POST", "HEAD", "OPTIONS"];
    let found = known.into_iter().find(|it| *it == method);
    found.unwrap_or("other")
}

/// A request that was refused or failed, by the code of its error.
pub fn problem(code: &str) {
    counter!(names::PROBLEMS, "code" => code.to_owned()).increment(1);
}

/// What became of an attempt to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// The password was right.
    Succeeded,
    /// The address is unknown or the password wrong.
    Failed,
    /// The client has to wait after earlier failures.
    Delayed,
}

/// An attempt to log in.
pub fn login(login: Login) {
    let outcome = match login {
        Login::Succeeded => "succeeded",
        Login::Failed => "failed",
        Login::Delayed => "delayed",
    };
    counter!(names::LOGINS, "outcome" => outcome).increment(1);
}

/// Submits that were written together.
pub fn submit_batch(size: usize) {
    histogram!(names::SUBMIT_BATCH).record(as_f64(size));
}

/// Tasks that were claimed together.
pub fn claim_batch(size: usize) {
    histogram!(names::CLAIM_BATCH).record(as_f64(size));
}

/// An attempt of a task that has ended: `succeeded`, `failed`, `retried` or `not_started`.
pub fn attempt(outcome: &'static str) {
    counter!(names::ATTEMPTS, "outcome" => outcome).increment(1);
}

/// A task that became final, from its submission.
pub fn task_finished(since_queued: Duration) {
    histogram!(names::TASK_DURATION).record(since_queued);
}

/// Tasks that were put back because their worker stopped renewing its lease.
pub fn tasks_reaped(count: usize) {
    counter!(names::REAPED).increment(count as u64);
}

/// A run of a model on one of the inference threads, for a score (`interactive`) or an insight (`background`). It ended
/// as `succeeded`, `failed` or `panicked`.
pub fn inference(priority: &'static str, outcome: &'static str, elapsed: Duration) {
    histogram!(names::INFERENCE, "priority" => priority, "outcome" => outcome).record(elapsed);
}

/// A transaction, with its retries, that was committed or has failed.
pub fn transaction(transaction: &'static str, is_committed: bool, elapsed: Duration) {
    let outcome = if is_committed { "committed" } else { "failed" };
    histogram!(names::TRANSACTION, "transaction" => transaction, "outcome" => outcome)
        .record(elapsed);
}

/// A transaction that is tried again after contention.
pub fn transaction_retried(transaction: &'static str) {
    counter!(names::RETRIES, "transaction" => transaction).increment(1);
}

/// A statement, or the wait for a connection, that failed.
pub fn database_error(kind: &'static str) {
    counter!(names::DATABASE_ERRORS, "kind" => kind).increment(1);
}

/// Ledger lines of one kind that were committed together.
pub fn ledger_lines(kind: &'static str, count: u64, credits: u64) {
    counter!(names::LEDGER_LINES, "kind" => kind).increment(count);
    counter!(names::LEDGER_CREDITS, "kind" => kind).increment(credits);
}

/// An attempt to deliver a webhook.
pub fn webhook_attempt(is_accepted: bool, elapsed: Duration) {
    let outcome = if is_accepted { "accepted" } else { "failed" };
    histogram!(names::WEBHOOK, "outcome" => outcome).record(elapsed);
}

/// An event stream that is open until this is dropped.
#[derive(Debug)]
pub struct OpenStream(());

impl OpenStream {
    /// Counts another stream.
    pub fn count() -> Self {
        gauge!(names::STREAMS).increment(1);
        Self(())
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        gauge!(names::STREAMS).decrement(1);
    }
}

/// Whether the database responds.
pub fn database_up(is_up: bool) {
    gauge!(names::DATABASE_UP).set(u32::from(is_up));
}

/// Queued and running tasks, and how long the task that will be claimed next has waited.
pub fn queue(queued: u64, running: u64, waited: Duration) {
    gauge!(names::QUEUE, "status" => "queued").set(as_f64(queued));
    gauge!(names::QUEUE, "status" => "running").set(as_f64(running));
    gauge!(names::QUEUE_WAIT).set(waited.as_secs_f64());
}

/// The connections of a pool.
pub fn connections(pool: &'static str, open: u32, idle: u32) {
    gauge!(names::CONNECTIONS, "pool" => pool, "state" => "used").set(open.saturating_sub(idle));
    gauge!(names::CONNECTIONS, "pool" => pool, "state" => "idle").set(idle);
}

fn as_f64(count: impl TryInto<u32>) -> f64 {
    count.try_into().unwrap_or(u32::MAX).into()
}
