//! Accounts: register, log in, change the password, end all sessions.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, Set, SqlErr,
    UpdateMany,
};
use tracing::Instrument as _;

use super::attempts::{Attempts, Client};
use super::credentials::{
    check_login, check_new_account, check_new_password, check_password_change,
};
use super::passwords::{Passwords, Slot, Verified};
use super::{Clock, ledger};
use crate::database::{Database, Transaction};
use crate::entities::users;
use crate::entities::users::{EndedSessions, fold_email};
use crate::types::{AppError, Credits, Role, UserId, Violation};

/// Whose slots of the password threads the operator's commands take.
const OPERATOR: &str = "operator";

/// Makes accounts and checks who is who; cheap to clone.
///
/// What takes a password runs to its end even if the client has gone, so that no attempt stays uncounted.
#[derive(Clone)]
pub struct Accounts {
    database: Database,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    attempts: Arc<Attempts>,
    welcome_credits: i64,
}

impl Accounts {
    /// `welcome_credits` are what a new user starts with.
    pub fn new(
        database: Database,
        clock: Arc<dyn Clock>,
        passwords: Passwords,
        attempts: Attempts,
        welcome_credits: i64,
    ) -> Self {
        Self {
            database,
            clock,
            passwords,
            attempts: Arc::new(attempts),
            welcome_credits,
        }
    }

    /// Makes an account for a visitor.
    ///
    /// # Errors
    /// 422 naming `email` or `password`; 409 where the address is taken; 429; 503.
    pub async fn register(
        &self,
        email: &str,
        password: &str,
        client: &Client,
    ) -> Result<users::Model, AppError> {
        check_new_account(email, password)?;
        let slot = self.passwords.reserve(&client.address_key())?;
        self.attempts.count_registration(client)?;
        let (this, email, password) = (self.clone(), email.to_owned(), password.to_owned());
        complete(async move { this.create_in(&slot, &email, &password, Role::User).await }).await
    }

    /// Makes an account with its welcome credits, without limits: for the operator.
    ///
    /// # Errors
    /// 422 naming `email` or `password`; 409 where the address is taken.
    pub async fn create(
        &self,
        email: &str,
        password: &str,
        role: Role,
    ) -> Result<users::Model, AppError> {
        check_new_account(email, password)?;
        let slot = self.passwords.reserve(OPERATOR)?;
        self.create_in(&slot, email, password, role).await
    }

    async fn create_in(
        &self,
        slot: &Slot,
        email: &str,
        password: &str,
        role: Role,
    ) -> Result<users::Model, AppError> {
        let password_hash = slot.hash(password).await?;
        let new = NewAccount {
            email: email.trim().to_owned(),
            password_hash,
            role,
            welcome: Credits(self.welcome_credits),
            now: self.clock.now(),
        };
        let created = self
            .database
            .transaction("register", new, |transaction, new| {
                Box::pin(new.insert(transaction))
            });
        let user = created.await.map_err(|error| {
            if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) {
                AppError::Conflict("this email address is already registered".to_owned())
            } else {
                error.into()
            }
        })?;
        tracing::info!(user = user.id, role = user.role, "registered");
        Ok(user)
    }

    /// Checks an address and a password.
    ///
    /// # Errors
    /// 422 naming a field that no account can have; 401, the same and after the same time for an unknown
    /// address and a wrong password; 429; 503.
    pub async fn log_in(
        &self,
        email: &str,
        password: &str,
        client: &Client,
    ) -> Result<users::Model, AppError> {
        check_login(email, password)?;
        let account = fold_email(email);
        let slot = self.passwords.reserve(&client.key(&account))?;
        let (this, password, client) = (self.clone(), password.to_owned(), client.clone());
        complete(async move { this.try_log_in(&slot, &account, &password, &client).await }).await
    }

    async fn try_log_in(
        &self,
        slot: &Slot,
        account: &str,
        password: &str,
        client: &Client,
    ) -> Result<users::Model, AppError> {
        let attempt = self.attempts.begin(account, client, slot.others()).await?;
        let user = users::Entity::find_by_email(account)
            .one(self.database.read())
            .await?;
        let hash = user.as_ref().map(|user| user.password_hash.as_str());
        let verified = slot.verify(password, hash).await?;
        let (Some(user), Verified::Right | Verified::RightButOutdated) = (user, verified) else {
            self.attempts.fail(&attempt).await?;
            return Err(AppError::BadCredentials);
        };
        self.attempts.succeed(&attempt).await?;
        if verified == Verified::RightButOutdated {
            let hash = slot.hash(password).await?;
            // No more than this: another password may have been set meanwhile.
            set_password_hash(&user, hash)
                .exec(self.database.write())
                .await?;
        }
        Ok(user)
    }

    /// Sets a new password and ends all sessions; the caller opens a new one.
    ///
    /// # Errors
    /// 422 naming `current_password` or `new_password`; 429; 503.
    pub async fn change_password(
        &self,
        user: users::Model,
        current: &str,
        new: &str,
        client: &Client,
    ) -> Result<users::Model, AppError> {
        check_password_change(current, new)?;
        let slot = self.passwords.reserve(&client.key(&user.email_folded))?;
        let (this, client) = (self.clone(), client.clone());
        let (current, new) = (current.to_owned(), new.to_owned());
        complete(async move {
            this.try_change_password(&slot, &user, [&current, &new], &client)
                .await
        })
        .await
    }

    async fn try_change_password(
        &self,
        slot: &Slot,
        user: &users::Model,
        [current, new]: [&str; 2],
        client: &Client,
    ) -> Result<users::Model, AppError> {
        let wrong = || AppError::invalid("current_password", Violation::Wrong);
        let others = slot.others();
        let attempt = self
            .attempts
            .begin(&user.email_folded, client, others)
            .await?;
        let verified = slot.verify(current, Some(&user.password_hash)).await?;
        if verified == Verified::Wrong {
            self.attempts.fail(&attempt).await?;
            return Err(wrong());
        }
        self.attempts.succeed(&attempt).await?;
        let change = set_password_hash(user, slot.hash(new).await?);
        // Where another password was set meanwhile, the given one is not the current one any more.
        self.update(next_epoch(change)).await?.ok_or_else(wrong)
    }

    /// Ends every session of a user, wherever it is.
    ///
    /// # Errors
    /// 404 where the user is gone; 503 where the database is unavailable.
    pub async fn end_sessions(&self, user: UserId) -> Result<users::Model, AppError> {
        let this = self.clone();
        let end = next_epoch(update_user(user));
        complete(async move { this.update(end).await?.ok_or(AppError::NotFound) }).await
    }

    /// Gives a user another role: for the operator.
    ///
    /// # Errors
    /// 404 where there is no such user.
    pub async fn set_role(&self, email: &str, role: Role) -> Result<users::Model, AppError> {
        let mut user = self.find_by_email(email).await?.into_active_model();
        user.role = Set(role.as_str().to_owned());
        Ok(user.update(self.database.write()).await?)
    }

    /// Sets a password without the old one and ends all sessions: for the operator.
    ///
    /// # Errors
    /// 404 where there is no such user; 422 naming `password`.
    pub async fn reset_password(&self, email: &str, new: &str) -> Result<users::Model, AppError> {
        check_new_password(new)?;
        let user = self.find_by_email(email).await?;
        let hash = self.passwords.reserve(OPERATOR)?.hash(new).await?;
        let change =
            update_user(user.id()).col_expr(users::Column::PasswordHash, Expr::value(hash));
        self.update(next_epoch(change))
            .await?
            .ok_or(AppError::NotFound)
    }

    /// The user of an address.
    ///
    /// # Errors
    /// 404.
    pub async fn find_by_email(&self, email: &str) -> Result<users::Model, AppError> {
        users::Entity::find_by_email(email)
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)
    }

    /// Changes one user by one statement; `None` where its condition does not hold.
    async fn update(
        &self,
        change: UpdateMany<users::Entity>,
    ) -> Result<Option<users::Model>, AppError> {
        let changed = change.exec_with_returning(self.database.write()).await?;
        Ok(changed.into_iter().next())
    }
}

