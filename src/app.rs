//! temp
use leptos::prelude::*;
use leptos_router::{StaticSegment, components::*};
/// a
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct SiteAssets {
    /// a
    pub js: String,
    /// a
    pub wasm: String,
    /// a
    pub css: String,
}
/// s
pub fn shell(_o: LeptosOptions) -> impl IntoView {
    view! { <html><body><App/></body></html> }
}
/// a
#[component]
pub fn App() -> impl IntoView {
    view! { <Router><Routes fallback=|| "nf"><Route path=StaticSegment("") view=|| "home" ssr=leptos_router::SsrMode::Async/></Routes></Router> }
}
