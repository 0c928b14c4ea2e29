//! Changes of balances, each inside the caller's database transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect, Set, Statement, Value,
};

use super::balance_change::BalanceChange;
use super::budgets::{Booking, reverse};
use crate::database::{Transaction, array_of, insert_all, is_among};
use crate::entities::{balance, task, transactions};
use crate::metrics;
use crate::queue;
use crate::types::{BatchId, Credits, SystemMessage, TaskId, TransactionKind, UserId};

/// Opens a new user's balance with the welcome credits.
pub(crate) async fn open(
    transaction: &Transaction,
    user: UserId,
    welcome: Credits,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    balance::ActiveModel {
        user_id: Set(user),
        amount: Set(0),
        held: Set(0),
        updated_at: Set(now),
        next_round: Set(0),
        low_balance: Set(None),
    }
    .insert(transaction)
    .await?;
    let line = Line {
        kind: TransactionKind::Welcome,
        amount: welcome,
        description: SystemMessage::WelcomeCredits.to_string(),
        task: None,
        key: None,
    };
    add(transaction, user, line, now).await.map(drop)
}

/// Reserves the price of a number of tasks of a user. Returns the round of the queue that the first one goes into, or
/// `None` if the available credits do not cover the price.
pub(crate) async fn hold(
    transaction: &Transaction,
    user: UserId,
    price: Credits,
    tasks: i64,
    now: DateTime<Utc>,
) -> Result<Option<i64>, DbErr> {
    let updated = balance::Entity::update_many()
        .col_expr(
            balance::Column::Held,
            Expr::col(balance::Column::Held).add(price.0),
        )
        .col_expr(balance::Column::NextRound, queue::after_next(tasks))
        .col_expr(balance::Column::UpdatedAt, Expr::value(now))
        .filter(balance::Column::UserId.eq(user))
        .filter(
            Expr::col(balance::Column::Amount)
                .sub(Expr::col(balance::Column::Held))
                .gte(price.0),
        )
        .exec_with_returning(transaction)
        .await?;
    Ok(updated.first().map(|balance| balance.next_round - tasks))
}

/// The reserved price of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The user who pays.
    pub user: UserId,
    price: Credits,
    booking: Option<Booking>,
}

impl Hold {
    /// The hold of an open task.
    pub fn of(task: &task::Model) -> Self {
        Self {
            user: task.user_id,
            price: Credits(task.price),
            booking: Booking::of(task),
        }
    }
}

/// Releases holds, and gives their prices back to the API keys that submitted the tasks. Balances are locked in the order of
/// their users.
///
/// # Errors
/// [`DbErr::RecordNotUpdated`] if a price was not held, or not booked on its key.
pub async fn release_all(
    transaction: &Transaction,
    holds: Vec<Hold>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let mut by_user: BTreeMap<UserId, i64> = BTreeMap::new();
    for hold in &holds {
        *by_user.entry(hold.user).or_default() += hold.price.0;
    }
    for (user, price) in by_user {
        release_price(transaction, user, Credits(price), now).await?;
    }
    for booking in Booking::merge(holds.into_iter().filter_map(|hold| hold.booking)) {
        reverse(transaction, booking).await?;
    }
    Ok(())
}

/// Releases a reserved price that is not booked on a key.
pub(super) async fn release_price(
    transaction: &Transaction,
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
        .filter(balance::Column::UserId.eq(user))
        .filter(balance::Column::Held.gte(price.0))
        .exec(transaction)
        .await?;
    if updated.rows_affected == 1 {
        Ok(())
    } else {
        Err(DbErr::RecordNotUpdated)
    }
}

/// The charge of one task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The user who pays.
    pub user: UserId,
    /// The task that is paid for.
    pub task: TaskId,
    /// The batch of the task.
    pub batch: Option<BatchId>,
    /// The reserved price.
    pub price: Credits,
}

