//! The table `id_key`: one row with the key of [public ids](crate::types::set_id_cipher).

use sea_orm::entity::prelude::*;

use super::Relation;

/// The key.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "id_key")]
#[expect(
    missing_docs,
    reason = "the columns are defined in the migration of the table"
)]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub key: String,
}

impl ActiveModelBehavior for ActiveModel {}
