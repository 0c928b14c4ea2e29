//! A table of items without live changes.

use leptos::prelude::*;

use super::list_item::ListItem;
use crate::client::use_locale;

/// A table of items that cannot be selected.
#[component]
pub fn StaticTable<T: ListItem>(
    /// The items, newest first.
    items: Vec<T>,
    /// What the table is, for screen readers.
    caption: &'static str,
) -> impl IntoView {
    let locale = use_locale();
    let rows = items.into_iter();
    let rows = rows.map(|item| view! { <tr>{item.cells(locale, false)}</tr> });
    view! {
        <table class="table">
            <caption class="visually-hidden">{caption}</caption>
            <thead>
                <tr>{T::head(locale, false)}</tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}
