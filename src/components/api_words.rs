//! The names of the operations of the API and of their groups, in the language of the reader. The OpenAPI document has the
//! English ones.

use crate::client::{Locale, tr};

/// What an operation does, in a line; empty for an unknown ID.
pub fn operation(locale: Locale, id: &str) -> &'static str {
    match id {
        "predict" => tr!(locale, api_operation.predict),
        "get_task" => tr!(locale, api_operation.get_task),
        "list_tasks" => tr!(locale, api_operation.list_tasks),
        "cancel_task" => tr!(locale, api_operation.cancel_task),
        "download_tasks" => tr!(locale, api_operation.download_tasks),
        "download_report" => tr!(locale, api_operation.download_report),
        "get_insight" => tr!(locale, api_operation.get_insight),
        "what_if" => tr!(locale, api_operation.what_if),
        "get_advice" => tr!(locale, api_operation.get_advice),
        "get_balance" => tr!(locale, api_operation.get_balance),
        "top_up" => tr!(locale, api_operation.top_up),
        "get_balance_history" => tr!(locale, api_operation.get_balance_history),
        "list_transactions" => tr!(locale, api_operation.list_transactions),
        "download_transactions" => tr!(locale, api_operation.download_transactions),
        "report_outcome" => tr!(locale, api_operation.report_outcome),
        "get_outcomes" => tr!(locale, api_operation.get_outcomes),
        "report_outcomes" => tr!(locale, api_operation.report_outcomes),
        "list_unreported" => tr!(locale, api_operation.list_unreported),
        "download_unreported" => tr!(locale, api_operation.download_unreported),
        "share" => tr!(locale, api_operation.share),
        "unshare" => tr!(locale, api_operation.unshare),
        "get_link" => tr!(locale, api_operation.get_link),
        "get_shared" => tr!(locale, api_operation.get_shared),
        "get_badge" => tr!(locale, api_operation.get_badge),
        "get_card" => tr!(locale, api_operation.get_card),
        "download_shared_report" => tr!(locale, api_operation.download_shared_report),
        "list_models" => tr!(locale, api_operation.list_models),
        "get_track_record" => tr!(locale, api_operation.get_track_record),
        "get_drift" => tr!(locale, api_operation.get_drift),
        "create_model" => tr!(locale, api_operation.create_model),
        "get_example" => tr!(locale, api_operation.get_example),
        "get_example_summary" => tr!(locale, api_operation.get_example_summary),
        "what_if_example" => tr!(locale, api_operation.what_if_example),
        "explore" => tr!(locale, api_operation.explore),
        "launch_calendar" => tr!(locale, api_operation.launch_calendar),
        "register" => tr!(locale, api_operation.register),
        "login" => tr!(locale, api_operation.login),
        "logout" => tr!(locale, api_operation.logout),
        "me" => tr!(locale, api_operation.me),
        "change_password" => tr!(locale, api_operation.change_password),
        "end_sessions" => tr!(locale, api_operation.end_sessions),
        "create_api_key" => tr!(locale, api_operation.create_api_key),
        "rename_api_key" => tr!(locale, api_operation.rename_api_key),
        "revoke_api_key" => tr!(locale, api_operation.revoke_api_key),
        "list_api_keys" => tr!(locale, api_operation.list_api_keys),
        "get_current_api_key" => tr!(locale, api_operation.get_current_api_key),
        "list_api_key_spend" => tr!(locale, api_operation.list_api_key_spend),
        "events" => tr!(locale, api_operation.events),
        "health_live" => tr!(locale, api_operation.health_live),
        "health_ready" => tr!(locale, api_operation.health_ready),
        "openapi" => tr!(locale, api_operation.openapi),
        _ => "",
    }
}

/// The name of a group of operations; empty for an unknown tag.
pub fn group(locale: Locale, tag: &str) -> &'static str {
    match tag {
        "predictions" => tr!(locale, api_group.predictions),
        "insights" => tr!(locale, api_group.insights),
        "credits" => tr!(locale, api_group.credits),
        "outcomes" => tr!(locale, api_group.outcomes),
        "sharing" => tr!(locale, api_group.sharing),
        "models" => tr!(locale, api_group.models),
        "public" => tr!(locale, api_group.public),
        "accounts" => tr!(locale, api_group.accounts),
        "keys" => tr!(locale, api_group.keys),
        "service" => tr!(locale, api_group.service),
        _ => "",
    }
}
