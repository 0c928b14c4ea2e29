//! Checks the invariants of `docs/architecture.md` ("Money") over the whole database.

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, FromQueryResult, Statement};

use crate::database::{Database, Transaction};

/// A row that breaks an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The invariant that is broken.
    pub invariant: &'static str,
    /// A description of the row and its values.
    pub row: String,
}

#[derive(FromQueryResult)]
struct Offender {
    id: i64,
    found: i64,
    expected: i64,
}

struct Check {
    invariant: &'static str,
    row: &'static str,
    sql: &'static str,
}

/// Stands for the day of the time `queued_at`, in UTC.
const DAY: &str = "{day}";
/// Stands for the Monday of the week of `day`.
const WEEK: &str = "{week}";

/// Each query returns only offending rows: `id`, the value `found` and the value `expected`. Sums of BIGINT are
/// NUMERIC on PostgreSQL, hence the casts.
const CHECKS: &[Check] = &[
    Check {
        invariant: "1: a balance is the sum of its transactions",
        row: "balance of user",
        sql: "SELECT b.user_id AS id, b.amount AS found, CAST(COALESCE(s.total, 0) AS BIGINT) AS expected \
              FROM balance b LEFT JOIN (SELECT user_id, SUM(amount) AS total FROM transactions \
              GROUP BY user_id) s ON s.user_id = b.user_id WHERE b.amount <> COALESCE(s.total, 0)",
    },
    Check {
        invariant: "1: every user has a balance",
        row: "user",
        sql: "SELECT u.id AS id, CAST(0 AS BIGINT) AS found, CAST(1 AS BIGINT) AS expected FROM users u \
              WHERE NOT EXISTS (SELECT 1 FROM balance b WHERE b.user_id = u.id)",
    },
    Check {
        invariant: "2: held is the price of the open tasks",
        row: "balance of user",
        sql: "SELECT b.user_id AS id, b.held AS found, CAST(COALESCE(s.total, 0) AS BIGINT) AS expected \
              FROM balance b LEFT JOIN (SELECT user_id, SUM(price) AS total FROM task \
              WHERE status IN ('queued', 'running') GROUP BY user_id) s ON s.user_id = b.user_id \
              WHERE b.held <> COALESCE(s.total, 0)",
    },
    Check {
        invariant: "3: a succeeded task has one result, any other has none",
        row: "results of task",
        sql: "SELECT t.id AS id, CAST(COUNT(r.id) AS BIGINT) AS found, \
              CAST(CASE WHEN t.status = 'succeeded' THEN 1 ELSE 0 END AS BIGINT) AS expected \
              FROM task t LEFT JOIN task_result r ON r.task_id = t.id GROUP BY t.id, t.status \
              HAVING COUNT(r.id) <> CASE WHEN t.status = 'succeeded' THEN 1 ELSE 0 END",
    },
    Check {
        invariant: "3: a succeeded task has one charge, any other has none",
        row: "charges of task",
        sql: "SELECT t.id AS id, CAST(COUNT(c.id) AS BIGINT) AS found, \
              CAST(CASE WHEN t.status = 'succeeded' THEN 1 ELSE 0 END AS BIGINT) AS expected \
              FROM task t LEFT JOIN transactions c ON c.task_id = t.id GROUP BY t.id, t.status \
              HAVING COUNT(c.id) <> CASE WHEN t.status = 'succeeded' THEN 1 ELSE 0 END",
    },
    Check {
        invariant: "3: a charge is the price of its task, on its user's ledger",
        row: "transaction",
        sql: "SELECT c.id AS id, c.amount AS found, -t.price AS expected FROM transactions c \
              JOIN task t ON t.id = c.task_id \
              WHERE c.amount <> -t.price OR c.kind <> 'charge' OR c.user_id <> t.user_id",
    },
    Check {
        invariant: "3: every charge names its task",
        row: "transaction",
        sql: "SELECT id, CAST(0 AS BIGINT) AS found, CAST(1 AS BIGINT) AS expected FROM transactions \
              WHERE kind = 'charge' AND task_id IS NULL",
    },
    Check {
        invariant: "4: balance_after is balance_before + amount",
        row: "transaction",
        sql: "SELECT id, balance_after AS found, balance_before + amount AS expected FROM transactions \
              WHERE balance_after <> balance_before + amount",
    },
    Check {
        invariant: "4: each line begins where the one before ended",
        row: "transaction",
        sql: "SELECT id, found, expected FROM (SELECT id, balance_before AS found, \
              LAG(balance_after, 1, CAST(0 AS BIGINT)) OVER (PARTITION BY user_id ORDER BY id) AS expected \
              FROM transactions) chained WHERE found <> expected",
    },
    Check {
        invariant: "5: an outcome belongs to the owner of its task",
        row: "outcome",
        sql: "SELECT o.id AS id, o.user_id AS found, t.user_id AS expected FROM outcome o \
              JOIN task t ON t.id = o.task_id WHERE o.user_id <> t.user_id",
    },
    Check {
        invariant: "5: an outcome names the model of its task",
        row: "outcome",
        sql: "SELECT o.id AS id, o.model_id AS found, t.model_id AS expected FROM outcome o \
              JOIN task t ON t.id = o.task_id WHERE o.model_id <> t.model_id",
    },
    Check {
        invariant: "5: only a succeeded task has an outcome",
        row: "outcome",
        sql: "SELECT o.id AS id, CAST(1 AS BIGINT) AS found, CAST(0 AS BIGINT) AS expected FROM outcome o \
              JOIN task t ON t.id = o.task_id WHERE t.status <> 'succeeded'",
    },
    Check {
        invariant: "5: the revisions of an outcome have no gaps",
        row: "outcomes of task",
        sql: "SELECT task_id AS id, CAST(COUNT(*) AS BIGINT) AS found, CAST(MAX(revision) AS BIGINT) AS expected \
              FROM outcome GROUP BY task_id HAVING COUNT(*) <> MAX(revision)",
    },
    Check {
        invariant: "6: a task has a key of its own user",
        row: "task",
        sql: "SELECT t.id AS id, t.user_id AS found, k.user_id AS expected FROM task t \
              JOIN api_key k ON k.id = t.api_key_id WHERE t.user_id <> k.user_id",
    },
    Check {
        invariant: "6: the spending of a day is the price of the open and succeeded tasks",
        row: "spending of API key",
        sql: "SELECT api_key_id AS id, CAST(SUM(booked) AS BIGINT) AS found, CAST(SUM(price) AS BIGINT) AS expected \
              FROM (SELECT api_key_id, day, model_id, credits AS booked, 0 AS price FROM api_key_spend UNION ALL \
              SELECT p.id, {day}, t.model_id, 0, t.price FROM task t JOIN api_key k ON k.id = t.api_key_id \
              JOIN api_key p ON p.id = k.id OR p.id = k.parent_id \
              WHERE t.status IN ('queued', 'running', 'succeeded')) spent \
              GROUP BY api_key_id, day, model_id HAVING SUM(booked) <> SUM(price)",
    },
    Check {
        invariant: "6: the predictions of a day are the open and succeeded tasks",
        row: "spending of API key",
        sql: "SELECT api_key_id AS id, CAST(SUM(booked) AS BIGINT) AS found, CAST(SUM(tasks) AS BIGINT) AS expected \
              FROM (SELECT api_key_id, day, model_id, predictions AS booked, 0 AS tasks FROM api_key_spend UNION ALL \
              SELECT p.id, {day}, t.model_id, 0, 1 FROM task t JOIN api_key k ON k.id = t.api_key_id \
              JOIN api_key p ON p.id = k.id OR p.id = k.parent_id \
              WHERE t.status IN ('queued', 'running', 'succeeded')) spent \
              GROUP BY api_key_id, day, model_id HAVING SUM(booked) <> SUM(tasks)",
    },
    Check {
        invariant: "6: the budget of a key is the sum of its days",
        row: "budget of API key",
        sql: "SELECT k.id AS id, COALESCE(b.spent, -1) AS found, CAST(COALESCE(s.total, 0) AS BIGINT) AS expected \
              FROM api_key k LEFT JOIN api_key_budget b ON b.api_key_id = k.id \
              LEFT JOIN (SELECT api_key_id, SUM(credits) AS total FROM api_key_spend GROUP BY api_key_id) s \
              ON s.api_key_id = k.id WHERE COALESCE(b.spent, -1) <> COALESCE(s.total, 0)",
    },
    Check {
        invariant: "6: a key has not spent more than its total cap",
        row: "budget of API key",
        sql: "SELECT k.id AS id, b.spent AS found, k.cap_total AS expected FROM api_key k \
              JOIN api_key_budget b ON b.api_key_id = k.id WHERE b.spent > k.cap_total",
    },
    Check {
        invariant: "6: a key has not spent more than its cap per day",
        row: "spending of API key",
        sql: "SELECT k.id AS id, CAST(SUM(s.credits) AS BIGINT) AS found, k.cap_day AS expected FROM api_key k \
              JOIN api_key_spend s ON s.api_key_id = k.id GROUP BY k.id, k.cap_day, s.day \
              HAVING SUM(s.credits) > k.cap_day",
    },
    Check {
        invariant: "6: a key has not spent more than its cap per week",
        row: "spending of API key",
        sql: "SELECT k.id AS id, CAST(SUM(s.credits) AS BIGINT) AS found, k.cap_week AS expected FROM api_key k \
              JOIN (SELECT api_key_id, credits, {week} AS week FROM api_key_spend) s ON s.api_key_id = k.id \
              GROUP BY k.id, k.cap_week, s.week HAVING SUM(s.credits) > k.cap_week",
    },
    Check {
        invariant: "6: a key has not spent more than its cap per month",
        row: "spending of API key",
        sql: "SELECT k.id AS id, CAST(SUM(s.credits) AS BIGINT) AS found, k.cap_month AS expected FROM api_key k \
              JOIN (SELECT api_key_id, credits, SUBSTR(CAST(day AS text), 1, 7) AS month FROM api_key_spend) s \
              ON s.api_key_id = k.id GROUP BY k.id, k.cap_month, s.month HAVING SUM(s.credits) > k.cap_month",
    },
    Check {
        invariant: "7: a started batch has a task for each line, and a draft has none",
        row: "tasks of batch",
        sql: "SELECT b.id AS id, CAST(COUNT(t.id) AS BIGINT) AS found, \
              CAST(CASE WHEN b.started_at IS NULL THEN 0 ELSE b.lines END AS BIGINT) AS expected \
              FROM batch b LEFT JOIN task t ON t.batch_id = b.id GROUP BY b.id, b.started_at, b.lines \
              HAVING COUNT(t.id) <> CASE WHEN b.started_at IS NULL THEN 0 ELSE b.lines END",
    },
    Check {
        invariant: "7: a draft has all its lines, and a started batch has none",
        row: "lines of batch",
        sql: "SELECT b.id AS id, CAST(COUNT(l.line) AS BIGINT) AS found, \
              CAST(CASE WHEN b.started_at IS NULL THEN b.lines ELSE 0 END AS BIGINT) AS expected \
              FROM batch b LEFT JOIN batch_line l ON l.batch_id = b.id GROUP BY b.id, b.started_at, b.lines \
              HAVING COUNT(l.line) <> CASE WHEN b.started_at IS NULL THEN b.lines ELSE 0 END",
    },
    Check {
        invariant: "7: a task has the user, the model, the price and the API key of its batch",
        row: "task",
        sql: "SELECT t.id AS id, t.price AS found, b.price AS expected FROM task t JOIN batch b ON b.id = t.batch_id \
              WHERE t.user_id <> b.user_id OR t.model_id <> b.model_id OR t.price <> b.price \
              OR COALESCE(t.api_key_id, 0) <> COALESCE(b.api_key_id, 0)",
    },
    Check {
        invariant: "7: a batch is finished exactly if none of its tasks is open",
        row: "open tasks of batch",
        sql: "SELECT b.id AS id, CAST(COUNT(t.id) AS BIGINT) AS found, \
              CAST(CASE WHEN b.finished_at IS NULL THEN 1 ELSE 0 END AS BIGINT) AS expected FROM batch b \
              LEFT JOIN task t ON t.batch_id = b.id AND t.status IN ('queued', 'running') \
              WHERE b.started_at IS NOT NULL GROUP BY b.id, b.finished_at \
              HAVING (COUNT(t.id) = 0) <> (b.finished_at IS NOT NULL)",
    },
    Check {
        invariant: "7: a finished batch counts its results",
        row: "results of batch",
        sql: "SELECT b.id AS id, CAST(b.succeeded AS BIGINT) AS found, CAST(COUNT(t.id) AS BIGINT) AS expected \
              FROM batch b LEFT JOIN task t ON t.batch_id = b.id AND t.status = 'succeeded' \
              WHERE b.finished_at IS NOT NULL GROUP BY b.id, b.succeeded HAVING COUNT(t.id) <> b.succeeded",
    },
];

