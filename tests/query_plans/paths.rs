//! The hot paths of users and workers.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use pledgecast::database::Database;
use pledgecast::delivery::{Deliverer, Sender};
use pledgecast::entities::{email, users};
use pledgecast::inference::InferencePool;
use pledgecast::mail::Mailer;
use pledgecast::queue::{self, ClaimOptions, EndedEmail, Notifier};
use pledgecast::services::attempts::{Client, Device};
use pledgecast::services::batches::Upload;
use pledgecast::services::emails::Links;
use pledgecast::services::predictions::Payer;
use pledgecast::services::sessions::{Lifetimes, Origin};
use pledgecast::services::webhooks::{Secrets, Targets};
use pledgecast::services::{Clock, KeyRing, SentFile, ServiceOptions, Services, SystemClock};
use pledgecast::types::{
    ApiKeyInput, ApiKeySpendInput, AppError, BatchTaskFilter, BatchTaskFilterInput, CampaignInput,
    DeliveryStatus, EmailStatus, ModelId, OutcomeInput, SiteRules, TaskFilter, TaskFilterInput,
    TaskId, TaskStatus, TransactionFilterInput, UserId, Verdict, WebhookId, WebhookInput,
    campaign_example,
};
use pledgecast::worker::{Worker, WorkerOptions};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use tower_cookies::Cookies;

use super::filled::{Filled, POOR};

const LEASE: Duration = Duration::from_secs(30);
const LIFETIMES: Lifetimes = Lifetimes {
    idle: chrono::Duration::days(3_650),
    max: chrono::Duration::days(3_650),
};

/// Runs each path once on this database handle.
pub async fn walk(database: Database, filled: &Filled) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let notifier = Notifier::new(&database);
    let pool = InferencePool::start(1).unwrap();
    let services = Services::new(&database, &notifier, &clock, pool.clone(), &options());
    let worker = Worker::new(
        database.clone(),
        notifier,
        Arc::clone(&clock),
        Arc::clone(&services.models),
        pool,
        WorkerOptions {
            loops: 1,
            batch: 128,
            lease: LEASE,
            max_attempts: 1,
            inference_timeout: Duration::from_secs(20),
            poll: Duration::from_secs(1),
            max_wait: Duration::from_secs(1),
        },
    );
    let apart = filled.connect().await;
    let user = users::Entity::find_by_id(UserId(7)).one(apart.read()).await;
    let user = user.unwrap().unwrap();
    sign_in(&services, &user).await;
    give_codes(&services, &user).await;
    work(&services, &worker, &database, &*clock).await;
    look(&services, user.id).await;
    report(&services, user.id).await;
    use_keys(&services, user.id, &*clock).await;
    buy_batch(&services, &worker, user.id).await;
    deliver(&services, &database, &clock, user.id).await;
    send_emails(&services, &database, &clock, &user).await;
}

fn options() -> ServiceOptions {
    ServiceOptions {
        rules: SiteRules::default(),
        welcome_credits: 10,
        max_queued: 1000,
        max_open_tasks: 20_000,
        attempts_per_minute: 1000,
        hashing_threads: 1,
        shared_per_minute: NonZeroU32::MAX,
        keys: KeyRing::new(tower_cookies::Key::generate()),
        https: false,
        admin_second_factor: true,
        session_lifetimes: LIFETIMES,
        sends_email: true,
        webhook_targets: Targets::default(),
        insight_timeout: Duration::from_secs(10),
        questions_per_minute: NonZeroU32::MAX,
    }
}

fn campaign(clock: &dyn Clock) -> CampaignInput {
    campaign_example(clock.now().date_naive())
}

async fn sign_in(services: &Services, user: &users::Model) {
    let client = Client {
        address: [127, 0, 0, 1].into(),
        device: None::<Device>,
        locale: "en",
    };
    let denied = services
        .accounts
        .log_in(&user.email, "not the password", &client)
        .await;
    assert!(denied.is_err());
    let cookies = Cookies::default();
    let origin = Origin::new(None, client.address);
    let sessions = &services.sessions;
    for _ in 0..2 {
        let opened = sessions.open(&cookies, user, origin.clone());
        opened.await.unwrap();
    }
    let found = services.sessions.user(&cookies).await.unwrap();
    assert_eq!(found.id, user.id);
    let (session, _) = sessions.find(&cookies).await.unwrap();
    let listed = sessions.list(user, Some(session.id)).await.unwrap();
    assert_eq!(listed.len(), 2);
    let others = sessions.end_others(user.id, Some(session.id));
    others.await.unwrap();
    sessions.end(user.id, session.id).await.unwrap();
    sessions.close(&cookies).await.unwrap();
    sessions.prune().await.unwrap();
}

