//! The notice that live changes do not arrive at the moment.

use leptos::prelude::*;

use crate::client::live::{Connection, Live};
use crate::client::{tr, use_locale};

/// The notice, shown while the event stream is lost.
#[component]
pub fn ConnectionNotice() -> impl IntoView {
    let locale = use_locale();
    let lost = use_context::<Live>().map(|live| live.connection);
    view! {
        <div class="connection" role="status">
            {move || {
                (lost.map(|it| it.get()) == Some(Connection::Lost))
                    .then(|| view! { <p>{tr!(locale, app.reconnecting)}</p> })
            }}
        </div>
    }
}
