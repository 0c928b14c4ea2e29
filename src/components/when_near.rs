//! A part of a page whose code is loaded when somebody comes near it.
//!
//! It stands in the server's HTML like the rest. The browser takes the page over without it, and takes it over
//! where it stands once it is near the view and its code is there; what was typed or moved in it until then counts.

use leptos::prelude::*;

#[cfg(feature = "hydrate")]
use super::{browser, time::is_hydrated};

/// The part; it needs room of its own among its neighbours.
#[component]
pub fn WhenNear(
    /// The name of the chunk that its code is in.
    chunk: &'static str,
    /// Makes it, and is not called before the chunk is there. It must hold no resource, shared value or
    /// [`Later`](super::later::Later): server and browser count these as they are made.
    make: impl FnOnce() -> AnyView + 'static,
) -> impl IntoView {
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = chunk;
        view! { <div class="stack">{make()}</div> }
    }
    #[cfg(feature = "hydrate")]
    {
        let slot = NodeRef::<leptos::html::Div>::new();
        let is_on_page = !untrack(is_hydrated);
        let owner = Owner::current().unwrap_or_default();
        let mut make = Some(make);
        Effect::new(move |_| {
            let Some(element) = slot.get() else {
                return;
            };
            let Some(make) = make.take() else {
                return;
            };
            let place = element.clone();
            let owner = owner.clone();
            let come = move || {
                leptos::task::spawn_local(async move {
                    // Otherwise it stays what it is without JavaScript. The page may have been left meanwhile.
                    if browser::load_chunk(chunk).await.is_ok() && !slot.is_disposed() {
                        owner.with(|| take_over(&place, is_on_page, make));
                    }
                });
            };
            if is_on_page {
                browser::when_near(&element, come);
            } else {
                come();
            }
        });
        view! { <div class="stack" node_ref=slot></div> }
    }
}

#[cfg(feature = "hydrate")]
fn take_over(place: &web_sys::Element, is_on_page: bool, make: impl FnOnce() -> AnyView) {
    let state = if is_on_page {
        let moved = browser::moved_sliders(place);
        let state = make().hydrate_from::<true>(place);
        for (slider, value) in moved {
            browser::move_slider(&slider, &value);
        }
        state
    } else {
        place.set_inner_html("");
        let mut state = make().build();
        state.mount(place, None);
        state
    };
    // Kept as long as the part is there.
    let state = StoredValue::new_local(state);
    on_cleanup(move || {
        state.try_update_value(Mountable::unmount);
    });
}
