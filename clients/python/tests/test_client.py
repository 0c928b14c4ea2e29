"""The hand-written client, against the server under test."""

import uuid

import httpx
import pytest
from accounts import SAMPLE, Account
from pledgecast import (
    CapReached,
    Client,
    Forbidden,
    InsufficientCredits,
    Invalid,
    KeyReused,
    NotFound,
    NotSignedIn,
    PriceChanged,
    Unreachable,
)
from pledgecast.generated.api.models import list_models
from pledgecast.generated.models import Verdict

PRICE = 10


@pytest.fixture
def client(account: Account, base_url: str):
    """A client with a key for everything."""
    with Client(account.create_key()["secret"], base_url) as client:
        yield client


def test_a_prediction_has_a_result_and_is_charged_once(client: Client) -> None:
    before = client.balance().available
    key = uuid.uuid4().hex
    task = client.predict(SAMPLE, idempotency_key=key, max_price=PRICE)
    assert 0 < task.result.probability < 1
    assert task.result.verdict in Verdict
    again = client.predict(SAMPLE, idempotency_key=key, max_price=PRICE)
    assert again.id == task.id
    assert client.balance().available == before - PRICE
    assert [it.id for it in client.tasks()] == [task.id]
    assert client.task(task.id).result.probability == task.result.probability


def test_a_submit_does_not_wait_and_can_be_waited_for(client: Client) -> None:
    task = client.submit(SAMPLE)
    assert client.wait(task, timeout_s=60).result is not None


def test_cells_that_pandas_calls_missing_are_unknown(client: Client) -> None:
    task = client.predict({**SAMPLE, "staff_pick": float("nan"), "blurb": None})
    assert task.campaign.staff_pick is None


def test_errors_are_typed_and_have_their_problem(client: Client) -> None:
    with pytest.raises(Invalid) as invalid:
        client.predict({**SAMPLE, "usd_goal": -1, "country": "XX"})
    assert set(invalid.value.errors) == {"usd_goal", "country"}
    assert invalid.value.status == httpx.codes.UNPROCESSABLE_ENTITY
    assert invalid.value.request_id
    with pytest.raises(PriceChanged) as changed:
        client.predict(SAMPLE, max_price=PRICE - 1)
    assert changed.value.problem["price"] == PRICE
    client.predict(SAMPLE, idempotency_key="one")
    with pytest.raises(KeyReused):
        client.predict({**SAMPLE, "usd_goal": 77}, idempotency_key="one")
    with pytest.raises(NotFound):
        client.task(2**53)


def test_keys_are_limited(account: Account, base_url: str) -> None:
    with Client("pc_wrong", base_url) as client, pytest.raises(NotSignedIn):
        client.balance()
    reader = account.create_key(read=True)["secret"]
    with Client(reader, base_url) as client, pytest.raises(Forbidden):
        client.predict(SAMPLE)
    capped = account.create_key(read=True, predict=True, cap_total=PRICE)["secret"]
    with Client(capped, base_url) as client:
        client.predict(SAMPLE)
        with pytest.raises(CapReached) as reached:
            client.predict(SAMPLE)
        assert reached.value.problem["limit"] == PRICE


def test_too_few_credits_are_an_error_of_their_own(base_url: str) -> None:
    # The credits of a new account are enough for one prediction.
    key = Account(base_url, credits=0).create_key(read=True, predict=True)["secret"]
    with Client(key, base_url) as client:
        client.predict(SAMPLE)
        with pytest.raises(InsufficientCredits) as error:
            client.predict(SAMPLE)
        assert error.value.problem["needed"] == PRICE


def test_generated_operations_can_be_called(client: Client) -> None:
    models = client.call(list_models.sync_detailed, list)
    assert any(model.is_default for model in models)


def test_another_server_is_not_taken_for_a_service() -> None:
    page = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>"))
    with Client("pc_key", "http://example.org", transport=page) as client, pytest.raises(Unreachable):
        client.balance()
