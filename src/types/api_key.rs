//! API keys: what they may do, how much they may spend, and how the API and the pages show them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::words::words;
use super::{ApiKeyId, Credits, ModelRef};

words!(
    /// What an API key may do. No scope includes another.
    Scope {
        /// Read everything of the account except its keys, and ask free questions about results.
        Read = "read",
        /// Submit and cancel predictions, report outcomes, create and end private links.
        Predict = "predict",
        /// Buy credits.
        TopUp = "top_up",
        /// Manage the keys, the webhooks, the password and the sessions of the account; as an operator, register models.
        Manage = "manage",
    }
);

words!(
    /// The time that a cap is for. Days, weeks (from Monday) and months are those of UTC.
    CapPeriod {
        /// A day.
        Day = "day",
        /// A week.
        Week = "week",
        /// A month.
        Month = "month",
        /// The life of the key.
        Total = "total",
    }
);

/// The most credits that a key may spend in each period; `None` if there is no cap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Caps {
    /// Per day.
    pub day: Option<Credits>,
    /// Per week.
    pub week: Option<Credits>,
    /// Per month.
    pub month: Option<Credits>,
    /// In total.
    pub total: Option<Credits>,
}

impl Caps {
    /// The cap of a period.
    pub const fn of(&self, period: CapPeriod) -> Option<Credits> {
        match period {
            CapPeriod::Day => self.day,
            CapPeriod::Week => self.week,
            CapPeriod::Month => self.month,
            CapPeriod::Total => self.total,
        }
    }

    /// Sets the cap of a period.
    pub const fn set(&mut self, period: CapPeriod, cap: Option<Credits>) {
        match period {
            CapPeriod::Day => self.day = cap,
            CapPeriod::Week => self.week = cap,
            CapPeriod::Month => self.month = cap,
            CapPeriod::Total => self.total = cap,
        }
    }
}

/// What a key has spent in the current periods: the prices of its open and succeeded tasks by the time of their
/// submission. A key's spending includes that of the keys that it made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Spent {
    /// Today.
    pub day: Credits,
    /// This week.
    pub week: Credits,
    /// This month.
    pub month: Credits,
    /// Ever.
    pub total: Credits,
}

impl Spent {
    /// What was spent in a period.
    pub const fn of(&self, period: CapPeriod) -> Credits {
        match period {
            CapPeriod::Day => self.day,
            CapPeriod::Week => self.week,
            CapPeriod::Month => self.month,
            CapPeriod::Total => self.total,
        }
    }

    /// The first cap that another task of this price would exceed.
    pub fn reached(&self, caps: &Caps, price: Credits) -> Option<CapPeriod> {
        let mut periods = CapPeriod::ALL.iter().copied();
        periods.find(|period| {
            let cap = caps.of(*period);
            cap.is_some_and(|cap| self.of(*period).0.saturating_add(price.0) > cap.0)
        })
    }
}

/// A cap that a request would exceed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapReached {
    /// The period of the cap.
    pub cap: CapPeriod,
    /// The cap.
    pub limit: Credits,
    /// What was spent in the period.
    pub spent: Credits,
    /// The price.
    pub needed: Credits,
    /// When the period ends; `None` for [`CapPeriod::Total`].
    pub resets_at: Option<DateTime<Utc>>,
    /// The start and the end of the key whose cap it is: the key of the request, or the one that made it.
    pub api_key: String,
}

impl std::fmt::Display for CapReached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            cap,
            limit,
            spent,
            needed,
            resets_at,
            api_key,
        } = self;
        write!(
            f,
            "the {cap} cap of {limit} credits of the API key {api_key} is reached: {spent} are spent, and this costs \
             {needed}"
        )?;
        match resets_at {
            Some(at) => write!(f, "; the next {cap} begins at {}", at.to_rfc3339()),
            None => Ok(()),
        }
    }
}

/// An API key. The key itself is shown only when it is created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ApiKeyView {
    /// The key's id.
    pub id: ApiKeyId,
    /// What its user calls it.
    pub label: String,
    /// The start and the end of the key, such as `pc_4fXy…Qr9Z`.
    pub hint: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// What it may spend.
    pub caps: Caps,
    /// What it has spent.
    pub spent: Spent,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it expires.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether it has expired.
    pub is_expired: bool,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// The key that made it; absent if its user did.
    pub made_by: Option<ApiKeyId>,
}

/// A new API key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct NewApiKeyView {
    /// The key, to be sent as `Authorization: Bearer`. It cannot be read again.
    pub secret: String,
    /// Everything else about it.
    pub key: ApiKeyView,
}

/// What a key has spent on one day with one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct ApiKeySpendView {
    /// The day of submission, in UTC.
    pub day: NaiveDate,
    /// The key.
    pub api_key_id: ApiKeyId,
    /// What its user calls it.
    pub label: String,
    /// The start and the end of the key.
    pub hint: String,
    /// The model.
    pub model: ModelRef,
    /// Open and succeeded tasks.
    pub predictions: u64,
    /// The sum of their prices.
    pub credits: Credits,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_cap_that_a_price_would_exceed_is_named() {
        let spent = Spent {
            day: Credits(10),
            week: Credits(20),
            month: Credits(20),
            total: Credits(60),
        };
        let caps = Caps {
            day: Some(Credits(20)),
            total: Some(Credits(70)),
            ..Caps::default()
        };
        assert_eq!(spent.reached(&caps, Credits(10)), None, "exactly the caps");
        assert_eq!(spent.reached(&caps, Credits(11)), Some(CapPeriod::Day));
        let total_only = Caps { day: None, ..caps };
        assert_eq!(
            spent.reached(&total_only, Credits(11)),
            Some(CapPeriod::Total)
        );
        assert_eq!(spent.reached(&Caps::default(), Credits(i64::MAX)), None);
        let free = Caps {
            total: Some(Credits(60)),
            ..Caps::default()
        };
        assert_eq!(spent.reached(&free, Credits(0)), None);
    }
}
