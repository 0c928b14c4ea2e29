//! Whether the page is live yet.

use leptos::prelude::*;

/// True once the page is live; until then it must look as the server wrote it.
#[derive(Clone, Copy)]
struct Hydrated(RwSignal<bool>);

/// Tells the times below when they may become local.
pub fn provide_hydrated() {
    let hydrated = RwSignal::new(false);
    provide_context(Hydrated(hydrated));
    Effect::new(move |_| hydrated.set(true));
}

/// False in the server's HTML and while it is being taken over.
pub fn is_hydrated() -> bool {
    use_context::<Hydrated>().is_some_and(|hydrated| hydrated.0.get())
}

/// True in a browser that takes the server's HTML over.
pub fn is_taking_over() -> bool {
    cfg!(feature = "hydrate") && !untrack(is_hydrated)
}
