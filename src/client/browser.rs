//! What only a browser can do, each with what the server does instead, so that pages need no `cfg`.

#[cfg(feature = "hydrate")]
mod chunks;
#[cfg(feature = "hydrate")]
mod clipboard;
#[cfg(feature = "hydrate")]
mod local_time;
#[cfg(not(feature = "hydrate"))]
mod on_server;
#[cfg(feature = "hydrate")]
mod sight;

#[cfg(feature = "hydrate")]
pub use chunks::*;
#[cfg(feature = "hydrate")]
pub use clipboard::*;
#[cfg(feature = "hydrate")]
pub use imp::*;
#[cfg(feature = "hydrate")]
pub use local_time::*;
#[cfg(not(feature = "hydrate"))]
pub use on_server::*;
#[cfg(feature = "hydrate")]
pub use sight::*;

#[cfg(feature = "hydrate")]
mod imp {
    use chrono::NaiveDate;
    use js_sys::{Date, Reflect};
    use leptos::server_fn::client::Client;
    use leptos::server_fn::client::browser::BrowserClient;
    use leptos::server_fn::error::FromServerFnError;
    use leptos::server_fn::redirect::call_redirect_hook;
    use leptos::server_fn::request::ClientReq;
    use leptos::server_fn::request::browser::BrowserRequest;
    use leptos::server_fn::response::ClientRes;
    use wasm_bindgen::JsCast;
    use web_sys::{
        Event, FocusOptions, FormData, HtmlElement, HtmlFormElement, HtmlSelectElement, Storage,
        SubmitEvent, UrlSearchParams,
    };

    use crate::client::data::Payload;
    use crate::client::data::Response;
    use crate::i18n::Locale;
    use crate::types::{AppError, Theme};

    pub(super) fn document() -> web_sys::Document {
        leptos::prelude::document()
    }

    /// The language that the server wrote on the page.
    pub fn document_locale() -> Locale {
        document()
            .document_element()
            .and_then(|html| html.get_attribute("lang"))
            .and_then(|lang| lang.parse().ok())
            .unwrap_or_default()
    }

    /// The theme that the server wrote on the page, or that was chosen since.
    pub fn document_theme() -> Theme {
        document()
            .document_element()
            .and_then(|html| html.get_attribute("data-theme"))
            .and_then(|word| word.parse().ok())
            .unwrap_or_default()
    }

    /// Shows the page in a theme.
    pub fn set_document_theme(theme: Theme) {
        if let Some(html) = document().document_element() {
            let _ = html.set_attribute("data-theme", theme.as_str());
        }
        let meta = document().query_selector("meta[name=color-scheme]");
        if let Ok(Some(meta)) = meta {
            let _ = meta.set_attribute("content", theme.color_scheme());
        }
    }

    /// Names the document.
    pub fn set_title(title: String) {
        document().set_title(&title);
    }

    /// Today in UTC, by the device's clock.
    pub fn today() -> NaiveDate {
        let now = String::from(Date::new_0().to_iso_string());
        now.get(..10)
            .and_then(|day| day.parse().ok())
            .unwrap_or_default()
    }

    /// 128 random bits in hexadecimal.
    pub fn random_key() -> String {
        let mut bytes = [0_u8; 16];
        if let Ok(crypto) = leptos::prelude::window().crypto() {
            // It fails only beyond 65,536 bytes.
            let _ = crypto.get_random_values_with_u8_array(&mut bytes);
        }
        crate::types::hex(&bytes)
    }

    fn storage() -> Option<Storage> {
        leptos::prelude::window().session_storage().ok().flatten()
    }

    /// What was stored under the name in this tab.
    pub fn stored(name: &str) -> Option<String> {
        storage()?.get_item(name).ok().flatten()
    }

    /// Stores a value in this tab until it is closed; does nothing where storage is forbidden.
    pub fn store(name: &str, value: &str) {
        if let Some(storage) = storage() {
            let _ = storage.set_item(name, value);
        }
    }

    /// Forgets what was stored under the name.
    pub fn forget(name: &str) {
        if let Some(storage) = storage() {
            let _ = storage.remove_item(name);
        }
    }

