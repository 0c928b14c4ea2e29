//! How many lists and files one user may read at the same time.

use crate::support::{Answer, Browser, Engine, Site};

on_both_databases!(
    a_user_who_asks_for_many_lists_makes_nobody_else_wait,
    a_search_of_too_many_words_is_refused_on_the_page_too,
);

/// So many long histories at once that not all have their turn in time.
async fn a_user_who_asks_for_many_lists_makes_nobody_else_wait(engine: Engine) {
    let (site, server) = Site::serving(engine, &[("PLEDGECAST_WORKERS", "0")]).await;
    let busy = Browser::registered(&server).await;
    let other = Browser::registered(&server).await;
    busy.top_up(90).await;
    fill(&site, &busy).await;
    let path = "/api/tasks?search=a+b+c+d+e+f+g+zz";
    let asked = std::iter::repeat_with(|| busy.get(path)).take(200);
    let answers = futures::future::join_all(asked);
    let others = async {
        let mut answers = Vec::new();
        for _ in 0..20 {
            answers.push(other.get("/api/tasks?search=a").await);
            answers.push(other.get("/health/ready").await);
        }
        answers
    };
    let (answers, others) = futures::future::join(answers, others).await;
    assert!(others.iter().all(|answer| answer.status == 200));
    let is_refused = |answer: &&Answer| answer.status == 429;
    for answer in answers.iter().filter(is_refused) {
        assert_eq!(answer.problem(429)["type"], "/problems/too_many_requests");
        assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
    }
    let shown = answers.iter().filter(|answer| answer.status == 200).count();
    assert!(shown > 0);
    assert_eq!(
        shown + answers.iter().filter(is_refused).count(),
        answers.len()
    );
    assert_eq!(busy.get(path).await.status, 200, "its turn comes again");
}

/// Ten thousand tasks of one user, whose titles have all of the words but one.
async fn fill(site: &Site, browser: &Browser) {
    let id = browser.submit().await["id"].clone();
    browser.cancel(&id).await.ok();
    let series = match site.database.engine {
        Engine::Sqlite => {
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i FROM n)"
        }
        Engine::Postgres => "(SELECT generate_series(1, 10000) AS i)",
    };
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
    let answer = browser.get(format!("/api/tasks?search={words}")).await;
    let problem = answer.problem(422);
    assert_eq!(problem["errors"]["search"]["code"], "too_many_words");
    assert_eq!(problem["errors"]["search"]["max"], 8);
    let page = browser.get(format!("/tasks?search={words}")).await;
    assert_eq!(page.status, 422);
    assert!(page.text().contains("at most 8 words"), "{}", page.text());
}
