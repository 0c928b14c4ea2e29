//! Webhooks: users have events posted to URLs of theirs. Here users manage them and read the log; `outbox` queues
//! deliveries together with what they are about, and [`crate::delivery`] sends them.

mod log;
pub mod outbox;
mod secrets;
mod targets;

use std::num::NonZeroU32;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveModelTrait as _, DbErr, EntityTrait as _, IntoActiveModel as _, QuerySelect as _, Set,
};

pub use secrets::{Secret, Secrets};
pub use targets::{AllowedNetworks, Targets, URL_MAX_CHARS};

use super::Clock;
use super::field_check::FieldCheck;
use super::rate_limit::RateLimit;
use super::service_key::KeyRing;
use crate::database::{Database, Transaction};
use crate::entities::webhook::events_text;
use crate::entities::{api_key, balance, webhook};
use crate::queue::{self, Notifier};
use crate::types::{
    API_KEY_FIELD, ApiKeyId, AppError, Credits, Subscription, UserId, Violation, WebhookId,
    WebhookInput, WebhookView, WebhooksView,
};

/// Maximum number of webhooks of a user.
const WEBHOOKS_MAX: u32 = 10;
/// Tests and repeated deliveries per minute and user.
const SENDS_PER_MINUTE: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// How long a new secret is shown.
const SECRET_SHOWN_FOR: Duration = Duration::minutes(10);
/// How long the previous secret signs as well after a rotation.
const ROTATION_OVERLAP: Duration = Duration::hours(24);

/// Creates and changes webhooks, and reads their deliveries.
pub struct Webhooks {
    database: Database,
    notifier: Notifier,
    clock: Arc<dyn Clock>,
    secrets: Secrets,
    targets: Targets,
    sends: RateLimit,
}

impl Webhooks {
    /// Webhooks that may call `targets`; their secrets are derived from `keys`.
    pub fn new(
        database: Database,
        notifier: Notifier,
        clock: Arc<dyn Clock>,
        keys: &KeyRing,
        targets: Targets,
    ) -> Self {
        Self {
            database,
            notifier,
            clock,
            secrets: Secrets::new(keys),
            targets,
            sends: RateLimit::per_minute("webhook-sends", SENDS_PER_MINUTE),
        }
    }

    /// A user's webhooks, newest first.
    ///
    /// # Errors
    /// 503 if the database is unavailable.
    pub async fn list(&self, user: UserId) -> Result<WebhooksView, AppError> {
        let webhooks = webhook::Entity::of_user(user)
            .all(self.database.read())
            .await?;
        Ok(WebhooksView {
            webhooks: webhooks.into_iter().map(|it| self.view(it)).collect(),
            limit: WEBHOOKS_MAX,
        })
    }

    /// One webhook of a user.
    ///
    /// # Errors
    /// 404, also for another user's webhook.
    pub async fn find(&self, user: UserId, id: WebhookId) -> Result<WebhookView, AppError> {
        let webhook = webhook::Entity::one_of_user(user, id)
            .one(self.database.read())
            .await?;
        webhook.map(|it| self.view(it)).ok_or(AppError::NotFound)
    }

    /// Creates a webhook with a new secret.
    ///
    /// # Errors
    /// 422 naming fields; 409 if the user has the maximum number of webhooks.
    pub async fn create(
        &self,
        user: UserId,
        input: &WebhookInput,
    ) -> Result<WebhookView, AppError> {
        let (url, subscription) = self.check(user, input).await?;
        let now = self.clock.now();
        let secret = self.secrets.generate();
        let row = webhook::ActiveModel {
            user_id: Set(user),
            url: Set(url),
            events: Set(events_text(&subscription.events)),
            low_balance: Set(subscription.low_balance.map(|limit| limit.0)),
            api_key_id: Set(subscription.api_key),
            is_enabled: Set(true),
            nonce: Set(secret.nonce),
            key_check: Set(secret.key_check),
            secret_made_at: Set(now),
            created_at: Set(now),
            ..Default::default()
        };
        let created = self
            .database
            .transaction(
                "create a webhook",
                (user, row),
                |transaction, (user, row)| Box::pin(insert(transaction, *user, row.clone())),
            )
            .await?;
        created.map(|it| self.view(it)).ok_or_else(|| {
            AppError::Conflict(format!(
                "you already have {WEBHOOKS_MAX} webhooks, the maximum; delete one first"
            ))
        })
    }

