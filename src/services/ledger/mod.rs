//! The ledger: the only place that changes a balance or writes a transaction.
//!
//! Lock order, here and in the queue: task rows by id, then balance rows by user, then new lines. A hold locks the
//! balance row first and then inserts the task row, which nobody else can have locked. The spending of a user's API keys
//! changes only under the lock of the user's balance.

mod balance_change;
mod batches;
mod budgets;
mod postings;
mod submit;

use std::sync::Arc;

use sea_orm::{DbErr, EntityTrait};

use super::Clock;
use super::emails::queue_low_balance_emails;
use super::field_check::{FieldCheck, check_text};
use super::idempotency::{Keyed, check_key, request_hash};
use super::pages::{cut_span, page_span};
use super::webhooks::outbox::{Event, Subscribers};
use crate::database::Database;
use crate::entities::history::Span;
use crate::entities::{balance, task, transactions};
use crate::queue::{Change, Notifier};
pub use balance_change::BalanceChange;
pub(crate) use batches::{BatchStart, StartOutcome, start_batch};
pub(crate) use budgets::{check_budget, end_of, open_budget, read_spent};
pub(crate) use postings::open;
pub use postings::{
    Charge, Hold, LockMode, LockedBalances, lock_balances, release_all, settle_all,
};
use postings::{Line, add};
pub(crate) use submit::{SubmitOutcome, hold_and_enqueue};

use crate::types::{
    AppError, BalanceHistory, BalancePoint, BalanceView, Credits, Page, SystemMessage, TOP_UP_MAX,
    TOP_UP_MIN, TaskId, TransactionFilter, TransactionKind, TransactionView, UserId, Violation,
    parse_whole,
};

/// Lines in the history of a balance: as many as a chart can show.
const HISTORY_POINTS: u64 = 200;
/// Maximum length of the reason of an adjustment.
const REASON_MAX_CHARS: u32 = 500;
/// Maximum number of lines that [`Ledger::transactions_after`] returns.
pub const LINES_AT_ONCE: usize = 20;

/// Reads balances and transactions, and adds credits.
pub struct Ledger {
    database: Database,
    notifier: Notifier,
    clock: Arc<dyn Clock>,
}

impl Ledger {
    /// Uses one database.
    pub fn new(database: Database, notifier: Notifier, clock: Arc<dyn Clock>) -> Self {
        Self {
            database,
            notifier,
            clock,
        }
    }

