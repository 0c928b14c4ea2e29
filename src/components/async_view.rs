//! Views that need data first. All share one boundary, because each further one would be compiled again for its own
//! types and make the client bundle larger.

use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;

use super::skeleton::Skeleton;

type ViewFuture = Pin<Box<dyn Future<Output = AnyView> + Send>>;

/// Makes a view once its data is there, and again whenever the signals that it reads change.
#[derive(Clone)]
pub struct Load(Arc<dyn Fn() -> ViewFuture + Send + Sync>);

/// Makes a [`Load`] of an async function.
///
/// The view must not create resources, shared values or further [`AsyncView`]s: server and browser number these in the
/// order of creation, which differs for those created after an `await`.
pub fn load<F, V>(make: F) -> Load
where
    F: Fn() -> V + Send + Sync + 'static,
    V: Future<Output = AnyView> + Send + 'static,
{
    Load(Arc::new(move || Box::pin(make())))
}

/// A view that appears once its data is there, and stays while newer data is loaded.
#[component]
pub fn AsyncView(
    /// Makes the view.
    view: Load,
    /// Lines of the placeholder, so that nothing moves when the view appears; no placeholder if 0.
    #[prop(optional)]
    lines: u8,
) -> impl IntoView {
    let fallback = move || (lines > 0).then(|| view! { <Skeleton lines /> });
    view! {
        <Transition fallback=fallback>
            {move || {
                let Load(make) = &view;
                Suspend::new(make())
            }}
        </Transition>
    }
}