/// Checks all invariants in one snapshot and returns the rows that break one.
///
/// # Errors
/// If the database is unavailable.
pub async fn audit(database: &Database) -> Result<Vec<Finding>, DbErr> {
    database
        .snapshot(|transaction| Box::pin(check_all(transaction)))
        .await
}

async fn check_all(transaction: &Transaction) -> Result<Vec<Finding>, DbErr> {
    let mut findings = Vec::new();
    let backend = transaction.get_database_backend();
    let (day, week) = match backend {
        DatabaseBackend::Postgres => (
            "CAST(t.queued_at AT TIME ZONE 'UTC' AS date)",
            "date_trunc('week', day)",
        ),
        // The Sunday on or after the day, and back.
        _ => ("date(t.queued_at)", "date(day, 'weekday 0', '-6 days')"),
    };
    for check in CHECKS {
        let sql = check.sql.replace(DAY, day).replace(WEEK, week);
        let statement = Statement::from_string(backend, sql);
        let offenders = Offender::find_by_statement(statement)
            .all(transaction)
            .await?;
        findings.extend(offenders.into_iter().map(|offender| Finding {
            invariant: check.invariant,
            row: format!(
                "{} {}: found {}, expected {}",
                check.row, offender.id, offender.found, offender.expected
            ),
        }));
    }
    Ok(findings)
}
