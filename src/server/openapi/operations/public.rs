//! The example and the statistics, for anybody.

use leptos::server_fn::ServerFn as _;

use super::common::{conflict, example};
use crate::api::{Explore, GetExample, GetExampleSummary, LaunchCalendar, WhatIfExample};
use crate::server::openapi::fields::{Field, changes, one_of};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Group, Operation};
use crate::types::{
    AppError, CalendarView, ExampleSummary, ExampleView, ExploreView, Violation, WhatIfView,
    categories_by_parent,
};

pub(super) fn all() -> Vec<Operation> {
    let all = [example(), summary(), what_if(), explore(), calendar()];
    all.into_iter().map(|it| it.within(Group::Public)).collect()
}

/// Why the default model cannot be used.
fn no_model() -> [AppError; 2] {
    [
        AppError::NotFound,
        conflict("this version of the program cannot run the model"),
    ]
}

fn example() -> Operation {
    Operation::get("get_example", GetExample::PATH)
        .about("An invented campaign with everything that comes with a paid result.")
        .header(headers::IF_NONE_MATCH)
        .returns::<ExampleView>("The example.", example!("example"))
        .fails(no_model())
}

fn summary() -> Operation {
    Operation::get("get_example_summary", GetExampleSummary::PATH)
        .header(headers::IF_NONE_MATCH)
        .returns_or_null::<ExampleSummary>(
            "The numbers; null if there are none yet.",
            example!("example_summary"),
        )
}

fn what_if() -> Operation {
    Operation::post("what_if_example", WhatIfExample::PATH)
        .body(Body::Json("WhatIfExampleRequest", changes()))
        .returns::<WhatIfView>("The score.", example!("what_if"))
        .limited()
        .refuses("usd_goal", Violation::out_of_range(0.01, 1e9))
        .fails(no_model())
}

fn explore() -> Operation {
    Operation::get("explore", Explore::PATH)
        .about("From the training data of the default model. `population` says which campaigns these are.")
        .header(headers::IF_NONE_MATCH)
        .returns::<ExploreView>("The rates.", example!("explore"))
        .fails(no_model())
}

fn calendar() -> Operation {
    let parents = categories_by_parent();
    let names: Vec<_> = parents.iter().map(|(parent, _)| *parent).collect();
    let categories = parents.iter().flat_map(|(_, categories)| categories);
    let categories: Vec<_> = categories.map(|category| category.name).collect();
    let about = "A category of that parent, which must be named, too.";
    Operation::get("launch_calendar", LaunchCalendar::PATH)
        .takes([
            Field::new(
                "parent",
                one_of(&names),
                "The parent category; all categories if absent.",
            )
            .in_query()
            .such_as("Games"),
            Field::new("category", one_of(&categories), about).in_query(),
        ])
        .header(headers::IF_NONE_MATCH)
        .returns::<CalendarView>("The rates.", example!("calendar"))
        .refuses("parent", Violation::not_one_of(["Art", "Comics", "Games"]))
        .fails(no_model())
}