    /// Changes the URL and the events of a webhook.
    ///
    /// # Errors
    /// 422 naming fields; 404, also for another user's webhook.
    pub async fn update(
        &self,
        user: UserId,
        id: WebhookId,
        input: &WebhookInput,
    ) -> Result<WebhookView, AppError> {
        // Another user's webhook is not found, whatever the fields are.
        self.find(user, id).await?;
        let (url, subscription) = self.check(user, input).await?;
        self.change(user, id, move |webhook| {
            let mut row = webhook.into_active_model();
            row.url = Set(url.clone());
            row.events = Set(events_text(&subscription.events));
            row.low_balance = Set(subscription.low_balance.map(|limit| limit.0));
            row.api_key_id = Set(subscription.api_key);
            row
        })
        .await
    }

    /// Turns a webhook on or off. Pending deliveries of a webhook that is turned off are canceled.
    ///
    /// # Errors
    /// 404, also for another user's webhook.
    pub async fn set_enabled(
        &self,
        user: UserId,
        id: WebhookId,
        is_enabled: bool,
    ) -> Result<WebhookView, AppError> {
        self.change(user, id, move |webhook| {
            let is_change = webhook.is_enabled != is_enabled;
            let mut row = webhook.into_active_model();
            if is_change {
                row.is_enabled = Set(is_enabled);
                row.disabled_reason = Set(None);
                row.failing_since = Set(None);
            }
            row
        })
        .await
    }

    /// Deletes a webhook. Its pending deliveries are canceled, and its log is deleted later.
    ///
    /// # Errors
    /// 404, also for another user's webhook.
    pub async fn delete(&self, user: UserId, id: WebhookId) -> Result<(), AppError> {
        let now = self.clock.now();
        self.change(user, id, move |webhook| {
            let mut row = webhook.into_active_model();
            row.is_enabled = Set(false);
            row.deleted_at = Set(Some(now));
            row
        })
        .await
        .map(drop)
    }

    /// Gives a webhook a new secret. For a day, payloads are signed with the previous one as well.
    ///
    /// # Errors
    /// 404, also for another user's webhook.
    pub async fn rotate_secret(
        &self,
        user: UserId,
        id: WebhookId,
    ) -> Result<WebhookView, AppError> {
        let (now, secrets) = (self.clock.now(), self.secrets.clone());
        self.change(user, id, move |webhook| {
            let is_known = secrets.secret(&webhook.nonce, &webhook.key_check).is_some();
            let previous = is_known.then(|| webhook.nonce.clone());
            let secret = secrets.generate();
            let mut row = webhook.into_active_model();
            row.previous_until = Set(previous.as_ref().map(|_| now + ROTATION_OVERLAP));
            row.previous_nonce = Set(previous);
            row.nonce = Set(secret.nonce);
            row.key_check = Set(secret.key_check);
            row.secret_made_at = Set(now);
            row
        })
        .await
    }

    async fn check(
        &self,
        user: UserId,
        input: &WebhookInput,
    ) -> Result<(String, Subscription), AppError> {
        let mut fields = FieldCheck::default();
        let url = self.targets.parse(&input.url);
        let url = fields.read(url.map_err(|violation| AppError::invalid("url", violation)));
        let subscription = fields.read(input.check());
        let key = subscription.as_ref().and_then(|it| it.api_key);
        let key = fields.read(self.check_key(user, key).await);
        match (url, subscription, key) {
            (Some(url), Some(subscription), Some(())) => Ok((url.into(), subscription)),
            _ => Err(fields.error()),
        }
    }

