//! How campaigns ended, as users report it.

use axum::http::StatusCode;
use leptos::server_fn::ServerFn as _;
use serde_json::json;

use super::common::{busy, conflict, example, no_page, no_task};
use crate::api::{GetOutcomes, ListUnreported, ReportOutcome, ReportOutcomes};
use crate::server::openapi::fields::{Field, flag, number, paging, task_id};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Content, Group, Operation};
use crate::types::{
    AppError, OutcomesView, RAISED_MAX_USD, ReportedView, UnreportedView, Violation,
};

const FILE: &str = "task_id,reached,raised_usd\n84301927465120,true,12500\n";
const TEMPLATE: &str = "task_id,name,launched_at,deadline,usd_goal,reached,raised_usd\n\
                        84301927465120,BIG PROJECT TODAY,2024-01-30,2024-02-20,10000,,\n";

pub(super) fn all() -> Vec<Operation> {
    let all = [
        report(),
        outcomes(),
        report_file(),
        unreported(),
        template(),
    ];
    all.into_iter()
        .map(|it| it.within(Group::Outcomes))
        .collect()
}

fn report() -> Operation {
    let raised = "What it raised, in US dollars. At least the goal if it was reached, less if not.";
    let fields = vec![
        task_id(),
        Field::new("reached", flag(), "Whether the campaign reached its goal.")
            .required()
            .such_as(true),
        Field::new("raised_usd", number(0.0, RAISED_MAX_USD), raised).such_as(12500),
    ];
    Operation::post("report_outcome", ReportOutcome::PATH)
        .about("A later report corrects the earlier one. Repeating the current outcome changes nothing.")
        .body(Body::Json("ReportOutcomeRequest", fields))
        .returns::<OutcomesView>("Everything reported about the task.", example!("outcomes"))
        .sends(headers::LOCATION)
        .fails(no_task())
        .refuses("reached", Violation::Required)
        .fails([
            conflict("only a succeeded task can have an outcome; this one is queued"),
            busy(),
        ])
}

fn outcomes() -> Operation {
    Operation::get("get_outcomes", GetOutcomes::PATH)
        .takes([task_id().in_query()])
        .header(headers::IF_NONE_MATCH)
        .returns::<OutcomesView>("The reports, newest first.", example!("outcomes"))
        .fails(no_task())
}

fn report_file() -> Operation {
    let text = json!({ "type": "string", "minLength": 1 });
    let csv = Field::new(
        "csv",
        text,
        "The file as text. Send either this or the file itself.",
    );
    Operation::post("report_outcomes", ReportOutcomes::PATH)
        .about(
            "A CSV file with the columns `task_id`, `reached` and, optionally, `raised_usd`, and up to 10,000 lines: as \
             the body, or as text in `csv`. Stores all lines or, if one has an error, none. Errors are named by line and \
             field, such as `line 7: reached`.",
        )
        .body(Body::JsonOrFile(
            "ReportOutcomesRequest",
            vec![csv.required().such_as(FILE)],
            &[("text/csv", FILE)],
        ))
        .returns::<ReportedView>("What became of the lines.", example!("reported"))
        .sends(headers::LOCATION)
        .refuses("line 7: reached", Violation::NotABoolean)
        .fails([
            conflict("the outcome of task 1 was corrected too often; at most 50 reports are kept"),
            AppError::TooLarge { max_bytes: 4_194_304 },
            busy(),
        ])
}

fn unreported() -> Operation {
    Operation::get("list_unreported", ListUnreported::PATH)
        .about("The tasks whose deadline has passed without an outcome, newest first.")
        .takes(paging())
        .header(headers::IF_NONE_MATCH)
        .returns_page::<UnreportedView>(example!("unreported"))
        .fails(no_page())
}

fn template() -> Operation {
    Operation::get("download_unreported", "/api/outcomes.csv")
        .about("The last two columns are blank. Fill them in and send the file to `/api/tasks/report_outcomes`.")
        .answers(StatusCode::OK, "The file.", Content::Text("text/csv", TEMPLATE))
        .sends(headers::DISPOSITION)
        .fails([busy()])
}
