//! Closed sets of words: enums whose values are written as fixed words.

/// Defines an enum of words, with the list of its values and conversions from and to text and JSON.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// Every value, in the order of the definition.
            #[allow(dead_code, reason = "some sets are never listed")]
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word on the wire and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        #[cfg(feature = "ssr")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                $crate::types::schema_of_words(&[$($word),+])
            }
        }

        #[cfg(feature = "ssr")]
        impl utoipa::ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::types::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::types::UnknownWord),
                }
            }
        }
    };
}

/// Like `words!`, for words in snake case that a column of the database has.
macro_rules! stored_words {
    ($(#[$doc:meta])* $name:ident $values:tt) => {
        words!(
            $(#[$doc])*
            #[cfg_attr(
                feature = "ssr",
                derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum),
                sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")
            )]
            $name $values
        );
    };
}

pub(super) use stored_words;
pub(crate) use words;

/// The schema of one of several words.
#[cfg(feature = "ssr")]
pub(crate) fn schema_of_words(
    words: &[&str],
) -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
    use utoipa::openapi::schema::{ObjectBuilder, Type};

    let words = words.iter().copied();
    let schema = ObjectBuilder::new().schema_type(Type::String);
    schema.enum_values(Some(words)).into()
}

/// The text is not a word of the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known word")]
pub struct UnknownWord;
