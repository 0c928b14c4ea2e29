//! Connections: how many there may be, and how slow a client may be.

use std::time::Duration;

use serde_json::json;

use crate::support::{Browser, Engine, EventStream, Raw, Server, Site, unique, wait_for};

const HEALTH: &str = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
const PAUSE: Duration = Duration::from_millis(100);
/// Much longer than the limits that the tests set, but shorter than the default limits.
const SOON: Duration = Duration::from_secs(30);

async fn serving(settings: &[(&str, &str)]) -> (Site, Server) {
    Site::serving(Engine::Sqlite, settings).await
}

/// Requests the health on a new connection, which stays open.
async fn get_health(server: &Server, last_octet: u8) -> (Raw, u16) {
    let mut client = Raw::from_address(server, last_octet).await;
    client.send(HEALTH).await;
    let status = client.read_response().await.status;
    (client, status)
}

/// Waits for something that must happen long before the default limits.
async fn soon<T>(happens: impl Future<Output = T>) -> T {
    let happened = tokio::time::timeout(SOON, happens).await;
    happened.expect("the configured limit has no effect")
}

#[tokio::test]
async fn connections_beyond_the_limit_get_503_with_retry_after() {
    let (_site, server) = serving(&[("PLEDGECAST_MAX_CONNECTIONS", "3")]).await;
    let mut open = Vec::new();
    for address in 1..=3 {
        let (client, status) = get_health(&server, address).await;
        assert_eq!(status, 200);
        open.push(client);
    }
    let mut refused = Raw::from_address(&server, 4).await;
    refused.send(HEALTH).await;
    let response = refused.read_response().await;
    response.problem(503);
    assert!(response.head.contains("retry-after: "), "{response:?}");
    open.pop();
    wait_for("a slot for another connection", || async {
        let (_client, status) = get_health(&server, 4).await;
        (status == 200).then_some(())
    })
    .await;
}

/// Asserts that one address can open two connections but not a third, while another address can connect.
async fn assert_limit_of_two_per_address(server: &Server) -> [Raw; 2] {
    let (first, second) = (get_health(server, 7).await, get_health(server, 7).await);
    assert_eq!([first.1, second.1], [200, 200]);
    assert_eq!(get_health(server, 7).await.1, 503);
    assert_eq!(get_health(server, 8).await.1, 200);
    [first.0, second.0]
}

#[tokio::test]
async fn one_address_gets_at_most_a_quarter_of_all_connections() {
    let (_site, server) = serving(&[("PLEDGECAST_MAX_CONNECTIONS", "8")]).await;
    assert_limit_of_two_per_address(&server).await;
}

