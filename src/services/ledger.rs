//! The ledger: the only place that changes a balance or writes a transaction.
//!
//! Lock order, here and in the queue: task rows by id, then balance rows by user, then new lines. A hold
//! takes the balance row first and only then makes a new task row, which nobody else can have locked.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, Set,
    SqlErr,
};

use super::Clock;
use super::idempotency::{check_key, request_hash};
use super::payment::PaymentProvider;
use crate::entities::{Database, balance, transactions};
use crate::queue::{Change, Signals};
use crate::types::{
    AppError, BalanceView, Credits, Page, TOP_UP_MAX, TOP_UP_MIN, TaskId, TransactionKind,
    TransactionView, UserId, Violation, parse_choice, parse_id, parse_page_limit,
};

/// Reads balances and transactions, and adds credits.
pub struct Ledger {
    database: Database,
    signals: Signals,
    clock: Arc<dyn Clock>,
    payment: Arc<dyn PaymentProvider>,
}

impl Ledger {
    /// Credits are bought from `payment`.
    pub fn new(
        database: Database,
        signals: Signals,
        clock: Arc<dyn Clock>,
        payment: Arc<dyn PaymentProvider>,
    ) -> Self {
        Self {
            database,
            signals,
            clock,
            payment,
        }
    }

    /// A user's credits.
    ///
    /// # Errors
    /// 503 where the database is away.
    pub async fn balance(&self, user: UserId) -> Result<BalanceView, AppError> {
        let balance = balance::Entity::find_by_id(user.0)
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)?;
        Ok(balance.into())
    }

    /// A page of a user's lines, newest first.
    ///
    /// # Errors
    /// 422 naming `limit`, `cursor` or `kind`.
    pub async fn transactions(
        &self,
        user: UserId,
        limit: &str,
        cursor: &str,
        kind: &str,
    ) -> Result<Page<TransactionView>, AppError> {
        let limit = parse_page_limit(limit)?;
        let kind = parse_choice("kind", kind, TransactionKind::ALL)?;
        let before = parse_cursor(cursor)?;
        let lines = transactions::Entity::history(user, kind, before, u64::from(limit) + 1)
            .all(self.database.read())
            .await?;
        let (lines, next) = cut_page(lines, limit, |line| line.id);
        let items = lines
            .into_iter()
            .map(TransactionView::try_from)
            .collect::<Result<_, DbErr>>()?;
        Ok(Page { items, next })
    }

    /// A user's lines after one that was seen, oldest first, at most a page of them.
    ///
    /// # Errors
    /// 503 where the database is away.
    pub async fn transactions_after(
        &self,
        user: UserId,
        seen: i64,
    ) -> Result<Vec<TransactionView>, AppError> {
        let newest = transactions::Entity::history(user, None, None, 20)
            .filter(transactions::Column::Id.gt(seen))
            .all(self.database.read())
            .await?;
        let lines: Result<Vec<_>, DbErr> = newest
            .into_iter()
            .rev()
            .map(TransactionView::try_from)
            .collect();
        Ok(lines?)
    }

    /// Buys credits; the same key again answers the line that it made.
    ///
    /// # Errors
    /// 422 naming `amount` or `idempotency_key`, or [`AppError::KeyReused`].
    pub async fn top_up(
        &self,
        user: UserId,
        amount: &str,
        key: &str,
    ) -> Result<TransactionView, AppError> {
        let (amount, key) = match (parse_top_up(amount), check_key(key)) {
            (Ok(amount), Ok(key)) => (amount, key),
            (Err(AppError::Invalid(mut errors)), Err(AppError::Invalid(more))) => {
                errors.extend(more);
                return Err(AppError::Invalid(errors));
            }
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        let hash = request_hash(&["top_up", &amount.to_string()]);
        if let Some(line) = self.find_by_key(user, key, &hash).await? {
            return Ok(line);
        }
        let receipt = self
            .payment
            .pay(user, amount, key)
            .map_err(|refused| AppError::Conflict(refused.to_string()))?;
        let transaction = self.database.begin().await?;
        let line = Line {
            kind: TransactionKind::TopUp,
            amount,
            description: receipt.description,
            task: None,
            key: Some((key.to_owned(), hash.clone())),
        };
        match add(&transaction, user, line, self.clock.now()).await {
            Ok(line) => {
                let change = Change::balance_of(user);
                self.signals.commit(transaction, false, &[change]).await?;
                Ok(line.try_into()?)
            }
            Err(error) if is_unique_violation(&error) => {
                // Another request with this key came first: its answer is ours.
                transaction.rollback().await?;
                let first = self.find_by_key(user, key, &hash).await?;
                first.ok_or(AppError::Internal)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Corrects a balance by a new line, up or down: for the operator.
    ///
    /// # Errors
    /// 422 naming `amount` where it is 0; 409 where it would take more than is available.
    pub async fn adjust(
        &self,
        user: UserId,
        amount: Credits,
        reason: &str,
    ) -> Result<TransactionView, AppError> {
        if amount == Credits(0) {
            let reason = "must not be 0".to_owned();
            return Err(AppError::invalid("amount", Violation::Rejected { reason }));
        }
        let transaction = self.database.begin().await?;
        let line = Line {
            kind: TransactionKind::Adjustment,
            amount,
            description: reason.to_owned(),
            task: None,
            key: None,
        };
        let line = add(&transaction, user, line, self.clock.now()).await;
        let line = line.map_err(|error| match error {
            DbErr::RecordNotUpdated => {
                AppError::Conflict("the balance would fall below what is held".to_owned())
            }
            other => other.into(),
        })?;
        let change = Change::balance_of(user);
        self.signals.commit(transaction, false, &[change]).await?;
        Ok(line.try_into()?)
    }

    async fn find_by_key(
        &self,
        user: UserId,
        key: &str,
        hash: &str,
    ) -> Result<Option<TransactionView>, AppError> {
        let Some(line) = transactions::Entity::find_by_key(user, key)
            .one(self.database.write())
            .await?
        else {
            return Ok(None);
        };
        if line.request_hash.as_deref() != Some(hash) {
            return Err(AppError::KeyReused);
        }
        Ok(Some(line.try_into()?))
    }
}

/// Opens a new user's balance with the welcome credits.
pub(super) async fn open(
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
pub(super) async fn hold(
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

struct Line {
    kind: TransactionKind,
    amount: Credits,
    description: String,
    task: Option<TaskId>,
    key: Option<(String, String)>,
}

/// Changes the amount and writes the line that says so.
///
/// # Errors
/// [`DbErr::RecordNotUpdated`] where less than what is held would remain.
async fn add(
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

pub(super) fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// Reads the `next` of an earlier page.
pub(super) fn parse_cursor(cursor: &str) -> Result<Option<i64>, AppError> {
    parse_id("cursor", cursor).map_err(|_| AppError::invalid("cursor", Violation::NotACursor))
}

/// Cuts a list that was read with one item more than the page holds.
pub(super) fn cut_page<T>(
    mut items: Vec<T>,
    limit: u32,
    id: impl Fn(&T) -> i64,
) -> (Vec<T>, Option<String>) {
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items
        .last()
        .filter(|_| more)
        .map(|last| id(last).to_string());
    (items, next)
}

fn parse_top_up(amount: &str) -> Result<Credits, AppError> {
    let amount = amount.trim();
    let violation = if amount.is_empty() {
        Violation::Required
    } else {
        match amount.parse::<i64>() {
            Ok(credits) if (TOP_UP_MIN.0..=TOP_UP_MAX.0).contains(&credits) => {
                return Ok(Credits(credits));
            }
            // A whole number too long for an i64 is out of range as well.
            Ok(_) => Violation::out_of_range(1.0, 1_000_000.0),
            Err(_)
                if amount
                    .trim_start_matches('-')
                    .bytes()
                    .all(|it| it.is_ascii_digit()) =>
            {
                Violation::out_of_range(1.0, 1_000_000.0)
            }
            Err(_) => Violation::NotAWholeNumber,
        }
    };
    Err(AppError::invalid("amount", violation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_top_up_is_a_whole_number_within_bounds() {
        assert_eq!(parse_top_up(" 1 "), Ok(Credits(1)));
        assert_eq!(parse_top_up("1000000"), Ok(Credits(1_000_000)));
        for bad in [
            "",
            "0",
            "1000001",
            "-5",
            "1.5",
            "abc",
            "99999999999999999999",
        ] {
            assert!(parse_top_up(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_page_tells_the_next_one_only_where_there_is_one() {
        assert_eq!(
            cut_page(vec![9, 8, 7], 2, |id| *id),
            (vec![9, 8], Some("8".to_owned()))
        );
        assert_eq!(cut_page(vec![9, 8], 2, |id| *id), (vec![9, 8], None));
        assert_eq!(cut_page(Vec::new(), 2, |id| *id), (Vec::new(), None));
    }
}
