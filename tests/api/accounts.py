"""Accounts on the server under test, which `cargo xtask test` starts in an empty folder. BASE_URL names it."""

import os
import uuid
from dataclasses import dataclass, field

import httpx
import pytest

SAMPLE = {
    "country": "US",
    "currency": "USD",
    "prelaunch_activated": False,
    "staff_pick": True,
    "static_usd_rate": 1.0,
    "fx_rate": 1.0,
    "created_at": "2024-01-15",
    "launched_at": "2024-01-30",
    "deadline": "2024-02-20",
    "name": "BIG PROJECT TODAY",
    "blurb": "Some text about presentation big world new big world",
    "usd_goal": 10000,
    "name_city": "New York",
    "region": "NY",
    "type": "town",
    "ppohasaction": False,
    "analytics_name": "Dance",
    "position": 5,
    "parent_name": "Dance",
    "is_not_first_project": True,
    "has_video": True,
}
SESSION_COOKIE = "pledgecast_session"


@dataclass
class Account:
    """A new account with its session, and helpers to fill it."""

    url: str
    credits: int = 100_000
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.url, headers={"accept": "application/json"}, timeout=90)
        credentials = {"email": f"{uuid.uuid4().hex}@example.org", "password": "a long passphrase"}
        self.post("/api/auth/register", **credentials)
        if self.credits:
            self.post("/api/balance/top_up", amount=self.credits, idempotency_key=uuid.uuid4().hex)

    def post(self, path: str, **fields: object) -> dict:
        response = self.http.post(path, json=fields)
        assert response.is_success, f"{path}: {response.status_code} {response.text}"
        return response.json()

    @property
    def session(self) -> str:
        """The value of the session cookie."""
        return self.http.cookies[SESSION_COOKIE]

    def balance(self) -> int:
        """The available credits."""
        return self.http.get("/api/balance").json()["available"]

    def create_key(self, **fields: object) -> dict:
        """A key for everything, or with these fields: `id` and `secret`."""
        scopes = {"read": True, "predict": True, "top_up": True, "manage": True}
        new = self.post("/api/keys/create", label="test", **(fields or scopes))
        return {"id": new["key"]["id"], "secret": new["secret"]}

    def predict(self) -> dict:
        """The finished prediction of the sample."""
        fields = {**SAMPLE, "idempotency_key": uuid.uuid4().hex}
        response = self.http.post("/api/tasks/predict", json=fields, headers={"prefer": "wait=60"})
        assert response.status_code == httpx.codes.OK, response.text
        return response.json()


@pytest.fixture(scope="session")
def base_url() -> str:
    """The address of the server."""
    return os.environ["BASE_URL"]


@pytest.fixture
def account(base_url: str) -> Account:
    """A new account with credits."""
    return Account(base_url)
