//! The OpenAPI document of the API, and the reference that the page `/docs` shows.
//!
//! `operations` lists every operation with its fields, responses and errors. The schemas of responses are derived beside
//! their types, those of requests follow from the constants of the validation, and examples of errors are the errors
//! themselves. Tests compare the operations with the routes, read every example, and send it to a running service.

mod document;
mod fields;
mod headers;
mod operation;
mod operations;
mod reference;
mod schemas;
#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};

use axum::body::{Body, Bytes};
use axum::http::{Response, header};
use axum::response::IntoResponse as _;

use crate::types::ApiReference;
pub use fields::about as about_field;
pub use operations::service::PATH;

/// `GET /api/openapi.json`.
pub async fn document() -> Response<Body> {
    static DOCUMENT: LazyLock<Bytes> =
        LazyLock::new(|| document::write(&operations::all()).to_string().into());
    let json = (header::CONTENT_TYPE, "application/json");
    ([json], DOCUMENT.clone()).into_response()
}

/// What the page `/docs` shows.
pub fn reference() -> Arc<ApiReference> {
    static REFERENCE: LazyLock<Arc<ApiReference>> =
        LazyLock::new(|| Arc::new(reference::of(&operations::all())));
    Arc::clone(&REFERENCE)
}

/// The documented operations: the method and the path of each.
#[cfg(test)]
pub fn documented() -> impl Iterator<Item = (axum::http::Method, &'static str)> {
    use axum::http::Method;

    operations::all().into_iter().map(|operation| {
        let method = if operation.is_post {
            Method::POST
        } else {
            Method::GET
        };
        (method, operation.path)
    })
}
