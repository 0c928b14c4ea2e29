//! The set-up of an authenticator app: a QR code, its secret to type, and the first code.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::api::{EnableSecondFactor, StartSecondFactor};
use crate::client::form_action::FormAction;
use crate::client::{tr, use_locale};
use crate::components::field::Submit;
use crate::components::field_faults::FieldFaults;
use crate::components::form::PostForm;
use crate::components::{Field, FormErrors};
use crate::types::SecondFactorSetup;

/// Characters of the secret that are written together.
const GROUP: usize = 4;

/// The set-up.
#[component]
pub fn SetupForm(
    /// The secret.
    setup: SecondFactorSetup,
    /// The request that ends the set-up.
    enable: FormAction,
    /// The request that begins it again.
    start: FormAction,
) -> impl IntoView {
    let locale = use_locale();
    FieldFaults::provide_of(move || enable.error());
    let secret = grouped(&setup.secret);
    view! {
        <ol class="steps">
            <li>
                <p>{tr!(locale, second_factor.scan)}</p>
                <svg
                    class="qr-code"
                    viewBox=format!("0 0 {0} {0}", setup.qr_size)
                    role="img"
                    aria-label=tr!(locale, second_factor.qr_code)
                >
                    <path d=setup.qr_path></path>
                </svg>
                <p>
                    {tr!(locale, second_factor.type_secret)} " " <code class="secret">{secret}</code>
                </p>
                <p>
                    <a href=setup.url rel="external">
                        {tr!(locale, second_factor.open_app)}
                    </a>
                </p>
            </li>
            <li>
                <p>{tr!(locale, second_factor.first_code)}</p>
                <PostForm url=EnableSecondFactor::PATH send=enable.sender(|| true)>
                    <FormErrors conflict=tr!(locale, error.conflict) />
                    <Field name="code" autocomplete="one-time-code" />
                    <Submit pending=enable.pending()>{tr!(locale, second_factor.enable)}</Submit>
                </PostForm>
            </li>
        </ol>
        <PostForm url=StartSecondFactor::PATH send=start.sender(|| true)>
            <Submit pending=start.pending() class="button">
                {tr!(locale, second_factor.start_again)}
            </Submit>
        </PostForm>
    }
}

fn grouped(secret: &str) -> String {
    let chars: Vec<char> = secret.chars().collect();
    let groups = chars.chunks(GROUP).map(|it| it.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}
