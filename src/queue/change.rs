//! The changes that the notifier publishes.

use serde::{Deserialize, Serialize};

use crate::types::{TaskId, UserId};

/// A change of a user's data: perhaps of the balance, and of one task if it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The user whose data changed.
    pub user: UserId,
    /// The task that changed.
    pub task: Option<TaskId>,
}

impl Change {
    /// A user's balance has changed.
    pub const fn balance_of(user: UserId) -> Self {
        Self { user, task: None }
    }

    /// A user's task has changed, and perhaps the balance.
    pub const fn task_of(user: UserId, task: TaskId) -> Self {
        Self {
            user,
            task: Some(task),
        }
    }
}
