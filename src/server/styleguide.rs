//! `/styleguide`: the parts of the design system on one page, for developers. Debug builds only. Its texts are not in
//! the locale files, and it has no script.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use leptos::prelude::*;

use super::context::provide;
use super::state::AppState;
use crate::app::SiteAssets;
use crate::client::browser::document_locale;
use crate::client::browser::document_theme;
use crate::components::field_faults::FieldFaults;
use crate::components::pager::{Filter, FilterChoice};
use crate::components::score::Gauge;
use crate::components::select::{Select, yes_no};
use crate::components::skeleton::Skeleton;
use crate::components::static_table::StaticTable;
use crate::components::{Area, Empty, ErrorPanel, Field, FormErrors, Icon, Money, StatusBadge};
use crate::i18n::I18nLocaleTrait as _;
use crate::types::{
    AppError, Credits, TaskId, TaskStatus, TransactionId, TransactionKind, TransactionView,
    Violation,
};

/// The path of the page.
pub const PATH: &str = "/styleguide";

/// Renders the page.
pub async fn page(State(state): State<AppState>, request: Request) -> Response<Body> {
    let answer = leptos_axum::render_app_async_with_context(
        move || provide(&state),
        || document().into_any(),
    );
    let mut response = answer(request).await.into_response();
    // The error panel is only an example, but sets an error status.
    *response.status_mut() = StatusCode::OK;
    response
}

fn document() -> impl IntoView {
    let assets = use_context::<Arc<SiteAssets>>();
    let css = assets.map(|assets| assets.css.clone());
    let theme = document_theme();
    view! {
        <!DOCTYPE html>
        <html lang=document_locale().as_str() data-theme=theme.as_str()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content=theme.color_scheme() />
                <title>"Styleguide"</title>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=css />
            </head>
            <body>
                <main class="page">
                    <h1>"Styleguide"</h1>
                    {buttons()}
                    {fields()}
                    {badges()}
                    {notices()}
                    {tables()}
                    {gauges()}
                    {lists()}
                    {states()}
                </main>
            </body>
        </html>
    }
}

fn section(title: &'static str, content: impl IntoView + 'static) -> AnyView {
    view! {
        <section class="card stack" aria-label=title>
            <h2>{title}</h2>
            {content.into_any()}
        </section>
    }
    .into_any()
}

fn buttons() -> AnyView {
    let content = view! {
        <p class="switch-choices">
            <button type="button" class="button button-main button-large">
                "Main, large"
            </button>
            <button type="button" class="button button-main">
                <Icon name="predict" />
                "Main"
            </button>
            <button type="button" class="button">
                "Plain"
            </button>
            <button type="button" class="button button-bad">
                "Dangerous"
            </button>
            <button type="button" class="button" disabled>
                "Waiting"
            </button>
        </p>
    };
    section("Buttons", content)
}

fn fields() -> AnyView {
    let broken = AppError::invalid("usd_goal", Violation::NotANumber);
    FieldFaults::provide_of(move || Some(broken.clone()));
    let content = view! {
        <FormErrors />
        <div class="fields">
            <Field name="name" value="Little Lanterns" hint="With a hint." />
            <Field name="usd_goal" value="much" inputmode="decimal" />
            <Field name="launched_at" kind="date" value="2027-03-31" />
            <Select name="has_video" groups=yes_no(true) selected=Some(1) optional=true />
            <Area name="blurb" value="Lanterns that fold flat." hint="Two lines." />
        </div>
    };
    section("Fields", content)
}

fn badges() -> AnyView {
    let badges = TaskStatus::ALL.iter();
    let badges = badges.map(|status| view! { <StatusBadge status=*status /> });
    let content = view! {
        <p class="switch-choices">{badges.collect_view()}</p>
        <p>
            <Money credits=Credits(1_234_567) />
        </p>
    };
    section("Badges and money", content)
}

fn notices() -> AnyView {
    let content = view! {
        <p class="notice">"A plain notice."</p>
        <p class="notice notice-good">
            <Icon name="check" />
            "Good news."
        </p>
        <p class="notice notice-bad">
            <Icon name="alert" />
            "Bad news."
        </p>
    };
    section("Notices", content)
}

fn tables() -> AnyView {
    let line = |id, kind, amount, balance_after, task_id: Option<i64>| TransactionView {
        id: TransactionId(id),
        kind,
        amount: Credits(amount),
        balance_before: Credits(balance_after - amount),
        balance_after: Credits(balance_after),
        description: "An explanation".to_owned(),
        task_id: task_id.map(TaskId),
        task_title: task_id.map(|_| "A campaign".to_owned()),
        created_at: chrono::DateTime::UNIX_EPOCH,
    };
    let items = vec![
        line(3, TransactionKind::Charge, -10, 100, Some(7)),
        line(2, TransactionKind::TopUp, 100, 110, None),
        line(1, TransactionKind::Welcome, 10, 10, None),
    ];
    section(
        "Tables",
        view! { <StaticTable items caption="Lines of a ledger" /> },
    )
}

fn gauges() -> AnyView {
    let gauges = [0.12, 0.5, 0.88].map(|probability| {
        view! { <Gauge probability low=probability - 0.08 high=probability + 0.08 /> }
    });
    section(
        "Gauges",
        view! { <div class="columns">{Vec::from(gauges)}</div> },
    )
}

fn lists() -> AnyView {
    let choices = ["All", "Queued", "Failed"]
        .map(|label| FilterChoice {
            label: label.to_owned(),
            url: PATH.to_owned(),
            is_current: label == "All",
        })
        .into();
    let content = view! {
        <Filter label="Show" choices />
        <div class="pager">
            <a class="button" href=PATH>
                "Newest"
            </a>
            <a class="button" href=PATH rel="next">
                "Older"
            </a>
        </div>
    };
    section("Filter and pager", content)
}

fn states() -> AnyView {
    let content = view! {
        <Empty title="Nothing yet" text="What to do next." action=Some((PATH, "Do it")) />
        <Skeleton lines=3 />
        <ErrorPanel error=AppError::Internal />
    };
    section("Empty, loading, failed", content)
}
