//! Pages as chunks of the browser half: each is downloaded when it is first shown.
//!
//! `xtask/src/site` cuts the module at the functions of `entry`: what is reached through one of them alone
//! goes into a chunk of its own. `Lazy` of Leptos would have the page hydrated piece by piece, by code that
//! is a fifth of the module. Here a page's chunk is there before it is hydrated, all at once; later ones are
//! awaited by the router, which shows the page before until then.

use std::pin::Pin;

use leptos::prelude::*;
use leptos::web_sys::Element;
use leptos_router::ChooseView;
use leptos_router::hooks::use_url;

use crate::components::Locale;
use crate::components::browser;
use crate::components::server_part::Live;
use crate::components::time::is_taking_over;
use crate::pages::task::insight::sliders::INERT;
use crate::types::AppError;

/// A URL on its way.
type Url = Pin<Box<dyn Future<Output = Result<String, AppError>> + Send>>;

/// The sliders of what if.
pub const WHAT_IF: Live = Live {
    selector: INERT,
    chunk: "task_what_if",
    wake: |card, l| entry::task_what_if(card, l),
};

/// The chunk of [`names`], which the server's form does without.
const NAMES: &str = "predict_names";

/// The form, filled with what a task asked.
///
/// # Errors
/// Those of the API.
pub async fn again_url(id: String) -> Result<String, AppError> {
    const CHUNK: &str = "predict_again";
    // The form comes next, drawn by the browser.
    let names = browser::load_chunk(NAMES);
    browser::load_chunk(CHUNK).await?;
    names.await?;
    entry::predict_again(id).await
}

/// Whether [`names`] may be called; they are on their way otherwise.
pub fn has_names() -> bool {
    browser::is_loaded(NAMES)
}

/// Waits for [`names`].
///
/// # Errors
/// Where they cannot be had.
pub async fn load_names() -> Result<(), AppError> {
    browser::load_chunk(NAMES).await
}

/// All countries and all currencies by name, for a form that is not taken over from the server; not to be called
/// before their chunk is there.
pub fn names(l: Locale) -> [&'static str; 2] {
    entry::predict_names(l)
}

macro_rules! chunks {
    ($($variant:ident $name:ident $page:path;)+) => {
        /// The page that a chunk is of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Chunk {
            $(#[doc = concat!("Of [`", stringify!($page), "`].")] $variant,)+
        }

        impl Chunk {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// What the manifest of the site calls it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($name),)+
                }
            }

            fn view(self) -> AnyView {
                match self {
                    $(Self::$variant => entry::$name(),)+
                }
            }
        }

        /// Where the module is cut. Inlined, they could not be found.
        mod entry {
            use std::hint::black_box;

            use leptos::prelude::*;

            use super::{Element, Locale, Url};
            use crate::components::tr;
            use crate::pages::predict::again;
            use crate::pages::task::insight::sliders;

            // Parts of a page, named after it, for what it needs later. Callers must not see through to what
            // kind of future comes, for that is what they would otherwise bring.
            #[inline(never)]
            pub fn predict_again(id: String) -> Url {
                black_box(Box::pin(again::url_of(id)))
            }

            #[inline(never)]
            pub fn predict_names(l: Locale) -> [&'static str; 2] {
                black_box([tr!(l, list.countries), tr!(l, list.currencies)])
            }

            #[inline(never)]
            pub fn task_what_if(card: Element, l: Locale) {
                sliders::wake(card, l);
            }

            $(
                #[inline(never)]
                pub fn $name() -> AnyView {
                    $page().into_any()
                }
            )+
        }
    };
}

chunks! {
    Home home crate::pages::home::HomePage;
    Explore explore crate::pages::explore::ExplorePage;
    Register register crate::pages::register::RegisterPage;
    Login login crate::pages::login::LoginPage;
    Overview overview crate::pages::overview::OverviewPage;
    Predict predict crate::pages::predict::PredictPage;
    Tasks tasks crate::pages::tasks::TasksPage;
    Task task crate::pages::task::TaskPage;
    Compare compare crate::pages::compare::ComparePage;
    Shared shared crate::pages::shared::SharedPage;
    Transactions transactions crate::pages::transactions::TransactionsPage;
    Account account crate::pages::account::AccountPage;
}

impl Chunk {
    /// That of the page at a path, so that the server can have it loaded with the rest.
    #[cfg(feature = "ssr")]
    pub fn at(path: &str) -> Option<Self> {
        let parts: Vec<_> = path.trim_matches('/').split('/').collect();
        Some(match parts[..] {
            [""] => Self::Home,
            ["explore"] => Self::Explore,
            ["register"] => Self::Register,
            ["login"] => Self::Login,
            ["overview"] => Self::Overview,
            ["predict"] => Self::Predict,
            ["tasks"] => Self::Tasks,
            ["tasks", _] => Self::Task,
            ["compare"] => Self::Compare,
            ["shared", _] => Self::Shared,
            ["transactions"] => Self::Transactions,
            ["account"] => Self::Account,
            _ => return None,
        })
    }
}

impl Chunk {
    /// Waits for what the page needs; not at all on the server, nor when a page is taken over.
    async fn load(self) -> Result<(), AppError> {
        let own = browser::load_chunk(self.name());
        if self == Self::Predict && !is_taking_over() {
            browser::load_chunk(NAMES).await?;
        }
        own.await
    }
}

impl ChooseView for Chunk {
    async fn choose(self) -> AnyView {
        let url = use_url();
        let target = url.get_untracked();
        if self.load().await.is_ok() {
            return self.view();
        }
        // The server may have other chunks by now. Who went elsewhere meanwhile is left in peace.
        if url.get_untracked() == target {
            browser::leave_for(&target);
            std::future::pending::<()>().await;
        }
        ().into_any()
    }

    async fn preload(&self) {}
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use leptos_axum::generate_route_list;

    use super::*;
    use crate::app::App;

    #[tokio::test]
    async fn the_server_knows_the_chunk_of_each_page() {
        let mut found: Vec<_> = generate_route_list(App)
            .iter()
            .map(|route| Chunk::at(route.path()).map(Chunk::name))
            .collect();
        found.sort_unstable();
        let mut all: Vec<_> = Chunk::ALL.iter().map(|chunk| Some(chunk.name())).collect();
        all.sort_unstable();
        assert_eq!(found, all);
    }

    #[test]
    fn an_address_without_a_page_has_no_chunk() {
        assert_eq!(Chunk::at("/tasks/7/8"), None);
        assert_eq!(Chunk::at("/api"), None);
        assert_eq!(Chunk::at("/tasks/7/"), Some(Chunk::Task));
    }
}
