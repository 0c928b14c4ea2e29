//! What the server does in place of some functions of the browser, because it calls them when it renders a page.

use chrono::NaiveDate;
use leptos::prelude::use_context;
use leptos_meta::{Title, TitleProps};

use crate::client::data::Response;
use crate::i18n::Locale;
use crate::types::{AppError, SiteRules, Theme, Today, hex};

/// The language of the request.
pub fn document_locale() -> Locale {
    use_context().unwrap_or_default()
}

/// The theme of the request.
pub fn document_theme() -> Theme {
    use_context().unwrap_or_default()
}

/// What the operator allows users to do.
pub fn site_rules() -> SiteRules {
    use_context().unwrap_or_default()
}

/// Writes the title into the HTML.
pub fn set_title(title: String) {
    // `leptos_meta` does not escape it.
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    // Calling the component is enough; it renders nothing into the body.
    let _ = Title(TitleProps::builder().text(title).build());
}

/// Today in UTC, by the clock of the service.
pub fn today() -> NaiveDate {
    use_context::<Today>()
        .map(|today| today.0)
        .unwrap_or_default()
}

/// 128 random bits in hexadecimal.
pub fn random_key() -> String {
    hex(&rand::random::<[u8; 16]>())
}

/// Path, query and fragment of a URL as seen from this site; `None` if it is of another site.
pub fn resolve(url: &str) -> Option<String> {
    let here = url::Url::parse("http://here.invalid/").ok()?;
    let url = here.join(url).ok()?;
    (url.origin() == here.origin()).then(|| {
        let query = url.query().map(|it| format!("?{it}")).unwrap_or_default();
        let fragment = url.fragment().map(|it| format!("#{it}"));
        format!("{}{query}{}", url.path(), fragment.unwrap_or_default())
    })
}

/// The server has all pages.
///
/// # Errors
/// None.
#[expect(clippy::unused_async, reason = "in the browser it waits")]
pub async fn load_chunk(_name: &str) -> Result<(), AppError> {
    Ok(())
}

/// Does nothing: no form is submitted on the server. A version of its own because Leptos compiles its HTTP client only
/// for the browser.
pub fn post(
    _url: &'static str,
    _body: String,
    _loads_document: bool,
    _answered: impl FnOnce(Response) + 'static,
) {
}