    /// Checks that a key is one of the user's.
    async fn check_key(&self, user: UserId, key: Option<ApiKeyId>) -> Result<(), AppError> {
        let Some(key) = key else {
            return Ok(());
        };
        let own = api_key::Entity::of_user(user, key);
        match own.one(self.database.read()).await? {
            Some(_) => Ok(()),
            None => Err(AppError::invalid(API_KEY_FIELD, Violation::NoApiKey)),
        }
    }

    /// Changes the row of a user's webhook, and cancels its deliveries if it is off afterwards.
    async fn change(
        &self,
        user: UserId,
        id: WebhookId,
        change: impl Fn(webhook::Model) -> webhook::ActiveModel + Send + Sync + 'static,
    ) -> Result<WebhookView, AppError> {
        let changed = self
            .database
            .transaction(
                "change a webhook",
                (user, id, change),
                |transaction, (user, id, change)| {
                    Box::pin(async move {
                        // The row is locked before its deliveries, as the sender does.
                        let Some(webhook) = webhook::Entity::one_of_user(*user, *id)
                            .lock_exclusive()
                            .one(transaction)
                            .await?
                        else {
                            return Ok(None);
                        };
                        let row = change(webhook.clone());
                        let changed = if row.is_changed() {
                            row.update(transaction).await?
                        } else {
                            webhook
                        };
                        if !changed.is_open() {
                            queue::cancel_deliveries(transaction, *id).await?;
                        }
                        Ok(Some(changed))
                    })
                },
            )
            .await?;
        changed.map(|it| self.view(it)).ok_or(AppError::NotFound)
    }

    fn view(&self, webhook: webhook::Model) -> WebhookView {
        let now = self.clock.now();
        let is_new = now < webhook.secret_made_at + SECRET_SHOWN_FOR;
        let secret = self.secrets.secret(&webhook.nonce, &webhook.key_check);
        WebhookView {
            id: webhook.id,
            events: webhook.events(),
            api_key_id: webhook.api_key_id,
            low_balance: webhook.low_balance.map(Credits),
            enabled: webhook.is_enabled,
            disabled_reason: webhook.disabled_reason,
            failing_since: webhook.failing_since,
            created_at: webhook.created_at,
            secret: secret.filter(|_| is_new).map(|it| it.text()),
            previous_secret_until: webhook.previous_until.filter(|until| now < *until),
            url: webhook.url,
        }
    }
}

/// Inserts a webhook unless its user has the maximum; the lock of the balance makes concurrent requests of the user wait.
async fn insert(
    transaction: &Transaction,
    user: UserId,
    row: webhook::ActiveModel,
) -> Result<Option<webhook::Model>, DbErr> {
    balance::Entity::find_by_id(user)
        .lock_exclusive()
        .one(transaction)
        .await?;
    let webhooks = webhook::Entity::of_user(user).all(transaction).await?;
    if webhooks.len() >= WEBHOOKS_MAX as usize {
        return Ok(None);
    }
    row.insert(transaction).await.map(Some)
}

/// The secrets that sign payloads of a webhook now: the current one, and the previous one during the overlap after a
/// rotation. `None` if the key of the service has changed.
pub fn signing_secrets(
    secrets: &Secrets,
    webhook: &webhook::Model,
    now: DateTime<Utc>,
) -> Option<Vec<Secret>> {
    let current = secrets.secret(&webhook.nonce, &webhook.key_check)?;
    let previous = webhook.previous_nonce.as_ref();
    let previous = previous.filter(|_| webhook.previous_until.is_some_and(|until| now < until));
    // It is not known with which key the previous secret was made, and a signature too many does no harm.
    let previous = previous.map(|nonce| secrets.derive(nonce));
    let previous = previous.into_iter().flatten();
    Some(std::iter::once(current).chain(previous).collect())
}