impl Charge {
    /// The text of the line.
    fn description(&self) -> String {
        match self.batch {
            Some(batch) => format!("Prediction {} of batch {batch}", self.task),
            None => format!("Prediction {}", self.task),
        }
    }
}

/// What to do with balances that another transaction has locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// Wait for the lock, up to the database's `lock_timeout`.
    Block,
    /// Leave out the balance.
    SkipLocked,
}

/// Balances that a transaction has locked.
pub struct LockedBalances(BTreeMap<UserId, balance::Model>);

impl LockedBalances {
    /// Whether this user's balance is locked by the transaction.
    pub fn contains(&self, user: UserId) -> bool {
        self.0.contains_key(&user)
    }
}

/// Locks the balances of users in the order of their ids.
///
/// # Errors
/// If the database is unavailable; in [`LockMode::Block`] also if another transaction keeps a balance locked.
pub async fn lock_balances(
    transaction: &Transaction,
    users: impl Iterator<Item = UserId>,
    mode: LockMode,
) -> Result<LockedBalances, DbErr> {
    let users: BTreeSet<UserId> = users.collect();
    if users.is_empty() {
        return Ok(LockedBalances(BTreeMap::new()));
    }
    let query = balance::Entity::find()
        .filter(is_among(
            transaction.get_database_backend(),
            balance::Column::UserId,
            users,
        ))
        .order_by_asc(balance::Column::UserId);
    let query = match mode {
        LockMode::Block => query.lock_exclusive(),
        LockMode::SkipLocked => {
            query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        }
    };
    let balances = query.all(transaction).await?;
    let by_user = balances
        .into_iter()
        .map(|balance| (balance.user_id, balance));
    Ok(LockedBalances(by_user.collect()))
}

/// Turns reserved prices into the charges of their tasks, in two statements for any number of tasks. Returns what has
/// become of the locked balances.
///
/// # Errors
/// [`DbErr::RecordNotUpdated`] if a price was not held, or its balance is not locked.
pub async fn settle_all(
    transaction: &Transaction,
    balances: LockedBalances,
    mut charges: Vec<Charge>,
    now: DateTime<Utc>,
) -> Result<Vec<BalanceChange>, DbErr> {
    if charges.is_empty() {
        return Ok(Vec::new());
    }
    charges.sort_by_key(|charge| (charge.user, charge.task));
    let LockedBalances(mut after) = balances;
    let before: Vec<_> = after.values().map(|it| Credits(it.amount)).collect();
    let total: i64 = charges.iter().map(|charge| charge.price.0).sum();
    let mut lines = Vec::with_capacity(charges.len());
    for charge in charges {
        let Charge {
            user, task, price, ..
        } = charge;
        let balance = after.get_mut(&user).ok_or(DbErr::RecordNotUpdated)?;
        let before = balance.amount;
        balance.held -= price.0;
        balance.amount -= price.0;
        if balance.held < 0 || balance.amount < balance.held {
            return Err(DbErr::RecordNotUpdated);
        }
        let line = Line {
            kind: TransactionKind::Charge,
            amount: Credits(-price.0),
            description: charge.description(),
            task: Some(task),
            key: None,
        };
        lines.push(line.into_row(user, before, now));
    }
    let changed = after
        .values()
        .zip(before)
        .map(|(balance, before)| BalanceChange {
            user: balance.user_id,
            before,
            after: Credits(balance.amount),
            low_balance: balance.low_balance.map(Credits),
        })
        .collect();
    let (count, credits) = (lines.len() as u64, total.unsigned_abs());
    write_balances(transaction, after.into_values(), now).await?;
    insert_all(transaction, lines).await?;
    let kind = TransactionKind::Charge.as_str();
    transaction.after_commit(move || metrics::ledger_lines(kind, count, credits));
    Ok(changed)
}

