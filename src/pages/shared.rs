//! A result that its owner has shared, for everybody who has the private link.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map};

use super::task::context_cards::ContextCards;
use super::task::inputs::CampaignInputs;
use super::task::insight::why::Why;
use super::task::result::Answer;
use crate::api::get_shared;
use crate::client::data::Data;
use crate::client::preview::{Preview, describe};
use crate::client::respond::respond_in_private;
use crate::client::{Locale, tr, use_locale};
use crate::components::page_title::PageTitle;
use crate::components::{Loaded, TrackRecordLink, format, labels};
use crate::pages::chunk::page_chunk;
use crate::types::{ResultView, SharedView};

page_chunk!(shared, SharedPage);

/// The page of a private link.
#[component]
pub fn SharedPage() -> impl IntoView {
    respond_in_private();
    let params = use_params_map();
    let shared = Data::new(move || {
        get_shared(params.with(|params| params.get("token").unwrap_or_default()))
    });
    view! {
        <Loaded
            resource=shared
            lines=8
            show=move |shared| view! { <Shared shared /> }.into_any()
        />
    }
}

#[component]
fn Shared(
    /// The result.
    shared: SharedView,
) -> impl IntoView {
    let locale = use_locale();
    let path = use_location().pathname;
    let file = format!("{}/report.pdf", path.get_untracked());
    describe(|| {
        let path = path.get_untracked();
        Preview {
            title: shared.campaign.name.clone(),
            description: description(locale, &shared.result),
            image: format!("{path}/card.png"),
            path,
            is_indexed: false,
        }
    });
    let campaign = shared.campaign;
    let model = labels::model(locale, &shared.model);
    let probability = shared.result.probability;
    let context = shared.result.context.clone().map(|context| {
        let (campaign, explanation) = (campaign.clone(), shared.explanation.clone());
        view! { <ContextCards campaign probability context explanation /> }
    });
    let why = shared.explanation.map(|explanation| {
        let campaign = campaign.clone();
        view! { <Why campaign explanation /> }
    });
    view! {
        <PageTitle page=campaign.name.clone() />
        <div class="page-head">
            <div>
                <h1>
                    <bdi>{campaign.name.clone()}</bdi>
                </h1>
                <p class="lead">{tr!(locale, share.lead)}</p>
            </div>
            <div class="buttons">
                <a class="button" href=file rel="external" download="">
                    {tr!(locale, report.download)}
                </a>
                <a class="button" href="/">
                    {tr!(locale, share.own)}
                </a>
            </div>
        </div>
        <section class="card result">
            <Answer result=shared.result />
            <p class="quiet">{tr!(locale, task.model)} ": " {model}</p>
            <p class="quiet">
                <TrackRecordLink model=shared.model.id />
            </p>
        </section>
        {context}
        {why}
        <CampaignInputs campaign />
    }
}

/// A result in a sentence.
fn description(locale: Locale, result: &ResultView) -> String {
    tr!(
        locale,
        task.gauge,
        probability = format::percent(locale, result.probability),
        low = format::percent(locale, result.interval_low),
        high = format::percent(locale, result.interval_high),
        verdict = labels::verdict(locale, result.verdict)
    )
}
