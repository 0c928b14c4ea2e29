//! Statements over many rows whose text does not depend on the number of rows, so that PostgreSQL parses and plans
//! each one only once per connection. On SQLite, sea-orm's own statements are used: SQLite has one writer and no
//! arrays.

use sea_orm::sea_query::postgres_array::NotU8;
use sea_orm::sea_query::{ArrayType, Expr, SelectStatement, SimpleExpr, Value};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseBackend, DbErr, DeleteMany,
    EntityTrait, IdenStatic as _, Iterable as _, QueryFilter as _, Statement,
};

/// Whether a column holds one of these ids.
pub fn is_among<V: Into<Value> + NotU8>(
    backend: DatabaseBackend,
    column: impl ColumnTrait,
    ids: impl IntoIterator<Item = V>,
) -> Expr {
    match backend {
        DatabaseBackend::Postgres => column.eq_any(ids),
        _ => column.is_in(ids),
    }
}

/// Whether an id is among those that a subquery selects. The array makes PostgreSQL compute the subquery once: with a plain
/// `IN` it may run once per row of the outer scan and select more rows than its limit, or the planner may prefer to read
/// the whole table. SQLite has one writer and computes it once anyway.
pub fn is_selected(
    backend: DatabaseBackend,
    id: impl ColumnTrait,
    selected: SelectStatement,
) -> SimpleExpr {
    match backend {
        DatabaseBackend::Postgres => Expr::cust_with_expr(
            format!("\"{}\" = ANY(ARRAY($1))", id.as_str()),
            SimpleExpr::SubQuery(None, Box::new(selected.into())),
        ),
        _ => id.in_subquery(selected),
    }
}

/// Deletes the rows whose ids `batch` selects, and that `delete` does not exclude, until a statement deletes fewer than
/// `size`: the limit of `batch`. Small statements hold no lock for long.
///
/// # Errors
/// If a statement fails.
pub async fn delete_in_batches<E: EntityTrait>(
    connection: &impl ConnectionTrait,
    delete: DeleteMany<E>,
    id: E::Column,
    batch: SelectStatement,
    size: u64,
) -> Result<(), DbErr> {
    let delete = delete.filter(is_selected(connection.get_database_backend(), id, batch));
    loop {
        let deleted = delete.clone().exec(connection).await?;
        if deleted.rows_affected < size {
            return Ok(());
        }
    }
}

/// Inserts rows.
///
/// # Errors
/// If the statement fails.
pub async fn insert_all<A: ActiveModelTrait>(
    connection: &impl ConnectionTrait,
    rows: Vec<A>,
) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    let statement = match connection.get_database_backend() {
        DatabaseBackend::Postgres => columns_of(&rows).map(insert_columns::<A::Entity>),
        _ => None,
    };
    if let Some(statement) = statement {
        return connection.execute_raw(statement).await.map(drop);
    }
    A::Entity::insert_many(rows)
        .exec_without_returning(connection)
        .await
        .map(drop)
}

/// A column and its value in each row.
type ColumnValues<E> = (<E as EntityTrait>::Column, Vec<Value>);

/// The columns that are set, with their values. `None` if a column is set in only some of the rows, because an array
/// cannot express that.
fn columns_of<A: ActiveModelTrait>(rows: &[A]) -> Option<Vec<ColumnValues<A::Entity>>> {
    let mut columns = Vec::new();
    for column in <A::Entity as EntityTrait>::Column::iter() {
        let values: Vec<Value> = rows
            .iter()
            .filter_map(|row| row.get(column).into_value())
            .filter(Value::is_some)
            .collect();
        if values.len() == rows.len() {
            columns.push((column, values));
        } else if !values.is_empty() {
            return None;
        }
    }
    Some(columns)
}

fn insert_columns<E: EntityTrait>(columns: Vec<ColumnValues<E>>) -> Statement {
    let names: Vec<_> = columns
        .iter()
        .map(|(column, _)| format!("\"{}\"", column.as_str()))
        .collect();
    let placeholders: Vec<_> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "INSERT INTO \"{}\" ({}) SELECT * FROM unnest({})",
        E::default().table_name(),
        names.join(", "),
        placeholders.join(", ")
    );
    let arrays = columns.into_iter().map(|(_, values)| array_of(values));
    Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, arrays)
}

/// Values of one type as a PostgreSQL array.
pub fn array_of(values: Vec<Value>) -> Value {
    let kind = values.first().map_or(ArrayType::String, Value::array_type);
    Value::Array(kind, Some(Box::new(values)))
}

#[cfg(test)]
mod tests {
    use sea_orm::{ActiveValue, QueryFilter as _, QueryTrait as _, Set};

    use super::*;

    mod balance {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "balance")]
        pub struct Model {
            #[sea_orm(primary_key)]
            pub user_id: i64,
            pub held: i64,
        }

        #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    }

    fn row(user: i64, held: ActiveValue<i64>) -> balance::ActiveModel {
        balance::ActiveModel {
            user_id: Set(user),
            held,
        }
    }

    #[test]
    fn statement_text_on_postgres_does_not_depend_on_the_number_of_rows() {
        let text = |count: i64| {
            let rows: Vec<_> = (0..count).map(|user| row(user, Set(0))).collect();
            let query = balance::Entity::find().filter(is_among(
                DatabaseBackend::Postgres,
                balance::Column::UserId,
                0..count,
            ));
            let insert = insert_columns::<balance::Entity>(columns_of(&rows).unwrap());
            (query.build(DatabaseBackend::Postgres).sql, insert.sql)
        };
        assert_eq!(text(1), text(100));
        assert_eq!(
            text(3).1,
            r#"INSERT INTO "balance" ("user_id", "held") SELECT * FROM unnest($1, $2)"#
        );
    }

    #[test]
    fn rows_that_set_different_columns_have_no_arrays() {
        let rows = [row(1, Set(5)), row(2, ActiveValue::NotSet)];
        assert!(columns_of(&rows).is_none());
    }
}
