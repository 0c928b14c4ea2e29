//! Checks the invariants of `docs/architecture.md` ("Money") over the whole database.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};

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
    for check in CHECKS {
        let statement = Statement::from_string(transaction.get_database_backend(), check.sql);
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