    /// Forgets all that was stored in this tab.
    pub fn forget_all() {
        if let Some(storage) = storage() {
            let _ = storage.clear();
        }
    }

    /// Loads this page anew.
    pub fn reload() {
        let _ = leptos::prelude::window().location().reload();
    }

    /// Loads a page of this service as a document of its own, in place of this one.
    pub fn load(path: &str) {
        let _ = leptos::prelude::window().location().replace(path);
    }

    /// Moves the focus to the element of that id.
    pub fn focus(id: &str) {
        if let Some(element) = html_element(id) {
            let _ = element.focus();
        }
    }

    pub(super) fn html_element(id: &str) -> Option<HtmlElement> {
        document().get_element_by_id(id)?.dyn_into().ok()
    }

    /// Moves the focus there without scrolling: whoever reads by keyboard or ear starts from here.
    pub fn start_reading_at(id: &str) {
        if let Some(element) = html_element(id) {
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            let _ = element.focus_with_options(&options);
        }
    }

    /// How far this page is scrolled down, in whole CSS pixels.
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    pub fn scroll_y() -> i32 {
        leptos::prelude::window().scroll_y().unwrap_or_default() as i32
    }

    /// Scrolls this page down to there.
    pub fn scroll_to(y: i32) {
        leptos::prelude::window().scroll_to_with_x_and_y(0.0, y.into());
    }

    /// Path and query of this page.
    pub fn path_and_query() -> String {
        let location = leptos::prelude::window().location();
        location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
    }

    /// Path, query and fragment of a URL as seen from this site; `None` where it leads to another one.
    pub fn resolve(url: &str) -> Option<String> {
        let origin = origin();
        let url = web_sys::Url::new_with_base(url, &origin).ok()?;
        (url.origin() == origin).then(|| url.pathname() + &url.search() + &url.hash())
    }

    /// Scheme, host and port of this page.
    pub fn origin() -> String {
        leptos::prelude::window()
            .location()
            .origin()
            .unwrap_or_default()
    }

    /// Whether the page is in a tab that nobody sees.
    pub fn is_hidden() -> bool {
        Reflect::get(&document(), &"hidden".into()).is_ok_and(|hidden| hidden.is_truthy())
    }

    /// Calls `act` after so many milliseconds.
    pub fn after_ms(ms: u64, act: impl FnOnce() + 'static) {
        leptos::prelude::set_timeout(act, std::time::Duration::from_millis(ms));
    }

    /// The form control that an event comes from: its name and its value.
    pub fn changed_control(event: &Event) -> Option<(String, String)> {
        let target = event.target()?;
        let read = |property: &str| Reflect::get(&target, &property.into()).ok()?.as_string();
        Some((read("name")?, read("value")?))
    }

    /// Which option of the `<select>` that an event comes from is chosen; 0 is the first.
    pub fn selected_index(event: &Event) -> Option<usize> {
        let select = event.target()?.dyn_into::<HtmlSelectElement>().ok()?;
        usize::try_from(select.selected_index()).ok()
    }

    /// Hides the options of a `<select>` whose words and group lack these, takes the one that fits best, and
    /// returns how many are left.
    pub fn narrow_select(id: &str, words: &str) -> u32 {
        let select = html_element(id).and_then(|it| it.dyn_into::<HtmlSelectElement>().ok());
        let Some(select) = select else {
            return 0;
        };
        let words = words.trim().to_ascii_lowercase();
        let rank = |text: Option<String>| {
            let at = text?.to_ascii_lowercase().find(&words)?;
            // What begins with the words is meant rather than what has them inside.
            Some(usize::from(at > 0))
        };
        let (mut count, mut best) = (0, None);
        for index in 0..select.length() {
            let Some(option) = select.item(index) else {
                continue;
            };
            let group = option.parent_element();
            let group = group.and_then(|it| it.get_attribute("label"));
            let fit = rank(option.text_content()).or_else(|| rank(group).map(|rank| rank + 2));
            // The first option stands for none.
            let is_left = index == 0 || fit.is_some();
            if let Some(fit) = fit.filter(|_| index > 0) {
                count += 1;
                let index = i32::try_from(index).unwrap_or(i32::MAX);
                let found = (fit, index);
                best = Some(best.map_or(found, |before: (usize, i32)| before.min(found)));
            }
            for attribute in ["hidden", "disabled"] {
                let _ = option.toggle_attribute_with_force(attribute, !is_left);
            }
        }
        let first = best.map(|(_, index)| index);
        if let Some(first) = first.filter(|_| !words.is_empty()) {
            select.set_selected_index(first);
            if let Ok(changed) = document().create_event("Event") {
                changed.init_event_with_bubbles("change", true);
                let _ = select.dispatch_event(&changed);
            }
        }
        count
    }

