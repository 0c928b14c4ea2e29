//! Views that need data first. One boundary for all of them: each further one would be compiled anew for
//! its own types, and the client bundle is downloaded.

use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;

use super::skeleton::Skeleton;

type ViewFuture = Pin<Box<dyn Future<Output = AnyView> + Send>>;

/// How to make a view once its data is there; it is made anew when what it reads changes.
#[derive(Clone)]
pub struct Load(Arc<dyn Fn() -> ViewFuture + Send + Sync>);

/// Makes a [`Load`] of an async function.
///
/// The view must hold no resource, shared value or further [`AsyncView`]: server and browser count these as they
/// are made, and what is made after an `await` is counted in another order on each side.
pub fn load<F, V>(make: F) -> Load
where
    F: Fn() -> V + Send + Sync + 'static,
    V: Future<Output = AnyView> + Send + 'static,
{
    Load(Arc::new(move || Box::pin(make())))
}

/// A view that comes later. What is there stays while newer data is loaded.
#[component]
pub fn AsyncView(
    /// How it is made.
    view: Load,
    /// Lines of the placeholder until then, so that nothing jumps; none where 0.
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
