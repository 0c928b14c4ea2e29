//! Why, what if, and what to change.

use leptos::server_fn::ServerFn as _;

use super::common::{conflict, example, no_task};
use crate::api::{GetAdvice, GetInsight, WhatIf};
use crate::server::openapi::fields::{Field, changes, day, number, task_id};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Group, Operation};
use crate::types::{Advice, AppError, GOAL_MAX_USD, InsightView, Violation, WhatIfView};

pub(super) fn all() -> Vec<Operation> {
    let all = [insight(), what_if(), advice()];
    all.into_iter()
        .map(|it| it.within(Group::Insights))
        .collect()
}

/// Why there is nothing to explain.
fn no_result() -> AppError {
    conflict("only a succeeded task can be explained; this one is queued")
}

fn insight() -> Operation {
    Operation::get("get_insight", GetInsight::PATH)
        .about(
            "Why the probability is what it is, the score for each value of one field, and what to change. Computed on \
             the first request, which may take a moment, and then stored.",
        )
        .takes([task_id().in_query()])
        .header(headers::IF_NONE_MATCH)
        .returns::<InsightView>("The insight.", example!("insight"))
        .fails(no_task())
        .fails([no_result()])
}

fn what_if() -> Operation {
    let mut fields = vec![task_id()];
    fields.extend(changes());
    Operation::post("what_if", WhatIf::PATH)
        .about("The score of the same model if the campaign were changed. Only what a creator can still choose may differ. Costs nothing and stores nothing.")
        .body(Body::Json("WhatIfRequest", fields))
        .returns::<WhatIfView>("The score.", example!("what_if"))
        .limited()
        .fails(no_task())
        .refuses("usd_goal", Violation::out_of_range(0.01, 1e9))
        .fails([no_result()])
}

fn advice() -> Operation {
    let goal = "Suggest no goal below this, in US dollars.";
    Operation::get("get_advice", GetAdvice::PATH)
        .about("The few changes with the largest gains. Absent bounds have the defaults of the insight. Costs nothing and stores nothing.")
        .takes([
            task_id().in_query(),
            Field::new("goal_min_usd", number(0.0, GOAL_MAX_USD), goal).in_query().such_as(3000),
            Field::new("launch_earliest", day(), "Suggest no launch before this day.").in_query(),
            Field::new("launch_latest", day(), "Suggest no launch after this day.").in_query(),
        ])
        .header(headers::IF_NONE_MATCH)
        .returns::<Advice>("The advice.", example!("advice"))
        .limited()
        .fails(no_task())
        .refuses("goal_min_usd", Violation::out_of_range(0.0, 1e9))
        .fails([no_result()])
}
