//! Sends emails over SMTP. Any number of processes may do so at the same time: an email is leased to one of them.
//!
//! An email is sent at most once. Until the mail server has agreed to take its text, every failure is repeated, and an
//! email of a process that died becomes due again by itself. Then the state `sending` is stored, and the text follows. If
//! the process dies before it has stored the response, or the connection breaks before there is one, nobody knows whether
//! the email was accepted. It is not sent again: its state becomes `uncertain`.

mod message;
mod smtp;
mod texts;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{DbErr, EntityTrait as _};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::database::{Database, delete_in_batches, retry};
use crate::entities::{email, users};
use crate::queue::{self, EndedEmail, Notifier};
use crate::services::Clock;
use crate::services::background::restart_on_panic;
use crate::services::emails::Links;
use crate::types::{EmailKind, EmailStatus};
pub use message::Sender;
use smtp::Refusal;
pub use smtp::SmtpServer;

/// Emails that a process sends at the same time.
const AT_ONCE: usize = 4;
/// How long a claim is valid; longer than a connection may take until the mail server takes the text.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How long the state `sending` is valid; longer than the text may take.
const SENDING: TimeDelta = TimeDelta::seconds(120);
/// How often an idle process looks for emails without a notification, such as retries.
const POLL: Duration = Duration::from_secs(5);
const AFTER_ERROR: Duration = Duration::from_secs(1);
const PRUNE_EVERY: Duration = Duration::from_mins(1);
/// How long emails are kept.
const KEPT_FOR: TimeDelta = TimeDelta::days(30);
/// Emails per statement.
const BATCH: u64 = 1_000;
/// The delays after the first, second, … attempt, in seconds. The last one repeats until the email expires.
const DELAYS_S: [i64; 7] = [5, 30, 120, 600, 1_800, 3_600, 7_200];
/// What is kept of a response of a mail server.
const ERROR_MAX_CHARS: usize = 500;

/// Where emails go and come from.
#[derive(Clone, Debug)]
pub struct MailRoute {
    /// The mail server.
    pub server: SmtpServer,
    /// The address that they come from.
    pub sender: Sender,
    /// The URL of the service, without a slash at its end, for links.
    pub site: String,
}

/// Sends the emails of one process, and deletes old ones.
pub struct Mailer {
    database: Database,
    notifier: Notifier,
    clock: Arc<dyn Clock>,
    links: Links,
    /// Without one, nothing is sent.
    route: Option<MailRoute>,
}

impl Mailer {
    /// Sends emails over `route`.
    pub fn new(
        database: Database,
        notifier: Notifier,
        clock: Arc<dyn Clock>,
        links: Links,
        route: Option<MailRoute>,
    ) -> Self {
        Self {
            database,
            notifier,
            clock,
            links,
            route,
        }
    }

