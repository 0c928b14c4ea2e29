//! Connections: how many there may be, and how slow a client may be.

use std::time::Duration;

use serde_json::json;

use crate::support::{Browser, Engine, EventStream, Raw, Server, Site, unique, wait_for};

const HEALTH: &str = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
const PAUSE: Duration = Duration::from_millis(100);
/// Much longer than the limits that the tests set, and shorter than those that hold by default.
const SOON: Duration = Duration::from_secs(30);

async fn serving(settings: &[(&str, &str)]) -> (Site, Server) {
    Site::serving(Engine::Sqlite, settings).await
}

/// Asks for the health on a new connection, which stays open.
async fn ask(server: &Server, last_octet: u8) -> (Raw, u16) {
    let mut client = Raw::from_address(server, last_octet).await;
    client.send(HEALTH).await;
    let status = client.answer().await.status;
    (client, status)
}

/// Waits for what must happen long before the default limits are over.
async fn soon<T>(happens: impl Future<Output = T>) -> T {
    let happened = tokio::time::timeout(SOON, happens).await;
    happened.expect("the limit that was set is not kept")
}

#[tokio::test]
async fn connections_beyond_the_limit_are_told_to_come_back() {
    let (_site, server) = serving(&[("PLEDGECAST_MAX_CONNECTIONS", "3")]).await;
    let mut open = Vec::new();
    for address in 1..=3 {
        let (client, status) = ask(&server, address).await;
        assert_eq!(status, 200);
        open.push(client);
    }
    let mut refused = Raw::from_address(&server, 4).await;
    refused.send(HEALTH).await;
    let answer = refused.answer().await;
    answer.problem(503);
    assert!(answer.head.contains("retry-after: "), "{answer:?}");
    open.pop();
    wait_for("a place for another connection", || async {
        let (_client, status) = ask(&server, 4).await;
        (status == 200).then_some(())
    })
    .await;
}

/// Opens two connections from one address, where a third is refused and another address is not.
async fn assert_that_an_address_gets_two(server: &Server) -> [Raw; 2] {
    let (first, second) = (ask(server, 7).await, ask(server, 7).await);
    assert_eq!([first.1, second.1], [200, 200]);
    assert_eq!(ask(server, 7).await.1, 503);
    assert_eq!(ask(server, 8).await.1, 200);
    [first.0, second.0]
}

#[tokio::test]
async fn one_address_gets_at_most_a_quarter_of_all_connections() {
    let (_site, server) = serving(&[("PLEDGECAST_MAX_CONNECTIONS", "8")]).await;
    assert_that_an_address_gets_two(&server).await;
}

#[tokio::test]
async fn one_address_cannot_take_all_connections() {
    let (_site, server) = serving(&[("PLEDGECAST_MAX_CONNECTIONS_PER_ADDRESS", "2")]).await;
    let [first, _second] = assert_that_an_address_gets_two(&server).await;
    drop(first);
    wait_for("a place for another connection", || async {
        (ask(&server, 7).await.1 == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_trusted_proxy_stands_for_many_clients() {
    let settings = [
        ("PLEDGECAST_MAX_CONNECTIONS_PER_ADDRESS", "1"),
        ("PLEDGECAST_TRUSTED_PROXIES", "127.0.0.9"),
    ];
    let (_site, server) = serving(&settings).await;
    let (_first, _second) = (ask(&server, 9).await, ask(&server, 9).await);
    assert_eq!(ask(&server, 9).await.1, 200);
    let (_other, status) = ask(&server, 8).await;
    assert_eq!(status, 200);
    assert_eq!(ask(&server, 8).await.1, 503);
}

#[tokio::test]
async fn a_head_that_arrives_too_slowly_ends_its_connection() {
    let (_site, server) = serving(&[("PLEDGECAST_KEEP_ALIVE_SECONDS", "1")]).await;
    let mut first = Raw::connect(&server).await;
    first.send("GET / HTTP/1.1\r\nHost: localhost\r\n").await;
    soon(first.trickle_until_closed(b"a: b\r\n", PAUSE)).await;

    let mut later = Raw::connect(&server).await;
    later.send(HEALTH).await;
    assert_eq!(later.answer().await.status, 200);
    later.send("GET / HT").await;
    soon(later.trickle_until_closed(b"T", PAUSE)).await;
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed() {
    let (_site, server) = serving(&[("PLEDGECAST_KEEP_ALIVE_SECONDS", "1")]).await;
    let mut client = Raw::connect(&server).await;
    soon(client.wait_until_closed()).await;
    let (mut client, status) = ask(&server, 1).await;
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
async fn a_body_that_arrives_too_slowly_is_a_408() {
    let settings = [
        ("PLEDGECAST_BODY_SECONDS", "1"),
        ("PLEDGECAST_MIN_BYTES_PER_SECOND", "1000000"),
    ];
    let (_site, server) = serving(&settings).await;
    let mut client = Raw::connect(&server).await;
    client.send(login_head(1000)).await;
    client.send("{\"email\"").await;
    let answer = client.answer().await;
    answer.problem(408);
    assert!(answer.head.contains("connection: close"), "{answer:?}");
    client.wait_until_closed().await;
}

#[tokio::test]
async fn a_body_at_more_than_the_lowest_rate_may_take_its_time() {
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
    client.answer().await.problem(401);
}

#[tokio::test]
async fn who_reads_no_responses_loses_the_connection() {
    let (_site, server) = serving(&[("PLEDGECAST_RESPONSE_SECONDS", "1")]).await;
    let mut client = Raw::with_buffer(&server, 4096).await;
    let request = b"GET /explore HTTP/1.1\r\nHost: localhost\r\n\r\n";
    soon(client.send_unread_until_closed(request)).await;
    assert_eq!(ask(&server, 1).await.1, 200);
}

/// All in all this takes several times longer than a client may read nothing.
#[tokio::test]
async fn who_reads_responses_slowly_keeps_the_connection() {
    // Of 130 KB each: more than the buffers of both sides hold.
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
async fn a_stream_of_events_outlives_the_limits_of_requests() {
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
async fn a_server_that_is_told_to_stop_ends_the_requests_it_has() {
    let (_site, mut server) = serving(&[]).await;
    let email = format!("{}@example.org", unique("stop"));
    let body = json!({ "email": email, "password": "correct horse battery" }).to_string();
    let head = login_head(body.len()).replace("login", "register");
    let mut client = Raw::connect(&server).await;
    // The second part is read by a server that is stopping already.
    client.send(head + &body[..10]).await;
    let (mut idle, _) = ask(&server, 1).await;
    server.program.signal("TERM");
    idle.wait_until_closed().await;
    client.send(&body[10..]).await;
    assert_eq!(client.answer().await.status, 200);
    assert!(server.program.wait().await.success());
}

#[tokio::test]
async fn what_is_too_long_or_no_http_is_answered_like_every_other_error() {
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
        // The server may answer before it has taken all of it in, but it reads the rest.
        client.send(&request).await;
        let answer = client.answer().await;
        let begin: String = request.chars().take(40).collect();
        assert_eq!(answer.status, status, "{begin:?}");
        answer.problem(status);
    }
}
