//! What a request needs of its API key, by path: the one place that says so. A path that nobody has listed takes no key.

use std::collections::HashMap;
use std::sync::LazyLock;

use leptos::server_fn::ServerFn as _;

use super::{crawlers, inference_paths, openapi, security_txt};
use crate::api::{
    CancelBatch, CancelTask, ChangePassword, CreateApiKey, CreateBatch, CreateModel, CreateWebhook,
    DeleteBatch, DeleteWebhook, DisableSecondFactor, EnableSecondFactor, EndOtherSessions,
    EndSession, EndSessions, Explore, GetAdvice, GetBalance, GetBalanceHistory, GetBatch,
    GetCurrentApiKey, GetDelivery, GetDrift, GetEmailLink, GetEmailSettings, GetExample,
    GetExampleSummary, GetInsight, GetLink, GetOutcomes, GetSecondFactor, GetShared, GetTask,
    GetTrackRecord, GetWebhook, LaunchCalendar, ListApiKeySpend, ListApiKeys, ListBatchTasks,
    ListBatches, ListDeliveries, ListModels, ListSessions, ListTasks, ListTransactions,
    ListUnreported, ListWebhooks, Login, LoginSecondFactor, Logout, Me, Predict, RatePassword,
    Reauthenticate, Register, RenameApiKey, RenewRecoveryCodes, ReportOutcome, ReportOutcomes,
    RequestPasswordReset, ResendDelivery, ResetPassword, RevokeApiKey, RotateWebhookSecret,
    SendVerification, SetLowBalance, SetWebhookEnabled, Share, StartBatch, StartSecondFactor,
    TestWebhook, TopUp, Unshare, UpdateWebhook, VerifyEmail, WhatIf, WhatIfExample,
};
use crate::types::Scope;

/// What a request needs of its API key, if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing: who sends the request makes no difference, so a key is not even read.
    Open,
    /// A valid key. Requests without a key and without a session are answered, too.
    Anybody,
    /// A valid key with this scope. Without a key, the request needs a session.
    Needs(Scope),
    /// For browsers: no key is accepted. A server function needs a session.
    SessionOnly,
    /// For browsers, signed in or not: no key is accepted.
    BrowserOnly,
}

use Access::{Anybody, BrowserOnly, Needs, Open, SessionOnly};
use Scope::{Manage, Read};

