//! The table `webhook_delivery`: one event for one webhook. Its use as a queue is in [`crate::queue`].

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait as _, Order, Query, SelectStatement, SimpleExpr};
use sea_orm::{QueryOrder, QuerySelect};

use super::history::Span;
use super::{Relation, webhook};
use crate::types::{DeliveryId, DeliveryStatus, DeliveryView, UserId, WebhookId};

/// One delivery.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: DeliveryId,
    pub webhook_id: WebhookId,
    pub message_id: String,
    pub event: String,
    pub payload: String,
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub resends: i32,
    pub queued_at: DateTimeUtc,
    pub next_attempt_at: DateTimeUtc,
    pub attempted_at: Option<DateTimeUtc>,
    pub lease_token: Option<String>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The deliveries of a webhook, newest first, within a span of ids.
    pub fn log(webhook: WebhookId, span: Span, limit: u64) -> Select<Self> {
        let query = Self::find().filter(Column::WebhookId.eq(webhook));
        span.narrow(query, Column::Id)
            .order_by_desc(Column::Id)
            .limit(limit)
    }

    /// A delivery to a webhook of a user. Deliveries to webhooks of other users, or to deleted ones, are not found.
    pub fn one_of_user(user: UserId, delivery: DeliveryId) -> Select<Self> {
        let own = Query::select()
            .column(webhook::Column::Id)
            .from(webhook::Entity)
            .and_where(webhook::Column::UserId.eq(user))
            .and_where(webhook::Column::DeletedAt.is_null())
            .to_owned();
        Self::find()
            .filter(Column::Id.eq(delivery))
            .filter(Column::WebhookId.in_subquery(own))
    }

    /// The ids of up to `limit` deliveries of events before `before`, the oldest first.
    pub fn older(before: DateTimeUtc, limit: u64) -> SelectStatement {
        ids(
            Expr::col(Column::CreatedAt).lt(before),
            Column::CreatedAt,
            limit,
        )
    }

    /// The ids of up to `limit` deliveries of a webhook, the oldest first.
    pub fn oldest(webhook: WebhookId, limit: u64) -> SelectStatement {
        ids(Column::WebhookId.eq(webhook), Column::Id, limit)
    }

    /// The same, only from `newest` downwards and without those that are pending.
    pub fn oldest_final(webhook: WebhookId, newest: DeliveryId, limit: u64) -> SelectStatement {
        let of_webhook = Column::WebhookId.eq(webhook);
        let is_final = Column::Status.ne(DeliveryStatus::Pending);
        let chosen = of_webhook.and(Column::Id.lte(newest)).and(is_final);
        ids(chosen, Column::Id, limit)
    }

    /// The id of the newest delivery of a webhook after the newest `kept`; none if there are fewer.
    pub fn beyond(webhook: WebhookId, kept: u64) -> Select<Self> {
        Self::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::WebhookId.eq(webhook))
            .order_by_desc(Column::Id)
            .offset(kept)
            .limit(1)
    }

    /// Whether a row of `webhook` has no delivery.
    pub fn none_of_webhook() -> Expr {
        let any = Query::select()
            .expr(Expr::val(1))
            .from(Self)
            .and_where(
                Expr::col((Self, Column::WebhookId)).equals((webhook::Entity, webhook::Column::Id)),
            )
            .to_owned();
        Expr::exists(any).not()
    }
}

fn ids(chosen: SimpleExpr, order: Column, limit: u64) -> SelectStatement {
    Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(chosen)
        .order_by(order, Order::Asc)
        .limit(limit)
        .to_owned()
}

impl From<Model> for DeliveryView {
    fn from(delivery: Model) -> Self {
        let is_pending = delivery.status == DeliveryStatus::Pending;
        Self {
            id: delivery.id,
            webhook_id: delivery.webhook_id,
            message_id: delivery.message_id,
            event: delivery.event,
            status: delivery.status,
            attempts: delivery.attempts,
            created_at: delivery.created_at,
            next_attempt_at: is_pending.then_some(delivery.next_attempt_at),
        }
    }
}