async fn give_codes(services: &Services, user: &users::Model) {
    let client = Client {
        address: [127, 0, 0, 1].into(),
        device: None::<Device>,
        locale: "en",
    };
    let factors = &services.second_factor;
    let started = factors.start(user).await.unwrap();
    assert!(started.setup.is_some());
    let wrong = factors.check(UserId(2000), "00000-00000-00000-00000-000000", &client);
    assert!(wrong.await.is_err());
    assert!(factors.is_enabled(UserId(2000)).await.unwrap());
    factors.renew_recovery_codes(UserId(2000)).await.unwrap();
    factors.disable(UserId(2000)).await.unwrap();
}

async fn work(services: &Services, worker: &Worker, database: &Database, clock: &dyn Clock) {
    let campaign = campaign(clock);
    let submit = async |user: i64, key: &str| {
        let predictions = &services.predictions;
        let submitted = predictions.submit(UserId(user), &campaign, key, "", "");
        submitted.await.map(|keyed| keyed.value)
    };
    // A single submit, many at once, one with a used key, and one without enough credits.
    let first = submit(7, "first").await.unwrap();
    let several = (8..20).map(|user| submit(user, "together"));
    for done in futures::future::join_all(several).await {
        done.unwrap();
    }
    assert_eq!(submit(7, "first").await.unwrap().id, first.id);
    let ledger = &services.ledger;
    ledger.top_up(UserId(7), "10", "top-up").await.unwrap();
    let canceled = submit(7, "canceled").await.unwrap();
    let predictions = &services.predictions;
    predictions.cancel(UserId(7), canceled.id).await.unwrap();

    let waiting = services.predictions.find(UserId(7), first.id).await;
    assert!(waiting.unwrap().queue.is_some());
    let lease_for = chrono::Duration::from_std(LEASE).unwrap();
    // From a round on and without some models, like a worker that cannot load one.
    let options = ClaimOptions {
        limit: 2,
        lease_for,
        from_round: 0,
        except: &[],
    };
    let (lease, claimed) = queue::claim(database, options, clock.now()).await.unwrap();
    assert_eq!(claimed.len(), 2);
    let except = &[ModelId(1)];
    let without = ClaimOptions { except, ..options };
    let (_, none) = queue::claim(database, without, clock.now()).await.unwrap();
    assert!(none.is_empty());
    let max_wait = chrono::Duration::seconds(60);
    let stuck = queue::list_stuck(database, except, max_wait, TaskId(0), 100, clock.now());
    assert!(stuck.await.unwrap().is_empty());
    let ids: Vec<TaskId> = claimed.iter().map(|task| task.id).collect();
    let renewed = queue::renew(database, &lease, &ids, clock.now(), lease_for);
    assert_eq!(renewed.await.unwrap(), 2);
    assert!(worker.work_once().await.unwrap() > 1);
    // Reads the round that the first call stored.
    queue::current_round(database).await.unwrap();
    assert!(worker.reap_once().await.unwrap() > 0);

    let refused = submit(POOR, "too-dear").await;
    let is_poor = matches!(refused, Err(AppError::InsufficientCredits { .. }));
    assert!(is_poor, "{refused:?}");
}

/// A draft that is deleted, and a batch: one task is done, the others are canceled.
async fn buy_batch(services: &Services, worker: &Worker, user: UserId) {
    let (batches, ledger) = (&services.batches, &services.ledger);
    let header = "name,usd_goal,country,currency,launched_at,deadline,analytics_name";
    let line = "Lamp,8000,US,USD,2026-04-01,2026-05-01,Hardware\n";
    let draft = async |lines: usize| {
        let text = format!("{header}\n{}", line.repeat(lines));
        let upload = Upload {
            file: SentFile::of("", "text", text).unwrap(),
            name: "plans.csv".to_owned(),
            model_id: String::new(),
        };
        batches.create(user, upload).await.unwrap().id
    };
    for _ in 0..7 {
        draft(1).await;
    }
    batches.delete(user, draft(1).await).await.unwrap();
    ledger.top_up(user, "3000", "for-a-batch").await.unwrap();
    let id = draft(200).await;
    let id_text = id.to_string();
    let (payer, key) = (Payer::from(user), "batch-of-200");
    batches.start(payer, &id_text, "", key).await.unwrap();
    batches.start(payer, &id_text, "", key).await.unwrap();
    assert!(worker.work_once().await.unwrap() > 0);
    for (status, search, order) in [
        ("", "", ""),
        ("succeeded", "", "line"),
        ("queued", "lamp", "probability"),
    ] {
        let filter = BatchTaskFilterInput {
            status: status.to_owned(),
            verdict: String::new(),
            search: search.to_owned(),
            order: order.to_owned(),
        };
        let filter = filter.check().unwrap();
        let likely = BatchTaskFilter {
            verdict: Some(Verdict::Likely),
            ..filter.clone()
        };
        for after in [None, Some(20)] {
            batches.tasks(user, id, &filter, after, 20).await.unwrap();
            batches.tasks(user, id, &likely, after, 20).await.unwrap();
        }
    }
    batches.find(user, id).await.unwrap();
    for before in [None, Some(10_000)] {
        batches.list(user, before, 20).await.unwrap();
    }
    let canceled = batches.cancel(user, id).await.unwrap();
    assert_eq!(canceled.counts.open(), 0);
}