/// Every server function.
const FUNCTIONS: &[(&str, Access)] = &[
    (Register::PATH, BrowserOnly),
    (Login::PATH, BrowserOnly),
    (LoginSecondFactor::PATH, BrowserOnly),
    (Logout::PATH, BrowserOnly),
    (Reauthenticate::PATH, SessionOnly),
    (Me::PATH, Needs(Read)),
    (ChangePassword::PATH, Needs(Manage)),
    (EndSessions::PATH, Needs(Manage)),
    // The second factor protects an account whose password is known, so a key must not remove it.
    (GetSecondFactor::PATH, SessionOnly),
    (StartSecondFactor::PATH, SessionOnly),
    (EnableSecondFactor::PATH, SessionOnly),
    (RenewRecoveryCodes::PATH, SessionOnly),
    (DisableSecondFactor::PATH, SessionOnly),
    (ListSessions::PATH, Needs(Manage)),
    (EndSession::PATH, Needs(Manage)),
    (EndOtherSessions::PATH, Needs(Manage)),
    (RatePassword::PATH, BrowserOnly),
    (GetEmailSettings::PATH, Needs(Read)),
    (SetLowBalance::PATH, Needs(Manage)),
    (SendVerification::PATH, Needs(Manage)),
    (GetEmailLink::PATH, BrowserOnly),
    (VerifyEmail::PATH, BrowserOnly),
    (RequestPasswordReset::PATH, BrowserOnly),
    (ResetPassword::PATH, BrowserOnly),
    (CreateApiKey::PATH, Needs(Manage)),
    (RenameApiKey::PATH, Needs(Manage)),
    (RevokeApiKey::PATH, Needs(Manage)),
    (ListApiKeys::PATH, Needs(Manage)),
    (ListApiKeySpend::PATH, Needs(Manage)),
    // Whatever a key may do, it may know its own limits.
    (GetCurrentApiKey::PATH, Anybody),
    (GetBalance::PATH, Needs(Read)),
    (GetBalanceHistory::PATH, Needs(Read)),
    (TopUp::PATH, Needs(Scope::TopUp)),
    (ListTransactions::PATH, Needs(Read)),
    (Predict::PATH, Needs(Scope::Predict)),
    (CancelTask::PATH, Needs(Scope::Predict)),
    (GetTask::PATH, Needs(Read)),
    (ListTasks::PATH, Needs(Read)),
    (CreateBatch::PATH, Needs(Scope::Predict)),
    (StartBatch::PATH, Needs(Scope::Predict)),
    (CancelBatch::PATH, Needs(Scope::Predict)),
    (DeleteBatch::PATH, Needs(Scope::Predict)),
    (GetBatch::PATH, Needs(Read)),
    (ListBatches::PATH, Needs(Read)),
    (ListBatchTasks::PATH, Needs(Read)),
    (GetInsight::PATH, Needs(Read)),
    (GetAdvice::PATH, Needs(Read)),
    (WhatIf::PATH, Needs(Read)),
    (Share::PATH, Needs(Scope::Predict)),
    (Unshare::PATH, Needs(Scope::Predict)),
    (GetLink::PATH, Needs(Read)),
    (ReportOutcome::PATH, Needs(Scope::Predict)),
    (ReportOutcomes::PATH, Needs(Scope::Predict)),
    (GetOutcomes::PATH, Needs(Read)),
    (ListUnreported::PATH, Needs(Read)),
    (GetShared::PATH, Anybody),
    (GetExample::PATH, Anybody),
    (GetExampleSummary::PATH, Anybody),
    (WhatIfExample::PATH, Anybody),
    (Explore::PATH, Anybody),
    (LaunchCalendar::PATH, Anybody),
    (ListModels::PATH, Anybody),
    (GetTrackRecord::PATH, Anybody),
    (GetDrift::PATH, Needs(Read)),
    (CreateModel::PATH, Needs(Manage)),
    // A webhook sends the data of the account elsewhere.
    (CreateWebhook::PATH, Needs(Manage)),
    (ListWebhooks::PATH, Needs(Manage)),
    (GetWebhook::PATH, Needs(Manage)),
    (UpdateWebhook::PATH, Needs(Manage)),
    (SetWebhookEnabled::PATH, Needs(Manage)),
    (DeleteWebhook::PATH, Needs(Manage)),
    (RotateWebhookSecret::PATH, Needs(Manage)),
    (TestWebhook::PATH, Needs(Manage)),
    (ListDeliveries::PATH, Needs(Manage)),
    (GetDelivery::PATH, Needs(Manage)),
    (ResendDelivery::PATH, Needs(Manage)),
];

/// What a session may do only if its user authenticated recently: it gives access that outlives the session. A changed
/// password needs the current one in its own form. API keys are exempt, because their scopes decide.
const NEEDS_REAUTHENTICATION: &[&str] = &[
    CreateApiKey::PATH,
    CreateWebhook::PATH,
    // It may have a new address.
    UpdateWebhook::PATH,
    RotateWebhookSecret::PATH,
    StartSecondFactor::PATH,
    EnableSecondFactor::PATH,
    RenewRecoveryCodes::PATH,
    DisableSecondFactor::PATH,
];

