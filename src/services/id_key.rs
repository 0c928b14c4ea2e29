//! The key of public ids, which is in the database.

use sea_orm::{DbErr, EntityTrait as _};

use crate::database::Database;
use crate::entities::id_key;
use crate::types::{IdCipher, set_id_cipher};

/// Encrypts the ids of this process with the key of a database, which must have the schema of this program.
///
/// # Errors
/// If the key cannot be read or is missing.
pub async fn load(database: &Database) -> Result<(), DbErr> {
    let row = id_key::Entity::find_by_id(1).one(database.read()).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("the key of ids".to_owned()))?;
    set_id_cipher(IdCipher::new(&row.key));
    Ok(())
}
