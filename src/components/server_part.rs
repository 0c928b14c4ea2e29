//! A part of a page that only the server renders.
//!
//! Hydration leaves its HTML as it is. If the browser renders the page, or if there is something new to show, it takes
//! the part from the server's page at the same URL. The client bundle therefore contains no code to render it; its
//! interactive elements work on the server's HTML.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::web_sys::Element;

use super::guard::LoadedRaw;
use crate::client::Locale;
use crate::client::data::{Payload, ResponseFuture, SharedData};

/// The element of a part that needs code, which is loaded when the element comes near the viewport.
#[derive(Clone, Copy)]
pub struct Live {
    /// Selects the element while it is not live.
    pub selector: &'static str,
    /// The name of the chunk with its code.
    pub chunk: &'static str,
    /// Makes it live. Only called after the chunk has been loaded.
    pub wake: fn(Element, Locale),
}

/// The part with the id `id` of the page at `url`: on the server the result of `look`, which is not sent to the
/// browser; in the browser its HTML. It waits for `page`, if there is one, whose errors are shown elsewhere.
pub fn fetch<T, F>(
    id: &'static str,
    url: String,
    page: Option<SharedData>,
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
            if let Some(page) = page
                && page.response().await.is_err()
            {
                return Ok(Payload::of(String::new()));
            }
            let html = crate::client::browser::part_of_page(&url, id).await?;
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
    /// The result of [`fetch`].
    data: SharedData,
    /// Renders it. Only called on the server. It must not create resources, shared values or
    /// [`AsyncView`](super::async_view::AsyncView)s, because the browser numbers none here.
    draw: impl Fn(Payload) -> AnyView + Send + Sync + 'static,
    /// The element in it that needs code, if there is one.
    live: Option<Live>,
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
            // Empty if the HTML of the server is there.
            let html: String = payload.held().unwrap_or_default();
            let slot = NodeRef::new();
            if let Some(live) = live {
                wake_when_near(slot, live, locale);
            }
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
                // Otherwise it stays as it is without JavaScript.
                if browser::load_chunk(live.chunk).await.is_ok() {
                    (live.wake)(element, locale);
                }
            });
        });
    });
}
