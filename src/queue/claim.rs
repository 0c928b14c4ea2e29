//! Out of the queue, under a lease.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{
    Expr, ExprTrait, LockBehavior, LockType, Order, Query, SimpleExpr, Value,
};
use sea_orm::{ColumnTrait, DatabaseBackend, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{has_status, time};
use crate::database::{Database, array_of};
use crate::entities::task;
use crate::types::{ModelId, TaskStatus};

/// What a worker holds while it works: only its token may settle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The fencing token, shared by the tasks of one claim.
    pub token: String,
}

/// What to claim.
#[derive(Clone, Copy, Debug)]
pub struct ClaimOptions<'a> {
    /// Most tasks.
    pub limit: u64,
    /// How long the lease holds without being renewed.
    pub lease_for: Duration,
    /// The round to begin with; see [`super::ScanStart`].
    pub from_round: i64,
    /// Models whose tasks are left for other workers.
    pub except: &'a [ModelId],
}

/// Leases the queued tasks that are due first, in one statement: by round, then by id. Those whose retry is not due
/// are left.
///
/// # Errors
/// Where the database is unavailable.
pub async fn claim(
    database: &Database,
    options: ClaimOptions<'_>,
    clock: DateTime<Utc>,
) -> Result<(Lease, Vec<task::Model>), DbErr> {
    let token = Uuid::new_v4().to_string();
    let backend = database.backend();
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
        .col_expr(
            task::Column::LeaseExpiresAt,
            time::from_now(backend, clock, options.lease_for),
        )
        .col_expr(task::Column::StartedAt, time::now(backend, clock))
        .filter(is_among_first(backend, options, clock))
        .filter(need_not_be_durable(backend))
        .filter(has_status(TaskStatus::Queued))
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
fn is_among_first(
    backend: DatabaseBackend,
    options: ClaimOptions<'_>,
    clock: DateTime<Utc>,
) -> SimpleExpr {
    let is_due = Expr::col(task::Column::RetryAt)
        .is_null()
        .or(Expr::col(task::Column::RetryAt).lte(time::now(backend, clock)));
    let first = Query::select()
        .column(task::Column::Id)
        .from(task::Entity)
        .and_where(Expr::cust("status = 'queued'"))
        .and_where(task::Column::Round.gte(options.from_round))
        .and_where(is_due)
        .and_where(is_none_of(backend, options.except))
        .order_by(task::Column::Round, Order::Asc)
        .order_by(task::Column::Id, Order::Asc)
        .limit(options.limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    match backend {
        DatabaseBackend::Postgres => Expr::cust_with_expr(
            "id = ANY(ARRAY($1))",
            SimpleExpr::SubQuery(None, Box::new(first.into())),
        ),
        _ => task::Column::Id.in_subquery(first),
    }
}

/// On PostgreSQL the text is the same however many models there are.
fn is_none_of(backend: DatabaseBackend, models: &[ModelId]) -> SimpleExpr {
    let ids = models.iter().map(|model| Value::from(model.0));
    match backend {
        DatabaseBackend::Postgres if models.is_empty() => Expr::value(true),
        DatabaseBackend::Postgres => {
            Expr::cust_with_values("model_id <> ALL($1)", [array_of(ids.collect())])
        }
        _ => task::Column::ModelId.is_not_in(ids),
    }
}
