//! The log of a webhook: its deliveries and their attempts. Users send tests and repeat deliveries.

use super::{Webhooks, outbox};
use crate::entities::history::Span;
use crate::entities::{webhook_attempt, webhook_delivery};
use crate::queue;
use crate::services::pages::cut_span;
use crate::types::{AppError, DeliveryId, DeliveryLogView, DeliveryView, Page, UserId, WebhookId};

/// How often a delivery may be sent again.
const RESENDS_MAX: i32 = 20;
/// Maximum number of attempts in the log of a delivery.
const ATTEMPTS_SHOWN: u64 = 100;

impl Webhooks {
    /// A page of the deliveries of a webhook with ids below `before`, newest first.
    ///
    /// # Errors
    /// 404, also for another user's webhook.
    pub async fn deliveries(
        &self,
        user: UserId,
        id: WebhookId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Page<DeliveryView>, AppError> {
        self.find(user, id).await?;
        let span = Span::before(before);
        let log = webhook_delivery::Entity::log(id, span, u64::from(limit) + 1)
            .all(self.database.read())
            .await?;
        let page = cut_span(log, limit, span, |delivery| delivery.id.0);
        Ok(page.map(DeliveryView::from))
    }

    /// A delivery with its payload and its latest attempts.
    ///
    /// # Errors
    /// 404, also for another user's delivery.
    pub async fn delivery(
        &self,
        user: UserId,
        id: DeliveryId,
    ) -> Result<DeliveryLogView, AppError> {
        self.log_view(user, id).await
    }

    /// Sends a final delivery again, with the same `webhook-id` and all retries.
    ///
    /// # Errors
    /// 404, also for another user's delivery; 409 if it is pending, if its webhook is off, or if it was sent again too
    /// often; 429 if the user sends too many.
    pub async fn resend(&self, user: UserId, id: DeliveryId) -> Result<DeliveryLogView, AppError> {
        let delivery = self.find_delivery(user, id).await?;
        self.require_enabled(user, delivery.webhook_id).await?;
        self.sends.count(&user)?;
        let input = (self.notifier.clone(), delivery, self.clock.now());
        let resent = self
            .database
            .transaction(
                "resend",
                input,
                |transaction, (notifier, delivery, clock)| {
                    Box::pin(async move {
                        let resent =
                            queue::requeue_delivery(transaction, delivery, RESENDS_MAX, *clock)
                                .await?;
                        if resent.is_some() {
                            notifier.publish_deliveries_on_commit(transaction).await?;
                        }
                        Ok(resent)
                    })
                },
            )
            .await?;
        let resent = resent.ok_or_else(|| {
            AppError::Conflict(format!(
                "only a delivery that is not pending can be sent again, at most {RESENDS_MAX} times"
            ))
        })?;
        self.log_view(user, resent.id).await
    }

    /// Queues a test payload; returns its delivery.
    ///
    /// # Errors
    /// 404, also for another user's webhook; 409 if it is off; 429 if the user sends too many.
    pub async fn test(&self, user: UserId, id: WebhookId) -> Result<DeliveryView, AppError> {
        self.require_enabled(user, id).await?;
        self.sends.count(&user)?;
        let input = (self.notifier.clone(), id, self.clock.now());
        self.database
            .transaction(
                "test a webhook",
                input,
                |transaction, (notifier, id, clock)| {
                    Box::pin(async move {
                        let now = queue::read_now(transaction, *clock).await?;
                        let test = vec![outbox::test_delivery(*id, now)];
                        queue::enqueue_deliveries(transaction, test, now).await?;
                        notifier.publish_deliveries_on_commit(transaction).await
                    })
                },
            )
            .await?;
        let newest = webhook_delivery::Entity::log(id, Span::default(), 1)
            .one(self.database.write())
            .await?;
        newest.map(Into::into).ok_or(AppError::NotFound)
    }

    async fn require_enabled(&self, user: UserId, id: WebhookId) -> Result<(), AppError> {
        if self.find(user, id).await?.enabled {
            Ok(())
        } else {
            Err(AppError::Conflict(
                "the webhook is off; turn it on first".to_owned(),
            ))
        }
    }

    async fn find_delivery(
        &self,
        user: UserId,
        id: DeliveryId,
    ) -> Result<webhook_delivery::Model, AppError> {
        webhook_delivery::Entity::one_of_user(user, id)
            .one(self.database.read())
            .await?
            .ok_or(AppError::NotFound)
    }

    async fn log_view(&self, user: UserId, id: DeliveryId) -> Result<DeliveryLogView, AppError> {
        let log = webhook_attempt::Entity::of_delivery(id, ATTEMPTS_SHOWN)
            .all(self.database.read())
            .await?;
        // Read after its attempts, so that its state is never older than they are.
        let delivery = self.find_delivery(user, id).await?;
        Ok(DeliveryLogView {
            payload: delivery.payload.clone(),
            delivery: delivery.into(),
            log: log.into_iter().map(Into::into).collect(),
        })
    }
}