struct NewAccount {
    email: String,
    password_hash: String,
    role: Role,
    welcome: Credits,
    now: DateTime<Utc>,
}

impl NewAccount {
    /// Inserts the user and the welcome credits.
    async fn insert(&self, transaction: &Transaction) -> Result<users::Model, DbErr> {
        let user = users::ActiveModel {
            email: Set(self.email.clone()),
            email_folded: Set(fold_email(&self.email)),
            password_hash: Set(self.password_hash.clone()),
            role: Set(self.role.as_str().to_owned()),
            session_epoch: Set(0),
            ended_sessions: Set(EndedSessions::default()),
            created_at: Set(self.now),
            ..Default::default()
        };
        let user = user.insert(transaction).await?;
        ledger::open(transaction, user.id(), self.welcome, self.now).await?;
        Ok(user)
    }
}

fn update_user(user: UserId) -> UpdateMany<users::Entity> {
    users::Entity::update_many().filter(users::Column::Id.eq(user.0))
}

/// Sets another hash where the one that was read still stands.
fn set_password_hash(user: &users::Model, hash: String) -> UpdateMany<users::Entity> {
    update_user(user.id())
        .filter(users::Column::PasswordHash.eq(&user.password_hash))
        .col_expr(users::Column::PasswordHash, Expr::value(hash))
}

/// Ends all sessions by the same statement. Counted up by the database, so that two at once do not end in the
/// same epoch.
fn next_epoch(change: UpdateMany<users::Entity>) -> UpdateMany<users::Entity> {
    let next = Expr::col(users::Column::SessionEpoch).add(1);
    change.col_expr(users::Column::SessionEpoch, next)
}

/// Runs `work` to its end, even if the request that waits for it is dropped.
async fn complete<T: Send + 'static>(
    work: impl Future<Output = Result<T, AppError>> + Send + 'static,
) -> Result<T, AppError> {
    tokio::spawn(work.in_current_span())
        .await
        .unwrap_or_else(|error| {
            tracing::error!(%error, "a request about an account panicked");
            Err(AppError::Internal)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::test_support::migrated;
    use crate::services::SystemClock;

    #[tokio::test]
    async fn a_hash_is_not_replaced_once_another_one_was_set() {
        let (_folder, database) = migrated().await;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let attempts = Attempts::new(database.clone(), Arc::clone(&clock), 20);
        let accounts = Accounts::new(database, clock, Passwords::new(1), attempts, 10);
        let email = "ada@example.org";
        let read = accounts.create(email, "the first one", Role::User).await;
        let read = read.unwrap();
        let reset = accounts.reset_password(email, "the second one").await;
        let reset = reset.unwrap();
        assert_eq!(reset.session_epoch, read.session_epoch + 1);
        let late = accounts.update(set_password_hash(&read, "late".to_owned()));
        assert_eq!(late.await, Ok(None));
        let now = accounts.find_by_email(email).await.unwrap();
        assert_eq!(now, reset);
    }
}
