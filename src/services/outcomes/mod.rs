//! Outcomes: users report how their campaigns ended, one at a time or in a file, and correct it later.
//!
//! The table is append-only: a correction adds a row, so the history of each task stays. A report that repeats the
//! current outcome adds nothing, so a request may be sent again.

mod file;
mod report;

use std::sync::Arc;

use sea_orm::{ColumnTrait, QueryFilter};

use super::pages::{cut_span, page_span};
use super::sent_file::SentFile;
use super::{Clock, own_tasks};
use crate::database::Database;
use crate::entities::{outcome, task};
use crate::queue::{Change, Notifier};
use crate::types::{
    AppError, FieldErrors, NumberFormat, OutcomeInput, OutcomesView, Page, ReportedOutcome,
    ReportedView, TaskId, TaskStatus, UnreportedView, UserId, Violation,
};
use file::Row;
use report::{Report, Stored};

/// Stores and reads outcomes.
pub struct Outcomes {
    database: Database,
    notifier: Notifier,
    clock: Arc<dyn Clock>,
}

impl Outcomes {
    /// Uses one database.
    pub fn new(database: Database, notifier: Notifier, clock: Arc<dyn Clock>) -> Self {
        Self {
            database,
            notifier,
            clock,
        }
    }

    /// Reports or corrects how the campaign of a user's task ended. `format` is the notation of the numbers, if they
    /// were typed into a form.
    ///
    /// # Errors
    /// 422 naming `reached` or `raised_usd`; 404, also for another user's task; 409 if the task has not succeeded, or
    /// was corrected too often.
    pub async fn report(
        &self,
        user: UserId,
        id: TaskId,
        input: &OutcomeInput,
        format: Option<NumberFormat>,
    ) -> Result<OutcomesView, AppError> {
        let needed = "have an outcome";
        let task = own_tasks::find_succeeded(&self.database, user, id, needed).await?;
        let outcome = parse(input, format).map_err(AppError::Invalid)?;
        let today = self.clock.now().date_naive();
        outcome
            .check(&task.input, today)
            .map_err(AppError::Invalid)?;
        self.store(user, vec![Report::of(&task, outcome)]).await?;
        self.view(id).await
    }

    /// Everything that was reported about a user's task.
    ///
    /// # Errors
    /// 404, also for another user's task.
    pub async fn outcomes(&self, user: UserId, id: TaskId) -> Result<OutcomesView, AppError> {
        own_tasks::find(&self.database, user, id).await?;
        self.view(id).await
    }

    async fn view(&self, id: TaskId) -> Result<OutcomesView, AppError> {
        // Reads from the writer, which sees a report that was just stored.
        let outcomes = outcome::Entity::of_task(id)
            .all(self.database.write())
            .await?;
        Ok(OutcomesView {
            task_id: id,
            outcomes: outcomes.into_iter().map(Into::into).collect(),
        })
    }

    /// Reports the outcomes in a CSV file with the columns `task_id`, `reached` and, optionally, `raised_usd`. Stores
    /// all of them or, if any line has an error, none.
    ///
    /// # Errors
    /// 422 naming the argument with the file, or every line and field that is wrong, such as `line 7: reached`; 409 if a task was
    /// corrected too often.
    pub async fn report_file(
        &self,
        user: UserId,
        file: SentFile,
    ) -> Result<ReportedView, AppError> {
        let field = file.field;
        let reading = tokio::task::spawn_blocking(move || file::read(&file));
        let lines = reading.await.map_err(|_| AppError::Internal)??;
        let tasks = self.find_tasks(user, &lines.rows).await?;
        let today = self.clock.now().date_naive();
        let mut errors = lines.errors;
        let mut reports = Vec::with_capacity(lines.rows.len());
        for row in lines.rows {
            let found = tasks.binary_search_by_key(&row.task, |task| task.id);
            match (found.map(|index| &tasks[index]), row.outcome) {
                (Err(_), _) => errors.add(row.line, Some("task_id"), Violation::NoResult),
                (Ok(task), Some(outcome)) => match outcome.check(&task.input, today) {
                    Ok(()) => reports.push(Report::of(task, outcome)),
                    Err(fields) => errors.extend(row.line, fields),
                },
                // The line has an error already.
                (Ok(_), None) => {}
            }
        }
        errors.finish(field)?;
        let total = count(reports.len());
        let reported = self.store(user, reports).await?;
        Ok(ReportedView {
            reported,
            unchanged: total - reported,
            skipped: lines.skipped,
        })
    }

    /// The succeeded tasks of a user that rows name, by id.
    async fn find_tasks(&self, user: UserId, rows: &[Row]) -> Result<Vec<task::Model>, AppError> {
        let ids = rows.iter().map(|row| row.task);
        let tasks = task::Entity::among(user, ids.collect())
            .filter(task::Column::Status.eq(TaskStatus::Succeeded))
            .all(self.database.read())
            .await?;
        Ok(tasks.into_iter().rev().collect())
    }

    /// Stores reports that differ from the current outcomes; returns how many.
    async fn store(&self, user: UserId, reports: Vec<Report>) -> Result<u64, AppError> {
        let input = (user, reports, self.clock.now());
        let stored = self
            .database
            .transaction(
                "report outcomes",
                input,
                |transaction, (user, reports, now)| {
                    Box::pin(report::store(transaction, *user, reports, *now))
                },
            )
            .await?;
        match stored {
            Stored::All(tasks) => {
                let changes: Vec<Change> = tasks
                    .iter()
                    .map(|task| Change::task_of(user, *task))
                    .collect();
                self.notifier.publish(false, &changes);
                Ok(count(tasks.len()))
            }
            Stored::TooOften(task) => Err(AppError::Conflict(format!(
                "the outcome of task {task} was corrected too often; at most {} reports are kept",
                report::REVISIONS_MAX
            ))),
        }
    }

    /// A page of a user's tasks with ids below `before` whose deadline has passed without an outcome, newest first. It
    /// may contain fewer than `limit` tasks and still have a next page: see `services::pages`.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn unreported(
        &self,
        user: UserId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Page<UnreportedView>, AppError> {
        let database = self.database.read();
        let look_back = |rows| task::Entity::look_back(user, before, rows);
        let span = page_span(database, before, false, look_back).await?;
        let today = self.clock.now().date_naive();
        let tasks = task::Entity::unreported(user, today, span, u64::from(limit) + 1)
            .all(database)
            .await?;
        let page = cut_span(tasks, limit, span, |task| task.id.0);
        Ok(page.map(|task| UnreportedView {
            task_id: task.id,
            name: task.input.name,
            launched_at: task.input.launched_at,
            deadline: task.input.deadline,
            usd_goal: task.input.usd_goal,
        }))
    }
}

/// Parses the values of a request. All errors are reported at once.
fn parse(
    input: &OutcomeInput,
    format: Option<NumberFormat>,
) -> Result<ReportedOutcome, FieldErrors> {
    let mut input = input.clone();
    let ambiguous = match format {
        Some(format) => input.read_typed(format).err(),
        None => None,
    };
    let Some(ambiguous) = ambiguous else {
        return input.parse();
    };
    let mut errors = input.parse().err().unwrap_or_default();
    errors.extend(ambiguous);
    Err(errors)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
