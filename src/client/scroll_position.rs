//! The way back to a place in a list with the browser's buttons. The browser restores the scroll position at once, when
//! the rows are not there yet.

use leptos::ev::{popstate, scroll};
use leptos::prelude::*;

use super::{browser, use_session};

/// The URL that the browser's buttons have led to, until the page there is shown.
#[derive(Clone, Copy)]
struct Popped(StoredValue<Option<String>>);

/// Follows the browser's buttons from now on. To be called once, for the application.
pub fn provide_scroll_positions() {
    let popped = StoredValue::new(None);
    provide_context(Popped(popped));
    Effect::new(move || {
        let listener = window_event_listener(popstate, move |_| {
            popped.set_value(Some(browser::path_and_query()));
        });
        on_cleanup(move || listener.remove());
    });
}

/// Keeps the scroll position of this page when it is left, and restores it if the browser's buttons have led here. To be
/// called when the rows are there.
pub fn keep_scroll_position() {
    let session = use_session();
    let popped = use_context::<Popped>();
    Effect::new(move || {
        let url = browser::path_and_query();
        let name = format!("scroll:{url}");
        let is_back = popped
            .and_then(|Popped(popped)| popped.try_update_value(Option::take).flatten())
            .is_some_and(|it| it == url);
        let saved = session.stored(&name).filter(|_| is_back);
        if let Some(y) = saved.and_then(|it| it.parse().ok()) {
            // The first frame renders the rows.
            request_animation_frame(move || request_animation_frame(move || browser::scroll_to(y)));
        }
        let position = StoredValue::new(None);
        let listener = window_event_listener(scroll, move |_| {
            // The next page is scrolled to its top before this one is cleaned up.
            if browser::path_and_query() == url {
                position.set_value(Some(browser::scroll_y()));
            }
        });
        on_cleanup(move || {
            listener.remove();
            if let Some(y) = position.try_get_value().flatten() {
                session.store(&name, &y.to_string());
            }
        });
    });
}
