//! Finds the tasks of a batch in an order. A batch is small enough to be sorted for each page, and its titles to be
//! compared in one go.

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, Value};

use crate::services::title_search::Words;
use crate::types::{BATCH_LINES_MAX, BatchId, BatchOrder, BatchTaskFilter, TaskId};

/// The probability of a task, and less than any if it has no result. A subquery that returns one value cannot be turned into
/// a join that reads the results of all users.
const SCORE: &str = "COALESCE((SELECT task_result.probability FROM task_result WHERE task_result.task_id = task.id), -1)";

/// A task and its line.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub(super) struct Place {
    pub(super) id: TaskId,
    pub(super) line: i64,
    /// The title, if words are searched for.
    title: Option<String>,
}

/// The tasks of a batch that match a filter, after the task on the line `after` in the order of the filter: at most
/// `limit`.
///
/// # Errors
/// If the database is unavailable.
pub(super) async fn find(
    database: &impl ConnectionTrait,
    batch: BatchId,
    filter: &BatchTaskFilter,
    after: Option<i64>,
    limit: u64,
) -> Result<Vec<Place>, DbErr> {
    let words = Words::new(&filter.words);
    // All are read if their titles are compared here.
    let rows = if words.is_empty() {
        limit
    } else {
        BATCH_LINES_MAX.into()
    };
    let sql = statement(filter, after.is_some(), rows);
    let mut values: Vec<Value> = vec![batch.0.into()];
    values.extend(after.map(Value::from));
    let statement = Statement::from_sql_and_values(database.get_database_backend(), sql, values);
    let mut found = Place::find_by_statement(statement).all(database).await?;
    if !words.is_empty() {
        found.retain(|place| {
            let title = place.title.as_deref();
            title.is_some_and(|title| words.are_in(title))
        });
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    Ok(found)
}

fn statement(filter: &BatchTaskFilter, has_cursor: bool, limit: u64) -> String {
    let title = if filter.words.is_empty() {
        "CAST(NULL AS text)"
    } else {
        "task.input ->> 'name'"
    };
    // The status as such may be looked for in the index of all queued tasks.
    let status = filter.status.map_or_else(String::new, |status| {
        format!(" AND task.status IS NOT DISTINCT FROM '{status}'")
    });
    let verdict = filter.verdict.map_or_else(String::new, |verdict| {
        format!(
            " AND (SELECT task_result.verdict FROM task_result WHERE task_result.task_id = task.id) = '{verdict}'"
        )
    });
    let (score, order, cursor) = match filter.order {
        BatchOrder::Probability => (
            SCORE.to_owned(),
            "score DESC, line",
            format!(
                "(score, -line) < ((SELECT {SCORE} FROM task WHERE task.batch_id = $1 AND task.batch_line = $2), -$2)"
            ),
        ),
        BatchOrder::Line => ("0".to_owned(), "line", "line > $2".to_owned()),
    };
    let cursor = if has_cursor {
        format!(" WHERE {cursor}")
    } else {
        String::new()
    };
    format!(
        "SELECT id, line, title FROM (SELECT task.id AS id, task.batch_line AS line, {title} AS title, \
         {score} AS score FROM task WHERE task.batch_id = $1{status}{verdict}) AS ranked{cursor} \
         ORDER BY {order} LIMIT {limit}"
    )
}
