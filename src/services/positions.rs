//! Positions: the state of a user's data in short, so that a page and an event stream can compare whether anything has
//! changed between them.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;

use crate::database::Database;
pub use crate::entities::Position;
use crate::types::{AppError, BalanceView, Credits, UserId, hex};

/// Length of a token in bytes: enough to make collisions between positions of a user practically impossible.
const TOKEN_BYTES: usize = 16;

/// Reads positions.
pub struct Positions {
    database: Database,
}

impl Positions {
    /// Uses one database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// The current position of a user.
    ///
    /// # Errors
    /// 404 if there is no such user; 503 if the database is unavailable.
    pub async fn of(&self, user: UserId) -> Result<Position, AppError> {
        let position = Position::find(self.database.read(), user).await?;
        position.ok_or(AppError::NotFound)
    }
}

impl Position {
    /// A text that is equal only for equal positions, and reveals nothing else.
    pub fn token(&self) -> String {
        let Self {
            user_id: user,
            amount,
            held,
            newest_line,
            newest_task,
            queued,
            running,
        } = self;
        let text =
            format!("{user} {amount} {held} {newest_line:?} {newest_task:?} {queued} {running:?}");
        hex(&Sha256::digest(text)[..TOKEN_BYTES])
    }

    /// The balance.
    pub fn balance(&self) -> BalanceView {
        BalanceView {
            amount: Credits(self.amount),
            held: Credits(self.held),
            available: Credits(self.amount - self.held),
        }
    }

    /// The id of the newest ledger line; 0 if there is none.
    pub fn newest_line(&self) -> i64 {
        self.newest_line.unwrap_or_default()
    }

    /// Whether something has changed that streams are notified about. The start of a task is not notified.
    pub fn differs_notably(&self, earlier: &Self) -> bool {
        let notable = |it: &Self| (it.amount, it.held, it.newest_line, it.newest_task);
        notable(self) != notable(earlier)
    }
}

/// The position of the signed-in user before any data of a page is read. The router creates one per page.
#[derive(Clone, Default)]
pub struct PagePosition(Arc<OnceCell<Option<String>>>);

impl PagePosition {
    /// Reads the position on the first call. `None` if it cannot be read: the page's stream then begins with a reload.
    pub async fn token(&self, positions: &Positions, user: UserId) -> Option<String> {
        let read = async || positions.of(user).await.ok().map(|it| it.token());
        self.0.get_or_init(read).await.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(change: impl FnOnce(&mut Position)) -> Position {
        let mut row = Position {
            user_id: UserId(1),
            amount: 10,
            held: 0,
            newest_line: Some(1),
            newest_task: None,
            queued: 0,
            running: None,
        };
        change(&mut row);
        row
    }

    #[test]
    fn a_token_changes_with_everything_that_a_page_shows() {
        let before = position(|_| {});
        assert_eq!(before.token(), position(|_| {}).token());
        let changes: [fn(&mut Position); 7] = [
            |row| row.user_id = UserId(2),
            |row| row.amount = 11,
            |row| row.held = 1,
            |row| row.newest_line = Some(2),
            |row| row.newest_task = Some(1),
            |row| row.queued = 1,
            |row| row.running = Some("1:1".to_owned()),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            assert_ne!(before.token(), position(change).token(), "{index}");
        }
    }

    #[test]
    fn the_start_of_a_task_is_not_notable_but_its_charge_is() {
        let before = position(|row| row.queued = 1);
        let started = position(|row| row.running = Some("1:1".to_owned()));
        assert!(!started.differs_notably(&before));
        let paid = position(|row| row.newest_line = Some(2));
        assert!(paid.differs_notably(&before));
    }
}
