//! The query plan of a statement.

use pledgecast::database::Database;
use sea_orm::sea_query::{ArrayType, Value};
use sea_orm::{ConnectionTrait, DatabaseBackend, QueryResult, Statement};

/// The plan for the values of the statement.
pub async fn explain(database: &Database, statement: &Statement) -> Vec<String> {
    let explain = match database.backend() {
        DatabaseBackend::Postgres => "EXPLAIN",
        _ => "EXPLAIN QUERY PLAN",
    };
    let mut explain_statement = statement.clone();
    explain_statement.sql = format!("{explain} {}", statement.sql);
    let rows = database.write().query_all_raw(explain_statement).await;
    let rows = rows.unwrap_or_else(|error| panic!("{}: {error}", statement.sql));
    lines(database.backend(), &rows)
}

/// The generic plan, which PostgreSQL switches to when a connection has sent a statement several times. The values are
/// null, because a generic plan does not depend on them.
pub async fn explain_for_all_values(database: &Database, statement: &Statement) -> Vec<String> {
    let types: Vec<String> = statement
        .values
        .iter()
        .flat_map(|it| &it.0)
        .map(type_of)
        .collect();
    if types.is_empty() {
        return Vec::new();
    }
    let prepare = [
        "SET LOCAL plan_cache_mode = force_generic_plan".to_owned(),
        format!(
            "PREPARE explained ({}) AS {}",
            types.join(", "),
            statement.sql
        ),
    ];
    let nothing = vec!["NULL"; types.len()].join(", ");
    let explain = format!("EXPLAIN EXECUTE explained({nothing})");
    let rows = database
        .transaction(
            "explain",
            (prepare, explain),
            |transaction, (prepare, explain)| {
                Box::pin(async move {
                    for sql in prepare {
                        transaction.execute_unprepared(sql).await?;
                    }
                    let explain = Statement::from_string(DatabaseBackend::Postgres, explain);
                    let rows = transaction.query_all_raw(explain).await?;
                    transaction
                        .execute_unprepared("DEALLOCATE explained")
                        .await?;
                    Ok(rows)
                })
            },
        )
        .await;
    let rows = rows.unwrap_or_else(|error| panic!("{}: {error}", statement.sql));
    lines(DatabaseBackend::Postgres, &rows)
}

fn lines(backend: DatabaseBackend, rows: &[QueryResult]) -> Vec<String> {
    let column = match backend {
        DatabaseBackend::Postgres => "QUERY PLAN",
        _ => "detail",
    };
    rows.iter()
        .map(|row| row.try_get::<String>("", column).unwrap())
        .collect()
}

/// The SQL type of a value.
fn type_of(value: &Value) -> String {
    match value {
        Value::Array(kind, _) => format!("{}[]", name_of(kind)),
        alone => name_of(&alone.array_type()).to_owned(),
    }
}

fn name_of(kind: &ArrayType) -> &'static str {
    match kind {
        ArrayType::Bool => "boolean",
        ArrayType::Int => "integer",
        ArrayType::BigInt | ArrayType::BigUnsigned => "bigint",
        ArrayType::Double => "double precision",
        ArrayType::String => "text",
        ArrayType::Json => "jsonb",
        ArrayType::ChronoDate => "date",
        ArrayType::ChronoDateTimeUtc => "timestamptz",
        other => panic!("no statement has sent a {other:?} so far"),
    }
}
