//! The queue of emails: the table `email`. It works like that of webhook deliveries, with one more state: an email that
//! the mail server is getting. If a process dies then, nobody knows whether the server has accepted the email, so it is
//! not sent again. In every other state an email of a process that died becomes due again by itself.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _, LockBehavior, LockType, Order, Query, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, DbErr, EntityTrait, QueryFilter, Set, UpdateMany,
};
use uuid::Uuid;

use super::{lease, time};
use crate::database::{Database, insert_all, is_selected};
use crate::entities::email::{ActiveModel, Column, Entity, Model};
use crate::types::{EmailKind, EmailStatus, UserId, hex};

/// Literals, so that the planner can use the partial indexes.
const IS_PENDING: &str = "status = 'pending'";
const IS_SENDING: &str = "status = 'sending'";

/// An email to queue.
#[derive(Clone, Debug)]
pub struct NewEmail {
    /// To whom; none if the account of `address` is looked up when the email is sent.
    pub user: Option<UserId>,
    /// What it is about.
    pub kind: EmailKind,
    /// The typed address, folded.
    pub address: Option<String>,
    /// The language; that of the user if none.
    pub locale: Option<String>,
    /// JSON: what the text says besides the kind.
    pub data: Option<String>,
    /// The nonce of its link.
    pub nonce: Option<String>,
    /// How long it may be sent, and how long its link works.
    pub valid_for: Duration,
}

/// What has become of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedEmail {
    /// The next state.
    pub status: EmailStatus,
    /// The delay of the next attempt of a pending email.
    pub retry_after: Duration,
    /// What went wrong.
    pub error: Option<String>,
}

/// Queues emails, which are due at once. `now` is the database's time; see [`super::read_now`].
///
/// # Errors
/// If the database is unavailable.
pub async fn enqueue_emails(
    connection: &impl ConnectionTrait,
    emails: Vec<NewEmail>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let rows = emails.into_iter().map(|new| ActiveModel {
        user_id: Set(new.user),
        kind: Set(new.kind),
        address: Set(new.address),
        locale: Set(new.locale),
        data: Set(new.data),
        message_id: Set(hex(&rand::random::<[u8; 16]>())),
        nonce: Set(new.nonce),
        expires_at: Set(now + new.valid_for),
        status: Set(EmailStatus::Pending),
        attempts: Set(0),
        next_attempt_at: Set(now),
        created_at: Set(now),
        ..Default::default()
    });
    insert_all(connection, rows.collect()).await
}

/// Leases the email that is due first. The lease token is in the row.
///
/// # Errors
/// If the database is unavailable.
pub async fn claim_email(
    database: &Database,
    lease_for: Duration,
    clock: DateTime<Utc>,
) -> Result<Option<Model>, DbErr> {
    let backend = database.backend();
    let claimed = Entity::update_many()
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::LeaseToken, Expr::value(Uuid::new_v4().to_string()))
        .col_expr(
            Column::NextAttemptAt,
            time::from_now(backend, clock, lease_for),
        )
        .filter(is_first(backend, clock))
        .filter(Expr::cust(IS_PENDING))
        .exec_with_returning(database.write())
        .await?;
    Ok(claimed.into_iter().next())
}

fn is_first(backend: DatabaseBackend, clock: DateTime<Utc>) -> SimpleExpr {
    let first = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Expr::cust(IS_PENDING))
        .and_where(Expr::col(Column::NextAttemptAt).lte(time::now(backend, clock)))
        .order_by(Column::NextAttemptAt, Order::Asc)
        .limit(1)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    is_selected(backend, Column::Id, first)
}

/// Records that the mail server gets a claimed email of this user from now on. Returns false if the lease was lost; the
/// email must not be sent then.
///
/// # Errors
/// If the database is unavailable.
pub async fn begin_sending(
    database: &Database,
    claimed: &Model,
    user: UserId,
    lease_for: Duration,
    clock: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let sending = held(claimed)
        .col_expr(Column::Status, Expr::value(EmailStatus::Sending))
        .col_expr(Column::UserId, Expr::value(user))
        .col_expr(
            Column::NextAttemptAt,
            time::from_now(database.backend(), clock, lease_for),
        )
        .exec(database.write())
        .await?;
    Ok(sending.rows_affected == 1)
}

/// Ends the lease of a claimed email. Returns false if the lease was lost; nothing has changed then.
///
/// # Errors
/// If the database is unavailable.
pub async fn finish_email(
    database: &Database,
    claimed: &Model,
    ended: &EndedEmail,
    clock: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let next = time::from_now(database.backend(), clock, ended.retry_after);
    let mut change = held(claimed)
        .col_expr(Column::Status, Expr::value(ended.status))
        .col_expr(Column::LeaseToken, lease::null())
        .col_expr(Column::Error, Expr::value(ended.error.clone()))
        .col_expr(Column::NextAttemptAt, next);
    if ended.status != EmailStatus::Pending {
        change = change.col_expr(Column::Address, lease::null());
    }
    Ok(change.exec(database.write()).await?.rows_affected == 1)
}

/// The change of a claimed email, if its lease is still held.
fn held(claimed: &Model) -> UpdateMany<Entity> {
    let token = claimed.lease_token.clone().unwrap_or_default();
    Entity::update_many()
        .filter(Column::Id.eq(claimed.id))
        .filter(Column::LeaseToken.eq(token))
}

/// Gives up the emails that a mail server was getting when their process died. Returns how many.
///
/// # Errors
/// If the database is unavailable.
pub async fn give_up_lost_emails(database: &Database, clock: DateTime<Utc>) -> Result<u64, DbErr> {
    let lost = Entity::update_many()
        .col_expr(Column::Status, Expr::value(EmailStatus::Uncertain))
        .col_expr(Column::LeaseToken, lease::null())
        .col_expr(Column::Address, lease::null())
        .filter(Expr::cust(IS_SENDING))
        .filter(Expr::col(Column::NextAttemptAt).lt(time::now(database.backend(), clock)))
        .exec(database.write())
        .await?;
    Ok(lost.rows_affected)
}

/// Gives up the emails that were not sent in time: the mail server was taken away, or there never was one.
///
/// # Errors
/// If the database is unavailable.
pub async fn give_up_expired_emails(
    database: &Database,
    clock: DateTime<Utc>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(EmailStatus::Failed))
        .col_expr(Column::LeaseToken, lease::null())
        .col_expr(Column::Address, lease::null())
        .filter(Expr::cust(IS_PENDING))
        .filter(Expr::col(Column::NextAttemptAt).lt(time::now(database.backend(), clock)))
        .filter(Expr::col(Column::ExpiresAt).lt(time::now(database.backend(), clock)))
        .exec(database.write())
        .await?;
    Ok(())
}
