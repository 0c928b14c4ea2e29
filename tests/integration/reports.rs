//! Reports of results, on the page and as PDF files.

use serde_json::{Value, json};

use crate::support::{
    Browser, Engine, Response, predict_body, shared_idle_server, shared_server, unique,
};

on_both_databases!(
    a_report_says_what_the_result_is_based_on_and_its_limits,
    a_report_of_several_results_compares_them,
    a_report_is_also_a_pdf_file_in_both_languages,
    a_report_is_about_one_to_five_results_of_the_user,
    a_task_without_a_result_has_no_report,
    a_shared_result_has_a_report_without_an_account,
);

async fn user(engine: Engine) -> Browser {
    let browser = Browser::registered(shared_server(engine).await).await;
    browser.top_up(90).await;
    browser
}

async fn result(browser: &Browser, name: &str) -> Value {
    let mut body = predict_body(&unique("report"));
    body["name"] = json!(name);
    let task = browser.post_json("/api/tasks/predict", &body).await.ok();
    browser.wait_until_final(&task["id"]).await
}

fn query_of(tasks: &[&Value]) -> String {
    let pairs = tasks.iter().map(|task| format!("task={}", task["id"]));
    pairs.collect::<Vec<_>>().join("&")
}

/// The content of a PDF file as text: only what is not compressed can be found in it.
fn assert_pdf(response: &Response) -> String {
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(response.header("content-type"), "application/pdf");
    let disposition = response.header("content-disposition");
    assert!(disposition.starts_with("attachment"), "{disposition}");
    assert_eq!(response.header("cache-control"), "no-store");
    assert!(response.bytes().starts_with(b"%PDF-"));
    let text = response.text();
    assert!(text.trim_end().ends_with("%%EOF"));
    text
}

async fn a_report_says_what_the_result_is_based_on_and_its_limits(engine: Engine) {
    let browser = user(engine).await;
    let task = result(&browser, "Lanterns \"for\" <all>").await;
    let page = browser.get(format!("/report?{}", query_of(&[&task]))).await;
    assert_eq!(page.status, 200);
    let html = page.text();
    let percent = task["result"]["probability"].as_f64().unwrap() * 100.0;
    for part in [
        "Made on ",
        "Lanterns \"for\" &lt;all&gt;",
        &format!(">{percent:.0}%<"),
        "Likely range",
        "Why this result",
        "What to change",
        "Campaign details",
        task["model"]["version"].as_str().unwrap(),
        "public listings",
        "can’t tell you",
        "/report.pdf?task=",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(html.matches("<h1").count(), 1);
}

async fn a_report_of_several_results_compares_them(engine: Engine) {
    let browser = user(engine).await;
    let (first, second) = (
        result(&browser, "Lanterns").await,
        result(&browser, "Kites").await,
    );
    let query = query_of(&[&first, &second, &first]);
    let html = browser.get(format!("/report?{query}")).await.text();
    assert!(html.contains("Comparison of predictions"), "{html}");
    assert_eq!(html.matches("class=\"page-break\"").count(), 2);
    assert!(html.contains("Lanterns") && html.contains("Kites"));
    let list = browser.get("/tasks").await.text();
    assert!(list.contains("formaction=\"/report\""), "{list}");
    let compared = browser.get(format!("/compare?{query}")).await.text();
    assert!(compared.contains("/report?task="), "{compared}");
}

async fn a_report_is_also_a_pdf_file_in_both_languages(engine: Engine) {
    let browser = user(engine).await;
    let (first, second) = (
        result(&browser, "Lanterns").await,
        result(&browser, "Фонарики").await,
    );
    let query = query_of(&[&first, &second]);
    for (language, title) in [("en", "Prediction report"), ("ru", "Отчёт о прогнозе")]
    {
        let path = format!("/report.pdf?{query}&lang={language}");
        let text = assert_pdf(&browser.get(path).await);
        assert!(text.contains(&format!("({language})")), "the language");
        assert!(text.contains(title), "{title}");
    }
    let one = browser
        .get(format!("/report.pdf?{}", query_of(&[&second])))
        .await;
    assert!(assert_pdf(&one).contains("Фонарики"), "the title");
}

async fn a_report_is_about_one_to_five_results_of_the_user(engine: Engine) {
    let browser = user(engine).await;
    let task = result(&browser, "Lanterns").await;
    browser.get("/report.pdf").await.problem(400);
    let six: Vec<_> = (1..=6).map(|id| format!("task={id}")).collect();
    let too_many = six.join("&");
    browser
        .get(format!("/report.pdf?{too_many}"))
        .await
        .problem(400);
    browser
        .get("/report.pdf?task=x")
        .await
        .names_fields(&["id"]);
    for empty in ["/report".to_owned(), format!("/report?{too_many}")] {
        let html = browser.get(empty).await.text();
        assert!(html.contains("Select one to five results"), "{html}");
    }
    let stranger = Browser::registered(shared_server(engine).await).await;
    let visitor = Browser::new(shared_server(engine).await);
    let query = query_of(&[&task]);
    stranger
        .get(format!("/report.pdf?{query}"))
        .await
        .problem(404);
    assert_eq!(stranger.get(format!("/report?{query}")).await.status, 404);
    visitor
        .get(format!("/report.pdf?{query}"))
        .await
        .problem(401);
    let page = visitor.get(format!("/report?{query}")).await;
    assert!(!page.text().contains("Lanterns"));
}

async fn a_task_without_a_result_has_no_report(engine: Engine) {
    let browser = Browser::registered(shared_idle_server(engine).await).await;
    let task = browser.submit().await;
    let query = query_of(&[&task]);
    browser
        .get(format!("/report.pdf?{query}"))
        .await
        .problem(409);
    let html = browser.get(format!("/report?{query}")).await.text();
    assert!(html.contains("Select one to five results"), "{html}");
}

async fn a_shared_result_has_a_report_without_an_account(engine: Engine) {
    let browser = user(engine).await;
    let task = result(&browser, "Lanterns").await;
    let link = json!({ "id": task["id"] });
    let link = browser.post_json("/api/task/share", &link).await.ok();
    let path = link["path"].as_str().unwrap();
    let visitor = Browser::new(shared_server(engine).await);
    let file = visitor.get(format!("{path}/report.pdf")).await;
    assert!(assert_pdf(&file).contains("Lanterns"));
    assert_eq!(file.header("x-robots-tag"), "noindex");
    let page = visitor.get(path).await.text();
    assert!(page.contains(&format!("{path}/report.pdf")), "{page}");
}
