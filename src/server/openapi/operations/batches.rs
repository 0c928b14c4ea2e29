//! Files of campaigns that are predicted together.

use axum::http::StatusCode;
use leptos::server_fn::ServerFn as _;
use serde_json::json;

use super::common::{busy, conflict, example, no_page, total_cap_reached};
use super::predictions::byte_order_mark;
use crate::api::{
    CancelBatch, CreateBatch, DeleteBatch, GetBatch, ListBatchTasks, ListBatches, StartBatch,
};
use crate::server::openapi::fields::{
    BATCH_ID, DRAFT_ID, Field, chosen_model, id_of, idempotency_key, one_of, paging, plain_text,
    whole,
};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Content, Group, Operation};
use crate::types::{
    AppError, BatchOrder, BatchView, Credits, NAME_MAX_CHARS, TaskStatus, TaskView, Verdict,
    Violation,
};

const CSV: &str = "name,analytics_name,usd_goal,country,currency,launched_at,deadline\n\
                   Little Lanterns,Tabletop Games,8000,US,USD,2026-03-02,2026-04-01\n";
const JSON_LINES: &str = "{\"name\": \"Little Lanterns\", \"analytics_name\": \"Tabletop Games\", \"usd_goal\": 8000, \
                          \"country\": \"US\", \"currency\": \"USD\", \"launched_at\": \"2026-03-02\", \
                          \"deadline\": \"2026-04-01\"}\n";
const RESULTS: &str = "line,task_id,status,probability,verdict,interval_low,interval_high,error,country,currency,…\n\
                       2,84301927465120,succeeded,0.71,likely,0.62,0.79,,US,USD,…\n";

pub(super) fn all() -> Vec<Operation> {
    let all = [
        create(),
        start(),
        batch(),
        batches(),
        tasks(),
        tasks_csv(),
        cancel(),
        delete(),
    ];
    let in_group = all.into_iter().map(|it| it.within(Group::Batches));
    in_group.collect()
}

fn batch_id() -> Field {
    id_of("batch", BATCH_ID)
}

fn create() -> Operation {
    let text = json!({ "type": "string", "minLength": 1 });
    let about = "The file as text. Send either this or the file itself.";
    let text = Field::new("text", text, about).required().such_as(CSV);
    let name = Field::new(
        "file_name",
        json!({ "type": "string" }),
        "The name of the file, for lists.",
    );
    Operation::post("create_batch", CreateBatch::PATH)
        .about(
            "A file of up to 10,000 campaigns: CSV with a header of field names, or JSON Lines. Send it as the body, with \
             the other arguments in the query; as the field `file` of a multipart form; or as text in JSON. All errors are \
             named by line and field, such as `line 7: usd_goal`. If there are none, the file is kept for a day as a draft \
             with its price, and nothing is bought. Five drafts are kept.",
        )
        .takes([chosen_model().in_query(), name.clone().in_query()])
        .body(Body::JsonOrFile(
            "CreateBatchRequest",
            vec![text, name, chosen_model()],
            &[("text/csv", CSV), ("application/jsonl", JSON_LINES)],
        ))
        .returns::<BatchView>("The draft with its price.", example!("batch_draft"))
        .sends(headers::LOCATION)
        .refuses("line 7: usd_goal", Violation::out_of_range(0.01, 1e9))
        .fails([
            AppError::NotFound,
            AppError::TooLarge {
                max_bytes: 16_777_216,
            },
            busy(),
        ])
}

fn start() -> Operation {
    let max_total =
        "The highest total that you agree to, in credits. If it has risen, nothing is bought.";
    let fields = vec![
        batch_id(),
        idempotency_key("first-batch"),
        Field::new("max_total", whole(0, i64::MAX), max_total).such_as(10),
    ];
    Operation::post("start_batch", StartBatch::PATH)
        .about(
            "Holds the price of all predictions at once and queues a task for each campaign. Each price is charged once \
             there is a result, and released if its task fails or is canceled.",
        )
        .header(headers::KEY)
        .body(Body::Json("StartBatchRequest", fields))
        .returns::<BatchView>("The batch.", example!("batch"))
        .sends(headers::LOCATION)
        .sends(headers::REPLAYED)
        .refuses("id", Violation::NotAnId)
        .fails([
            AppError::KeyReused,
            AppError::InsufficientCredits {
                needed: Credits(310),
                available: Credits(90),
            },
            total_cap_reached(Credits(0), Credits(310)),
            AppError::NotFound,
            conflict("this batch was started already"),
            AppError::PriceChanged {
                price: Credits(372),
            },
            AppError::TooManyOpen { limit: 20_000 },
            busy(),
        ])
}

