//! Copying a text, and selecting one that cannot be copied.

use js_sys::futures::JsFuture;
use js_sys::{Function, Promise, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

use super::element;

/// Copies a text and calls `done` with whether that worked, after the user has been asked if the browser does so.
pub fn copy(text: &str, done: impl Fn(bool) + 'static) {
    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into());
    let copied = || -> Result<Promise, JsValue> {
        let clipboard = get(&get(&window(), "navigator")?, "clipboard")?;
        let write: Function = get(&clipboard, "writeText")?.dyn_into()?;
        write.call1(&clipboard, &text.into())?.dyn_into()
    };
    // Missing without HTTPS.
    let Ok(copied) = copied() else {
        done(copy_by_selection(text));
        return;
    };
    leptos::task::spawn_local(async move {
        done(JsFuture::from(copied).await.is_ok());
    });
}

/// The old way, which works without HTTPS: copies a selected text.
fn copy_by_selection(text: &str) -> bool {
    let try_copy = || -> Result<bool, JsValue> {
        let document = document();
        let area = document.create_element("textarea")?;
        Reflect::set(&area, &"value".into(), &text.into())?;
        let body = document.body().ok_or(JsValue::NULL)?;
        let focused = document.active_element();
        body.append_child(&area)?;
        let call = |of: &JsValue, name: &str, argument: &JsValue| {
            let method: Function = Reflect::get(of, &name.into())?.dyn_into()?;
            method.call1(of, argument)
        };
        call(&area, "select", &JsValue::UNDEFINED)?;
        let copied = call(&document, "execCommand", &"copy".into());
        area.remove();
        if let Some(focused) = focused.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
            let _ = focused.focus();
        }
        Ok(copied?.is_truthy())
    };
    try_copy().unwrap_or_default()
}

/// Selects all that is in the element of that id.
pub fn select_text(id: &str) {
    let selection = window().get_selection().ok().flatten();
    if let (Some(selection), Some(element)) = (selection, element::<HtmlElement>(id)) {
        let _ = selection.select_all_children(&element);
    }
}