    fn form(id: &str) -> Option<HtmlFormElement> {
        document().get_element_by_id(id)?.dyn_into().ok()
    }

    /// What is typed into the form of that id, URL-encoded as it would be sent.
    pub fn form_body(id: &str) -> Option<String> {
        encode(&FormData::new_with_form(&form(id)?).ok()?)
    }

    /// What a form is about to send, URL-encoded, with the button that sends it.
    pub fn submitted_body(event: &SubmitEvent) -> Option<String> {
        let form: HtmlFormElement = event.target()?.dyn_into().ok()?;
        let data = FormData::new_with_form(&form).ok()?;
        let button = event.submitter();
        let read = |name| {
            button
                .as_ref()
                .and_then(|button| button.get_attribute(name))
        };
        if let (Some(name), Some(value)) = (read("name"), read("value")) {
            data.append_with_str(&name, &value).ok()?;
        }
        encode(&data)
    }

    fn encode(data: &FormData) -> Option<String> {
        let body = UrlSearchParams::new_with_str_sequence_sequence(data).ok()?;
        Some(body.to_string().into())
    }

    /// Hands on the values of names in a URL-encoded form; empty where it has none.
    pub fn values_in_body(body: &str, names: &[&str], mut take: impl FnMut(&str, String)) {
        if let Ok(body) = UrlSearchParams::new_with_str(body) {
            for name in names {
                take(name, body.get(name).unwrap_or_default());
            }
        }
    }

    /// Posts a URL-encoded form to a server function and hands the answer on. A redirect is followed by the
    /// router, or by loading a document.
    pub fn post(
        url: &'static str,
        body: String,
        loads_document: bool,
        answered: impl FnOnce(Response) + 'static,
    ) {
        leptos::task::spawn_local(async move {
            answered(send(url, body, loads_document).await);
        });
    }

    async fn send(url: &str, body: String, loads_document: bool) -> Response {
        let request = <BrowserRequest as ClientReq<AppError>>::try_new_post(
            url,
            "application/x-www-form-urlencoded",
            "application/json",
            body,
        )?;
        let response = <BrowserClient as Client<AppError>>::send(request).await?;
        let is_ok = ClientRes::<AppError>::status(&response) < 400;
        let redirect = ClientRes::<AppError>::has_redirect(&response)
            .then(|| ClientRes::<AppError>::location(&response));
        let text: String = ClientRes::<AppError>::try_into_string(response).await?;
        if !is_ok {
            return Err(AppError::de(text.into()));
        }
        if let Some(url) = redirect {
            if loads_document {
                load(&url);
            } else {
                call_redirect_hook(&url);
            }
        }
        Ok(Payload::of_json(&text))
    }

    /// What the control of that name holds in a form; `None` where there is no such control.
    pub fn control_value(form_id: &str, name: &str) -> Option<String> {
        let control = form(form_id)?.elements().named_item(name)?;
        Reflect::get(&control, &"value".into()).ok()?.as_string()
    }

    /// Writes a value into the control of a form.
    pub fn write_control(form_id: &str, name: &str, value: &str) {
        let control = form(form_id).and_then(|form| form.elements().named_item(name));
        if let Some(control) = control {
            let _ = Reflect::set(&control, &"value".into(), &value.into());
        }
    }
}
