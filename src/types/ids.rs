//! Ids as newtypes, so that they cannot be mixed up.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[cfg_attr(feature = "ssr", derive(sea_orm::DeriveValueType))]
        #[serde(transparent)]
        pub struct $name(pub i64);

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
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
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
    /// A row of `transactions`; ids grow in the order of each user's ledger.
    TransactionId
);
id!(
    /// A row of `model`.
    ModelId
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
