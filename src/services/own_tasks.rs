//! Finds the tasks of a user.

use crate::database::Database;
use crate::entities::task;
use crate::types::{AppError, TaskId, TaskStatus, UserId};

/// A task of a user.
///
/// # Errors
/// 404, also for another user's task; 503 if the database is unavailable.
pub(super) async fn find(
    database: &Database,
    user: UserId,
    id: TaskId,
) -> Result<task::Model, AppError> {
    task::Entity::of_user(user, id)
        .one(database.read())
        .await?
        .ok_or(AppError::NotFound)
}

/// A succeeded task of a user. `needed` says what others cannot, such as `be shared`.
///
/// # Errors
/// Those of [`find`]; 409 if the task has not succeeded.
pub(super) async fn find_succeeded(
    database: &Database,
    user: UserId,
    id: TaskId,
    needed: &str,
) -> Result<task::Model, AppError> {
    let task = find(database, user, id).await?;
    if task.status == TaskStatus::Succeeded {
        return Ok(task);
    }
    Err(AppError::Conflict(format!(
        "only a succeeded task can {needed}; this one is {}",
        task.status
    )))
}
