//! What the database itself refuses to change about API keys, and what `pledgecast audit` finds.

use serde_json::json;

use crate::support::{Browser, Engine, Server, Site};

on_both_databases!(
    a_key_cannot_be_changed_or_removed,
    a_revocation_cannot_be_undone,
    spending_cannot_be_negative,
    the_audit_finds_spending_that_differs_from_the_tasks,
    the_audit_finds_a_budget_that_differs_from_the_days,
    the_audit_finds_a_cap_that_is_exceeded,
    the_audit_finds_a_key_of_another_user,
);

/// A site where a task was submitted with a key; returns the key's row.
async fn site_with_a_key(engine: Engine) -> (Site, Server, i64) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let owner = Browser::registered(&server).await;
    let fields = json!({
        "read": true, "predict": true, "expires_in_days": 9,
        "cap_day": 100, "cap_week": 100, "cap_month": 100, "cap_total": 100
    });
    let (secret, key) = owner.create_key(fields).await;
    Browser::with_key(&server, &secret).submit().await;
    let row = site.database.row(&key["id"]).await;
    (site, server, row)
}

async fn assert_refused(site: &Site, sql: &str) {
    let done = site.database.try_execute(sql).await;
    assert!(done.is_err(), "not refused: {sql}");
}

async fn assert_found(site: &Site, sql: &str, invariant: &str) {
    site.database.execute(sql).await;
    let output = site.run(&["audit"], "").await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains(invariant), "{report}");
}

async fn a_key_cannot_be_changed_or_removed(engine: Engine) {
    let (site, _server, key) = site_with_a_key(engine).await;
    for change in [
        "hash = 'another'",
        "hint = 'another'",
        "scopes = '[\"manage\"]'",
        "cap_day = NULL",
        "cap_week = 101",
        "cap_month = 1",
        "cap_total = NULL",
        "expires_at = NULL",
        "parent_id = id",
        "id = id + 1",
    ] {
        assert_refused(&site, &format!("UPDATE api_key SET {change}")).await;
    }
    assert_refused(&site, "DELETE FROM api_key").await;
    let copied = "user_id, label, hint, hash, scopes, created_at";
    let way_around = match engine {
        Engine::Sqlite => format!(
            "INSERT OR REPLACE INTO api_key ({copied}) SELECT user_id, 'x', hint, hash, scopes, created_at FROM api_key"
        ),
        Engine::Postgres => "TRUNCATE api_key CASCADE".to_owned(),
    };
    assert_refused(&site, &way_around).await;
    let again = format!("INSERT INTO api_key ({copied}) SELECT {copied} FROM api_key");
    assert_refused(&site, &again).await;
    let free = "INSERT INTO api_key (user_id, label, hint, hash, scopes, created_at, cap_day) \
                SELECT user_id, label, hint, 'new', scopes, created_at, 0 FROM api_key";
    assert_refused(&site, free).await;
    let renamed = format!("UPDATE api_key SET label = 'y' WHERE id = {key}");
    assert_eq!(site.database.execute(&renamed).await, 1);
    site.assert_audit_is_clean().await;
}

async fn a_revocation_cannot_be_undone(engine: Engine) {
    let (site, _server, _key) = site_with_a_key(engine).await;
    let revoke = "UPDATE api_key SET revoked_at = created_at";
    assert_eq!(site.database.execute(revoke).await, 1);
    assert_refused(&site, "UPDATE api_key SET revoked_at = NULL").await;
    let later = "UPDATE api_key SET revoked_at = expires_at";
    assert_refused(&site, later).await;
}

async fn spending_cannot_be_negative(engine: Engine) {
    let (site, _server, _key) = site_with_a_key(engine).await;
    for sql in [
        "UPDATE api_key_budget SET spent = -1",
        "UPDATE api_key_spend SET credits = -1",
        "UPDATE api_key_spend SET predictions = -1",
        "UPDATE task SET api_key_id = 999",
    ] {
        assert_refused(&site, sql).await;
    }
    site.assert_audit_is_clean().await;
}

async fn the_audit_finds_spending_that_differs_from_the_tasks(engine: Engine) {
    let (site, _server, _key) = site_with_a_key(engine).await;
    let more = "UPDATE api_key_spend SET credits = credits + 1";
    assert_found(&site, more, "6: the spending of a day").await;
    let back = "UPDATE api_key_spend SET credits = credits - 1, predictions = 2";
    assert_found(&site, back, "6: the predictions of a day").await;
    let lost = "UPDATE task SET api_key_id = NULL";
    assert_found(&site, lost, "6: the spending of a day").await;
}

async fn the_audit_finds_a_budget_that_differs_from_the_days(engine: Engine) {
    let (site, _server, _key) = site_with_a_key(engine).await;
    let less = "UPDATE api_key_budget SET spent = 0";
    assert_found(&site, less, "6: the budget of a key").await;
    let none = "DELETE FROM api_key_budget";
    assert_found(&site, none, "6: the budget of a key").await;
}

async fn the_audit_finds_a_cap_that_is_exceeded(engine: Engine) {
    let (site, _server, _key) = site_with_a_key(engine).await;
    let more = "UPDATE api_key_spend SET credits = 101";
    for period in ["day", "week", "month"] {
        let invariant = format!("6: a key has not spent more than its cap per {period}");
        assert_found(&site, more, &invariant).await;
    }
    let more = "UPDATE api_key_budget SET spent = 101";
    assert_found(
        &site,
        more,
        "6: a key has not spent more than its total cap",
    )
    .await;
}

async fn the_audit_finds_a_key_of_another_user(engine: Engine) {
    let (site, server, _key) = site_with_a_key(engine).await;
    let other = Browser::registered(&server).await;
    let (_, key) = other.create_key(json!({ "predict": true })).await;
    let key = site.database.row(&key["id"]).await;
    let sql = format!("UPDATE task SET api_key_id = {key}");
    assert_found(&site, &sql, "6: a task has a key of its own user").await;
}
