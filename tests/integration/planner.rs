//! The launch planner: computed from its URL, without a session and without JavaScript.

use reqwest::Method;

use crate::support::{Browser, Engine, shared_server};

on_both_databases!(
    a_plan_is_computed_from_the_url,
    a_plan_without_a_goal_asks_for_it,
    wrong_values_are_marked_and_the_others_kept,
    the_language_of_the_page_decides_how_numbers_are_read,
    a_result_links_to_its_plan,
    a_plan_fills_the_form_of_a_prediction,
);

const EXAMPLE: &str =
    "/plan?goal=10000&category=Games&subscribers=1000&followers=400&social_followers=2100";

async fn a_plan_is_computed_from_the_url(engine: Engine) {
    let response = shared_server(engine).await.get(EXAMPLE).await;
    assert_eq!(response.status, 200);
    let html = response.text();
    // 10,000 / 61 is 163.9; at the expected rates, the audience brings 50 + 60 + 10 backers.
    for words in [
        "<span class=\"figure-number\">164</span>",
        "at the expected rates, you’re 44 backers ($2,680) short.",
        "10 (1%)",
        "60 (15%)",
        "21 (1%)",
        // 94 of 1,880 subscribers, or 104 of 694 followers.
        "<td>880</td>",
        "<td>294</td>",
        // A third of 7,320, and 30% of the goal.
        "$2,415.60",
        "$3,000",
        // 10,000 less 3%, less 5% and 3% of that, less 0.20 from each of 160 backers.
        "$8,892",
        "It has no effect on any score.",
    ] {
        assert!(html.contains(words), "no {words}");
    }
    assert!(!html.contains("aria-invalid"));
}

async fn a_plan_without_a_goal_asks_for_it(engine: Engine) {
    let server = shared_server(engine).await;
    for path in [
        "/plan",
        "/plan?category=Games&currency=EUR&average_pledge=40",
    ] {
        let response = server.get(path).await;
        assert_eq!(response.status, 200, "{path}");
        let html = response.text();
        assert!(html.contains("Enter your goal to see the plan."), "{path}");
        assert!(!html.contains("aria-invalid"), "{path}");
    }
}

async fn wrong_values_are_marked_and_the_others_kept(engine: Engine) {
    let server = shared_server(engine).await;
    let path = "/plan?number_format=en&goal=much&category=Nonsense&subscribers=1.5&followers=4321\
                &social_rate=&early_share=101";
    let response = server.get(path).await;
    assert_eq!(response.status, 422);
    assert!(response.is_html());
    let html = response.text();
    assert_eq!(html.matches("aria-invalid=\"true\"").count(), 5, "{html}");
    for kept in [
        "value=\"much\"",
        "value=\"1.5\"",
        "value=\"4321\"",
        "value=\"101\"",
    ] {
        assert!(html.contains(kept), "no {kept}");
    }
    for error in [
        "Enter a number, such as 8000 or 0.5.",
        "Choose an option from the list.",
        "Enter a whole number.",
        "Required.",
        "Enter a number from 0 to 100.",
    ] {
        assert!(html.contains(error), "no {error}");
    }
    assert!(
        html.contains("<option value=\"Nonsense\" selected>"),
        "{html}"
    );
    let dollars = server.get("/plan?goal=8000&currency=EUR").await;
    assert_eq!(dollars.status, 422);
    let html = dollars.text();
    assert!(html.contains("id=\"field-average_pledge-error\""), "{html}");
    assert!(
        html.contains("in US dollars. We don’t convert it."),
        "{html}"
    );
}

async fn the_language_of_the_page_decides_how_numbers_are_read(engine: Engine) {
    let server = shared_server(engine).await;
    for (path, language, backers) in [
        ("/plan?goal=1,000&average_pledge=50", "en", Some("20")),
        ("/plan?goal=1,000&average_pledge=50", "ru", None),
        ("/plan?goal=1+000,00&average_pledge=50", "ru", Some("20")),
        // Somebody sends an English URL to a speaker of Russian.
        (
            "/plan?goal=1,000&average_pledge=50&number_format=en",
            "ru",
            Some("20"),
        ),
    ] {
        let browser = Browser::new(server);
        let request = browser.request(Method::GET, path);
        let response = browser
            .send(request.header("accept-language", language))
            .await;
        let html = response.text();
        match backers {
            Some(backers) => {
                assert_eq!(response.status, 200, "{path} {language}");
                let figure = format!("<span class=\"figure-number\">{backers}</span>");
                assert!(html.contains(&figure), "{path} {language}");
            }
            None => assert_eq!(response.status, 422, "{path} {language}"),
        }
    }
}

async fn a_result_links_to_its_plan(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let id = browser.submit().await["id"].clone();
    browser.wait_until_final(&id).await;
    let html = browser.get(&format!("/tasks/{id}")).await.text();
    // The median in Dance is 89 dollars.
    assert!(
        html.contains("A goal of $10,000 takes 113 backers"),
        "{html}"
    );
    assert!(html.contains("/plan?goal=10000&amp;currency=USD&amp;category=Dance"));
}

async fn a_plan_fills_the_form_of_a_prediction(engine: Engine) {
    let browser = Browser::registered(shared_server(engine).await).await;
    let html = browser.get(EXAMPLE).await.text();
    let href = html.split("href=\"").find(|it| it.starts_with("/predict?"));
    let href = href.unwrap().split('"').next().unwrap();
    let html = browser.get(&href.replace("&amp;", "&")).await.text();
    assert!(html.contains("value=\"10000\""), "no goal");
    assert!(
        html.contains("<option value=\"Games\" selected>"),
        "no category"
    );
    assert!(
        html.contains("<option value=\"US\" selected>"),
        "no defaults"
    );
}
