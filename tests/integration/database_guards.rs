//! What the database itself refuses, and what `pledgecast audit` finds when somebody gets around it.

use crate::support::{Browser, Engine, Server, Site};

on_both_databases!(
    a_line_of_the_ledger_cannot_be_changed_or_removed,
    a_balance_cannot_leave_its_bounds,
    an_email_stands_once_whatever_wrote_it,
    a_task_is_charged_once_whatever_wrote_it,
    the_audit_of_a_used_database_is_clean,
    the_audit_finds_a_wrong_amount,
    the_audit_finds_a_wrong_hold,
    the_audit_finds_a_lost_result,
    the_audit_finds_an_unpaid_success,
    the_audit_finds_a_gap_in_the_ledger,
);

/// A site where one user has bought credits and one task has succeeded.
async fn used_site(engine: Engine) -> (Site, Server, i64) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(90).await;
    let task = browser.submit().await;
    browser.wait_until_final(&task["id"]).await;
    let user = browser.get("/api/auth/me").await.ok()["id"].as_i64();
    (site, server, user.unwrap())
}

async fn assert_refused(site: &Site, sql: &str) {
    let done = site.database.try_execute(sql).await;
    assert!(done.is_err(), "done: {sql}");
}

async fn a_line_of_the_ledger_cannot_be_changed_or_removed(engine: Engine) {
    let (site, _server, user) = used_site(engine).await;
    for sql in [
        "UPDATE transactions SET amount = amount + 1, balance_after = balance_after + 1",
        "UPDATE transactions SET description = 'another story'",
        "DELETE FROM transactions WHERE kind = 'charge'",
        "DELETE FROM transactions",
    ] {
        assert_refused(&site, sql).await;
    }
    let way_around = match engine {
        Engine::Sqlite => format!(
            "INSERT OR REPLACE INTO transactions (id, user_id, kind, amount, balance_before, \
             balance_after, description, created_at) SELECT MIN(id), {user}, 'welcome', 99, 0, 99, \
             '', MIN(created_at) FROM transactions"
        ),
        Engine::Postgres => "TRUNCATE transactions".to_owned(),
    };
    assert_refused(&site, &way_around).await;
    let lines = "SELECT COUNT(*) FROM transactions";
    assert_eq!(site.database.number(lines).await, 3);
    site.assert_audit_is_clean().await;
}

async fn a_balance_cannot_leave_its_bounds(engine: Engine) {
    let (site, _server, _user) = used_site(engine).await;
    for change in [
        "amount = -1",
        "held = -1",
        "held = amount + 1",
        "amount = 5, held = 6",
    ] {
        assert_refused(&site, &format!("UPDATE balance SET {change}")).await;
    }
    assert_refused(&site, "UPDATE task SET status = 'lost'").await;
    assert_refused(&site, "UPDATE task SET price = -1").await;
    assert_refused(&site, "UPDATE model SET state = 'gone'").await;
    assert_refused(&site, "UPDATE users SET role = 'god'").await;
    assert_refused(&site, "UPDATE task_result SET probability = 1.5").await;
    site.assert_audit_is_clean().await;
}

async fn an_email_stands_once_whatever_wrote_it(engine: Engine) {
    let (site, server, user) = used_site(engine).await;
    Browser::registered(&server).await;
    let sql = format!(
        "UPDATE users SET email_folded = (SELECT email_folded FROM users WHERE id = {user}) \
         WHERE id <> {user}"
    );
    assert_refused(&site, &sql).await;
}

/// A further line of the user's ledger, as the database allows it.
fn line(user: i64, kind: &str, amount: i64, before: i64, task: &str) -> String {
    let after = before + amount;
    format!(
        "INSERT INTO transactions (user_id, kind, amount, balance_before, balance_after, \
         description, task_id, created_at) SELECT {user}, '{kind}', {amount}, {before}, {after}, '', \
         {task}, MAX(created_at) FROM transactions"
    )
}

async fn a_task_is_charged_once_whatever_wrote_it(engine: Engine) {
    let (site, _server, user) = used_site(engine).await;
    let second = line(user, "charge", -10, 90, "(SELECT MAX(id) FROM task)");
    assert_refused(&site, &second).await;
}

async fn the_audit_of_a_used_database_is_clean(engine: Engine) {
    let (site, _server, _user) = used_site(engine).await;
    site.assert_audit_is_clean().await;
}

/// Tampers by `sql` and holds the audit to exit 1 with a row that names `id`.
async fn assert_found(site: &Site, sql: &str, id: i64) {
    site.database.execute(sql).await;
    let output = site.run(&["audit"], "").await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    let names_it = |line: &str| {
        let mut words = line.split(|it: char| !it.is_ascii_alphanumeric());
        words.any(|word| word == id.to_string())
    };
    assert!(told.lines().any(names_it), "{id} is not named: {told}");
}

async fn the_audit_finds_a_wrong_amount(engine: Engine) {
    let (site, _server, user) = used_site(engine).await;
    assert_found(&site, "UPDATE balance SET amount = amount + 5", user).await;
}

async fn the_audit_finds_a_wrong_hold(engine: Engine) {
    let (site, _server, user) = used_site(engine).await;
    assert_found(&site, "UPDATE balance SET held = 5", user).await;
}

async fn the_audit_finds_a_lost_result(engine: Engine) {
    let (site, _server, _user) = used_site(engine).await;
    let task = site.database.number("SELECT MAX(id) FROM task").await;
    assert_found(&site, "DELETE FROM task_result", task).await;
}

async fn the_audit_finds_an_unpaid_success(engine: Engine) {
    let (site, server, _user) = used_site(engine).await;
    server.program.stop().await;
    let server = site.serve(&[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let task = browser.submit().await["id"].as_i64().unwrap();
    let sql = format!("UPDATE task SET status = 'succeeded' WHERE id = {task}");
    assert_found(&site, &sql, task).await;
}

async fn the_audit_finds_a_gap_in_the_ledger(engine: Engine) {
    let (site, _server, user) = used_site(engine).await;
    site.database
        .execute(&line(user, "adjustment", 5, 1000, "NULL"))
        .await;
    let newest = "SELECT MAX(id) FROM transactions";
    let newest = site.database.number(newest).await;
    assert_found(&site, "UPDATE balance SET amount = amount + 5", newest).await;
}
