//! When the password of a session was last given. What an attacker could do lasting harm with needs it again.

use chrono::Duration;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use tower_cookies::Cookies;

use super::Sessions;
use crate::entities::session::{Column, Entity, Model as Session};
use crate::types::AppError;

/// How long a password counts as given.
const RECENT: Duration = Duration::minutes(15);

impl Sessions {
    /// Refuses a session whose password was given too long ago.
    ///
    /// # Errors
    /// [`AppError::ReauthenticationRequired`].
    pub fn require_recent(&self, session: &Session) -> Result<(), AppError> {
        if self.clock.now() - session.authenticated_at < RECENT {
            Ok(())
        } else {
            Err(AppError::ReauthenticationRequired)
        }
    }

    /// Notes that the password of this browser's session has just been given.
    ///
    /// # Errors
    /// 401 if the session has ended; 503 if the database is unavailable.
    pub async fn note_authentication(&self, cookies: &Cookies) -> Result<(), AppError> {
        let (session, _) = self.check(cookies).await?;
        Entity::update_many()
            .col_expr(Column::AuthenticatedAt, Expr::value(self.clock.now()))
            .filter(Column::Id.eq(session.id))
            .exec(self.database.write())
            .await?;
        Ok(())
    }
}