fn batch() -> Operation {
    Operation::get("get_batch", GetBatch::PATH)
        .about("Its price, its tasks by state, and its credits. While tasks are queued, `queue` has the place of the last.")
        .takes([batch_id().in_query()])
        .header(headers::IF_NONE_MATCH)
        .returns::<BatchView>("The batch.", example!("batch"))
        .refuses("id", Violation::NotAnId)
        .fails([AppError::NotFound])
}

fn batches() -> Operation {
    Operation::get("list_batches", ListBatches::PATH)
        .about("Newest first, with drafts.")
        .takes(paging())
        .header(headers::IF_NONE_MATCH)
        .returns_page::<BatchView>(example!("batches"))
        .fails(no_page())
}

fn filter() -> [Field; 4] {
    let search = "Words that the title must contain, in any case and order; at most 8.";
    let order = "By falling probability, tasks without a result last, or by line; by probability if absent.";
    let verdict = "The verdict of their results.";
    [
        Field::new("status", one_of(TaskStatus::ALL), "The state of the tasks."),
        Field::new("verdict", one_of(Verdict::ALL), verdict),
        Field::new("search", plain_text(NAME_MAX_CHARS), search),
        Field::new("order", one_of(BatchOrder::ALL), order),
    ]
    .map(Field::in_query)
}

fn tasks() -> Operation {
    Operation::get("list_batch_tasks", ListBatchTasks::PATH)
        .takes([batch_id().in_query()])
        .takes(paging())
        .takes(filter())
        .header(headers::IF_NONE_MATCH)
        .returns_page::<TaskView>(example!("tasks"))
        .fails(no_page())
        .refuses("id", Violation::NotAnId)
        .refuses("order", Violation::not_one_of(BatchOrder::ALL))
        .fails([AppError::NotFound])
}

fn tasks_csv() -> Operation {
    Operation::get("download_batch_tasks", "/api/batch/tasks.csv")
        .about("All tasks that match the filter, with the fields of their campaigns (RFC 4180, UTF-8).")
        .takes([batch_id().in_query()])
        .takes(filter())
        .takes([byte_order_mark()])
        .answers(
            StatusCode::OK,
            "The file.",
            Content::Text("text/csv", RESULTS),
        )
        .sends(headers::DISPOSITION)
        .refuses("id", Violation::NotAnId)
        .refuses("order", Violation::not_one_of(BatchOrder::ALL))
        .fails([AppError::NotFound, busy()])
}

fn cancel() -> Operation {
    Operation::post("cancel_batch", CancelBatch::PATH)
        .about(
            "Cancels the tasks that are queued and releases their prices. Running tasks go on, and results stay. The request \
             may be repeated.",
        )
        .body(Body::Json("CancelBatchRequest", vec![batch_id()]))
        .returns::<BatchView>("The batch.", example!("batch"))
        .sends(headers::LOCATION)
        .refuses("id", Violation::NotAnId)
        .fails([
            AppError::NotFound,
            conflict("a draft has no predictions to cancel; delete it instead"),
            busy(),
        ])
}

fn delete() -> Operation {
    let draft = batch_id().such_as(DRAFT_ID);
    Operation::post("delete_batch", DeleteBatch::PATH)
        .body(Body::Json("DeleteBatchRequest", vec![draft]))
        .answers(StatusCode::OK, "The draft is deleted.", Content::Null)
        .sends(headers::LOCATION)
        .refuses("id", Violation::NotAnId)
        .fails([
            AppError::NotFound,
            conflict("only a draft can be deleted; this batch was started"),
            busy(),
        ])
}
