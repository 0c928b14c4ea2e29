//! Who may create an account, and who may buy credits, as the operator decides.

use serde_json::{Value, json};

use crate::support::{Browser, Engine, Server, Site, unique};

on_both_databases!(
    a_closed_registration_leaves_accounts_to_the_operator,
    an_invitation_creates_one_account,
    an_invitation_is_for_its_address_and_for_its_time,
    concurrent_uses_of_an_invitation_create_one_account,
    pages_say_how_to_get_an_account,
    credits_are_not_for_sale_unless_the_operator_allows_it,
);

const PASSWORD: &str = "correct horse battery";
const REGISTER: &str = "/api/auth/register";
const BY_INVITATION: [(&str, &str); 1] = [("PLEDGECAST_REGISTRATION", "invitation")];

/// Invites somebody with these arguments; returns the code.
async fn invite(site: &Site, arguments: &[&str]) -> String {
    let arguments = [&["user", "invite"], arguments].concat();
    let printed = site.run_ok(&arguments, "").await;
    let (_, rest) = printed.split_once("invitation ").unwrap();
    rest.split_once(',').unwrap().0.to_owned()
}

fn new_account(invitation: &str) -> Value {
    let email = format!("{}@example.org", unique("invited"));
    json!({ "email": email, "password": PASSWORD, "invitation": invitation })
}

async fn status_of(server: &Server, body: &Value) -> u16 {
    Browser::new(server).post_json(REGISTER, body).await.status
}

async fn a_closed_registration_leaves_accounts_to_the_operator(engine: Engine) {
    let settings = [("PLEDGECAST_REGISTRATION", "closed")];
    let (site, server) = Site::serving(engine, &settings).await;
    let invitation = invite(&site, &[]).await;
    let body = new_account(&invitation);
    let browser = Browser::new(&server);
    browser.post_json(REGISTER, &body).await.problem(403);
    let email = body["email"].as_str().unwrap();
    let create = ["user", "create", "--email", email];
    site.run_ok(&create, PASSWORD).await;
    let login = json!({ "email": email, "password": PASSWORD });
    browser.post_json("/api/auth/login", &login).await.ok();
}

async fn an_invitation_creates_one_account(engine: Engine) {
    let (site, server) = Site::serving(engine, &BY_INVITATION).await;
    let browser = Browser::new(&server);
    for missing in ["", " ", "x", "00000-00000-00000-00000-000000"] {
        let refused = browser.post_json(REGISTER, new_account(missing)).await;
        refused.names_fields(&["invitation"]);
    }
    let code = invite(&site, &[]).await;
    // A mistake elsewhere does not use it up, nor does an address that is taken.
    let mut weak = new_account(&code);
    weak["password"] = "password1234".into();
    let refused = browser.post_json(REGISTER, &weak).await;
    refused.names_fields(&["password"]);
    let taken = new_account(&code)["email"].clone();
    let create = ["user", "create", "--email", taken.as_str().unwrap()];
    site.run_ok(&create, PASSWORD).await;
    let mut again = new_account(&code);
    again["email"] = taken;
    assert_eq!(status_of(&server, &again).await, 409);

    let typed = code.to_lowercase().replace('-', " ");
    browser.post_json(REGISTER, new_account(&typed)).await.ok();
    let second = browser.post_json(REGISTER, new_account(&code)).await;
    second.names_fields(&["invitation"]);
    let noted = "SELECT COUNT(*) FROM invitation JOIN users ON users.id = invitation.user_id";
    assert_eq!(site.database.number(noted).await, 1);
    let stored = format!("SELECT COUNT(*) FROM invitation WHERE hash LIKE '%{code}%'");
    assert_eq!(site.database.number(&stored).await, 0);
    assert!(!server.program.log().contains(&code));
}

async fn an_invitation_is_for_its_address_and_for_its_time(engine: Engine) {
    let (site, server) = Site::serving(engine, &BY_INVITATION).await;
    let email = format!("{}@example.org", unique("Invited"));
    let code = invite(&site, &["--email", &email, "--days", "2"]).await;
    assert_eq!(status_of(&server, &new_account(&code)).await, 422);
    let mut body = new_account(&code);
    body["email"] = email.to_uppercase().into();
    site.database
        .execute("UPDATE invitation SET expires_at = created_at")
        .await;
    assert_eq!(status_of(&server, &body).await, 422);
    let code = invite(&site, &["--email", &email]).await;
    body["invitation"] = code.into();
    assert_eq!(status_of(&server, &body).await, 200);
    let nobody = ["user", "invite", "--email", "nobody"];
    assert!(!site.run(&nobody, "").await.status.success());
}

async fn concurrent_uses_of_an_invitation_create_one_account(engine: Engine) {
    let (site, server) = Site::serving(engine, &BY_INVITATION).await;
    let code = invite(&site, &[]).await;
    let bodies: Vec<Value> = (0..6).map(|_| new_account(&code)).collect();
    let uses = bodies.iter().map(|body| status_of(&server, body));
    let mut statuses = futures::future::join_all(uses).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422, 422, 422, 422, 422]);
    site.assert_audit_is_clean().await;
}

async fn pages_say_how_to_get_an_account(engine: Engine) {
    for (registration, links, words) in [
        ("open", true, "You start with free credits"),
        ("invitation", false, "You need an invitation"),
        (
            "closed",
            false,
            "Only the operator of this service can create accounts",
        ),
    ] {
        let settings = [("PLEDGECAST_REGISTRATION", registration)];
        let (_site, server) = Site::serving(engine, &settings).await;
        let page = server.get("/register?invitation=ABC").await.text();
        assert!(page.contains(words), "{registration}: {page}");
        let is_asked = page.contains("name=\"invitation\"");
        assert_eq!(is_asked, registration == "invitation");
        assert_eq!(page.contains("value=\"ABC\""), is_asked);
        let home = server.get("/").await.text();
        assert_eq!(home.contains("href=\"/register\""), links, "{registration}");
        let login = server.get("/login").await.text();
        let is_linked = login.contains("href=\"/register\"");
        assert_eq!(is_linked, registration != "closed", "{registration}");
    }
}

async fn credits_are_not_for_sale_unless_the_operator_allows_it(engine: Engine) {
    let settings = [("PLEDGECAST_TOP_UPS", "off")];
    let (site, server) = Site::serving(engine, &settings).await;
    let browser = Browser::registered(&server).await;
    let page = browser.get("/overview").await.text();
    assert!(page.contains("Ask the operator of this service"), "{page}");
    assert!(!page.contains("/api/balance/top_up"), "{page}");
    let body = json!({ "amount": 100, "idempotency_key": unique("top-up") });
    let path = "/api/balance/top_up";
    browser.post_json(path, &body).await.problem(403);
    let (key, _) = browser.create_key(json!({ "top_up": true })).await;
    let with_key = Browser::with_key(&server, &key);
    with_key.post_json(path, &body).await.problem(403);
    let grant = [
        "user",
        "grant",
        "--email",
        &browser.email,
        "--amount=100",
        "--reason=paid",
    ];
    site.run_ok(&grant, "").await;
    assert_eq!(browser.balance().await[0], 110);
}
