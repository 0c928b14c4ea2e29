//! What webhooks are told about the tasks of a worker.

use sea_orm::EntityTrait as _;

use super::*;
use crate::entities::webhook_delivery;
use crate::types::WebhookInput;

#[tokio::test]
async fn webhooks_are_told_of_results_and_of_final_failures() {
    let mut fixture = Fixture::open(|is_poisoned| {
        assert!(!is_poisoned, "on purpose");
        0.5
    })
    .await;
    let all = WebhookInput {
        url: "https://example.org/".to_owned(),
        task_succeeded: "true".to_owned(),
        task_failed: "true".to_owned(),
        balance_low: "true".to_owned(),
        low_balance: "1000".to_owned(),
        ..WebhookInput::default()
    };
    let webhooks = &fixture.services.webhooks;
    webhooks.create(fixture.user, &all).await.unwrap();
    let poisoned = fixture.assert_only_the_poisoned_task_failed(1).await;
    let deliveries = webhook_delivery::Entity::find()
        .all(fixture.database.read())
        .await
        .unwrap();
    let count = |event: &str| deliveries.iter().filter(|it| it.event == event).count();
    assert_eq!(count("task.succeeded"), 7);
    assert_eq!(count("task.failed"), 1);
    assert_eq!(count("balance.low"), 1);
    let failed = deliveries.iter().find(|it| it.event == "task.failed");
    let payload = &failed.unwrap().payload;
    assert!(payload.contains(&format!("\"task_id\":{}", poisoned.id)));
    assert!(payload.contains("could not score"), "{payload}");
}
