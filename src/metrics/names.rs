//! The names of all metrics, with their descriptions and buckets.

pub(super) const HTTP_REQUESTS: &str = "pledgecast_http_requests_total";
pub(super) const HTTP_DURATION: &str = "pledgecast_http_request_duration_seconds";
pub(super) const PROBLEMS: &str = "pledgecast_problems_total";
pub(super) const LOGINS: &str = "pledgecast_logins_total";
pub(super) const STREAMS: &str = "pledgecast_event_streams";
pub(super) const SUBMIT_BATCH: &str = "pledgecast_submit_batch_size";
pub(super) const CLAIM_BATCH: &str = "pledgecast_claim_batch_size";
pub(super) const ATTEMPTS: &str = "pledgecast_task_attempts_total";
pub(super) const TASK_DURATION: &str = "pledgecast_task_duration_seconds";
pub(super) const REAPED: &str = "pledgecast_tasks_reaped_total";
pub(super) const INFERENCE: &str = "pledgecast_inference_duration_seconds";
pub(super) const QUEUE: &str = "pledgecast_queue_tasks";
pub(super) const QUEUE_WAIT: &str = "pledgecast_queue_wait_seconds";
pub(super) const TRANSACTION: &str = "pledgecast_database_transaction_duration_seconds";
pub(super) const RETRIES: &str = "pledgecast_database_transaction_retries_total";
pub(super) const DATABASE_ERRORS: &str = "pledgecast_database_errors_total";
pub(super) const DATABASE_UP: &str = "pledgecast_database_up";
pub(super) const CONNECTIONS: &str = "pledgecast_database_connections";
pub(super) const LEDGER_LINES: &str = "pledgecast_ledger_lines_total";
pub(super) const LEDGER_CREDITS: &str = "pledgecast_ledger_credits_total";
pub(super) const WEBHOOK: &str = "pledgecast_webhook_attempt_duration_seconds";
pub(super) const BUILD: &str = "pledgecast_build_info";

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It only grows.
    Counter,
    /// It rises and falls.
    Gauge,
    /// Seconds, in buckets.
    Duration,
    /// A number of items, in buckets.
    Size,
}

/// Every metric with its description.
pub(super) const ALL: [(&str, Kind, &str); 22] = [
    (
        BUILD,
        Kind::Gauge,
        "Always 1; the label has the version of the program.",
    ),
    (
        HTTP_REQUESTS,
        Kind::Counter,
        "Requests by route and status.",
    ),
    (
        HTTP_DURATION,
        Kind::Duration,
        "Time from a request until its response begins.",
    ),
    (
        PROBLEMS,
        Kind::Counter,
        "Refused and failed requests by the code of their error.",
    ),
    (
        LOGINS,
        Kind::Counter,
        "Attempts with a password or a second factor.",
    ),
    (STREAMS, Kind::Gauge, "Open event streams."),
    (
        SUBMIT_BATCH,
        Kind::Size,
        "Submits that were written together.",
    ),
    (CLAIM_BATCH, Kind::Size, "Tasks that were claimed together."),
    (
        ATTEMPTS,
        Kind::Counter,
        "Attempts of tasks by their outcome.",
    ),
    (
        TASK_DURATION,
        Kind::Duration,
        "Time from the submission of a task until its result or failure.",
    ),
    (
        REAPED,
        Kind::Counter,
        "Tasks that were put back because their worker stopped renewing its lease.",
    ),
    (INFERENCE, Kind::Duration, "Runs of models."),
    (QUEUE, Kind::Gauge, "Open tasks in the database."),
    (
        QUEUE_WAIT,
        Kind::Gauge,
        "How long the task that will be claimed next has waited, in seconds.",
    ),
    (
        TRANSACTION,
        Kind::Duration,
        "Transactions that write, with their retries.",
    ),
    (
        RETRIES,
        Kind::Counter,
        "Retries of transactions after contention.",
    ),
    (
        DATABASE_ERRORS,
        Kind::Counter,
        "Statements and waits for connections that failed.",
    ),
    (
        DATABASE_UP,
        Kind::Gauge,
        "1 if the database has responded to this request for metrics, else 0.",
    ),
    (CONNECTIONS, Kind::Gauge, "Connections to the database."),
    (
        LEDGER_LINES,
        Kind::Counter,
        "Ledger lines that this process has committed.",
    ),
    (
        LEDGER_CREDITS,
        Kind::Counter,
        "Their credits, without sign.",
    ),
    (WEBHOOK, Kind::Duration, "Attempts to deliver a webhook."),
];

/// Upper bounds in seconds.
pub(super) const DURATION_BUCKETS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
/// Upper bounds in items.
pub(super) const SIZE_BUCKETS: [f64; 8] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_follow_the_conventions_of_prometheus() {
        let distinct: HashSet<&str> = ALL.iter().map(|(name, ..)| *name).collect();
        assert_eq!(distinct.len(), ALL.len());
        for (name, kind, about) in ALL {
            assert!(name.starts_with("pledgecast_"), "{name}");
            assert_eq!(name.ends_with("_total"), kind == Kind::Counter, "{name}");
            assert!(
                kind != Kind::Duration || name.ends_with("_seconds"),
                "{name}"
            );
            assert!(about.ends_with('.'), "{name}");
        }
    }
}
