//! One operation of the API.

use leptos::prelude::*;

use super::guide::{code, prose};
use super::types::{field_list, kind_link};
use crate::client::{Locale, tr};
use crate::components::api_words;
use crate::types::{ApiOperation, ApiResponse};

/// The card of an operation.
pub fn operation(locale: Locale, operation: &ApiOperation) -> AnyView {
    let title = format!("{}-title", operation.id);
    let about =
        (!operation.about.is_empty()).then(|| view! { <p lang="en">{prose(operation.about)}</p> });
    let access = match operation.scope {
        None => tr!(locale, api_docs.no_session).into_any(),
        Some(scope) => view! {
            {tr!(locale, api_docs.session)}
            " "
            <code>{scope}</code>
            {operation.is_for_operators.then(|| tr!(locale, api_docs.operators))}
        }
        .into_any(),
    };
    let request = (!operation.fields.is_empty()).then(|| {
        view! {
            <h4>{tr!(locale, api_docs.request)}</h4>
            {field_list(Some(tr!(locale, api_docs.required)), &operation.fields)}
        }
    });
    let headers = (!operation.headers.is_empty()).then(|| {
        let names = operation.headers.join(", ");
        view! {
            <h4>{tr!(locale, api_docs.headers)}</h4>
            <p>
                <code lang="en">{names}</code>
            </p>
        }
    });
    let responses: Vec<_> = operation
        .responses
        .iter()
        .map(|it| response(locale, it))
        .collect();
    view! {
        <section class="card" id=operation.id aria-labelledby=title>
            <h3 id=title.clone()>{api_words::operation(locale, operation.id)}</h3>
            <p class="api-path">
                <span class="api-method">{operation.method}</span>
                <code>{operation.path}</code>
                <span class="quiet">{access}</span>
            </p>
            {about}
            {request}
            {headers}
            <h4>{tr!(locale, api_docs.responses)}</h4>
            <dl class="api-fields">{responses}</dl>
            <h4>{tr!(locale, api_docs.command)}</h4>
            {code(locale, operation.command.clone())}
        </section>
    }
    .into_any()
}

fn response(locale: Locale, response: &ApiResponse) -> AnyView {
    let kind = response.kind.as_ref().map(kind_link);
    let example = (!response.example.is_empty()).then(|| {
        view! {
            <details>
                <summary>{tr!(locale, api_docs.example)}</summary>
                {code(locale, response.example.trim_end().to_owned())}
            </details>
        }
    });
    view! {
        <dt>
            <code>{response.status}</code>
            " "
            {kind}
        </dt>
        <dd>
            <span lang="en">{prose(&response.about)}</span>
            {example}
        </dd>
    }
    .into_any()
}
