//! The example: a complete result of an invented campaign, for visitors without an account. The default model calculates
//! it, and the sliders work.

use leptos::prelude::*;

use super::home::{CallToAction, EXAMPLE_PATH};
use super::task::context_cards::ContextCards;
use super::task::inputs::CampaignInputs;
use super::task::insight::changes::Changes;
use super::task::insight::sliders::WHAT_IF;
use super::task::insight::what_if::WhatIfCard;
use super::task::insight::why::Why;
use super::task::result::Answer;
use crate::api::{get_example, list_models};
use crate::client::data::{Data, Payload};
use crate::client::preview::{Preview, describe};
use crate::client::{tr, use_locale};
use crate::components::guard::LoadError;
use crate::components::page_title::PageTitle;
use crate::components::server_part::{self, ServerPart};
use crate::components::{Empty, format, labels};
use crate::pages::chunk::page_chunk;
use crate::types::{AppError, Credits, ExampleView};

/// Id of the part with the cards, which only the server renders.
const CARDS: &str = "example";

/// The example, and the price of a prediction.
type Found = Result<(ExampleView, Option<Credits>), AppError>;

page_chunk!(example, ExamplePage);

/// The page of the example.
#[component]
pub fn ExamplePage() -> impl IntoView {
    let locale = use_locale();
    let cards =
        Data::<String>::raw(|| server_part::fetch(CARDS, EXAMPLE_PATH.to_owned(), None, look));
    describe(|| {
        Preview::of_public_page(
            tr!(locale, example.title),
            tr!(locale, example.lead),
            EXAMPLE_PATH,
        )
    });
    view! {
        <PageTitle page=tr!(locale, example.title) />
        <div class="page-head">
            <div>
                <h1>{tr!(locale, example.title)}</h1>
                <p class="lead">{tr!(locale, example.lead)}</p>
            </div>
        </div>
        <ServerPart id=CARDS data=cards.share() draw=|found| draw(&found) live=Some(WHAT_IF) />
        <section class="card" aria-labelledby="own-title">
            <h2 id="own-title">{tr!(locale, example.own_title)}</h2>
            <CallToAction with_example=false />
        </section>
    }
}

async fn look() -> Found {
    let example = get_example().await?;
    let models = list_models().await?;
    let default = models.iter().find(|model| model.is_default);
    Ok((example, default.map(|model| model.price)))
}

fn draw(found: &Payload) -> AnyView {
    match found.held::<Found>() {
        Some(Ok((example, price))) => view! { <Cards example price /> }.into_any(),
        Some(Err(AppError::NotFound)) => view! { <NoModel /> }.into_any(),
        Some(Err(error)) => view! { <LoadError error /> }.into_any(),
        None => ().into_any(),
    }
}

#[component]
fn NoModel() -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="card">
            <Empty
                title=tr!(locale, example.no_model)
                text=tr!(locale, example.no_model_text)
                action=Some(("/", tr!(locale, not_found.home)))
            />
        </div>
    }
}

#[component]
fn Cards(
    /// The example.
    example: ExampleView,
    /// The price of a prediction, if a model is live.
    price: Option<Credits>,
) -> impl IntoView {
    let locale = use_locale();
    let campaign = example.campaign;
    let probability = example.result.probability;
    let model = labels::model(locale, &example.model);
    let context = example.result.context.clone().map(|context| {
        let (campaign, explanation) = (campaign.clone(), Some(example.explanation.clone()));
        view! { <ContextCards campaign probability context explanation /> }
    });
    let goal = format::usd(locale, campaign.usd_goal);
    let days = tr!(locale, task.duration, count = campaign.duration_days());
    let cost = price.map(|price| {
        let price = format::credits(locale, price);
        view! { <p>{tr!(locale, example.cost, price = price)}</p> }
    });
    view! {
        <section class="card" aria-labelledby="about-title">
            <h2 id="about-title">{tr!(locale, example.about_title)}</h2>
            <p>
                {tr!(locale, example.campaign)} " " <bdi>{campaign.name.clone()}</bdi>
            </p>
            <p>{tr!(locale, example.plan, goal = goal, days = days)}</p>
            <p>{tr!(locale, example.page)}</p>
            {cost}
        </section>
        <section class="card result">
            <Answer result=example.result />
            <p class="quiet">{tr!(locale, task.model)} ": " {model}</p>
        </section>
        {context}
        <Changes
            campaign=campaign.clone()
            probability
            advice=example.advice
            refusal=None
            is_own=false
        />
        <div class="columns">
            <Why campaign=campaign.clone() explanation=example.explanation />
            <WhatIfCard task=None campaign=campaign.clone() probability curves=example.curves />
        </div>
        <CampaignInputs campaign />
    }
}
