//! Fields, and the types that responses consist of.

use leptos::prelude::*;

use super::guide::prose;
use crate::client::{Locale, tr};
use crate::types::{ApiField, ApiType, Kind};

/// The types, each at the place that [`kind_link`] leads to.
pub fn types(locale: Locale, types: &[ApiType]) -> AnyView {
    let all: Vec<_> = types.iter().map(one_type).collect();
    view! {
        <section class="api-group" aria-labelledby="types-title">
            <h2 id="types-title">{tr!(locale, api_docs.types)}</h2>
            <p>{tr!(locale, api_docs.types_lead)}</p>
            <div class="card">{all}</div>
        </section>
    }
    .into_any()
}

fn one_type(of: &ApiType) -> AnyView {
    let about = (!of.about.is_empty()).then(|| view! { <p lang="en">{prose(&of.about)}</p> });
    let fields = (!of.fields.is_empty()).then(|| field_list(None, &of.fields));
    let variants = of.variants.iter();
    let variants = variants.map(|it| {
        view! {
            <li>
                <code lang="en">{it.clone()}</code>
            </li>
        }
    });
    let variants: Vec<_> = variants.collect();
    let variants = (!variants.is_empty()).then(|| view! { <ul>{variants}</ul> });
    view! {
        <section class="api-group api-type" id=anchor(&of.name)>
            <h3>
                <code>{of.name.clone()}</code>
            </h3>
            {about}
            {fields}
            {variants}
        </section>
    }
    .into_any()
}

/// Fields with what they are and mean. `required` is the word for those that a request must have.
pub fn field_list(required: Option<&'static str>, fields: &[ApiField]) -> AnyView {
    let all = fields.iter().map(|field| {
        let required = required.filter(|_| field.is_required);
        let required = required.map(|word| view! { <span class="field-optional">{word}</span> });
        view! {
            <dt>
                <code>{field.name.clone()}</code>
                " "
                {required}
            </dt>
            <dd>
                {kind_link(&field.kind)}
                " "
                <span lang="en">{prose(&field.about)}</span>
            </dd>
        }
    });
    let all: Vec<_> = all.collect();
    view! { <dl class="api-fields">{all}</dl> }.into_any()
}

/// What a value is, with a link to its type.
pub fn kind_link(kind: &Kind) -> AnyView {
    let words = kind.words.clone();
    match &kind.type_name {
        Some(name) => view! {
            <a class="quiet" href=format!("#{}", anchor(name)) rel="external" lang="en">
                {words}
            </a>
        }
        .into_any(),
        None => view! {
            <span class="quiet" lang="en">
                {words}
            </span>
        }
        .into_any(),
    }
}

fn anchor(type_name: &str) -> String {
    format!("type-{type_name}")
}
