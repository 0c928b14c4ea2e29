//! The changes that the notifier publishes.

use serde::{Deserialize, Serialize};

use crate::entities::task;
use crate::types::{BatchId, TaskId, UserId};

/// A change of a user's data: perhaps of the balance, and of one task or one batch if it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Change {
    /// The user whose data changed.
    pub user: UserId,
    /// The task that changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// The batch some of whose tasks changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchId>,
}

impl Change {
    /// A user's balance has changed.
    pub const fn balance_of(user: UserId) -> Self {
        Self {
            user,
            task: None,
            batch: None,
        }
    }

    /// A user's task has changed, and perhaps the balance.
    pub const fn task_of(user: UserId, task: TaskId) -> Self {
        Self {
            user,
            task: Some(task),
            batch: None,
        }
    }

    /// Tasks of a user's batch have changed, and perhaps the balance.
    pub const fn batch_of(user: UserId, batch: BatchId) -> Self {
        Self {
            user,
            task: None,
            batch: Some(batch),
        }
    }

    /// A task has changed. For a task of a batch, the change is that of the batch, so that thousands of tasks are one.
    pub fn of(task: &task::Model) -> Self {
        match task.batch_id {
            Some(batch) => Self::batch_of(task.user_id, batch),
            None => Self::task_of(task.user_id, task.id),
        }
    }
}
