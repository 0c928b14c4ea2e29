//! What the server does in place of what only a browser can do.

use chrono::{DateTime, NaiveDate, Utc};
use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::use_context;
use leptos_router::location::Url;

use crate::client::data::Response;
use crate::i18n::Locale;
use crate::types::{AppError, Theme};

/// The language of the request.
pub fn document_locale() -> Locale {
    use_context().unwrap_or_default()
}

/// The theme of the request.
pub fn document_theme() -> Theme {
    use_context().unwrap_or_default()
}

/// The theme stands in the HTML.
pub fn set_document_theme(_theme: Theme) {}

/// Writes the title into the HTML.
pub fn set_title(title: String) {
    #[cfg(feature = "ssr")]
    {
        use leptos_meta::{Title, TitleProps};

        // It is written as it is.
        let title = title.replace('&', "&amp;").replace('<', "&lt;");
        // Told by being made; there is nothing of it in the body.
        let _ = Title(TitleProps::builder().text(title).build());
    }
    #[cfg(not(feature = "ssr"))]
    let _ = title;
}

/// The server scrolls nothing.
pub fn scroll_y() -> i32 {
    0
}

/// The server scrolls nothing.
pub fn scroll_to(_y: i32) {}

/// Only the browser needs it.
pub fn path_and_query() -> String {
    String::new()
}

/// Today in UTC, by the clock of the service.
pub fn today() -> NaiveDate {
    use_context::<crate::types::Today>()
        .map(|today| today.0)
        .unwrap_or_default()
}

/// 128 random bits in hexadecimal.
pub fn random_key() -> String {
    #[cfg(feature = "ssr")]
    let bytes = rand::random::<[u8; 16]>();
    #[cfg(not(feature = "ssr"))]
    let bytes = [0; 16];
    crate::types::hex(&bytes)
}

/// The server stores nothing for a tab.
pub fn stored(_name: &str) -> Option<String> {
    None
}

/// The server stores nothing for a tab.
pub fn store(_name: &str, _value: &str) {}

/// The server stores nothing for a tab.
pub fn forget(_name: &str) {}

/// The server stores nothing for a tab.
pub fn forget_all() {}

/// The server loads no pages.
pub fn reload() {}

/// The server loads no pages.
pub fn load(_path: &str) {}

/// The server has no focus to move.
pub fn focus(_id: &str) {}

/// The server has no focus to move.
pub fn start_reading_at(_id: &str) {}

/// The server does not know by which name it is reached.
pub fn origin() -> String {
    String::new()
}

/// The server has no tabs.
pub fn is_hidden() -> bool {
    false
}

/// The server has no clipboard.
pub fn copy(_text: &str, _done: impl Fn(bool) + 'static) {}

/// Nothing is selected on the server.
pub fn select_text(_id: &str) {}

/// Pages on the server do not wait.
pub fn after_ms(_ms: u64, _act: impl FnOnce() + 'static) {}

/// No events happen on the server.
pub fn changed_control(_event: &Event) -> Option<(String, String)> {
    None
}

/// No events happen on the server.
pub fn selected_index(_event: &Event) -> Option<usize> {
    None
}

/// Nobody searches on the server.
pub fn narrow_select(_id: &str, _words: &str) -> u32 {
    0
}

/// Nobody types on the server.
pub fn form_body(_id: &str) -> Option<String> {
    None
}

/// Nobody types on the server.
pub fn control_value(_form_id: &str, _name: &str) -> Option<String> {
    None
}

/// No events happen on the server.
pub fn submitted_body(_event: &SubmitEvent) -> Option<String> {
    None
}

/// Nobody types on the server.
pub fn values_in_body(_body: &str, _names: &[&str], _take: impl FnMut(&str, String)) {}

/// Path, query and fragment of a URL as seen from this site; `None` where it leads to another one.
pub fn resolve(url: &str) -> Option<String> {
    #[cfg(feature = "ssr")]
    {
        let here = url::Url::parse("http://here.invalid/").ok()?;
        let url = here.join(url).ok()?;
        (url.origin() == here.origin()).then(|| {
            let query = url.query().map(|it| format!("?{it}")).unwrap_or_default();
            let fragment = url.fragment().map(|it| format!("#{it}"));
            format!("{}{query}{}", url.path(), fragment.unwrap_or_default())
        })
    }
    #[cfg(not(feature = "ssr"))]
    {
        let _ = url;
        None
    }
}

/// The server does not ask itself by HTTP.
pub fn post(
    _url: &'static str,
    _body: String,
    _loads_document: bool,
    _answered: impl FnOnce(Response) + 'static,
) {
}

/// The server writes values into the HTML instead.
pub fn write_control(_form_id: &str, _name: &str, _value: &str) {}

/// The server does not know the device's time zone, so it says UTC.
pub fn local_time(at: DateTime<Utc>, _locale: Locale) -> String {
    at.to_rfc3339()
}

/// The server does not know the device's time zone.
pub fn with_offset(day: &str, _at_end: bool) -> String {
    day.to_owned()
}

/// The server has all pages.
///
/// # Errors
/// None.
#[expect(clippy::unused_async, reason = "in the browser it waits")]
pub async fn load_chunk(_name: &str) -> Result<(), AppError> {
    Ok(())
}

/// All there is, is there on the server.
pub fn is_loaded(_name: &str) -> bool {
    true
}

/// The server goes nowhere.
pub fn leave_for(_url: &Url) {}