    /// A user's credits.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn balance(&self, user: UserId) -> Result<BalanceView, AppError> {
        let balance = balance::Entity::find_by_id(user)
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)?;
        Ok(balance.into())
    }

    /// A page of a user's lines with ids below `before`, newest first. It may contain fewer than `limit` lines and
    /// still have a next page: see `services::pages`.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn transactions(
        &self,
        user: UserId,
        filter: TransactionFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Page<TransactionView>, AppError> {
        let database = self.database.read();
        let look_back = |rows| transactions::Entity::look_back(user, before, rows);
        let span = page_span(database, before, filter.time.is_open(), look_back).await?;
        let lines = transactions::Entity::history(user, filter, span, u64::from(limit) + 1)
            .all(database)
            .await?;
        let page = cut_span(lines, limit, span, |line| line.id.0);
        let mut page: Page<TransactionView> = page.map(TransactionView::from);
        self.add_titles(user, &mut page.items).await?;
        Ok(page)
    }

    /// The balance after each of a user's latest lines, oldest first: a bounded number of rows, read via the index of
    /// the history.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn balance_history(&self, user: UserId) -> Result<BalanceHistory, AppError> {
        let all = TransactionFilter::default();
        let latest = transactions::Entity::history(user, all, Span::default(), HISTORY_POINTS)
            .all(self.database.read())
            .await?;
        let points = latest.into_iter().rev().map(|line| BalancePoint {
            at: line.created_at,
            amount: Credits(line.balance_after),
        });
        Ok(BalanceHistory {
            points: points.collect(),
        })
    }

    /// A user's lines after the line `seen`, oldest first: at most the newest [`LINES_AT_ONCE`].
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn transactions_after(
        &self,
        user: UserId,
        seen: i64,
    ) -> Result<Vec<TransactionView>, AppError> {
        let since = Span {
            above: Some(seen),
            before: None,
        };
        let newest = transactions::Entity::history(
            user,
            TransactionFilter::default(),
            since,
            LINES_AT_ONCE as u64,
        )
        .all(self.database.read())
        .await?;
        let oldest_first = newest.into_iter().rev();
        let mut lines: Vec<_> = oldest_first.map(TransactionView::from).collect();
        self.add_titles(user, &mut lines).await?;
        Ok(lines)
    }

    /// Names the campaigns that charges paid for.
    async fn add_titles(&self, user: UserId, lines: &mut [TransactionView]) -> Result<(), DbErr> {
        let tasks: Vec<TaskId> = lines.iter().filter_map(|line| line.task_id).collect();
        if tasks.is_empty() {
            return Ok(());
        }
        let titles = task::Entity::titles_among(user, tasks)
            .all(self.database.read())
            .await?;
        for line in lines {
            let found = titles.iter().find(|it| Some(it.id) == line.task_id);
            line.task_title = found.map(|it| it.title.clone());
        }
        Ok(())
    }

    /// Buys credits. A repeated key returns the line that the first request wrote. This demonstration charges nobody;
    /// a payment provider would be called before the line is written, with the same key, so that it charges once.
    ///
    /// # Errors
    /// 422 naming `amount` or `idempotency_key`, or [`AppError::KeyReused`].
    pub async fn top_up(
        &self,
        user: UserId,
        amount: &str,
        key: &str,
    ) -> Result<Keyed<TransactionView>, AppError> {
        let mut fields = FieldCheck::default();
        let range = TOP_UP_MIN.0..=TOP_UP_MAX.0;
        let amount = fields.read(parse_whole("amount", amount, range));
        let key = fields.read(check_key(key));
        let (Some(amount), Some(key)) = (amount.map(Credits), key) else {
            return Err(fields.error());
        };
        let hash = request_hash(&["top_up", &amount.to_string()]);
        if let Some(line) = self.find_by_key(user, key, &hash).await? {
            return Ok(Keyed::replay(line));
        }
        let line = Line {
            kind: TransactionKind::TopUp,
            amount,
            description: SystemMessage::DemonstrationTopUp.to_string(),
            task: None,
            key: Some((key.to_owned(), hash.clone())),
        };
        match self.add("top up", user, line).await {
            Ok(line) => Ok(Keyed::first(line.into())),
            Err(error) => {
                // If another request with this key came first, return its line.
                let first = self.find_by_key(user, key, &hash).await?;
                first.map(Keyed::replay).ok_or_else(|| error.into())
            }
        }
    }

    /// Corrects a balance with a new line, up or down: for the operator.
    ///
    /// # Errors
    /// 422 naming `amount` if it is 0, or `reason`; 409 if it would take more than is available.
    pub async fn adjust(
        &self,
        user: UserId,
        amount: Credits,
        reason: &str,
    ) -> Result<TransactionView, AppError> {
        if amount == Credits(0) {
            let violation = Violation::rejected("must not be 0");
            return Err(AppError::invalid("amount", violation));
        }
        let reason = check_text("reason", reason, REASON_MAX_CHARS)?;
        let line = Line {
            kind: TransactionKind::Adjustment,
            amount,
            description: reason.to_owned(),
            task: None,
            key: None,
        };
        let line = self.add("adjust", user, line).await;
        let line = line.map_err(|error| match error {
            DbErr::RecordNotUpdated => {
                AppError::Conflict("the balance would fall below the held amount".to_owned())
            }
            other => other.into(),
        })?;
        Ok(line.into())
    }

    /// Writes one line and changes the balance, in its own transaction.
    async fn add(
        &self,
        name: &'static str,
        user: UserId,
        line: Line,
    ) -> Result<transactions::Model, DbErr> {
        let input = (self.notifier.clone(), user, line, self.clock.now());
        self.database
            .transaction(name, input, |transaction, (notifier, user, line, now)| {
                Box::pin(async move {
                    let (line, change) = add(transaction, *user, line.clone(), *now).await?;
                    queue_low_balance_emails(
                        transaction,
                        notifier,
                        change.low_balance().into_iter(),
                        *now,
                    )
                    .await?;
                    let subscribers = Subscribers::find(transaction, [*user]).await?;
                    if !subscribers.is_empty() {
                        let changed = Event::balance_changed(*user, change.before, change.after);
                        let events = Event::of_line(&line).into_iter().chain([changed]);
                        subscribers
                            .tell(transaction, notifier, events, *now)
                            .await?;
                    }
                    let changes = vec![Change::balance_of(*user)];
                    notifier
                        .publish_on_commit(transaction, false, changes)
                        .await?;
                    Ok(line)
                })
            })
            .await
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
        Ok(Some(line.into()))
    }
}