#[tokio::test]
async fn one_address_cannot_take_all_connections() {
    let (_site, server) = serving(&[("PLEDGECAST_MAX_CONNECTIONS_PER_ADDRESS", "2")]).await;
    let [first, _second] = assert_limit_of_two_per_address(&server).await;
    drop(first);
    wait_for("a slot for another connection", || async {
        (get_health(&server, 7).await.1 == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_trusted_proxy_is_exempt_from_the_limit_per_address() {
    let settings = [
        ("PLEDGECAST_MAX_CONNECTIONS_PER_ADDRESS", "1"),
        ("PLEDGECAST_TRUSTED_PROXIES", "127.0.0.9"),
    ];
    let (_site, server) = serving(&settings).await;
    let (_first, _second) = (get_health(&server, 9).await, get_health(&server, 9).await);
    assert_eq!(get_health(&server, 9).await.1, 200);
    let (_other, status) = get_health(&server, 8).await;
    assert_eq!(status, 200);
    assert_eq!(get_health(&server, 8).await.1, 503);
}

#[tokio::test]
async fn a_slow_head_ends_its_connection() {
    let (_site, server) = serving(&[("PLEDGECAST_KEEP_ALIVE_SECONDS", "1")]).await;
    let mut first = Raw::connect(&server).await;
    first.send("GET / HTTP/1.1\r\nHost: localhost\r\n").await;
    soon(first.trickle_until_closed(b"a: b\r\n", PAUSE)).await;

    let mut later = Raw::connect(&server).await;
    later.send(HEALTH).await;
    assert_eq!(later.read_response().await.status, 200);
    later.send("GET / HT").await;
    soon(later.trickle_until_closed(b"T", PAUSE)).await;
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed() {
    let (_site, server) = serving(&[("PLEDGECAST_KEEP_ALIVE_SECONDS", "1")]).await;
    let mut client = Raw::connect(&server).await;
    soon(client.wait_until_closed()).await;
    let (mut client, status) = get_health(&server, 1).await;
    assert_eq!(status, 200);
    soon(client.wait_until_closed()).await;
}

fn login_head(length: usize) -> String {
    format!(
        "POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n"
    )
}

#[tokio::test]
async fn a_slow_body_is_408() {
    let settings = [
        ("PLEDGECAST_BODY_SECONDS", "1"),
        ("PLEDGECAST_MIN_BYTES_PER_SECOND", "1000000"),
    ];
    let (_site, server) = serving(&settings).await;
    let mut client = Raw::connect(&server).await;
    client.send(login_head(1000)).await;
    client.send("{\"email\"").await;
    let response = client.read_response().await;
    response.problem(408);
    assert!(response.head.contains("connection: close"), "{response:?}");
    client.wait_until_closed().await;
}

#[tokio::test]
async fn a_body_above_the_minimum_rate_may_take_longer() {
    let settings = [
        ("PLEDGECAST_BODY_SECONDS", "1"),
        ("PLEDGECAST_MIN_BYTES_PER_SECOND", "100"),
    ];
    let (_site, server) = serving(&settings).await;
    let body =
        json!({ "email": "a@example.org", "password": "x".repeat(120), "more": "x".repeat(2000) });
    let body = body.to_string();
    let mut client = Raw::connect(&server).await;
    client.send(login_head(body.len())).await;
    for part in body.as_bytes().chunks(body.len() / 20) {
        client.send(part).await;
        tokio::time::sleep(PAUSE).await;
    }
    client.read_response().await.problem(401);
}

#[tokio::test]
async fn a_client_that_reads_no_responses_is_disconnected() {
    let (_site, server) = serving(&[("PLEDGECAST_RESPONSE_SECONDS", "1")]).await;
    let mut client = Raw::with_buffer(&server, 4096).await;
    let request = b"GET /explore HTTP/1.1\r\nHost: localhost\r\n\r\n";
    soon(client.send_unread_until_closed(request)).await;
    assert_eq!(get_health(&server, 1).await.1, 200);
}

/// In total this takes several times longer than a client may pause reading.
#[tokio::test]
async fn a_client_that_reads_responses_slowly_stays_connected() {
    // Each has 130 KB: more than the buffers of both sides hold.
    const PAGES: usize = 80;
    let (_site, server) = serving(&[("PLEDGECAST_RESPONSE_SECONDS", "2")]).await;
    let mut client = Raw::with_buffer(&server, 256 * 1024).await;
    let page = "GET /explore HTTP/1.1\r\nHost: localhost\r\n\r\n";
    client.send(page.repeat(PAGES)).await;
    client
        .send("GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await;
    let received = client.read_slowly(2_000_000, Duration::from_secs(1)).await;
    let received = String::from_utf8_lossy(&received);
    assert_eq!(received.matches("HTTP/1.1 200").count(), PAGES + 1);
}

#[tokio::test]
async fn an_event_stream_is_exempt_from_request_time_limits() {
    let settings = [
        ("PLEDGECAST_KEEP_ALIVE_SECONDS", "1"),
        ("PLEDGECAST_BODY_SECONDS", "1"),
        ("PLEDGECAST_RESPONSE_SECONDS", "1"),
    ];
    let (_site, server) = serving(&settings).await;
    let browser = Browser::registered(&server).await;
    let mut events = EventStream::open(&browser).await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    browser.top_up(5).await;
    let is_line = |event: &crate::support::Event| event.name == "transaction";
    events.wait_for("the top-up", is_line).await;
}

#[tokio::test]
async fn a_stopping_server_finishes_its_requests() {
    let (_site, mut server) = serving(&[]).await;
    let email = format!("{}@example.org", unique("stop"));
    let body = json!({ "email": email, "password": "correct horse battery" }).to_string();
    let head = login_head(body.len()).replace("login", "register");
    let mut client = Raw::connect(&server).await;
    // The server is already stopping when it reads the second part.
    client.send(head + &body[..10]).await;
    let (mut idle, _) = get_health(&server, 1).await;
    server.program.signal("TERM");
    idle.wait_until_closed().await;
    client.send(&body[10..]).await;
    assert_eq!(client.read_response().await.status, 200);
    assert!(server.program.wait().await.success());
}

#[tokio::test]
async fn oversized_or_malformed_http_gets_problem_details() {
    let (_site, server) = serving(&[]).await;
    let long = |length: usize| "x".repeat(length);
    let headers = "a: b\r\n".repeat(200);
    for (request, status) in [
        (
            format!("GET /?{} HTTP/1.1\r\nHost: a\r\n\r\n", long(40_000)),
            414,
        ),
        (
            format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", long(70_000)),
            414,
        ),
        (
            format!("GET /?{} HTTP/1.1\r\nHost: a\r\n\r\n", long(70_000)),
            414,
        ),
        (
            format!("GET /?{} HTTP/1.1\r\nHost: a\r\n\r\n", long(1_000_000)),
            431,
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: a\r\na: {}\r\n\r\n", long(300_000)),
            431,
        ),
        (format!("GET / HTTP/1.1\r\nHost: a\r\n{headers}\r\n"), 431),
        ("\u{1}\u{2}\u{3}\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\nno header\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/9.9\r\nHost: a\r\n\r\n".to_owned(), 400),
    ] {
        let mut client = Raw::connect(&server).await;
        // The server may respond before it has received everything, but it reads the rest.
        client.send(&request).await;
        let response = client.read_response().await;
        let begin: String = request.chars().take(40).collect();
        assert_eq!(response.status, status, "{begin:?}");
        response.problem(status);
    }
}

#[tokio::test]
async fn a_user_cannot_send_many_large_bodies_at_once() {
    // The bodies must not time out before the test is done.
    let (_site, server) = serving(&[("PLEDGECAST_BODY_SECONDS", "600")]).await;
    let [one, other] = [
        Browser::registered(&server).await,
        Browser::registered(&server).await,
    ];
    let head = format!(
        "POST /api/batches/create?file_name=a.csv&model_id=1 HTTP/1.1\r\nHost: localhost\r\nCookie: {}\r\n\
         Content-Type: text/csv\r\nContent-Length: 1000000\r\n\r\n",
        one.cookie("pledgecast_session"),
    );
    let draft = json!({ "text": "{}", "file_name": "a.jsonl", "model_id": "1" });
    let status = async |browser: &Browser| {
        let created = browser.post_json("/api/batches/create", &draft).await;
        created.status
    };
    // One by one, because a request of the loop may take the place of one that is being sent.
    let mut open = Vec::new();
    while status(&one).await != 429 {
        assert!(open.len() < 20, "there is no limit");
        let mut client = Raw::connect(&server).await;
        client.send(&head).await;
        open.push(client);
    }
    assert_eq!(status(&other).await, 422);
    // Requests with small bodies go on.
    one.get("/api/auth/me").await.ok();
    drop(open);
    wait_for("a place for another body", || async {
        (status(&one).await == 422).then_some(())
    })
    .await;
}
