//! Accounts: register, log in, change the password, end all sessions.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, Set, SqlErr,
};

use super::attempts::{Attempts, Client};
use super::passwords::{Passwords, Verified};
use super::{Clock, ledger};
use crate::database::{Database, Transaction};
use crate::entities::users;
use crate::entities::users::{EndedSessions, fold_email};
use crate::types::{AppError, Credits, FieldErrors, Role, UserId, Violation};

const EMAIL_MAX_CHARS: usize = 254;
const PASSWORD_MIN_CHARS: u32 = 8;
const PASSWORD_MAX_CHARS: u32 = 200;

/// Makes accounts and checks who is who.
pub struct Accounts {
    database: Database,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    attempts: Attempts,
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
            attempts,
            welcome_credits,
        }
    }

    /// Makes an account for a visitor.
    ///
    /// # Errors
    /// 422 naming `email` or `password`; 409 where the address is taken; 429.
    pub async fn register(
        &self,
        email: &str,
        password: &str,
        client: &Client,
    ) -> Result<users::Model, AppError> {
        check_new_account(email, password)?;
        self.attempts.count_address(client)?;
        self.create(email, password, Role::User).await
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
        let password_hash = self.passwords.hash(password).await?;
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
                AppError::Conflict("this e-mail address is already registered".to_owned())
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
    /// 422 where a field is blank; 401, the same and after the same time for an unknown address and a
    /// wrong password; 429.
    pub async fn log_in(
        &self,
        email: &str,
        password: &str,
        client: &Client,
    ) -> Result<users::Model, AppError> {
        check_present(&[("email", email), ("password", password)])?;
        self.attempts.count(&fold_email(email), client)?;
        let user = users::Entity::find_by_email(email)
            .one(self.database.read())
            .await?;
        let hash = user.as_ref().map(|user| user.password_hash.as_str());
        let verified = self.passwords.verify(password, hash).await?;
        match (user, verified) {
            (Some(user), Verified::Right) => Ok(user),
            (Some(user), Verified::RightButOutdated) => self.rehash(user, password).await,
            _ => Err(AppError::BadCredentials),
        }
    }

    /// Sets a new password and ends all sessions; the caller opens a new one.
    ///
    /// # Errors
    /// 422 naming `current_password` or `new_password`; 429.
    pub async fn change_password(
        &self,
        user: users::Model,
        current: &str,
        new: &str,
        client: &Client,
    ) -> Result<users::Model, AppError> {
        check_present(&[("current_password", current), ("new_password", new)])?;
        if let Some(violation) = password_violation(new) {
            return Err(AppError::invalid("new_password", violation));
        }
        self.attempts.count(&user.email_folded, client)?;
        let verified = self
            .passwords
            .verify(current, Some(&user.password_hash))
            .await?;
        if verified == Verified::Wrong {
            return Err(AppError::invalid("current_password", Violation::Wrong));
        }
        let user = self.rehash(user, new).await?;
        self.end_sessions(user).await
    }

    /// Ends every session of a user, wherever it is.
    ///
    /// # Errors
    /// 503 where the database is away.
    pub async fn end_sessions(&self, user: users::Model) -> Result<users::Model, AppError> {
        // Counted up by the database, so that two calls at once do not end in the same epoch.
        users::Entity::update_many()
            .col_expr(
                users::Column::SessionEpoch,
                Expr::col(users::Column::SessionEpoch).add(1),
            )
            .filter(users::Column::Id.eq(user.id))
            .exec(self.database.write())
            .await?;
        self.find(user.id()).await
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
        if let Some(violation) = password_violation(new) {
            return Err(AppError::invalid("password", violation));
        }
        let user = self.find_by_email(email).await?;
        let user = self.rehash(user, new).await?;
        self.end_sessions(user).await
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

    async fn find(&self, user: UserId) -> Result<users::Model, AppError> {
        users::Entity::find_by_id(user.0)
            .one(self.database.write())
            .await?
            .ok_or(AppError::NotFound)
    }

    async fn rehash(&self, user: users::Model, password: &str) -> Result<users::Model, AppError> {
        let mut user = user.into_active_model();
        user.password_hash = Set(self.passwords.hash(password).await?);
        Ok(user.update(self.database.write()).await?)
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

fn check_present(fields: &[(&str, &str)]) -> Result<(), AppError> {
    let missing: FieldErrors = fields
        .iter()
        .filter(|(_, text)| text.trim().is_empty())
        .map(|(field, _)| ((*field).to_owned(), Violation::Required))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(AppError::Invalid(missing))
    }
}

fn check_new_account(email: &str, password: &str) -> Result<(), AppError> {
    let email = email.trim();
    let mut errors = FieldErrors::new();
    if email.is_empty() {
        errors.insert("email".to_owned(), Violation::Required);
    } else if !is_email(email) {
        errors.insert("email".to_owned(), Violation::NotAnEmail);
    }
    if let Some(violation) = password_violation(password) {
        errors.insert("password".to_owned(), violation);
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(AppError::Invalid(errors))
    }
}

fn password_violation(password: &str) -> Option<Violation> {
    let length = password.chars().count();
    if length == 0 {
        Some(Violation::Required)
    } else if length < PASSWORD_MIN_CHARS as usize {
        Some(Violation::TooShort {
            min: PASSWORD_MIN_CHARS,
        })
    } else if length > PASSWORD_MAX_CHARS as usize {
        Some(Violation::TooLong {
            max: PASSWORD_MAX_CHARS,
        })
    } else {
        None
    }
}

/// The shape that a browser's e-mail field asks for: something, one `@`, a domain with labels.
fn is_email(email: &str) -> bool {
    let Some((local, domain)) = email.split_once('@') else {
        return false;
    };
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|it| it.is_alphanumeric() || it == '-')
    };
    email.chars().count() <= EMAIL_MAX_CHARS
        && !local.is_empty()
        && !local
            .chars()
            .any(|it| it.is_whitespace() || it.is_control())
        && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_at_and_a_domain() {
        for good in ["ada@example.org", "a+b@localhost", "ü@münchen.example"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.org", "x".repeat(250));
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "a@b@c",
            "a b@c.org",
            "a@-b.org",
            "a@b..c",
            &long,
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn a_new_account_is_told_all_that_is_wrong_at_once() {
        let Err(AppError::Invalid(errors)) = check_new_account("nobody", "short") else {
            panic!("accepted")
        };
        assert_eq!(errors["email"], Violation::NotAnEmail);
        assert_eq!(errors["password"], Violation::TooShort { min: 8 });
    }
}