/// A key that another key made, so that both pay.
async fn use_keys(services: &Services, user: UserId, clock: &dyn Clock) {
    let keys = &services.api_keys;
    let input = ApiKeyInput {
        label: "key".to_owned(),
        predict: "true".to_owned(),
        manage: "true".to_owned(),
        cap_day: "10".to_owned(),
        ..ApiKeyInput::default()
    };
    let maker = keys.create(user, None, &input).await.unwrap();
    let (maker, _) = keys.authenticate(&maker.secret).await.unwrap();
    let child = ApiKeyInput {
        manage: String::new(),
        ..input
    };
    let child = keys.create(user, Some(&maker), &child).await.unwrap();
    let (child, found) = keys.authenticate(&child.secret).await.unwrap();
    assert_eq!(found.id, user);
    let payer = Payer {
        user,
        api_key: Some(child.0.id),
    };
    let campaign = campaign(clock);
    let predictions = &services.predictions;
    services
        .ledger
        .top_up(user, "20", "for-keys")
        .await
        .unwrap();
    let task = predictions.submit(payer, &campaign, "with-a-key", "", "");
    let task = task.await.unwrap();
    let refused = predictions.submit(payer, &campaign, "beyond-the-cap", "", "");
    let refused = refused.await;
    assert!(
        matches!(refused, Err(AppError::CapReached(_))),
        "{refused:?}"
    );
    let spent = keys.list(user).await.unwrap();
    assert_eq!(spent[0].spent.day.0, 10);
    let all = ApiKeySpendInput::default();
    assert_eq!(keys.spend(user, &all).await.unwrap().len(), 2);
    predictions.cancel(user, task.value.id).await.unwrap();
    keys.rename(user, child.0.id, "renamed").await.unwrap();
    keys.revoke(user, maker.0.id).await.unwrap();
    assert!(keys.user(&child).await.is_err());
}

async fn look(services: &Services, user: UserId) {
    let predictions = &services.predictions;
    let of_status = |status| TaskFilter {
        status,
        ..TaskFilter::default()
    };
    let looked_for = TaskFilterInput {
        verdict: "likely".to_owned(),
        search: "lamp".to_owned(),
        from: "2020-01-01".to_owned(),
        ..TaskFilterInput::default()
    };
    let looked_for = looked_for.check().unwrap();
    let (queued, succeeded) = (TaskStatus::Queued, TaskStatus::Succeeded);
    let filters = [None, Some(succeeded), Some(queued)].map(of_status);
    for filter in filters.iter().chain([&looked_for]) {
        for before in [None, Some(10_000)] {
            predictions.tasks(user, filter, before, 20).await.unwrap();
        }
    }
    let newest = predictions
        .tasks(user, &of_status(Some(succeeded)), None, 1)
        .await
        .unwrap();
    let task = newest.items[0].id;
    predictions.find(user, task).await.unwrap();
    let insights = &services.insights;
    insights.insight(user, task).await.unwrap();
    let ledger = &services.ledger;
    for kind in ["", "charge"] {
        for from in ["", "2020-01-01"] {
            let filter = TransactionFilterInput {
                kind: kind.to_owned(),
                from: from.to_owned(),
                ..TransactionFilterInput::default()
            };
            let filter = filter.check().unwrap();
            for before in [None, Some(10_000)] {
                ledger.transactions(user, filter, before, 20).await.unwrap();
            }
        }
    }
    ledger.balance_history(user).await.unwrap();
    ledger.transactions_after(user, 1).await.unwrap();
    ledger.balance(user).await.unwrap();
    services.positions.of(user).await.unwrap();
}

/// Outcomes of tasks that were there from the start, whose campaigns have been launched.
async fn report(services: &Services, user: UserId) {
    let outcomes = &services.outcomes;
    let waiting = outcomes.unreported(user, None, 20).await.unwrap();
    outcomes.unreported(user, Some(10_000), 20).await.unwrap();
    let succeeded = TaskFilter {
        status: Some(TaskStatus::Succeeded),
        ..TaskFilter::default()
    };
    let tasks = services.predictions.tasks(user, &succeeded, None, 20).await;
    let oldest = tasks.unwrap().items.last().unwrap().id;
    let reached = OutcomeInput {
        reached: "true".to_owned(),
        raised_usd: "9000".to_owned(),
    };
    let reported = outcomes.report(user, oldest, &reached, None).await.unwrap();
    assert_eq!(reported.outcomes[0].raised_usd, Some(9000.0));
    let lines: Vec<_> = waiting
        .items
        .iter()
        .map(|it| format!("{},true\n", it.task_id))
        .collect();
    // The oldest one waited, too, and was reported meanwhile.
    let file = SentFile::of("", "csv", format!("task_id,reached\n{}", lines.concat()));
    outcomes.report_file(user, file.unwrap()).await.unwrap();
    let records = &services.track_records;
    let record = records.track_record(ModelId(2)).await.unwrap();
    assert_eq!(record.predictions, record.reported);
}

