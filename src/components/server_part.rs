//! A part of a page that only the server renders.
//!
//! On hydration the browser leaves its HTML as it is. When the browser renders the page, or there is something new to
//! show, it takes the part from the server's page at the same URL. So the client bundle has no code to render it, and
//! whatever is interactive in it works on HTML.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::web_sys::Element;

use super::guard::LoadedRaw;
use crate::client::Locale;
use crate::client::data::{Payload, ResponseFuture, SharedData};

/// What in a part needs code, once somebody comes near it.
#[derive(Clone, Copy)]
pub struct Live {
    /// Finds it in the part, as long as it is not live.
    pub selector: &'static str,
    /// The name of the chunk that its code is in.
    pub chunk: &'static str,
    /// Makes it live; not called before the chunk is there.
    pub wake: fn(Element, Locale),
}

/// The part with the id `id` of the page at `url`: on the server what `look` finds, which the browser is not told;
/// in the browser its HTML. `page` comes before: what is wrong with it is told elsewhere.
pub fn fetch<T, F>(
    id: &'static str,
    url: String,
    page: SharedData,
    look: impl FnOnce() -> F + Send + 'static,
) -> ResponseFuture
where
    T: Send + Sync + 'static,
    F: Future<Output = T> + Send + 'static,
{
    #[cfg(feature = "hydrate")]
    {
        drop(look);
        Box::pin(async move {
            let html = match page.response().await {
                Ok(_) => crate::client::browser::part_of_page(&url, id).await?,
                Err(_) => String::new(),
            };
            Ok(Payload::of(html))
        })
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = (id, url, page);
        Box::pin(async move { Ok(Payload::server_only(look().await)) })
    }
}

/// The part.
#[component]
pub fn ServerPart(
    /// Its id.
    id: &'static str,
    /// What [`fetch`] brings.
    data: SharedData,
    /// Draws it. Called on the server only; it must make no resource, shared value or
    /// [`AsyncView`](super::async_view::AsyncView), because the browser counts none here.
    draw: impl Fn(Payload) -> AnyView + Send + Sync + 'static,
    /// What in it needs code.
    live: Live,
) -> impl IntoView {
    #[cfg(not(feature = "hydrate"))]
    let show = move |payload| {
        let _ = live;
        view! {
            <div class="stack" id=id>
                {draw(payload)}
            </div>
        }
        .into_any()
    };
    #[cfg(feature = "hydrate")]
    let show = {
        drop(draw);
        let locale = crate::client::use_locale();
        move |payload: Payload| {
            // Nothing where the server's stands there.
            let html: String = payload.held().unwrap_or_default();
            let slot = NodeRef::new();
            wake_when_near(slot, live, locale);
            view! { <div class="stack" id=id inner_html=html node_ref=slot></div> }.into_any()
        }
    };
    view! { <LoadedRaw data lines=0 show=Arc::new(show) /> }
}

#[cfg(feature = "hydrate")]
fn wake_when_near(slot: NodeRef<leptos::html::Div>, live: Live, locale: Locale) {
    use crate::client::browser;

    Effect::new(move |_| {
        let found = slot
            .get()
            .and_then(|part| part.query_selector(live.selector).ok().flatten());
        let Some(element) = found else {
            return;
        };
        let observed = element.clone();
        browser::when_near(&observed, move || {
            leptos::task::spawn_local(async move {
                // Otherwise it stays what it is without JavaScript.
                if browser::load_chunk(live.chunk).await.is_ok() {
                    (live.wake)(element, locale);
                }
            });
        });
    });
}
