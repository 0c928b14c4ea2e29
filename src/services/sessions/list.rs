//! The sessions of a user: lists them, and ends one or all others.

use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::Sessions;
use crate::entities::session::{Column, Entity};
use crate::entities::users::Model as User;
use crate::types::{AppError, SessionId, SessionView, UserId};

impl Sessions {
    /// The open sessions of a user: `current`, which is the one of the request, then the others, the last used first.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn list(
        &self,
        user: &User,
        current: Option<SessionId>,
    ) -> Result<Vec<SessionView>, AppError> {
        let now = self.clock.now();
        let sessions = Entity::of_user(user.id, user.session_epoch)
            .all(self.database.read())
            .await?;
        let open = sessions
            .into_iter()
            .filter(|session| !self.lifetimes.are_over(session, now));
        let mut views: Vec<_> = open
            .map(|session| SessionView {
                id: session.id,
                is_current: current == Some(session.id),
                browser: session.browser,
                system: session.system,
                network: session.network,
                created_at: session.created_at,
                last_used_at: session.last_used_at,
            })
            .collect();
        // Uses are noted once in a while, so another session may seem to be the last used.
        views.sort_by_key(|session| !session.is_current);
        Ok(views)
    }

    /// Ends one session of a user.
    ///
    /// # Errors
    /// 404 if it has ended or is another user's; 503 if the database is unavailable.
    pub async fn end(&self, user: UserId, session: SessionId) -> Result<(), AppError> {
        let ended = Entity::delete_many()
            .filter(Column::Id.eq(session))
            .filter(Column::UserId.eq(user))
            .exec(self.database.write())
            .await?;
        if ended.rows_affected == 0 {
            return Err(AppError::NotFound);
        }
        tracing::info!(%user, %session, "ended a session");
        Ok(())
    }

    /// Ends all sessions of a user except `kept`.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn end_others(&self, user: UserId, kept: Option<SessionId>) -> Result<(), AppError> {
        let all = Entity::delete_many().filter(Column::UserId.eq(user));
        let others = match kept {
            Some(kept) => all.filter(Column::Id.ne(kept)),
            None => all,
        };
        let ended = others.exec(self.database.write()).await?.rows_affected;
        tracing::info!(%user, sessions = ended, "ended other sessions");
        Ok(())
    }
}
