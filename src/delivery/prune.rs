//! Deletes old deliveries, those of deleted webhooks, and expired drafts of batches, in small transactions.

use chrono::Duration;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ColumnTrait as _, DbErr, EntityTrait as _, QueryFilter as _};

use super::Deliverer;
use crate::database::delete_in_batches;
use crate::entities::webhook;
use crate::entities::webhook_delivery::{Column, Entity};
use crate::services::batches::prune_drafts;
use crate::types::{DeliveryId, WebhookId};

/// How long the log keeps a delivery.
const KEPT_FOR: Duration = Duration::days(30);
/// Deliveries of one webhook that the log keeps.
const KEPT_PER_WEBHOOK: u64 = 10_000;
/// How long a deleted webhook stays, so that no transaction still refers to it.
const DELETED_FOR: Duration = Duration::hours(1);
/// Deliveries per statement.
const BATCH: u64 = 1_000;
/// Webhooks that are read at a time.
const WEBHOOKS_AT_ONCE: u64 = 100;

impl Deliverer {
    /// Deletes what is too old or too much.
    ///
    /// # Errors
    /// If the database is unavailable.
    pub async fn prune(&self) -> Result<(), DbErr> {
        prune_drafts(&self.database, self.clock.now()).await?;
        let before = self.clock.now() - KEPT_FOR;
        self.delete_all(Entity::older(before, BATCH)).await?;
        let mut after = WebhookId(0);
        loop {
            let webhooks = webhook::Entity::after(after, WEBHOOKS_AT_ONCE)
                .all(self.database.read())
                .await?;
            let Some(last) = webhooks.last() else {
                return Ok(());
            };
            after = last.id;
            for webhook in &webhooks {
                self.prune_webhook(webhook).await?;
            }
        }
    }

    async fn prune_webhook(&self, webhook: &webhook::Model) -> Result<(), DbErr> {
        let id = webhook.id;
        match webhook.deleted_at {
            Some(at) if at <= self.clock.now() - DELETED_FOR => {
                self.delete_all(Entity::oldest(id, BATCH)).await?;
                webhook::Entity::delete_many()
                    .filter(webhook::Column::Id.eq(id))
                    .filter(Entity::none_of_webhook())
                    .exec(self.database.write())
                    .await
                    .map(drop)
            }
            Some(_) => Ok(()),
            None => {
                let beyond = Entity::beyond(id, KEPT_PER_WEBHOOK)
                    .into_tuple::<DeliveryId>()
                    .one(self.database.read())
                    .await?;
                let Some(newest) = beyond else {
                    return Ok(());
                };
                self.delete_all(Entity::oldest_final(id, newest, BATCH))
                    .await
            }
        }
    }

    /// Deletes the deliveries that `batch` selects.
    async fn delete_all(&self, batch: SelectStatement) -> Result<(), DbErr> {
        let all = Entity::delete_many();
        delete_in_batches(self.database.write(), all, Column::Id, batch, BATCH).await
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use sea_orm::{ActiveModelTrait as _, ConnectionTrait as _, Set};

    use super::*;
    use crate::database::Database;
    use crate::database::test_support::migrated;
    use crate::delivery::Sender;
    use crate::queue::{NewDelivery, Notifier, enqueue_deliveries};
    use crate::services::KeyRing;
    use crate::services::clock::test_support::TestClock;
    use crate::services::webhooks::{Secrets, Targets};
    use crate::types::UserId;

    /// A webhook with one delivery, queued at that time; returns its id.
    async fn add(
        database: &Database,
        deleted_at: Option<DateTime<Utc>>,
        queued_at: DateTime<Utc>,
    ) -> WebhookId {
        let row = webhook::ActiveModel {
            user_id: Set(UserId(1)),
            url: Set(String::new()),
            events: Set(String::new()),
            is_enabled: Set(deleted_at.is_none()),
            nonce: Set(String::new()),
            key_check: Set(String::new()),
            secret_made_at: Set(queued_at),
            created_at: Set(queued_at),
            deleted_at: Set(deleted_at),
            ..Default::default()
        };
        let webhook = row.insert(database.write()).await.unwrap().id;
        let input = (webhook, queued_at);
        let queued = database.transaction("queue", input, |transaction, (webhook, at)| {
            Box::pin(async move {
                let new = NewDelivery {
                    webhook: *webhook,
                    message_id: "msg_1".to_owned(),
                    event: "webhook.test",
                    payload: "{}".to_owned(),
                };
                enqueue_deliveries(transaction, vec![new], *at).await
            })
        });
        queued.await.unwrap();
        webhook
    }

    #[tokio::test]
    async fn old_deliveries_and_deleted_webhooks_go() {
        let (_folder, database) = migrated().await;
        let user = "INSERT INTO users (id, email, email_folded, password_hash, role, session_epoch, \
                    created_at) VALUES (1, 'a', 'a', 'x', 'user', 0, '2026-01-01T00:00:00+00:00')";
        database.write().execute_unprepared(user).await.unwrap();
        let now = DateTime::UNIX_EPOCH + Duration::days(20_000);
        let hours = Duration::hours;
        let kept = add(&database, None, now - hours(1)).await;
        let emptied = add(&database, None, now - hours(24 * 31)).await;
        let deleted_now = add(&database, Some(now), now - hours(1)).await;
        add(&database, Some(now - hours(2)), now - hours(3)).await;
        let deliverer = Deliverer::new(
            database.clone(),
            Notifier::new(&database),
            TestClock::at(now),
            Secrets::new(&KeyRing::new(tower_cookies::Key::generate())),
            Sender::new(Targets::default()).unwrap(),
            1,
        );
        for _ in 0..2 {
            deliverer.prune().await.unwrap();
            let left = Entity::find().all(database.read()).await.unwrap();
            let left: Vec<_> = left.iter().map(|it| it.webhook_id).collect();
            assert_eq!(left, [kept, deleted_now]);
            let webhooks = webhook::Entity::after(WebhookId(0), 9)
                .all(database.read())
                .await
                .unwrap();
            let webhooks: Vec<_> = webhooks.iter().map(|it| it.id).collect();
            assert_eq!(webhooks, [kept, emptied, deleted_now]);
        }
    }
}
