//! Out of the queue, under a lease.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Order, Query, SimpleExpr};
use sea_orm::{ColumnTrait, DatabaseBackend, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::database::Database;
use crate::entities::task;
use crate::types::TaskStatus;

/// What a worker holds while it works: only its token may settle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The fencing token, shared by the tasks of one claim.
    pub token: String,
}

/// Leases the oldest queued tasks, at most `limit`, in one statement.
///
/// # Errors
/// Where the database is away.
pub async fn claim(
    database: &Database,
    limit: u64,
    now: DateTime<Utc>,
    lease_for: Duration,
) -> Result<(Lease, Vec<task::Model>), DbErr> {
    let token = Uuid::new_v4().to_string();
    let mut tasks = task::Entity::update_many()
        .col_expr(
            task::Column::Status,
            Expr::value(TaskStatus::Running.as_str()),
        )
        .col_expr(
            task::Column::Attempts,
            Expr::col(task::Column::Attempts).add(1),
        )
        .col_expr(task::Column::LeaseToken, Expr::value(token.as_str()))
        .col_expr(task::Column::LeaseExpiresAt, Expr::value(now + lease_for))
        .col_expr(task::Column::StartedAt, Expr::value(now))
        .filter(is_among_oldest(database.backend(), limit))
        .filter(need_not_be_durable(database.backend()))
        .filter(task::Column::Status.eq(TaskStatus::Queued.as_str()))
        .exec_with_returning(database.write())
        .await?;
    // RETURNING promises no order; the order of ids is the order of locks.
    tasks.sort_by_key(|task| task.id);
    Ok((Lease { token }, tasks))
}

/// A claim that a crash of PostgreSQL forgets leaves its tasks queued, so its commit need not wait for the disk;
/// the settling, which must, comes later in the same log. The setting holds for this one transaction.
fn need_not_be_durable(backend: DatabaseBackend) -> SimpleExpr {
    match backend {
        DatabaseBackend::Postgres => {
            Expr::cust("(SELECT set_config('synchronous_commit', 'off', true)) = 'off'")
        }
        _ => Expr::value(true),
    }
}

/// On PostgreSQL rows that another worker is claiming are skipped. The array makes it compute the subquery
/// once: as a plain `IN` it may run once for each row of the outer scan, and then claims more than `limit`.
/// SQLite has one writer, needs no locks and computes it once anyway. The status is written out, so that the
/// partial index fits.
fn is_among_oldest(backend: DatabaseBackend, limit: u64) -> SimpleExpr {
    let oldest = Query::select()
        .column(task::Column::Id)
        .from(task::Entity)
        .and_where(Expr::cust("status = 'queued'"))
        .order_by(task::Column::Id, Order::Asc)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    match backend {
        DatabaseBackend::Postgres => Expr::cust_with_expr(
            "id = ANY(ARRAY($1))",
            SimpleExpr::SubQuery(None, Box::new(oldest.into())),
        ),
        _ => task::Column::Id.in_subquery(oldest),
    }
}
