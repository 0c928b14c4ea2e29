//! What widgets and pages need of the browser and the server: data, requests of forms, live changes, storage.
//!
//! Leptos has counterparts of [`data`] and [`form_action`], but compiles them anew for each type. `README.md` beside this
//! file has the numbers.

pub mod browser;
pub mod data;
pub mod form_action;
pub mod hydration;
pub mod idempotency;
pub mod live;
pub mod local_path;
pub mod locale;
pub mod preview;
pub mod respond;
pub mod scroll_position;
pub mod session;

pub use locale::{Locale, tr, use_locale};
pub use session::{Session, use_session};
