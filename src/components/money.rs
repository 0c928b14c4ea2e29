//! Credits. All pages show them with this component.

use leptos::prelude::*;

use super::format;
use crate::client::use_locale;
use crate::types::Credits;

/// A sum of credits, such as `1,000 credits`.
#[component]
pub fn Money(
    /// The sum.
    credits: Credits,
    /// Whether gains have a plus sign, as in the ledger.
    #[prop(optional)]
    signed: bool,
    /// Only the number, if the unit is in the heading of the column.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    let locale = use_locale();
    let text = if bare {
        format::whole_number(locale, credits.0)
    } else {
        format::credits(locale, credits)
    };
    let plus = (signed && credits.0 > 0).then_some("+");
    let class = match (signed, credits.0 > 0) {
        (true, true) => "money money-gain",
        (true, false) => "money money-loss",
        _ => "money",
    };
    view! { <span class=class>{plus} {text}</span> }
}
