//! Submit, follow and list predictions.

use axum::http::StatusCode;
use chrono::DateTime;
use leptos::server_fn::ServerFn as _;
use serde_json::json;

use super::common::{busy, conflict, example, no_page, no_task};
use crate::api::{CancelTask, GetTask, ListTasks, Predict};
use crate::server::openapi::fields::{
    Field, TASK_ID, campaign, chosen_model, days, id, idempotency_key, one_of, paging, plain_text,
    task_id, whole,
};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Content, Group, Operation};
use crate::types::{
    AppError, CapPeriod, CapReached, Credits, NAME_MAX_CHARS, TaskStatus, TaskView, Verdict,
    Violation,
};

const CSV: &str = "id,status,queued_at,started_at,finished_at,price,model,model_version,probability,verdict,…\n\
                   84301927465120,succeeded,2026-11-30T00:48:37.245Z,2026-11-30T00:48:37.249Z,…\n";

pub(super) fn all() -> Vec<Operation> {
    let all = [predict(), task(), tasks(), cancel(), tasks_csv(), report()];
    all.into_iter()
        .map(|it| it.within(Group::Predictions))
        .collect()
}

fn predict() -> Operation {
    let mut fields = campaign();
    let max_price = "The highest price that you agree to, in credits. If the price has risen, nothing is bought.";
    fields.extend([
        idempotency_key("first-try"),
        chosen_model(),
        Field::new("max_price", whole(0, i64::MAX), max_price).such_as(10),
    ]);
    Operation::post("predict", Predict::PATH)
        .about(
            "Holds the price and queues a task. The price is charged once there is a result, and released if the task \
             fails or is canceled. `Location` names the task. With `Prefer: wait=N`, the response waits for the result.",
        )
        .header(headers::PREFER)
        .header(headers::KEY)
        .body(Body::Json("PredictRequest", fields))
        .returns::<TaskView>("The task is final: it has a result, or failed.", example!("task"))
        .or_returns::<TaskView>(
            StatusCode::ACCEPTED,
            "The task is queued or running.",
            example!("task_queued"),
        )
        .sends(headers::LOCATION)
        .sends(headers::REPLAYED)
        .sends(headers::APPLIED)
        .refuses("usd_goal", Violation::out_of_range(0.01, 1e9))
        .fails([
            AppError::KeyReused,
            AppError::InsufficientCredits {
                needed: Credits(10),
                available: Credits(3),
            },
            AppError::CapReached(CapReached {
                cap: CapPeriod::Day,
                limit: Credits(70),
                spent: Credits(70),
                needed: Credits(10),
                resets_at: DateTime::from_timestamp(1_796_083_200, 0),
                api_key: "pc_4fXy…Qr9Z".to_owned(),
            }),
            AppError::NotFound,
            AppError::PriceChanged { price: Credits(12) },
            AppError::TooManyOpen { limit: 10_000 },
        ])
}

fn task() -> Operation {
    Operation::get("get_task", GetTask::PATH)
        .about(
            "The task, and its result once it has succeeded. While it is queued, `queue` has its place. With \
             `Prefer: wait=N`, the response waits until the task is final.",
        )
        .takes([task_id().in_query()])
        .header(headers::PREFER)
        .header(headers::IF_NONE_MATCH)
        .returns::<TaskView>("The task.", example!("task"))
        .sends(headers::APPLIED)
        .fails(no_task())
}

fn filter() -> [Field; 5] {
    let search = "Words that the title must contain, in any case and order; at most 8.";
    let [from, to] = days();
    [
        Field::new("status", one_of(TaskStatus::ALL), "The state of the tasks.").in_query(),
        Field::new(
            "verdict",
            one_of(Verdict::ALL),
            "The verdict of their results.",
        )
        .in_query(),
        Field::new("search", plain_text(NAME_MAX_CHARS), search).in_query(),
        from,
        to,
    ]
}

fn tasks() -> Operation {
    Operation::get("list_tasks", ListTasks::PATH)
        .about(
            "Newest first. A page of a filtered list may have fewer items than `limit`, or none, and still have a \
             `next`: one request examines 10,000 tasks at most.",
        )
        .takes(paging())
        .takes(filter())
        .header(headers::IF_NONE_MATCH)
        .returns_page::<TaskView>(example!("tasks"))
        .fails(no_page())
        .refuses("status", Violation::not_one_of(TaskStatus::ALL))
}

fn cancel() -> Operation {
    Operation::post("cancel_task", CancelTask::PATH)
        .about("Releases its price. A canceled task is returned as it is, so the request may be repeated.")
        .body(Body::Json("CancelTaskRequest", vec![task_id()]))
        .returns::<TaskView>("The canceled task.", example!("task_canceled"))
        .fails(no_task())
        .fails([
            conflict("only a queued task can be canceled; this one is succeeded"),
            busy(),
        ])
}

fn tasks_csv() -> Operation {
    Operation::get("download_tasks", "/api/tasks.csv")
        .about("All tasks that match the filter, with the fields of their campaigns, newest first (RFC 4180, UTF-8).")
        .takes(filter())
        .takes([byte_order_mark()])
        .answers(StatusCode::OK, "The file.", Content::Text("text/csv", CSV))
        .sends(headers::DISPOSITION)
        .refuses("status", Violation::not_one_of(TaskStatus::ALL))
        .fails([busy()])
}

fn report() -> Operation {
    let ids = json!({
        "type": "array", "items": id(), "minItems": 1, "maxItems": 5, "uniqueItems": true,
    });
    let task = Field::new(
        "task",
        ids,
        "The ID of a task with a result; may be repeated.",
    );
    Operation::get("download_report", "/report.pdf")
        .takes([
            task.required().in_query().such_as(json!([TASK_ID])),
            language(),
        ])
        .answers(
            StatusCode::OK,
            "The file.",
            Content::Bytes("application/pdf"),
        )
        .sends(headers::DISPOSITION)
        .refuses("id", Violation::NotAnId)
        .fails([
            AppError::NotFound,
            conflict("only a succeeded task can be reported; this one is queued"),
            busy(),
        ])
}

/// The language of a file.
pub(super) fn language() -> Field {
    let about = "`en` or `ru`; the default language for anything else.";
    Field::new("lang", json!({ "type": "string" }), about).in_query()
}

/// The option of CSV files.
pub(super) fn byte_order_mark() -> Field {
    let about =
        "If it is not empty, the file starts with a byte order mark, which spreadsheets need.";
    Field::new("bom", json!({ "type": "string" }), about).in_query()
}
