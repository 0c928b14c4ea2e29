"""Requests are repeated when that helps and cannot do anything twice. No server is needed."""

import httpx
import pytest
from pledgecast import ServerError, TooManyRequests, Unavailable, Unreachable, retries
from pledgecast.client import Client

BALANCE = {"amount": 10, "held": 0, "available": 10}


class Script(httpx.BaseTransport):
    """Answers with one step after the other: a response, or an error to raise."""

    def __init__(self, *steps: httpx.Response | Exception) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        return httpx.Response(step.status_code, headers=step.headers, content=step.content)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses, without waiting for them."""
    waited: list[float] = []
    monkeypatch.setattr(retries.time, "sleep", waited.append)
    return waited


def problem(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, headers=headers, json={"type": "/problems/x", "status": status, "title": "x"})


def client(*steps: httpx.Response | Exception) -> tuple[Client, Script]:
    script = Script(*steps)
    return Client("pc_key", "http://example.org", transport=script), script


OK = httpx.Response(200, json=BALANCE)


@pytest.mark.parametrize(
    "failure",
    [problem(429), problem(503), problem(502), httpx.ConnectError("no"), httpx.ReadError("lost")],
)
def test_a_read_is_repeated(failure: httpx.Response | Exception, pauses: list[float]) -> None:
    caller, script = client(failure, OK)
    assert caller.balance().available == BALANCE["available"]
    assert len(script.requests) == len(pauses) + 1 == 2


def test_the_service_says_how_long_to_wait(pauses: list[float]) -> None:
    caller, _ = client(problem(503, **{"retry-after": "7"}), OK)
    caller.balance()
    assert pauses == [7]


def test_a_long_wait_is_an_error(pauses: list[float]) -> None:
    caller, _ = client(problem(429, **{"retry-after": "3600"}))
    with pytest.raises(TooManyRequests):
        caller.balance()
    assert pauses == []


def test_a_submit_is_repeated_with_the_same_key() -> None:
    caller, script = client(httpx.ReadError("lost"), problem(503), problem(500))
    with pytest.raises(ServerError):
        caller.predict({})
    keys = {request.headers["idempotency-key"] for request in script.requests}
    assert len(script.requests) == 3
    assert len(keys) == 1


def test_a_change_without_a_key_is_not_repeated_once_it_was_sent() -> None:
    caller, script = client(httpx.ReadError("lost"))
    with pytest.raises(Unreachable):
        caller.api.get_httpx_client().post("/api/keys/create", json={})
    assert len(script.requests) == 1


def test_repeating_ends(pauses: list[float]) -> None:
    caller, _ = client(problem(503))
    with pytest.raises(Unavailable):
        caller.balance()
    assert pauses == [0.5, 1, 2, 4, 8]
