//! The browser's API, as far as pages need it.
//!
//! All of this compiles for the server too, but panics there when called, except for the functions in `on_server`. Call
//! the others only from Effects, event handlers and timers, which never run on the server.

mod clipboard;
#[cfg(feature = "hydrate")]
mod in_browser;
mod local_time;
#[cfg(not(feature = "hydrate"))]
mod on_server;
#[cfg(feature = "hydrate")]
mod sight;

use js_sys::Reflect;
use leptos::prelude::{document, window};
use leptos_router::location::Url;
use wasm_bindgen::JsCast;
use web_sys::{
    Element, Event, FocusOptions, FormData, HtmlElement, HtmlFormElement, HtmlSelectElement,
    Storage, SubmitEvent, UrlSearchParams,
};

use crate::types::Theme;

pub use clipboard::*;
#[cfg(feature = "hydrate")]
pub use in_browser::*;
pub use local_time::*;
#[cfg(not(feature = "hydrate"))]
pub use on_server::*;
#[cfg(feature = "hydrate")]
pub use sight::*;

fn element<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
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

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// What was stored under the name in this tab.
pub fn stored(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

/// Stores a value in this tab until it is closed; does nothing if storage is forbidden.
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

/// Loads this page again.
pub fn reload() {
    let _ = window().location().reload();
}

/// Lets the user print this page.
pub fn print() {
    let _ = window().print();
}

/// Replaces this document by another page of this service.
pub fn load(path: &str) {
    let _ = window().location().replace(path);
}

/// Moves the focus to the element with that id.
pub fn focus(id: &str) {
    if let Some(element) = element::<HtmlElement>(id) {
        let _ = element.focus();
    }
}

/// Moves the focus to an element without scrolling, so that keyboards and screen readers continue from there.
pub fn start_reading_at(id: &str) {
    if let Some(element) = element::<HtmlElement>(id) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// How far this page is scrolled down, in whole CSS pixels.
#[expect(clippy::cast_possible_truncation, reason = "saturates")]
pub fn scroll_y() -> i32 {
    window().scroll_y().unwrap_or_default() as i32
}

/// Scrolls this page to a position from [`scroll_y`].
pub fn scroll_to(y: i32) {
    window().scroll_to_with_x_and_y(0.0, y.into());
}

/// Path and query of this page.
pub fn path_and_query() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// Scheme, host and port of this page.
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Whether the page is in a hidden tab.
pub fn is_hidden() -> bool {
    Reflect::get(&document(), &"hidden".into()).is_ok_and(|hidden| hidden.is_truthy())
}

/// The form control that an event comes from: its name and its value.
pub fn changed_control(event: &Event) -> Option<(String, String)> {
    let target = event.target()?;
    let read = |property: &str| Reflect::get(&target, &property.into()).ok()?.as_string();
    Some((read("name")?, read("value")?))
}

/// The index of the chosen option of the `<select>` that an event comes from.
pub fn selected_index(event: &Event) -> Option<usize> {
    let select = event.target()?.dyn_into::<HtmlSelectElement>().ok()?;
    usize::try_from(select.selected_index()).ok()
}

/// Hides the options of a `<select>` that contain these words neither in their text nor in the name of their group,
/// selects the best match, and returns the number of matches.
pub fn narrow_select(id: &str, words: &str) -> u32 {
    let Some(select) = element::<HtmlSelectElement>(id) else {
        return 0;
    };
    let words = words.trim().to_ascii_lowercase();
    let rank = |text: Option<String>| {
        let at = text?.to_ascii_lowercase().find(&words)?;
        // A match at the beginning is better than one inside.
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
        // The first option means that none is chosen.
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

/// What the form with that id would send, URL-encoded.
pub fn form_body(id: &str) -> Option<String> {
    encode(&FormData::new_with_form(&element(id)?).ok()?)
}

/// What a form is about to send, URL-encoded, with the button that submits it.
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

/// Calls `take` with each name and its value in a URL-encoded form, which is empty if missing.
pub fn values_in_body(body: &str, names: &[&str], mut take: impl FnMut(&str, String)) {
    if let Ok(body) = UrlSearchParams::new_with_str(body) {
        for name in names {
            take(name, body.get(name).unwrap_or_default());
        }
    }
}

fn control(form_id: &str, name: &str) -> Option<Element> {
    element::<HtmlFormElement>(form_id)?
        .elements()
        .named_item(name)
}

/// The value of the control of that name in a form; `None` if there is no such control.
pub fn control_value(form_id: &str, name: &str) -> Option<String> {
    let control = control(form_id, name)?;
    Reflect::get(&control, &"value".into()).ok()?.as_string()
}

/// Writes a value into the control of a form.
pub fn write_control(form_id: &str, name: &str, value: &str) {
    if let Some(control) = control(form_id, name) {
        let _ = Reflect::set(&control, &"value".into(), &value.into());
    }
}

/// Loads a URL of this service from the server.
pub fn leave_for(url: &Url) {
    let mut target = url.path().to_owned();
    if !url.search().is_empty() {
        target = format!("{target}?{}", url.search());
    }
    let location = window().location();
    // After the back button the address is already this one, and setting one that differs only by its fragment loads
    // nothing.
    let _ = if path_and_query() == target {
        location.reload()
    } else {
        location.set_href(&(target + url.hash()))
    };
}
