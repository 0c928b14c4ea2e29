//! Whether the page is live yet.

use leptos::prelude::*;

/// True once the page is live; until then it must look as the server rendered it.
#[derive(Clone, Copy)]
struct Hydrated(RwSignal<bool>);

/// Provides the signal to everything below, such as times that become local.
pub fn provide_hydrated() {
    let hydrated = RwSignal::new(false);
    provide_context(Hydrated(hydrated));
    Effect::new(move |_| hydrated.set(true));
}

/// False on the server and during hydration.
pub fn is_hydrated() -> bool {
    use_context::<Hydrated>().is_some_and(|hydrated| hydrated.0.get())
}

/// True in the browser during hydration.
pub fn is_taking_over() -> bool {
    cfg!(feature = "hydrate") && !untrack(is_hydrated)
}
