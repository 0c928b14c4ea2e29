//! The element of every form that is posted to a server function.

use leptos::ev::{Event, SubmitEvent};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::client::form_action::FormAction;
use crate::client::{browser, use_session};
use crate::components::field_faults::FieldFaults;

/// Name of the hidden input with the account whose page a form is on.
const ACCOUNT: &str = "account";
/// Name of the hidden input with the page that a form is on.
pub const RETURN_TO: &str = "return_to";

/// Path and query of this page.
pub fn use_page() -> impl Fn() -> String + Clone {
    let location = use_location();
    move || {
        let query = location.search.get();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{mark}{query}", location.pathname.get())
    }
}

/// The requests of a form that signs somebody in or out. Provides their errors to the fields below the caller. On
/// success it clears the tab's storage and loads a document: the target of the redirect, or `next`.
pub fn session_form_action(url: &'static str, next: Option<String>) -> FormAction {
    let sending = FormAction::new(url).loading_document();
    FieldFaults::provide_of(move || sending.error());
    sending.on_response(move |response| {
        if response.is_ok() {
            browser::forget_all();
            if let Some(next) = &next {
                browser::load(next);
            }
        }
    });
    sending
}

/// A form that is posted to a server function.
#[component]
pub fn PostForm(
    /// The server function's URL.
    url: &'static str,
    /// Sends it once the page is live.
    send: Callback<SubmitEvent>,
    /// Its id.
    #[prop(optional)]
    id: Option<&'static str>,
    /// Its CSS class.
    #[prop(default = "form")]
    class: &'static str,
    /// How the browser encodes it; a form with a file needs `multipart/form-data`.
    #[prop(optional)]
    enctype: Option<&'static str>,
    /// Called on every input.
    #[prop(optional)]
    on_input: Option<Callback<()>>,
    /// Called when a control has got a new value and lost the focus.
    #[prop(optional)]
    on_change: Option<Callback<Event>>,
    /// Its fields.
    children: Children,
) -> impl IntoView {
    // Read once: input on this page belongs to this account, even if someone else signs in meanwhile.
    let account = use_session().account_now().map(|it| it.to_string());
    view! {
        <form
            action=url
            method="post"
            enctype=enctype
            id=id
            class=class
            novalidate
            on:submit=move |event| send.run(event)
            on:input=move |_| {
                if let Some(on_input) = on_input {
                    on_input.run(());
                }
            }
            on:change=move |event| {
                if let Some(on_change) = on_change {
                    on_change.run(event);
                }
            }
        >
            <input type="hidden" name=ACCOUNT value=account autocomplete="off" />
            <input type="hidden" name=RETURN_TO value=use_page() />
            {children()}
        </form>
    }
}
