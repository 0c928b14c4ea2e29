//! The emails that there are, as they are queued. Their texts are in `locales/`.

use chrono::{DateTime, Duration, Utc};
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};

use super::links::new_nonce;
use crate::database::Transaction;
use crate::queue::{self, NewEmail, Notifier};
use crate::services::attempts::Client;
use crate::services::sessions::network_of;
use crate::types::{Credits, EmailKind, UserId};

/// How long a link for a new password works.
const RESET_FOR: Duration = Duration::hours(1);
/// How long a link that verifies an address works.
const VERIFY_FOR: Duration = Duration::days(3);
/// How long a notice is worth being sent.
const NOTICE_FOR: Duration = Duration::days(1);

/// What the email about a new device says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceData {
    /// The network that the login came from.
    pub network: String,
}

/// What the email about a low balance says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceData {
    /// The credits.
    pub amount: Credits,
    /// The user's limit.
    pub limit: Credits,
}

/// A link that verifies the address of a user.
pub(in crate::services) fn verify_address(user: UserId, locale: &str) -> NewEmail {
    NewEmail {
        locale: Some(locale.to_owned()),
        nonce: Some(new_nonce()),
        valid_for: VERIFY_FOR,
        ..notice(user, EmailKind::VerifyAddress)
    }
}

/// A link that sets a new password of the account with this address, if there is one.
pub(in crate::services) fn reset_password(address: String, locale: &str) -> NewEmail {
    NewEmail {
        user: None,
        kind: EmailKind::ResetPassword,
        address: Some(address),
        locale: Some(locale.to_owned()),
        data: None,
        nonce: Some(new_nonce()),
        valid_for: RESET_FOR,
    }
}

/// A login with a browser that was not known.
pub(in crate::services) fn new_device(user: UserId, client: &Client) -> NewEmail {
    let network = network_of(client.address);
    NewEmail {
        data: serde_json::to_string(&DeviceData { network }).ok(),
        ..notice(user, EmailKind::NewDevice)
    }
}

/// The password was changed.
pub(in crate::services) fn password_changed(user: UserId) -> NewEmail {
    notice(user, EmailKind::PasswordChanged)
}

fn notice(user: UserId, kind: EmailKind) -> NewEmail {
    NewEmail {
        user: Some(user),
        kind,
        address: None,
        locale: None,
        data: None,
        nonce: None,
        valid_for: NOTICE_FOR,
    }
}

/// A balance that fell below the limit of its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LowBalance {
    user: UserId,
    amount: Credits,
    limit: Credits,
}

impl LowBalance {
    /// The change of a balance from `before` to `after`; `None` if it did not fall below the limit. Only the step across the
    /// limit counts, so an email comes once until the balance has risen again.
    pub fn of(
        user: UserId,
        before: Credits,
        after: Credits,
        limit: Option<Credits>,
    ) -> Option<Self> {
        let limit = limit.filter(|limit| before >= *limit && after < *limit)?;
        Some(Self {
            user,
            amount: after,
            limit,
        })
    }

    fn email(self) -> NewEmail {
        let Self {
            user,
            amount,
            limit,
        } = self;
        NewEmail {
            data: serde_json::to_string(&BalanceData { amount, limit }).ok(),
            ..notice(user, EmailKind::LowBalance)
        }
    }
}

/// Queues an email for each balance that fell below its limit. Limits are read together with the balances, so users without one cost nothing. `clock` is
/// the queue's time on SQLite.
///
/// # Errors
/// If the database is unavailable.
pub(crate) async fn queue_low_balance_emails(
    transaction: &Transaction,
    notifier: &Notifier,
    crossings: impl Iterator<Item = LowBalance>,
    clock: DateTime<Utc>,
) -> Result<(), DbErr> {
    let emails: Vec<NewEmail> = crossings.map(LowBalance::email).collect();
    if emails.is_empty() {
        return Ok(());
    }
    let now = queue::read_now(transaction, clock).await?;
    queue::enqueue_emails(transaction, emails, now).await?;
    notifier.publish_deliveries_on_commit(transaction).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_balance_is_told_once_per_crossing() {
        let fall = |before, after, limit: Option<i64>| {
            LowBalance::of(
                UserId(7),
                Credits(before),
                Credits(after),
                limit.map(Credits),
            )
        };
        let balances = [100, 50, 49, 10, 0, 49, 50, 80, 40];
        let steps = balances.windows(2);
        let told: Vec<_> = steps
            .filter(|step| fall(step[0], step[1], Some(50)).is_some())
            .collect();
        assert_eq!(told, [[50, 49], [80, 40]]);
        assert!(fall(60, 40, None).is_none());
        let email = fall(60, 40, Some(50)).unwrap().email();
        assert_eq!(email.data.as_deref(), Some(r#"{"amount":40,"limit":50}"#));
    }
}
