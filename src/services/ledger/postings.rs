//! The steps that change a balance, each inside the caller's database transaction.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Set,
};

use crate::entities::{balance, transactions};
use crate::types::{Credits, TaskId, TransactionKind, UserId};

/// Opens a new user's balance with the welcome credits.
pub(crate) async fn open(
    transaction: &DatabaseTransaction,
    user: UserId,
    welcome: Credits,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    balance::ActiveModel {
        user_id: Set(user.0),
        amount: Set(0),
        held: Set(0),
        updated_at: Set(now),
    }
    .insert(transaction)
    .await?;
    let line = Line {
        kind: TransactionKind::Welcome,
        amount: welcome,
        description: "Welcome credits".to_owned(),
        task: None,
        key: None,
    };
    add(transaction, user, line, now).await.map(drop)
}

/// Reserves a price; `false` where the available credits do not cover it.
pub(crate) async fn hold(
    transaction: &DatabaseTransaction,
    user: UserId,
    price: Credits,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let updated = balance::Entity::update_many()
        .col_expr(
            balance::Column::Held,
            Expr::col(balance::Column::Held).add(price.0),
        )
        .col_expr(balance::Column::UpdatedAt, Expr::value(now))
        .filter(balance::Column::UserId.eq(user.0))
        .filter(
            Expr::col(balance::Column::Amount)
                .sub(Expr::col(balance::Column::Held))
                .gte(price.0),
        )
        .exec(transaction)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Gives a reserved price back.
///
/// # Errors
/// [`DbErr::RecordNotUpdated`] where it was not held.
pub async fn release(
    transaction: &DatabaseTransaction,
    user: UserId,
    price: Credits,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let updated = balance::Entity::update_many()
        .col_expr(
            balance::Column::Held,
            Expr::col(balance::Column::Held).sub(price.0),
        )
        .col_expr(balance::Column::UpdatedAt, Expr::value(now))
        .filter(balance::Column::UserId.eq(user.0))
        .filter(balance::Column::Held.gte(price.0))
        .exec(transaction)
        .await?;
    if updated.rows_affected == 1 {
        Ok(())
    } else {
        Err(DbErr::RecordNotUpdated)
    }
}

/// Turns a reserved price into the charge of its task.
///
/// # Errors
/// [`DbErr::RecordNotUpdated`] where it was not held.
pub async fn settle(
    transaction: &DatabaseTransaction,
    user: UserId,
    task: TaskId,
    price: Credits,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    release(transaction, user, price, now).await?;
    let line = Line {
        kind: TransactionKind::Charge,
        amount: Credits(-price.0),
        description: format!("Prediction {task}"),
        task: Some(task),
        key: None,
    };
    add(transaction, user, line, now).await.map(drop)
}

pub(super) struct Line {
    pub(super) kind: TransactionKind,
    pub(super) amount: Credits,
    pub(super) description: String,
    pub(super) task: Option<TaskId>,
    pub(super) key: Option<(String, String)>,
}

/// Changes the amount and writes the line that says so.
///
/// # Errors
/// [`DbErr::RecordNotUpdated`] where less than what is held would remain.
pub(super) async fn add(
    transaction: &DatabaseTransaction,
    user: UserId,
    line: Line,
    now: DateTime<Utc>,
) -> Result<transactions::Model, DbErr> {
    let updated = balance::Entity::update_many()
        .col_expr(
            balance::Column::Amount,
            Expr::col(balance::Column::Amount).add(line.amount.0),
        )
        .col_expr(balance::Column::UpdatedAt, Expr::value(now))
        .filter(balance::Column::UserId.eq(user.0))
        .filter(
            Expr::col(balance::Column::Amount)
                .add(line.amount.0)
                .gte(Expr::col(balance::Column::Held)),
        )
        .exec_with_returning(transaction)
        .await?;
    let after = updated.first().ok_or(DbErr::RecordNotUpdated)?.amount;
    let (key, hash) = line.key.unzip();
    transactions::ActiveModel {
        user_id: Set(user.0),
        kind: Set(line.kind.as_str().to_owned()),
        amount: Set(line.amount.0),
        balance_before: Set(after - line.amount.0),
        balance_after: Set(after),
        description: Set(line.description),
        task_id: Set(line.task.map(|task| task.0)),
        idempotency_key: Set(key),
        request_hash: Set(hash),
        created_at: Set(now),
        ..Default::default()
    }
    .insert(transaction)
    .await
}
