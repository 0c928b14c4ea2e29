//! What the two histories differ in. Their item is a type parameter of all components up to the page, so that the page
//! of one history does not load the code of the other.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::pager::ListUrl;
use crate::client::Locale;
use crate::client::data::Wire;
use crate::types::{AppError, Page};

/// Rows on a page of a history.
pub const PAGE_ROWS: usize = 50;

/// Title, text and action of [`Empty`](super::Empty).
pub type EmptyState = (
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

/// The item in one row of a history.
pub trait ListItem: Wire + PartialEq {
    /// The path of its history's page.
    const PATH: &'static str;
    /// The path of the CSV download.
    const FILE: &'static str;
    /// The wire names of the filters. The choices of the first one are links.
    const FILTERS: &'static [&'static str];

    /// The id of the item.
    fn id(&self) -> i64;

    /// When it was created. Lists are ordered by it, newest first.
    fn created_at(&self) -> DateTime<Utc>;

    /// Loads the page at a URL, with this many rows.
    ///
    /// # Errors
    /// Those of the API.
    fn fetch(
        list_url: ListUrl,
        rows: usize,
    ) -> impl Future<Output = Result<Page<Self>, AppError>> + Send;

    /// Calls `apply` with each item that is created or changed from now on.
    fn on_change(apply: impl Fn(Self) + 'static);

    /// The choices of the first filter: labels and values.
    fn choices(locale: Locale) -> Vec<(&'static str, &'static str)>;

    /// The label of the section with more filters.
    fn more_filters(locale: Locale) -> &'static str;

    /// The label of the button that shows `count` new rows.
    fn pending_text(locale: Locale, count: i64) -> String;

    /// The caption of the table, for screen readers.
    fn caption(locale: Locale) -> &'static str;

    /// The headings of the table; `with_tools` if its rows can be selected and duplicated.
    fn head(locale: Locale, with_tools: bool) -> AnyView;

    /// The cells of a row.
    fn cells(self, locale: Locale, with_tools: bool) -> AnyView;

    /// Wraps the table, for example in a form.
    fn wrap_table(_locale: Locale, table: AnyView) -> AnyView {
        table
    }

    /// What to show if there are no rows.
    fn empty_state(locale: Locale, is_filtered: bool) -> EmptyState;
}