/// Every other route that takes a key, or to which a key makes no difference.
const ROUTES: &[(&str, Access)] = &[
    ("/api", Anybody),
    ("/api/", Anybody),
    ("/api/{*unknown}", Anybody),
    (openapi::PATH, Open),
    ("/api/tasks.csv", Needs(Read)),
    ("/api/batch/tasks.csv", Needs(Read)),
    ("/api/transactions.csv", Needs(Read)),
    ("/api/outcomes.csv", Needs(Read)),
    ("/shared/{token}/badge.svg", Open),
    ("/shared/{token}/card.png", Open),
    ("/shared/{token}/report.pdf", Open),
    ("/report.pdf", Needs(Read)),
    ("/events", Needs(Read)),
    ("/health/live", Open),
    ("/health/ready", Open),
    (inference_paths::ROOT, Open),
    ("/v2/{*unknown}", Anybody),
    ("/v2/health/live", Open),
    ("/v2/health/ready", Open),
    ("/v2/models/{name}", Anybody),
    ("/v2/models/{name}/ready", Anybody),
    ("/v2/models/{name}/infer", Needs(Scope::Predict)),
    ("/v2/models/{name}/versions/{version}", Anybody),
    ("/v2/models/{name}/versions/{version}/ready", Anybody),
    (
        "/v2/models/{name}/versions/{version}/infer",
        Needs(Scope::Predict),
    ),
    (crawlers::ROBOTS_PATH, Open),
    (crawlers::SITEMAP_PATH, Open),
    (security_txt::PATH, Open),
    ("/card.png", Open),
];

/// What a request needs; `route` is the pattern that the router has matched. Files and unknown paths match none.
pub fn of(route: Option<&str>) -> Access {
    static TABLE: LazyLock<HashMap<&str, Access>> =
        LazyLock::new(|| FUNCTIONS.iter().chain(ROUTES).copied().collect());
    match route {
        Some(route) => TABLE.get(route).copied().unwrap_or(SessionOnly),
        None => Open,
    }
}

/// Whether a server function can be called without a session and without a key.
pub fn is_for_anybody(path: &str) -> bool {
    let found = FUNCTIONS.iter().find(|(it, _)| *it == path);
    found.is_some_and(|(_, access)| matches!(access, Open | Anybody | BrowserOnly))
}

/// Whether a session may call a server function only if its user authenticated recently.
pub fn needs_reauthentication(path: &str) -> bool {
    NEEDS_REAUTHENTICATION.contains(&path)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use leptos::server_fn::axum::server_fn_paths;

    use super::*;

    #[test]
    fn every_server_function_declares_what_a_key_needs_once() {
        let listed: Vec<&str> = FUNCTIONS.iter().map(|(path, _)| *path).collect();
        let distinct: HashSet<&str> = listed.iter().copied().collect();
        assert_eq!(distinct.len(), listed.len(), "listed twice");
        let existing: HashSet<&str> = server_fn_paths().map(|(path, _)| path).collect();
        assert_eq!(distinct, existing);
    }

    #[test]
    fn what_needs_reauthentication_needs_a_session_before_its_body_is_read() {
        for path in NEEDS_REAUTHENTICATION {
            assert!(!is_for_anybody(path), "{path}");
        }
    }

    #[test]
    fn what_is_not_listed_takes_no_key() {
        assert_eq!(of(Some("/events")), Needs(Read));
        assert_eq!(of(Some(Predict::PATH)), Needs(Scope::Predict));
        assert_eq!(of(Some("/account/keys")), SessionOnly);
        assert_eq!(of(None), Open);
        assert!(is_for_anybody(Login::PATH));
        assert!(!is_for_anybody(Predict::PATH));
        assert!(!is_for_anybody("/api/new"), "a function that nobody listed");
    }

    #[test]
    fn what_belongs_to_a_user_needs_a_scope() {
        let open = ROUTES.iter().filter(|(_, access)| *access == Open);
        let mut open = open.map(|(path, _)| *path);
        let public = [
            "/robots",
            "/sitemap",
            "/card.png",
            security_txt::PATH,
            "/shared/",
            "/health/",
            inference_paths::ROOT,
            openapi::PATH,
        ];
        let is_public = |path: &str| public.iter().any(|start| path.starts_with(start));
        assert!(open.all(is_public));
    }
}