    /// Works until stopped, then finishes the emails whose text is on the way and returns.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let (mailer, token) = (Arc::clone(&self), stop.clone());
        let sending = restart_on_panic(stop.clone(), move || {
            Arc::clone(&mailer).send_loop(token.clone())
        });
        let token = stop.clone();
        let pruning = restart_on_panic(stop, move || Arc::clone(&self).prune_loop(token.clone()));
        tokio::join!(sending, pruning);
    }

    async fn send_loop(self: Arc<Self>, stop: CancellationToken) {
        let Some(route) = self.route.clone() else {
            return;
        };
        let mut wakeups = self.notifier.delivery_wakeups();
        let mut attempts = JoinSet::new();
        while !stop.is_cancelled() {
            // Marked as seen before looking, so that an email queued from here on ends the wait below.
            wakeups.borrow_and_update();
            while attempts.try_join_next().is_some() {}
            let pause = if attempts.len() >= AT_ONCE {
                POLL
            } else {
                match queue::claim_email(&self.database, LEASE, self.clock.now()).await {
                    Ok(Some(claimed)) => {
                        let attempt = Attempt {
                            mailer: Arc::clone(&self),
                            route: route.clone(),
                            claimed,
                            stop: stop.clone(),
                        };
                        attempts.spawn(attempt.run());
                        continue;
                    }
                    Ok(None) => POLL,
                    Err(error) => {
                        tracing::warn!(%error, "cannot claim an email");
                        AFTER_ERROR
                    }
                }
            };
            tokio::select! {
                _ = wakeups.changed() => {}
                Some(_) = attempts.join_next() => {}
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => {}
            }
        }
        attempts.join_all().await;
    }

    async fn prune_loop(self: Arc<Self>, stop: CancellationToken) {
        loop {
            if let Err(error) = self.prune().await {
                tracing::warn!(%error, "cannot delete old emails");
            }
            tokio::select! {
                () = tokio::time::sleep(PRUNE_EVERY) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Gives up emails whose process died while the mail server was getting them, and those that nobody has sent in time;
    /// deletes old ones.
    ///
    /// # Errors
    /// If the database is unavailable.
    pub async fn prune(&self) -> Result<(), DbErr> {
        let now = self.clock.now();
        let lost = queue::give_up_lost_emails(&self.database, now).await?;
        if lost > 0 {
            tracing::warn!(
                lost,
                "a process died while it sent emails; they are not sent again"
            );
        }
        queue::give_up_expired_emails(&self.database, now).await?;
        let old = email::Entity::older(now - KEPT_FOR, BATCH);
        let all = email::Entity::delete_many();
        let id = email::Column::Id;
        delete_in_batches(self.database.write(), all, id, old, BATCH).await
    }
}

/// One attempt to send an email.
struct Attempt {
    mailer: Arc<Mailer>,
    route: MailRoute,
    claimed: email::Model,
    stop: CancellationToken,
}

impl Attempt {
    /// If the result cannot be recorded, the email is due again when its lease expires, or given up.
    async fn run(self) {
        let id = self.claimed.id;
        if let Err(error) = self.send_and_record().await {
            tracing::warn!(email = %id, %error, "cannot record an email");
        }
    }

    async fn send_and_record(&self) -> Result<(), DbErr> {
        let Some(ended) = self.send().await? else {
            return Ok(());
        };
        match (ended.status, &ended.error) {
            (EmailStatus::Sent | EmailStatus::Canceled, _) => {}
            (status, error) => {
                let (email, error) = (self.claimed.id, error.as_deref());
                tracing::warn!(%email, %status, error, "an email was not sent");
            }
        }
        let database = &self.mailer.database;
        let clock = self.mailer.clock.now();
        let is_held = retry("record an email", || {
            queue::finish_email(database, &self.claimed, &ended, clock)
        });
        if !is_held.await? {
            tracing::warn!(email = %self.claimed.id, "the lease of an email was lost while it was sent");
        }
        Ok(())
    }

    /// The database's time when the email was claimed.
    fn claimed_at(&self) -> DateTime<Utc> {
        self.claimed.next_attempt_at - LEASE
    }

    /// `None` if another process has the email.
    async fn send(&self) -> Result<Option<EndedEmail>, DbErr> {
        if self.claimed_at() > self.claimed.expires_at {
            let reason = "it expired before it could be sent".to_owned();
            return Ok(Some(ended(EmailStatus::Failed, Some(reason))));
        }
        let Some(user) = self.find_user().await? else {
            return Ok(Some(ended(EmailStatus::Canceled, None)));
        };
        let MailRoute {
            server,
            sender,
            site,
        } = &self.route;
        let link = self.mailer.links.path(&self.claimed, &user);
        let text = texts::text_of(&self.claimed, &user, site, link.as_deref());
        let id = &self.claimed.message_id;
        let message = message::write(sender, &user.email, id, self.claimed_at(), &text);
        let message = match message {
            Ok(message) => message,
            Err(error) => {
                return Ok(Some(ended(EmailStatus::Failed, Some(error.to_string()))));
            }
        };
        let opening = server.open(sender.address(), &message.to, message.is_ascii());
        let open = match self.stop.run_until_cancelled(opening).await {
            Some(Ok(open)) => open,
            Some(Err(refusal)) => return Ok(Some(self.refused(refusal))),
            None => return Ok(Some(ended(EmailStatus::Pending, None))),
        };
        let (database, clock) = (&self.mailer.database, self.mailer.clock.now());
        let may_send = queue::begin_sending(database, &self.claimed, user.id, SENDING, clock).await;
        match may_send {
            Ok(true) => {}
            Ok(false) => {
                open.abandon().await;
                return Ok(None);
            }
            // The statement may have succeeded all the same, so the email must be given back.
            Err(error) => {
                tracing::warn!(email = %self.claimed.id, %error, "cannot record that an email is being sent");
                open.abandon().await;
                return Ok(Some(ended(EmailStatus::Pending, None)));
            }
        }
        Ok(Some(match open.send(&message.bytes).await {
            Some(Ok(())) => ended(EmailStatus::Sent, None),
            Some(Err(refusal)) => self.refused(refusal),
            None => {
                let reason = "the connection broke before the mail server responded".to_owned();
                ended(EmailStatus::Uncertain, Some(reason))
            }
        }))
    }

    /// The reader; `None` if there is no account, or no reason to write any more.
    async fn find_user(&self) -> Result<Option<users::Model>, DbErr> {
        let query = match (self.claimed.user_id, &self.claimed.address) {
            (Some(user), _) => users::Entity::find_by_id(user),
            (None, Some(address)) => users::Entity::find_by_email(address),
            (None, None) => return Ok(None),
        };
        let user = query.one(self.mailer.database.write()).await?;
        let is_due = |user: &users::Model| match self.claimed.kind {
            EmailKind::VerifyAddress => user.email_verified_at.is_none(),
            EmailKind::ResetPassword => true,
            // Anybody can register with the address of somebody else, who must not get notices then.
            EmailKind::NewDevice | EmailKind::PasswordChanged | EmailKind::LowBalance => {
                user.email_verified_at.is_some()
            }
        };
        Ok(user.filter(is_due))
    }

    fn refused(&self, refusal: Refusal) -> EndedEmail {
        let reason = match refusal {
            Refusal::Permanent(reason) => return ended(EmailStatus::Failed, Some(reason)),
            Refusal::Temporary(reason) => reason,
        };
        let delay = delay_after(self.claimed.attempts);
        if self.claimed_at() + delay > self.claimed.expires_at {
            return ended(EmailStatus::Failed, Some(reason));
        }
        EndedEmail {
            retry_after: delay,
            ..ended(EmailStatus::Pending, Some(reason))
        }
    }
}

fn ended(status: EmailStatus, error: Option<String>) -> EndedEmail {
    EndedEmail {
        status,
        retry_after: TimeDelta::zero(),
        // PostgreSQL cannot store NUL.
        error: error.map(|error| {
            let shown = error.chars().filter(|it| !it.is_control());
            shown.take(ERROR_MAX_CHARS).collect()
        }),
    }
}

/// The delay after this many attempts.
fn delay_after(attempts: i32) -> TimeDelta {
    let done = usize::try_from(attempts).unwrap_or_default();
    let last = DELAYS_S.len() - 1;
    let delay = DELAYS_S.get(done.saturating_sub(1).min(last)).copied();
    TimeDelta::seconds(delay.unwrap_or_default())
}
