//! New recovery codes, which are shown once.

use leptos::prelude::*;

use crate::client::form_action::FormAction;
use crate::client::{browser, tr, use_locale};
use crate::components::Icon;
use crate::components::copy_button::CopyButton;
use crate::types::RecoveryCodesView;

/// Id of the card.
const CARD_ID: &str = "recovery-codes";
/// Id of the codes.
const CODES_ID: &str = "recovery-codes-text";

/// The codes in the response to a request; nothing before.
#[component]
pub fn NewCodes(
    /// The request.
    action: FormAction,
) -> impl IntoView {
    action.on_response(|response| {
        if response.is_ok() {
            request_animation_frame(|| browser::start_reading_at(CARD_ID));
        }
    });
    move || {
        let codes = action.value::<RecoveryCodesView>()?.recovery_codes;
        Some(view! { <Codes codes /> })
    }
}

#[component]
fn Codes(codes: Vec<String>) -> impl IntoView {
    let locale = use_locale();
    let text = codes.join("\n");
    let copied = text.clone();
    view! {
        <section class="card" id=CARD_ID aria-labelledby="recovery-codes-title" tabindex="-1">
            <h2 id="recovery-codes-title">{tr!(locale, second_factor.new_codes_title)}</h2>
            <p class="notice notice-good">
                <Icon name="check" />
                {tr!(locale, second_factor.new_codes_text)}
            </p>
            <pre id=CODES_ID class="snippet">
                {text}
            </pre>
            <div class="buttons">
                <CopyButton
                    words=tr!(locale, second_factor.copy)
                    text=move || copied.clone()
                    element=CODES_ID
                    copied=tr!(locale, api_keys.copied)
                />
            </div>
        </section>
    }
}
