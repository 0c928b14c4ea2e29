//! Private links to results, and what they show.

use axum::http::StatusCode;
use leptos::server_fn::ServerFn as _;
use serde_json::json;

use super::common::{busy, conflict, example, no_task};
use super::predictions::language;
use crate::api::{GetLink, GetShared, Share, Unshare};
use crate::server::openapi::fields::{Field, task_id};
use crate::server::openapi::headers;
use crate::server::openapi::operation::{Body, Content, Group, Operation};
use crate::types::{AppError, ShareView, SharedView};

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\">…</svg>";

pub(super) fn all() -> Vec<Operation> {
    let all = [
        share(),
        unshare(),
        link(),
        shared(),
        badge(),
        card(),
        report(),
    ];
    all.into_iter()
        .map(|it| it.within(Group::Sharing))
        .collect()
}

fn share() -> Operation {
    Operation::post("share", Share::PATH)
        .about("Anybody who has the link can see the result. If there is a link already, it is returned.")
        .body(Body::Json("ShareRequest", vec![task_id()]))
        .returns::<ShareView>("The link.", example!("share"))
        .sends(headers::LOCATION)
        .fails(no_task())
        .fails([
            conflict("only a succeeded task can be shared; this one is queued"),
            busy(),
        ])
}

fn unshare() -> Operation {
    Operation::post("unshare", Unshare::PATH)
        .body(Body::Json("UnshareRequest", vec![task_id()]))
        .returns::<ShareView>("The task without a link.", example!("unshared"))
        .sends(headers::LOCATION)
        .fails(no_task())
        .fails([busy()])
}

fn link() -> Operation {
    Operation::get("get_link", GetLink::PATH)
        .takes([task_id().in_query()])
        .header(headers::IF_NONE_MATCH)
        .returns::<ShareView>(
            "The link; `path` is null if there is none.",
            example!("share"),
        )
        .fails(no_task())
}

fn token() -> Field {
    let schema = json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$" });
    Field::new("token", schema, "The last part of the link.")
        .required()
        .such_as("AooVpz3FBHr5FFgHzXDVmE67F7YNIY8DJ2Bixu9GCQ4")
}

fn shared() -> Operation {
    Operation::get("get_shared", GetShared::PATH)
        .takes([token().in_query()])
        .header(headers::IF_NONE_MATCH)
        .returns::<SharedView>("The result, without its owner.", example!("shared"))
        .limited()
        .fails([AppError::NotFound])
}

fn badge() -> Operation {
    let about = "`system`, `light` or `dark`; the colours of the system for anything else.";
    let theme = Field::new("theme", json!({ "type": "string" }), about);
    let svg = || Content::Text("image/svg+xml", SVG);
    Operation::get("get_badge", "/shared/{token}/badge.svg")
        .about("For other websites, which may embed it.")
        .takes([token().in_path(), language(), theme.in_query()])
        .answers(StatusCode::OK, "The badge.", svg())
        .answers(
            StatusCode::NOT_FOUND,
            "A badge that says that the link has ended.",
            svg(),
        )
        .limited()
}

fn card() -> Operation {
    Operation::get("get_card", "/shared/{token}/card.png")
        .takes([token().in_path(), language()])
        .answers(StatusCode::OK, "The picture.", Content::Bytes("image/png"))
        .limited()
        .fails([AppError::NotFound])
}

fn report() -> Operation {
    Operation::get("download_shared_report", "/shared/{token}/report.pdf")
        .takes([token().in_path(), language()])
        .answers(
            StatusCode::OK,
            "The file.",
            Content::Bytes("application/pdf"),
        )
        .sends(headers::DISPOSITION)
        .limited()
        .fails([AppError::NotFound])
}
