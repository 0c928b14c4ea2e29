//! What the database itself refuses, and what `pledgecast audit` finds if these guards are bypassed.

use serde_json::json;

use crate::support::{Browser, Engine, Server, Site};

on_both_databases!(
    a_ledger_line_cannot_be_changed_or_removed,
    a_balance_cannot_leave_its_bounds,
    the_database_refuses_a_second_user_with_the_same_email,
    the_database_refuses_a_second_charge_of_a_task,
    the_audit_of_a_used_database_is_clean,
    the_audit_finds_a_wrong_amount,
    the_audit_finds_a_wrong_hold,
    the_audit_finds_a_lost_result,
    the_audit_finds_an_unpaid_success,
    the_audit_finds_a_gap_in_the_ledger,
    the_audit_finds_a_user_without_a_balance,
    the_audit_finds_an_unpaid_result,
    the_audit_finds_a_charge_with_a_wrong_price,
    the_audit_finds_a_charge_without_a_task,
    the_audit_finds_a_line_that_does_not_add_up,
    an_outcome_cannot_be_changed_or_removed,
    the_audit_finds_an_outcome_of_another_user,
    the_audit_finds_an_outcome_of_an_unfinished_task,
    the_audit_finds_a_missing_outcome,
);

/// The invariants, as abbreviated in the output of the audit.
const SUM: &str = "1: a balance is the sum";
const HELD: &str = "2: held is the price";
const RESULT: &str = "3: a succeeded task has one result";
const CHARGE: &str = "3: a succeeded task has one charge";
const CHAIN: &str = "4: each line begins";

/// A site where a user has bought credits and a task has succeeded, and the row of that user.
async fn used_site(engine: Engine) -> (Site, Server, i64) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    browser.top_up(90).await;
    let task = browser.submit().await;
    browser.wait_until_final(&task["id"]).await;
    let user = &browser.get("/api/auth/me").await.ok()["id"];
    let user = site.database.row(user).await;
    (site, server, user)
}

async fn assert_refused(site: &Site, sql: &str) {
    let done = site.database.try_execute(sql).await;
    assert!(done.is_err(), "not refused: {sql}");
}

