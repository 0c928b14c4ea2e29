//! The price of a prediction and the choice of a model: the submit button with the balance next to it.

use leptos::prelude::*;

use crate::client::data::Data;
use crate::client::{tr, use_locale, use_session};
use crate::components::async_view::{AsyncView, load};
use crate::components::field::Submit;
use crate::components::select::{Choice, position_of};
use crate::components::{ErrorPanel, Select, TrackRecordLink, format};
use crate::types::{Credits, ModelView};

/// The models on offer, while and after they are loaded.
pub type Models = Data<Vec<ModelView>>;

/// The model with that id, or the default one if the id is empty.
fn chosen<'a>(models: &'a [ModelView], model_id: &str) -> Option<&'a ModelView> {
    models.iter().find(|model| {
        if model_id.is_empty() {
            model.is_default
        } else {
            model.id.to_string() == model_id
        }
    })
}

/// The choice of a model, if there is more than one.
#[component]
pub fn ModelChoice(
    /// The models on offer.
    models: Models,
    /// The model that is chosen at first; empty for the default.
    model_id: RwSignal<String>,
) -> impl IntoView {
    let locale = use_locale();
    let field = move |models: Vec<ModelView>| {
        let choices: Vec<_> = models
            .iter()
            .map(|model| {
                let label = tr!(
                    locale,
                    predict.model_option,
                    name = model.name.clone(),
                    version = model.version.clone(),
                    price = format::credits(locale, model.price)
                );
                Choice::new(model.id.to_string(), label)
            })
            .collect();
        let groups = vec![choices.into()];
        let selected = chosen(&models, &model_id.get_untracked())
            .and_then(|model| position_of(&groups, &model.id.to_string()));
        view! { <Select name="model_id" groups selected /> }
    };
    let view = load(move || async move {
        let models = models.await.ok().filter(|models| models.len() > 1);
        models.map(field).into_any()
    });
    view! { <AsyncView view /> }
}

/// The button with the price on it, and whether the balance covers it.
#[component]
pub fn PayButton(
    /// The models on offer.
    models: Models,
    /// The model that is chosen; empty for the default.
    model_id: RwSignal<String>,
    /// Whether the request is pending.
    #[prop(into)]
    pending: Signal<bool>,
) -> impl IntoView {
    let locale = use_locale();
    let session = use_session();
    let view = load(move || {
        let model_id = model_id.get();
        async move {
            let models = match models.await {
                Ok(models) => models,
                Err(error) => return view! { <ErrorPanel error /> }.into_any(),
            };
            let chosen = chosen(&models, &model_id).map(|model| (model.id, model.price));
            let Some((model, price)) = chosen else {
                return view! { <p class="notice">{tr!(locale, predict.no_model)}</p> }.into_any();
            };
            let balance = session.balance.await.ok().flatten();
            let available = balance.map(|balance| balance.available);
            view! {
                <input
                    type="hidden"
                    name="max_price"
                    value=price.to_string()
                    autocomplete="off"
                />
                <Submit pending=pending class="button button-main button-large">
                    {tr!(locale, predict.submit, price = format::credits(locale, price))}
                </Submit>
                <Affordable price available />
                <p class="quiet">
                    <TrackRecordLink model />
                </p>
            }
            .into_any()
        }
    });
    view! { <AsyncView view lines=2 /> }
}

#[component]
fn Affordable(
    /// What a prediction costs.
    price: Credits,
    /// The available credits; `None` if unknown.
    available: Option<Credits>,
) -> impl IntoView {
    let locale = use_locale();
    available.map(|available| {
        let words = format::credits(locale, available);
        if available >= price {
            view! {
                <p class="quiet">
                    {tr!(locale, predict.have, available = words)} " " {tr!(locale, predict.pays)}
                </p>
            }
            .into_any()
        } else {
            view! {
                <p class="notice">
                    {tr!(locale, predict.short, available = words)} " "
                    <a href="/overview#top-up">{tr!(locale, error.top_up)}</a>
                </p>
            }
            .into_any()
        }
    })
}
