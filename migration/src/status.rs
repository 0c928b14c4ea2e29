//! Compares the schema of a database with the migrations of this program. Only reads.

use std::collections::HashSet;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::EntityTrait as _;
use sea_orm_migration::{IntoSchemaManagerConnection, seaql_migrations};

use crate::{ADDITIVE, Migrator};

/// How the schema of a database relates to this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaStatus {
    /// No migration has run yet.
    Empty,
    /// This program can use the schema.
    Current,
    /// Some migrations have not run yet.
    Older {
        /// The last migration that has run.
        found: String,
        /// The last migration of this program.
        needed: String,
    },
    /// A newer program has changed the schema in ways that this program does not know.
    Newer {
        /// The migrations that this program does not have, in order.
        unknown: Vec<String>,
        /// The last migration of this program.
        known: String,
    },
}

/// Compares a database with the migrations of this program.
///
/// # Errors
/// If the database cannot be read.
pub async fn schema_status<'c, C>(connection: C) -> Result<SchemaStatus, DbErr>
where
    C: IntoSchemaManagerConnection<'c>,
{
    let manager = SchemaManager::new(connection);
    let table = Migrator::migration_table_name().to_string();
    let applied = if manager.has_table(&table).await? {
        let rows = seaql_migrations::Entity::find()
            .all(manager.get_connection())
            .await?;
        rows.into_iter().map(|row| row.version).collect()
    } else {
        Vec::new()
    };
    let known = Migrator::migrations();
    let known: Vec<&str> = known.iter().map(|migration| migration.name()).collect();
    Ok(compare(applied, &known))
}

fn compare(mut applied: Vec<String>, known: &[&str]) -> SchemaStatus {
    applied.sort();
    let last_known = known.last().copied().unwrap_or_default().to_owned();
    let is_unknown = |name: &&String| !known.contains(&name.as_str());
    let unknown: Vec<String> = applied.iter().filter(is_unknown).cloned().collect();
    let has_run: HashSet<&str> = applied.iter().map(String::as_str).collect();
    let is_pending = known.iter().any(|name| !has_run.contains(name));
    // This program can use a schema with additional additive migrations if all of its own have run. If some have not
    // run, the schema comes from another line of development.
    let is_additive = |name: &String| name.ends_with(ADDITIVE);
    if !unknown.iter().all(is_additive) || (is_pending && !unknown.is_empty()) {
        return SchemaStatus::Newer {
            unknown,
            known: last_known,
        };
    }
    match applied.pop() {
        None => SchemaStatus::Empty,
        Some(found) if is_pending => SchemaStatus::Older {
            found,
            needed: last_known,
        },
        Some(_) => SchemaStatus::Current,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 2] = ["m01_users", "m02_balance"];

    fn status(applied: &[&str]) -> SchemaStatus {
        compare(applied.iter().map(ToString::to_string).collect(), &KNOWN)
    }

    #[test]
    fn a_schema_is_empty_older_or_current() {
        assert_eq!(status(&[]), SchemaStatus::Empty);
        assert_eq!(
            status(&["m01_users"]),
            SchemaStatus::Older {
                found: "m01_users".to_owned(),
                needed: "m02_balance".to_owned()
            }
        );
        assert_eq!(status(&["m02_balance", "m01_users"]), SchemaStatus::Current);
    }

    #[test]
    fn a_migration_of_a_newer_program_is_named_unless_it_is_additive() {
        let all = ["m01_users", "m02_balance", "m03_refunds"];
        let newer = |unknown: &str| SchemaStatus::Newer {
            unknown: vec![unknown.to_owned()],
            known: "m02_balance".to_owned(),
        };
        assert_eq!(status(&all), newer("m03_refunds"));
        let all = ["m01_users", "m02_balance", "m03_notes_additive"];
        assert_eq!(status(&all), SchemaStatus::Current);
        let other_line = ["m01_users", "m03_notes_additive"];
        assert_eq!(status(&other_line), newer("m03_notes_additive"));
    }
}
