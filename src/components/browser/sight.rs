//! What comes near the view, and what somebody did there before its code was loaded.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{
    Element, HtmlInputElement, IntersectionObserver, IntersectionObserverEntry,
    IntersectionObserverInit,
};

/// How far below the window something may be to be near: one window's height, so that it is ready when it is
/// reached.
const NEAR: &str = "0px 0px 100%";

/// Calls `act` once the element comes near the view.
pub fn when_near(element: &Element, act: impl FnOnce() + 'static) {
    let mut act = Some(act);
    let look = move |entries: Array, observer: IntersectionObserver| {
        let mut entries = entries.iter().map(JsCast::unchecked_into);
        if entries.any(|entry: IntersectionObserverEntry| entry.is_intersecting()) {
            observer.disconnect();
            if let Some(act) = act.take() {
                act();
            }
        }
    };
    let look = Closure::<dyn FnMut(Array, IntersectionObserver)>::new(look).into_js_value();
    // It fails only where `look` is no function or the margin no margin.
    let options = IntersectionObserverInit::new();
    options.set_root_margin(NEAR);
    if let Ok(observer) = IntersectionObserver::new_with_options(look.unchecked_ref(), &options) {
        observer.observe(element);
    }
}

/// The sliders in an element that do not stand where they stood at first, and where they stand.
pub fn moved_sliders(element: &Element) -> Vec<(HtmlInputElement, String)> {
    let Ok(found) = element.query_selector_all("input[type=range]") else {
        return Vec::new();
    };
    let sliders = (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok());
    sliders
        .map(|slider: HtmlInputElement| (slider.value(), slider))
        .filter(|(value, slider)| *value != slider.default_value())
        .map(|(value, slider)| (slider, value))
        .collect()
}

/// Moves a slider as a hand does.
pub fn move_slider(slider: &HtmlInputElement, value: &str) {
    slider.set_value(value);
    if let Ok(moved) = leptos::prelude::document().create_event("Event") {
        moved.init_event_with_bubbles("input", true);
        let _ = slider.dispatch_event(&moved);
    }
}
