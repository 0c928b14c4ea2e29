//! How many lists and files one user may read at the same time.

use crate::support::{Browser, Engine, Response, Site};

on_both_databases!(
    many_list_requests_of_one_user_do_not_delay_others,
    a_search_of_too_many_words_is_refused_on_the_page_too,
);

/// So many long lists at once that not all get a slot in time.
async fn many_list_requests_of_one_user_do_not_delay_others(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let busy = Browser::registered(&server).await;
    let other = Browser::registered(&server).await;
    busy.top_up(90).await;
    fill(&site, &busy).await;
    let path = "/api/tasks?search=a+b+c+d+e+f+g+zz";
    let requests = std::iter::repeat_with(|| busy.get(path)).take(200);
    let responses = futures::future::join_all(requests);
    let others = async {
        let mut responses = Vec::new();
        for _ in 0..20 {
            responses.push(other.get("/api/tasks?search=a").await);
            responses.push(other.get("/health/ready").await);
        }
        responses
    };
    let (responses, others) = futures::future::join(responses, others).await;
    assert!(others.iter().all(|response| response.status == 200));
    let is_refused = |response: &&Response| response.status == 429;
    for response in responses.iter().filter(is_refused) {
        assert_eq!(response.problem(429)["type"], "/problems/too_many_requests");
        assert!(response.header("retry-after").parse::<u64>().unwrap() > 0);
    }
    let shown = responses
        .iter()
        .filter(|response| response.status == 200)
        .count();
    assert!(shown > 0);
    assert_eq!(
        shown + responses.iter().filter(is_refused).count(),
        responses.len()
    );
    assert_eq!(
        busy.get(path).await.status,
        200,
        "the user gets a slot again"
    );
}

/// Ten thousand tasks of one user, whose titles contain all but one of the words.
async fn fill(site: &Site, browser: &Browser) {
    let id = browser.submit().await["id"].clone();
    browser.cancel(&id).await.ok();
    let id = site.database.row(&id).await;
    let series = site.database.engine.series(1, 10_000);
    let input = match site.database.engine {
        Engine::Sqlite => "json_set(input, '$.name', 'abcdefg ' || i)",
        Engine::Postgres => "jsonb_set(input, '{name}', to_jsonb('abcdefg ' || i))",
    };
    let sql = format!(
        "INSERT INTO task (user_id, model_id, input, status, price, attempts, idempotency_key, \
         request_hash, queued_at, finished_at) SELECT user_id, model_id, {input}, status, price, attempts, \
         'copy-' || i, request_hash, queued_at, finished_at FROM task CROSS JOIN {series} AS copies WHERE id = {id}"
    );
    site.database.execute(&sql).await;
}

async fn a_search_of_too_many_words_is_refused_on_the_page_too(engine: Engine) {
    let browser = Browser::registered(crate::support::shared_idle_server(engine).await).await;
    let words = "a+".repeat(9);
    let response = browser.get(format!("/api/tasks?search={words}")).await;
    let problem = response.problem(422);
    assert_eq!(problem["errors"]["search"]["code"], "too_many_words");
    assert_eq!(problem["errors"]["search"]["max"], 8);
    let page = browser.get(format!("/tasks?search={words}")).await;
    assert_eq!(page.status, 422);
    assert!(page.text().contains("at most 8 words"), "{}", page.text());
}
