//! Stores reports, in the caller's database transaction.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait as _, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::database::{Transaction, insert_all, is_among};
use crate::entities::{outcome, task};
use crate::types::{ModelId, ReportedOutcome, TaskId, UserId};

/// Reports that are kept of each task, so that corrections do not fill the table.
pub(super) const REVISIONS_MAX: i32 = 50;
/// Rows per statement: a statement of SQLite has at most 32,766 values.
const INSERTED_ROWS: usize = 1_000;

/// The checked outcome of one task.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report {
    task: TaskId,
    model: ModelId,
    outcome: ReportedOutcome,
}

impl Report {
    /// An outcome that was checked against its task.
    pub(super) fn of(task: &task::Model, outcome: ReportedOutcome) -> Self {
        Self {
            task: task.id,
            model: task.model_id,
            outcome,
        }
    }
}

/// What became of reports.
#[derive(Debug)]
pub(super) enum Stored {
    /// All are stored. The tasks are those whose outcome has changed.
    All(Vec<TaskId>),
    /// Nothing is stored, because this task has the maximum number of reports.
    TooOften(TaskId),
}

/// Stores the reports that differ from the current outcomes of their tasks. Each task is reported at most once.
///
/// The caller has checked the tasks outside the transaction: a succeeded task, its owner and its campaign never change.
pub(super) async fn store(
    transaction: &Transaction,
    user: UserId,
    reports: &[Report],
    now: DateTime<Utc>,
) -> Result<Stored, DbErr> {
    if reports.is_empty() {
        return Ok(Stored::All(Vec::new()));
    }
    let current = lock_current(transaction, reports).await?;
    let mut rows = Vec::new();
    let mut changed = Vec::new();
    for Report {
        task,
        model,
        outcome,
    } in reports
    {
        let before = current.get(task);
        if before.is_some_and(|before| before.is_same(*outcome)) {
            continue;
        }
        let revision = before.map_or(0, |before| before.revision);
        if revision >= REVISIONS_MAX {
            return Ok(Stored::TooOften(*task));
        }
        changed.push(*task);
        rows.push(outcome::ActiveModel {
            task_id: Set(*task),
            user_id: Set(user),
            model_id: Set(*model),
            revision: Set(revision + 1),
            reached: Set(outcome.reached),
            raised_usd_cents: Set(outcome.raised_usd_cents),
            reported_at: Set(now),
            ..Default::default()
        });
    }
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(INSERTED_ROWS));
        insert_all(transaction, std::mem::replace(&mut rows, rest)).await?;
    }
    Ok(Stored::All(changed))
}

/// Locks the tasks, in the order of their ids, and reads their current outcomes. Without the lock, two requests at once
/// could store the same report twice.
async fn lock_current(
    transaction: &Transaction,
    reports: &[Report],
) -> Result<HashMap<TaskId, outcome::Model>, DbErr> {
    let backend = transaction.get_database_backend();
    let ids = || reports.iter().map(|report| report.task);
    task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .filter(is_among(backend, task::Column::Id, ids()))
        .order_by_asc(task::Column::Id)
        .lock_exclusive()
        .into_tuple::<TaskId>()
        .all(transaction)
        .await?;
    let current = outcome::Entity::current()
        .filter(is_among(backend, outcome::Column::TaskId, ids()))
        .all(transaction)
        .await?;
    let by_task = current.into_iter().map(|it| (it.task_id, it));
    Ok(by_task.collect())
}