async fn a_ledger_line_cannot_be_changed_or_removed(engine: Engine) {
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

async fn the_database_refuses_a_second_user_with_the_same_email(engine: Engine) {
    let (site, server, user) = used_site(engine).await;
    Browser::registered(&server).await;
    let sql = format!(
        "UPDATE users SET email_folded = (SELECT email_folded FROM users WHERE id = {user}) \
         WHERE id <> {user}"
    );
    assert_refused(&site, &sql).await;
}

/// Another line of the user's ledger, consistent as far as the database can check.
fn line(user: i64, kind: &str, amount: i64, before: i64, task: &str) -> String {
    let after = before + amount;
    format!(
        "INSERT INTO transactions (user_id, kind, amount, balance_before, balance_after, \
         description, task_id, created_at) SELECT {user}, '{kind}', {amount}, {before}, {after}, '', \
         {task}, MAX(created_at) FROM transactions"
    )
}

async fn the_database_refuses_a_second_charge_of_a_task(engine: Engine) {
    let (site, _server, user) = used_site(engine).await;
    let second = line(user, "charge", -10, 90, "(SELECT MAX(id) FROM task)");
    assert_refused(&site, &second).await;
}

async fn the_audit_of_a_used_database_is_clean(engine: Engine) {
    let (site, _server, _user) = used_site(engine).await;
    site.assert_audit_is_clean().await;
}

/// Tampers with the database, and asserts that the audit reports it.
async fn assert_found(site: &Site, sql: &str, invariant: &str, id: i64) {
    site.database.execute(sql).await;
    assert_reported(site, invariant, id).await;
}

/// Asserts that the audit exits with 1 and reports a row with this id for this invariant.
async fn assert_reported(site: &Site, invariant: &str, id: i64) {
    let output = site.run(&["audit"], "").await;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report = String::from_utf8(output.stdout).unwrap();
    let names_it = |line: &str| {
        let mut words = line.split(|it: char| !it.is_ascii_alphanumeric());
        line.contains(invariant) && words.any(|word| word == id.to_string())
    };
    assert!(
        report.lines().any(names_it),
        "{invariant}: {id} is not named: {report}"
    );
}

async fn the_audit_finds_a_wrong_amount(engine: Engine) {
    let (site, _server, user) = used_site(engine).await;
    assert_found(&site, "UPDATE balance SET amount = amount + 5", SUM, user).await;
}

async fn the_audit_finds_a_wrong_hold(engine: Engine) {
    let (site, _server, user) = used_site(engine).await;
    assert_found(&site, "UPDATE balance SET held = 5", HELD, user).await;
}

async fn the_audit_finds_a_lost_result(engine: Engine) {
    let (site, _server, _user) = used_site(engine).await;
    let task = site.database.number("SELECT MAX(id) FROM task").await;
    assert_found(&site, "DELETE FROM task_result", RESULT, task).await;
}

async fn the_audit_finds_an_unpaid_success(engine: Engine) {
    let (site, server, _user) = used_site(engine).await;
    server.program.stop().await;
    let server = site.serve(&[("PLEDGECAST_WORKERS", "0")]).await;
    let browser = Browser::registered(&server).await;
    let task = &browser.submit().await["id"];
    let task = site.database.row(task).await;
    let sql = format!("UPDATE task SET status = 'succeeded' WHERE id = {task}");
    assert_found(&site, &sql, CHARGE, task).await;
}

async fn the_audit_finds_a_gap_in_the_ledger(engine: Engine) {
    let (site, _server, user) = used_site(engine).await;
    site.database
        .execute(&line(user, "adjustment", 5, 1000, "NULL"))
        .await;
    let newest = "SELECT MAX(id) FROM transactions";
    let newest = site.database.number(newest).await;
    let sql = "UPDATE balance SET amount = amount + 5";
    assert_found(&site, sql, CHAIN, newest).await;
}

async fn the_audit_finds_a_user_without_a_balance(engine: Engine) {
    let (site, _server, user) = used_site(engine).await;
    assert_found(&site, "DELETE FROM balance", "1: every user has", user).await;
}

async fn the_audit_finds_an_unpaid_result(engine: Engine) {
    let (site, _server, _user) = used_site(engine).await;
    let task = site.database.number("SELECT MAX(id) FROM task").await;
    let sql = "UPDATE task SET status = 'failed'";
    assert_found(&site, sql, RESULT, task).await;
    assert_reported(&site, CHARGE, task).await;
}

async fn the_audit_finds_a_charge_with_a_wrong_price(engine: Engine) {
    let (site, _server, _user) = used_site(engine).await;
    let charge = "SELECT MAX(id) FROM transactions WHERE kind = 'charge'";
    let charge = site.database.number(charge).await;
    let sql = "UPDATE task SET price = price + 1";
    assert_found(&site, sql, "3: a charge is the price", charge).await;
}

async fn the_audit_finds_a_charge_without_a_task(engine: Engine) {
    let (site, _server, user) = used_site(engine).await;
    site.database
        .execute(&line(user, "charge", -5, 90, "NULL"))
        .await;
    let newest = site.database.number("SELECT MAX(id) FROM transactions");
    assert_reported(&site, "3: every charge names", newest.await).await;
}

/// The database itself refuses such a line, so its guards are removed first.
async fn the_audit_finds_a_line_that_does_not_add_up(engine: Engine) {
    let (site, _server, _user) = used_site(engine).await;
    let mut link = site.database.connect().await;
    let guards: &[&str] = match engine {
        Engine::Sqlite => &[
            "DROP TRIGGER transactions_no_update",
            "PRAGMA ignore_check_constraints = ON",
        ],
        Engine::Postgres => &[
            "DROP TRIGGER transactions_immutable ON transactions",
            "DO $$ DECLARE name text; BEGIN FOR name IN SELECT conname FROM pg_constraint \
             WHERE conrelid = 'transactions'::regclass AND contype = 'c' LOOP \
             EXECUTE format('ALTER TABLE transactions DROP CONSTRAINT %I', name); END LOOP; END $$",
        ],
    };
    for sql in guards {
        link.execute(sql).await;
    }
    let newest = site.database.number("SELECT MAX(id) FROM transactions");
    let newest = newest.await;
    let sql = format!("UPDATE transactions SET balance_after = 7 WHERE id = {newest}");
    link.execute(&sql).await;
    assert_reported(&site, "4: balance_after is", newest).await;
}

/// A used site where the user has reported an outcome and corrected it.
async fn site_with_outcomes(engine: Engine) -> (Site, Server) {
    let (site, server) = Site::serving(engine, &[]).await;
    let browser = Browser::registered(&server).await;
    let task = browser.submit().await;
    browser.wait_until_final(&task["id"]).await;
    for reached in [true, false] {
        let body = json!({ "id": task["id"], "reached": reached });
        browser
            .post_json("/api/task/report_outcome", body)
            .await
            .ok();
    }
    (site, server)
}

async fn an_outcome_cannot_be_changed_or_removed(engine: Engine) {
    let (site, _server) = site_with_outcomes(engine).await;
    for sql in [
        "UPDATE outcome SET reached = NOT reached",
        "UPDATE outcome SET revision = revision + 1",
        "DELETE FROM outcome WHERE revision = 1",
        "DELETE FROM outcome",
    ] {
        assert_refused(&site, sql).await;
    }
    let way_around = match engine {
        Engine::Sqlite => {
            "INSERT OR REPLACE INTO outcome (task_id, user_id, model_id, revision, reached, reported_at) \
             SELECT task_id, user_id, model_id, revision, TRUE, reported_at FROM outcome"
        }
        Engine::Postgres => "TRUNCATE outcome",
    };
    assert_refused(&site, way_around).await;
    // A used revision, a negative sum, and a revision before the first.
    for values in ["2, TRUE, 1", "3, TRUE, -1", "0, TRUE, 1"] {
        let sql = format!(
            "INSERT INTO outcome (task_id, user_id, model_id, reported_at, revision, reached, raised_usd_cents) \
             SELECT task_id, user_id, model_id, reported_at, {values} FROM outcome WHERE revision = 1"
        );
        assert_refused(&site, &sql).await;
    }
    assert_eq!(
        site.database.number("SELECT COUNT(*) FROM outcome").await,
        2
    );
    site.assert_audit_is_clean().await;
}

/// Adds a report to the task; the others remain.
fn next_report(user: &str, revision: i32) -> String {
    format!(
        "INSERT INTO outcome (task_id, user_id, model_id, revision, reached, reported_at) \
         SELECT task_id, {user}, model_id, {revision}, TRUE, reported_at FROM outcome WHERE revision = 1"
    )
}

async fn the_audit_finds_an_outcome_of_another_user(engine: Engine) {
    let (site, server) = site_with_outcomes(engine).await;
    Browser::registered(&server).await;
    let other = next_report("(SELECT MAX(id) FROM users)", 3);
    site.database.execute(&other).await;
    let newest = site.database.number("SELECT MAX(id) FROM outcome").await;
    assert_reported(&site, "5: an outcome belongs to the owner", newest).await;
}

async fn the_audit_finds_an_outcome_of_an_unfinished_task(engine: Engine) {
    let (site, _server) = site_with_outcomes(engine).await;
    let newest = site.database.number("SELECT MAX(id) FROM outcome").await;
    let sql = "UPDATE task SET status = 'canceled'";
    assert_found(&site, sql, "5: only a succeeded task has", newest).await;
}

async fn the_audit_finds_a_missing_outcome(engine: Engine) {
    let (site, _server) = site_with_outcomes(engine).await;
    let task = site
        .database
        .number("SELECT MAX(task_id) FROM outcome")
        .await;
    let sql = next_report("user_id", 4);
    assert_found(&site, &sql, "5: the revisions of an outcome", task).await;
}
