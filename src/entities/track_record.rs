//! Aggregates over the predictions of one model and the current outcomes of their campaigns.

use std::fmt::Write as _;

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, FromQueryResult, Statement, Value};

use crate::types::{CALIBRATION_BINS, ModelId};

/// Outcomes with their results. No table has an alias, because `tests/query_plans` looks for their names in the plans.
const OUTCOMES: &str = "FROM outcome JOIN task_result ON task_result.task_id = outcome.task_id";
/// Only the current outcomes of model `$1`.
const ARE_CURRENT: &str = "WHERE outcome.model_id = $1 AND outcome.revision = (SELECT MAX(later.revision) \
                           FROM outcome later WHERE later.task_id = outcome.task_id)";
/// 1 for a campaign that reached its goal, otherwise 0.
const REACHED: &str = "CASE WHEN outcome.reached THEN 1 ELSE 0 END";

/// How many predictions a model has made, and how many of them have an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct PredictionCounts {
    /// All predictions.
    pub predictions: i64,
    /// Predictions with an outcome.
    pub reported: i64,
    /// Predictions without an outcome whose deadline is today or later.
    pub running: i64,
}

/// The outcomes in one bin of probabilities.
#[derive(Clone, Copy, Debug, PartialEq, FromQueryResult)]
pub struct OutcomeBin {
    /// The number of the bin, from 0.
    pub bin: i64,
    /// The number of outcomes.
    pub outcomes: i64,
    /// Of these, campaigns that reached their goal.
    pub reached: i64,
    /// The sum of their probabilities.
    pub probability_sum: f64,
    /// The sum of the squared differences between probability and outcome.
    pub squared_error_sum: f64,
}

/// The predictions of one month.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct InputMonth {
    /// The month, such as `2026-11`.
    pub month: String,
    /// The number of predictions.
    pub predictions: i64,
    /// Their mean probability.
    pub mean_probability: f64,
    /// Predictions that were compared with the training data.
    pub assessed: i64,
    /// Of these, predictions with a field far from the training data.
    pub out_of_distribution: i64,
}

/// The outcomes of the campaigns launched in one month.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct OutcomeMonth {
    /// The month, such as `2026-11`.
    pub month: String,
    /// The number of outcomes.
    pub outcomes: i64,
    /// Of these, campaigns that reached their goal.
    pub reached: i64,
    /// The sum of their probabilities.
    pub probability_sum: f64,
    /// The sum of the squared differences between probability and outcome.
    pub squared_error_sum: f64,
}

impl PredictionCounts {
    /// Counts the predictions of a model.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn find(
        connection: &impl ConnectionTrait,
        model: ModelId,
        today: NaiveDate,
    ) -> Result<Self, DbErr> {
        // The conditions on `task` are those of the index `task_by_deadline`. Dates are compared as text.
        let sql = "SELECT (SELECT COUNT(*) FROM task WHERE model_id = $1 AND status = 'succeeded') \
                   AS predictions, \
                   (SELECT COUNT(DISTINCT task_id) FROM outcome WHERE model_id = $1) AS reported, \
                   (SELECT COUNT(*) FROM task WHERE model_id = $1 AND status = 'succeeded' \
                   AND (input ->> 'deadline') >= $2 \
                   AND (SELECT MAX(revision) FROM outcome WHERE task_id = task.id) IS NULL) AS running";
        let values = [model.0.into(), today.to_string().into()];
        let statement = statement(connection, sql, values);
        let counts = Self::find_by_statement(statement).one(connection).await?;
        counts.ok_or_else(|| DbErr::RecordNotFound("counts".to_owned()))
    }
}

impl OutcomeBin {
    /// The bins of a model that have outcomes, ascending.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn find_all(
        connection: &impl ConnectionTrait,
        model: ModelId,
    ) -> Result<Vec<Self>, DbErr> {
        let sql = format!(
            "SELECT CAST({bin} AS BIGINT) AS bin, {sums} {OUTCOMES} {ARE_CURRENT} GROUP BY 1 ORDER BY 1",
            bin = bin(),
            sums = sums()
        );
        find_all(connection, &sql, model).await
    }
}

impl InputMonth {
    /// The predictions of a model by month, in UTC. Reads all of them.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn find_all(
        connection: &impl ConnectionTrait,
        model: ModelId,
    ) -> Result<Vec<Self>, DbErr> {
        let (month, unlike) = match connection.get_database_backend() {
            DatabaseBackend::Postgres => (
                "to_char(task_result.created_at AT TIME ZONE 'UTC', 'YYYY-MM')",
                "jsonb_array_length(task_result.context -> 'unlike')",
            ),
            _ => (
                "substr(task_result.created_at, 1, 7)",
                "json_array_length(task_result.context, '$.unlike')",
            ),
        };
        let sql = format!(
            "SELECT {month} AS month, COUNT(*) AS predictions, AVG(probability) AS mean_probability, \
             COUNT(context) AS assessed, \
             CAST(SUM(CASE WHEN {unlike} > 0 THEN 1 ELSE 0 END) AS BIGINT) AS out_of_distribution \
             FROM task JOIN task_result ON task_result.task_id = task.id \
             WHERE task.model_id = $1 AND task.status = 'succeeded' GROUP BY 1 ORDER BY 1"
        );
        find_all(connection, &sql, model).await
    }
}

impl OutcomeMonth {
    /// The current outcomes of a model by month of launch.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn find_all(
        connection: &impl ConnectionTrait,
        model: ModelId,
    ) -> Result<Vec<Self>, DbErr> {
        let sql = format!(
            "SELECT substr(task.input ->> 'launched_at', 1, 7) AS month, {sums} {OUTCOMES} \
             JOIN task ON task.id = outcome.task_id {ARE_CURRENT} GROUP BY 1 ORDER BY 1",
            sums = sums()
        );
        find_all(connection, &sql, model).await
    }
}

async fn find_all<T: FromQueryResult>(
    connection: &impl ConnectionTrait,
    sql: &str,
    model: ModelId,
) -> Result<Vec<T>, DbErr> {
    let statement = statement(connection, sql, [model.0.into()]);
    T::find_by_statement(statement).all(connection).await
}

fn statement(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(connection.get_database_backend(), sql, values)
}

/// The columns that all groups of outcomes have.
fn sums() -> String {
    format!(
        "COUNT(*) AS outcomes, CAST(SUM({REACHED}) AS BIGINT) AS reached, \
         SUM(task_result.probability) AS probability_sum, \
         SUM((task_result.probability - {REACHED}) * (task_result.probability - {REACHED})) AS squared_error_sum"
    )
}

/// The number of a probability's bin. Comparing with each bound is exact, unlike a multiplication, and the same on both
/// databases.
fn bin() -> String {
    let mut sql = "0".to_owned();
    for number in 1..CALIBRATION_BINS {
        let bound = f64::from(number) / f64::from(CALIBRATION_BINS);
        // Writing into a String cannot fail.
        let _ = write!(
            sql,
            " + CASE WHEN task_result.probability >= {bound} THEN 1 ELSE 0 END"
        );
    }
    sql
}
