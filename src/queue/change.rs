//! What the notifier reports.

use serde::{Deserialize, Serialize};

use crate::types::{TaskId, UserId};

/// Something of a user has changed: always perhaps the balance, and one task where it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Whose.
    pub user: UserId,
    /// Which task.
    pub task: Option<TaskId>,
}

impl Change {
    /// A user's balance has changed.
    pub const fn balance_of(user: UserId) -> Self {
        Self { user, task: None }
    }

    /// A user's task has changed, and with it perhaps the balance.
    pub const fn task_of(user: UserId, task: TaskId) -> Self {
        Self {
            user,
            task: Some(task),
        }
    }
}
