//! Pages as chunks of the client bundle: each is downloaded when it is first shown.
//!
//! `crates/wasm-chunks` splits the module at the functions in modules named `chunk_entry`: code that only one of them
//! reaches goes into its chunk. `page_chunk!` declares the entry of a page. A part of a page that loads later has a
//! module `chunk_entry` of its own, with a function named `PAGE_PART`.
//!
//! A page is hydrated in one step, after its chunk has been loaded. Before it shows another page, the router waits for
//! that page's chunk and keeps the current page. Leptos's `Lazy` would make the bundle larger, see
//! `docs/adr/0008-client-bundle-in-chunks.md`.

use leptos::prelude::*;
use leptos_router::ChooseView;
use leptos_router::hooks::use_url;

use crate::client::browser;
use crate::client::hydration::is_taking_over;
use crate::types::AppError;

/// A page in a chunk of its own, as the view of a route.
#[derive(Clone, Copy, Debug)]
pub struct PageChunk {
    /// The name of the chunk.
    pub name: &'static str,
    /// Another chunk that the page needs unless the server rendered it.
    pub needs: Option<&'static str>,
    /// Renders the page. Must not be called before the chunk is loaded.
    pub view: fn() -> AnyView,
}

/// Declares the chunk of the page component in this file: its name, the component, and optionally another chunk
/// that the page needs unless the server rendered it.
macro_rules! page_chunk {
    ($name:ident, $page:ident) => {
        $crate::pages::chunk::page_chunk!($name, $page, None);
    };
    ($name:ident, $page:ident, $needs:expr) => {
        /// The chunk of this page.
        pub const CHUNK: $crate::pages::chunk::PageChunk = $crate::pages::chunk::PageChunk {
            name: stringify!($name),
            needs: $needs,
            view: chunk_entry::$name,
        };

        mod chunk_entry {
            use leptos::prelude::*;

            // The bundle is split here, which is impossible if the function is inlined.
            #[inline(never)]
            pub fn $name() -> AnyView {
                super::$page().into_any()
            }
        }
    };
}

pub(crate) use page_chunk;

impl PageChunk {
    /// Waits until the page can be rendered. Does not wait on the server or during hydration.
    async fn load(self) -> Result<(), AppError> {
        let own = browser::load_chunk(self.name);
        if let Some(needed) = self.needs.filter(|_| !is_taking_over()) {
            browser::load_chunk(needed).await?;
        }
        own.await
    }
}

impl ChooseView for PageChunk {
    async fn choose(self) -> AnyView {
        let url = use_url();
        let target = url.get_untracked();
        if self.load().await.is_ok() {
            return (self.view)();
        }
        // The server may have been upgraded and have other chunks. Do nothing if the user has left meanwhile.
        if url.get_untracked() == target {
            browser::leave_for(&target);
            std::future::pending::<()>().await;
        }
        ().into_any()
    }

    async fn preload(&self) {}
}
