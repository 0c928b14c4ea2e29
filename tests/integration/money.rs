//! The balance, top-ups and ledger lines.

use serde_json::json;

use crate::support::{Browser, Engine, Site, shared_server, unique};

on_both_databases!(
    a_new_user_has_the_welcome_credits_in_the_ledger,
    the_operator_sets_the_welcome_credits,
    a_top_up_is_a_line_and_raises_the_balance,
    the_smallest_and_the_largest_top_up_are_accepted,
    any_other_amount_is_refused_with_its_field,
    an_invalid_idempotency_key_is_refused_with_its_field,
    concurrent_top_ups_form_a_chain_without_gaps,
    a_succeeded_task_is_charged_with_one_line,
);

async fn a_new_user_has_the_welcome_credits_in_the_ledger(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    assert_eq!(browser.balance().await, [10, 0, 10]);
    let page = browser.get("/api/transactions").await.ok();
    assert_eq!(page["next"], json!(null));
    let lines = page["items"].as_array().unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["kind"], "welcome");
    assert_eq!(lines[0]["amount"], 10);
    assert_eq!(lines[0]["balance_before"], 0);
    assert_eq!(lines[0]["balance_after"], 10);
    assert_eq!(lines[0]["task_id"], json!(null));
}

async fn the_operator_sets_the_welcome_credits(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WELCOME_CREDITS", "25")]).await;
    let browser = Browser::registered(&server).await;
    assert_eq!(browser.balance().await, [25, 0, 25]);
    server.program.stop().await;

    let server = site.serve(&[("PLEDGECAST_WELCOME_CREDITS", "0")]).await;
    let browser = Browser::registered(&server).await;
    assert_eq!(browser.balance().await, [0, 0, 0]);
    site.assert_audit_is_clean().await;
}

async fn a_top_up_is_a_line_and_raises_the_balance(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let line = browser.top_up(500).await;
    assert_eq!(line["kind"], "top_up");
    assert_eq!(line["amount"], 500);
    assert_eq!(line["balance_before"], 10);
    assert_eq!(line["balance_after"], 510);
    assert_eq!(browser.balance().await, [510, 0, 510]);
    assert_eq!(browser.items("/api/transactions").await[0], line);

    let fields = [("amount", "40"), ("idempotency_key", &unique("form"))];
    let line = browser.post_form("/api/balance/top_up", &fields).await.ok();
    assert_eq!(line["balance_after"], 550);
}

async fn the_smallest_and_the_largest_top_up_are_accepted(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    browser.top_up(1).await;
    browser.top_up(1_000_000).await;
    assert_eq!(browser.balance().await, [1_000_011, 0, 1_000_011]);
}

async fn any_other_amount_is_refused_with_its_field(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    for amount in [
        json!(0),
        json!(1_000_001),
        json!(-5),
        json!(1.5),
        json!(1e30),
        json!("abc"),
        json!(""),
        json!("  "),
        json!("0x10"),
        json!("1,000"),
        json!("١٠"),
        json!("99999999999999999999999999"),
        json!("-9223372036854775808"),
        json!(true),
        json!(null),
    ] {
        let body = json!({ "amount": amount, "idempotency_key": unique("bad") });
        let response = browser.post_json("/api/balance/top_up", &body).await;
        response.names_fields(&["amount"]);
    }
    assert_eq!(browser.balance().await, [10, 0, 10]);
}

async fn an_invalid_idempotency_key_is_refused_with_its_field(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    for key in ["", "   ", "nul\u{0}nul", &"k".repeat(1000)] {
        let body = json!({ "amount": 5, "idempotency_key": key });
        let response = browser.post_json("/api/balance/top_up", &body).await;
        response.names_fields(&["idempotency_key"]);
    }
    let response = browser.post_json("/api/balance/top_up", json!({ "amount": 5 }));
    response.await.names_fields(&["idempotency_key"]);
    assert_eq!(browser.balance().await, [10, 0, 10]);
}

async fn concurrent_top_ups_form_a_chain_without_gaps(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    futures::future::join_all((1..=30).map(|amount| browser.top_up(amount))).await;
    assert_eq!(browser.balance().await, [475, 0, 475]);
    let mut lines = browser.items("/api/transactions?limit=100").await;
    lines.reverse();
    assert_eq!(lines.len(), 31);
    let mut balance = 0;
    for line in lines {
        assert_eq!(line["balance_before"], balance, "{line}");
        balance += line["amount"].as_i64().unwrap();
        assert_eq!(line["balance_after"], balance, "{line}");
    }
}

async fn a_succeeded_task_is_charged_with_one_line(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let task = browser.submit().await;
    browser.wait_until_final(&task["id"]).await;
    assert_eq!(browser.balance().await, [0, 0, 0]);
    let lines = browser.items("/api/transactions?kind=charge").await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["amount"], -10);
    assert_eq!(lines[0]["balance_before"], 10);
    assert_eq!(lines[0]["balance_after"], 0);
    assert_eq!(lines[0]["task_id"], task["id"]);
}