/// Webhooks, their log, and the queue of deliveries, without sending any.
async fn deliver(services: &Services, database: &Database, clock: &Arc<dyn Clock>, user: UserId) {
    let webhooks = &services.webhooks;
    let input = WebhookInput {
        url: "https://receiver.invalid/".to_owned(),
        balance_topped_up: "true".to_owned(),
        ..WebhookInput::default()
    };
    let webhook = webhooks.create(user, &input).await.unwrap().id;
    webhooks.list(user).await.unwrap();
    webhooks.update(user, webhook, &input).await.unwrap();
    webhooks.rotate_secret(user, webhook).await.unwrap();
    services.ledger.top_up(user, "10", "told").await.unwrap();
    let test = webhooks.test(user, webhook).await.unwrap();
    for before in [None, Some(1_000_000)] {
        let page = webhooks.deliveries(user, webhook, before, 20).await;
        assert_eq!(page.unwrap().items.len(), 2);
    }
    webhooks.delivery(user, test.id).await.unwrap();
    let lease = chrono::Duration::seconds(30);
    let busy = [WebhookId(1), WebhookId(2)];
    let claimed = queue::claim_delivery(database, &busy, lease, clock.now()).await;
    let input = (claimed.unwrap().unwrap(), clock.now());
    let finished = database.transaction("finish", input, |transaction, (claimed, now)| {
        Box::pin(async move {
            let (status, delay) = (DeliveryStatus::Failed, chrono::Duration::zero());
            queue::finish_delivery(transaction, claimed, status, delay, *now).await
        })
    });
    assert!(finished.await.unwrap());
    webhooks.set_enabled(user, webhook, false).await.unwrap();
    webhooks.set_enabled(user, webhook, true).await.unwrap();
    webhooks.resend(user, test.id).await.unwrap();
    webhooks.delete(user, webhook).await.unwrap();
    let sender = Sender::new(Targets::default()).unwrap();
    let secrets = Secrets::new(&KeyRing::new(tower_cookies::Key::generate()));
    let (notifier, clock) = (Notifier::new(database), Arc::clone(clock));
    let deliverer = Deliverer::new(database.clone(), notifier, clock, secrets, sender, 1);
    deliverer.prune().await.unwrap();
}

/// Emails, their links and their queue, without sending any.
async fn send_emails(
    services: &Services,
    database: &Database,
    clock: &Arc<dyn Clock>,
    user: &users::Model,
) {
    let client = Client {
        address: [127, 0, 0, 1].into(),
        device: None,
        locale: "en",
    };
    let (accounts, emails) = (&services.accounts, &services.emails);
    emails.settings(user).await.unwrap();
    emails.set_low_balance(user, "5").await.unwrap();
    accounts.send_verification(user, &client).await.unwrap();
    let reset = accounts.request_password_reset(&user.email, &client);
    reset.await.unwrap();
    let lease = chrono::Duration::seconds(30);
    let claimed = queue::claim_email(database, lease, clock.now()).await;
    let claimed = claimed.unwrap().unwrap();
    let sending = queue::begin_sending(database, &claimed, user.id, lease, clock.now());
    assert!(sending.await.unwrap());
    let ended = EndedEmail {
        status: EmailStatus::Sent,
        retry_after: chrono::Duration::zero(),
        error: None,
    };
    let finished = queue::finish_email(database, &claimed, &ended, clock.now());
    assert!(finished.await.unwrap());
    // A link that exists, whatever its mark.
    let newest = email::Entity::find().filter(email::Column::Nonce.is_not_null());
    let newest = newest.order_by_desc(email::Column::Id).limit(1);
    let newest = newest.one(database.write()).await.unwrap().unwrap();
    let links = Links::new(&KeyRing::new(tower_cookies::Key::generate()));
    let path = links.path(&newest, user).unwrap();
    let (_, token) = path.split_once("?token=").unwrap();
    assert!(!emails.view_link(token).await.unwrap().is_valid);
    let opening = email::Entity::use_link(newest.id, clock.now());
    opening.exec(database.write()).await.unwrap();
    let notifier = Notifier::new(database);
    let mailer = Mailer::new(database.clone(), notifier, Arc::clone(clock), links, None);
    mailer.prune().await.unwrap();
}
