"""Batches, against a service that answers as `docs/api.md` says."""

import json

import httpx
import pytest
from pledgecast import Client, Conflict, batches

CSV = "line,task_id,status,probability,verdict,error\n1,7,succeeded,0.9,likely,\n2,8,failed,,,the model failed\n"
CAMPAIGNS = [{"name": "One", "staff_pick": float("nan")}, {"name": "Two", "blurb": None}]


class Service(httpx.BaseTransport):
    """Sells predictions for 10 credits each, and finishes a batch when it is read for the second time."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.reads = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        path = request.url.path
        if path == "/api/batch/tasks.csv":
            return httpx.Response(200, text=CSV)
        if path == "/api/batch":
            self.reads += 1
        states = {"/api/batches/create": "draft", "/api/batches/start": "running"}
        state = states.get(path, "finished" if self.reads > 1 else "running")
        return httpx.Response(200, json={"id": 3, "state": state, "total": 20})

    def paths(self) -> list[str]:
        return [request.url.path for request in self.requests]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches.time, "sleep", lambda _: None)


def test_a_batch_is_uploaded_started_followed_and_read() -> None:
    service = Service()
    with Client("pc_key", "http://example.org", transport=service) as client:
        rows = client.batch(CAMPAIGNS, max_total=20, idempotency_key="one", model_id=4)
    assert [row["verdict"] for row in rows] == ["likely", ""]
    create, start, *_, results = service.requests
    assert create.url.params["model_id"] == "4"
    assert create.headers["content-type"] == "application/jsonl"
    assert [json.loads(line) for line in create.content.splitlines()] == [{"name": "One"}, {"name": "Two"}]
    assert start.headers["idempotency-key"] == "one"
    assert json.loads(start.content) == {"id": 3, "max_total": 20}
    assert service.paths()[2:-1] == ["/api/batch"] * 2
    assert results.url.params["order"] == "line"


def test_a_batch_that_is_too_expensive_is_deleted() -> None:
    service = Service()
    with (
        Client("pc_key", "http://example.org", transport=service) as client,
        pytest.raises(Conflict, match="20 credits"),
    ):
        client.batch(CAMPAIGNS, max_total=19)
    assert service.paths() == ["/api/batches/create", "/api/batches/delete"]
