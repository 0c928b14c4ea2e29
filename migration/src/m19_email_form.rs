//! `users.email_folded`: one form for all ways to type an address. Addresses in ASCII have it already.
//!
//! If two accounts have the same address in this form, the one that has it already, else the older one, gets it. The other
//! keeps the form it has, under which it is still found.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DatabaseBackend;
use typed_text::fold_email;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = manager.get_database_backend();
        let is_ascii = match backend {
            DatabaseBackend::Postgres => "octet_length(email_folded) = char_length(email_folded)",
            _ => "length(CAST(email_folded AS BLOB)) = length(email_folded)",
        };
        let others = Query::select()
            .columns(["id", "email_folded"])
            .from("users")
            .and_where(Expr::cust(is_ascii).not())
            .order_by("id", Order::Asc)
            .to_owned();
        for user in connection.query_all(&others).await? {
            let id: i64 = user.try_get("", "id")?;
            let former: String = user.try_get("", "email_folded")?;
            let folded = fold_email(&former);
            let taken = Query::select()
                .expr(Expr::val(1))
                .from("users")
                .and_where(Expr::col("email_folded").eq(folded.as_str()))
                .to_owned();
            if connection.query_one(&taken).await?.is_none() {
                let fold = Query::update()
                    .table("users")
                    .value("email_folded", folded)
                    .and_where(Expr::col("id").eq(id))
                    .to_owned();
                connection.execute(&fold).await?;
            }
        }
        Ok(())
    }

    /// The former form cannot be known from the present one, and is not needed: it is another form of the same address.
    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
