//! Ids as newtypes, so that they cannot be mixed up. The number inside is that of the row; what is shown, sent and
//! parsed is its [public form](super::public_id), except for models, which operators number.

use serde::{Deserialize, Serialize};

use super::public_id::{public_id, row_id};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        id!($(#[$doc])* $name, public_id, row_id);
    };
    ($(#[$doc:meta])* $name:ident, $to_wire:expr, $from_wire:expr) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[cfg_attr(feature = "ssr", derive(sea_orm::DeriveValueType))]
        #[serde(from = "i64", into = "i64")]
        pub struct $name(pub i64);

        impl From<i64> for $name {
            fn from(wire: i64) -> Self {
                Self($from_wire(wire))
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                $to_wire(id.0)
            }
        }

        #[cfg(feature = "ssr")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

                let number = ObjectBuilder::new().schema_type(Type::Integer);
                let number = number.format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)));
                number.minimum(Some(1)).into()
            }
        }

        #[cfg(feature = "ssr")]
        impl utoipa::ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                i64::from(*self).fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(i64::into)
            }
        }
    };
}

id!(
    /// A row of `users`.
    UserId
);
id!(
    /// A row of `task`; ids grow in the order of submission.
    TaskId
);
id!(
    /// A row of `invitation`.
    InvitationId
);
id!(
    /// A row of `transactions`; ids grow in the order of each user's ledger.
    TransactionId
);
id!(
    /// A row of `model`.
    ModelId,
    std::convert::identity,
    std::convert::identity
);
id!(
    /// A row of `api_key`.
    ApiKeyId
);
id!(
    /// A row of `webhook`.
    WebhookId
);
id!(
    /// A row of `webhook_delivery`; ids grow in the order of events.
    DeliveryId
);
id!(
    /// A row of `batch`.
    BatchId
);
id!(
    /// A row of `session`.
    SessionId
);
id!(
    /// A row of `email`.
    EmailId
);