/// Writes balances that this transaction has locked.
async fn write_balances(
    transaction: &Transaction,
    balances: impl Iterator<Item = balance::Model>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let balances: Vec<_> = balances.collect();
    let backend = transaction.get_database_backend();
    let (written, mut values) = match backend {
        DatabaseBackend::Postgres => as_arrays(&balances),
        _ => as_lists(&balances),
    };
    values.insert(0, now.into());
    let sql = format!(
        "UPDATE balance SET amount = written.column2, held = written.column3, updated_at = $1 \
         FROM {written} WHERE balance.user_id = written.column1"
    );
    let written = transaction
        .execute_raw(Statement::from_sql_and_values(backend, sql, values))
        .await?;
    if written.rows_affected() == balances.len() as u64 {
        Ok(())
    } else {
        Err(DbErr::RecordNotUpdated)
    }
}

/// The table `written` with user, amount and held as `column1` to `column3`, and its values, numbered from `$2`. The
/// text does not depend on the number of rows.
fn as_arrays(balances: &[balance::Model]) -> (String, Vec<Value>) {
    let column = |of: fn(&balance::Model) -> i64| {
        array_of(balances.iter().map(|balance| of(balance).into()).collect())
    };
    let table = "unnest($2, $3, $4) AS written (column1, column2, column3)".to_owned();
    let values = [
        column(|balance| balance.user_id.0),
        column(|balance| balance.amount),
        column(|balance| balance.held),
    ];
    (table, values.into())
}

/// The same for SQLite, which has no arrays. SQLite itself names the columns of VALUES `column1`, `column2` and so on.
fn as_lists(balances: &[balance::Model]) -> (String, Vec<Value>) {
    let places = (2..).step_by(3).take(balances.len());
    let rows: Vec<_> = places
        .map(|first| format!("(${first}, ${}, ${})", first + 1, first + 2))
        .collect();
    let values = balances
        .iter()
        .flat_map(|it| [it.user_id.0, it.amount, it.held].map(Value::from));
    (
        format!("(VALUES {}) AS written", rows.join(", ")),
        values.collect(),
    )
}

#[derive(Clone)]
pub(super) struct Line {
    pub(super) kind: TransactionKind,
    pub(super) amount: Credits,
    pub(super) description: String,
    pub(super) task: Option<TaskId>,
    pub(super) key: Option<(String, String)>,
}

/// Changes the amount and writes the line for it.
///
/// # Errors
/// [`DbErr::RecordNotUpdated`] if less than the held amount would remain.
pub(super) async fn add(
    transaction: &Transaction,
    user: UserId,
    line: Line,
    now: DateTime<Utc>,
) -> Result<(transactions::Model, BalanceChange), DbErr> {
    let updated = balance::Entity::update_many()
        .col_expr(
            balance::Column::Amount,
            Expr::col(balance::Column::Amount).add(line.amount.0),
        )
        .col_expr(balance::Column::UpdatedAt, Expr::value(now))
        .filter(balance::Column::UserId.eq(user))
        .filter(
            Expr::col(balance::Column::Amount)
                .add(line.amount.0)
                .gte(Expr::col(balance::Column::Held)),
        )
        .exec_with_returning(transaction)
        .await?;
    let balance = updated.first().ok_or(DbErr::RecordNotUpdated)?;
    let change = BalanceChange {
        user,
        before: Credits(balance.amount - line.amount.0),
        after: Credits(balance.amount),
        low_balance: balance.low_balance.map(Credits),
    };
    let line = line.into_row(user, change.before.0, now);
    Ok((line.insert(transaction).await?, change))
}

impl Line {
    fn into_row(self, user: UserId, before: i64, now: DateTime<Utc>) -> transactions::ActiveModel {
        let (key, hash) = self.key.unzip();
        transactions::ActiveModel {
            user_id: Set(user),
            kind: Set(self.kind),
            amount: Set(self.amount.0),
            balance_before: Set(before),
            balance_after: Set(before + self.amount.0),
            description: Set(self.description),
            task_id: Set(self.task),
            idempotency_key: Set(key),
            request_hash: Set(hash),
            created_at: Set(now),
            ..Default::default()
        }
    }
}
