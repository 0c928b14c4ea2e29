//! The balance and the ledger.

use axum::http::StatusCode;
use leptos::server_fn::ServerFn as _;

use super::common::{busy, example, no_page};
use super::predictions::byte_order_mark;
use crate::api::{GetBalance, GetBalanceHistory, ListTransactions, TopUp};
use crate::server::openapi::fields::{Field, days, idempotency_key, one_of, paging, whole};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Content, Group, Operation};
use crate::types::{
    AppError, BalanceHistory, BalanceView, TOP_UP_MAX, TOP_UP_MIN, TransactionKind,
    TransactionView, Violation,
};

const CSV: &str = "id,kind,amount,balance_before,balance_after,description,task_id,created_at\n\
                   190283746510293,welcome,10,0,10,Welcome credits,,2026-11-30T00:48:37.181Z\n";

pub(super) fn all() -> Vec<Operation> {
    let all = [
        balance(),
        top_up(),
        history(),
        transactions(),
        transactions_csv(),
    ];
    all.into_iter()
        .map(|it| it.within(Group::Credits))
        .collect()
}

fn balance() -> Operation {
    Operation::get("get_balance", GetBalance::PATH)
        .header(headers::IF_NONE_MATCH)
        .returns::<BalanceView>("The balance, in credits.", example!("balance"))
}

fn top_up() -> Operation {
    let amount = whole(TOP_UP_MIN.0, TOP_UP_MAX.0);
    let amount = Field::new("amount", amount, "The credits to buy.");
    let fields = vec![amount.required().such_as(1000), idempotency_key("top-up-1")];
    Operation::post("top_up", TopUp::PATH)
        .about("A demonstration: no card is charged. The operator may turn it off.")
        .header(headers::KEY)
        .body(Body::Json("TopUpRequest", fields))
        .returns::<TransactionView>("The line of the ledger.", example!("transaction"))
        .sends(headers::LOCATION)
        .sends(headers::REPLAYED)
        .refuses("amount", Violation::out_of_range(1.0, 1e6))
        .fails([
            AppError::KeyReused,
            AppError::Forbidden("credits cannot be bought here".to_owned()),
            busy(),
        ])
}

fn history() -> Operation {
    Operation::get("get_balance_history", GetBalanceHistory::PATH)
        .about("The balance after each of the latest 200 transactions, oldest first.")
        .header(headers::IF_NONE_MATCH)
        .returns::<BalanceHistory>("The points.", example!("balance_history"))
        .fails([busy()])
}

fn filter() -> [Field; 3] {
    let [from, to] = days();
    let kind = one_of(TransactionKind::ALL);
    [
        Field::new("kind", kind, "Why the lines were written.").in_query(),
        from,
        to,
    ]
}

fn transactions() -> Operation {
    Operation::get("list_transactions", ListTransactions::PATH)
        .about("The lines of the ledger, newest first.")
        .takes(paging())
        .takes(filter())
        .header(headers::IF_NONE_MATCH)
        .returns_page::<TransactionView>(example!("transactions"))
        .fails(no_page())
        .refuses("kind", Violation::not_one_of(TransactionKind::ALL))
}

fn transactions_csv() -> Operation {
    Operation::get("download_transactions", "/api/transactions.csv")
        .about("All lines that match the filter, newest first (RFC 4180, UTF-8).")
        .takes(filter())
        .takes([byte_order_mark()])
        .answers(StatusCode::OK, "The file.", Content::Text("text/csv", CSV))
        .sends(headers::DISPOSITION)
        .refuses("kind", Violation::not_one_of(TransactionKind::ALL))
        .fails([busy()])
}
