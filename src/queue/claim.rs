//! Claims: leases queued tasks to a worker.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{
    Expr, ExprTrait, LockBehavior, LockType, Order, Query, SimpleExpr, Value,
};
use sea_orm::{ColumnTrait, DatabaseBackend, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{has_status, time};
use crate::database::{Database, array_of, is_selected};
use crate::entities::task;
use crate::types::{ModelId, TaskStatus};

/// A worker's right to its claimed tasks. Only the holder of the token may settle them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The fencing token, shared by the tasks of one claim.
    pub token: String,
}

impl Lease {
    /// The lease of a running task.
    pub fn of(task: &task::Model) -> Self {
        Self {
            token: task.lease_token.clone().unwrap_or_default(),
        }
    }
}

/// What to claim.
#[derive(Clone, Copy, Debug)]
pub struct ClaimOptions<'a> {
    /// Maximum number of tasks.
    pub limit: u64,
    /// How long the lease is valid without being renewed.
    pub lease_for: Duration,
    /// The round to begin with; see [`super::ScanStart`].
    pub from_round: i64,
    /// Models whose tasks are left to other workers.
    pub except: &'a [ModelId],
}

/// Leases the queued tasks that are due first, in one statement: by round, then by id. Tasks whose retry is not due
/// yet are left.
///
/// # Errors
/// If the database is unavailable.
pub async fn claim(
    database: &Database,
    options: ClaimOptions<'_>,
    clock: DateTime<Utc>,
) -> Result<(Lease, Vec<task::Model>), DbErr> {
    let token = Uuid::new_v4().to_string();
    let backend = database.backend();
    let mut tasks = task::Entity::update_many()
        .col_expr(task::Column::Status, Expr::value(TaskStatus::Running))
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
    // RETURNING does not guarantee an order. Tasks are locked by id.
    tasks.sort_by_key(|task| task.id);
    Ok((Lease { token }, tasks))
}

/// If PostgreSQL crashes and loses a claim, its tasks are still queued, so the commit need not wait for the disk. The
/// settlement must wait, and comes later in the same log. The setting is local to this transaction.
fn need_not_be_durable(backend: DatabaseBackend) -> SimpleExpr {
    match backend {
        DatabaseBackend::Postgres => {
            Expr::cust("(SELECT set_config('synchronous_commit', 'off', true)) = 'off'")
        }
        _ => Expr::value(true),
    }
}

/// On PostgreSQL, rows that another worker is claiming are skipped. SQLite has one writer and needs no locks. The status
/// is a literal so that the planner can use the partial index.
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
    is_selected(backend, task::Column::Id, first)
}

/// On PostgreSQL the text of the statement does not depend on the number of models.
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
