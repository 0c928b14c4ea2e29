"""The client that is written by hand."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from . import batches
from .batches import is_unknown
from .errors import PredictionFailed, Unreachable, error_of
from .generated.api.credits_ import get_balance
from .generated.api.predictions import get_task, list_tasks, predict
from .generated.client import AuthenticatedClient
from .generated.errors import UnexpectedStatus
from .generated.models import BalanceView, PageOfTaskView, PredictRequest, TaskStatus, TaskView
from .generated.types import UNSET, Response
from .retries import RetryTransport

# How long one request waits for a result, in seconds; the most that services allow.
_WAIT_S = 60
# Longer than a service may take to answer a request that waits.
_TIMEOUT_S = 90.0
_FINAL = (TaskStatus.SUCCEEDED, TaskStatus.FAILED, TaskStatus.CANCELED)
_NOT_DOCUMENTED = "the response is not as documented; is this a Pledgecast service, and this package as new as it?"
_AGENT = "pledgecast-python/0.1.0"

T = TypeVar("T")


class Client:
    """A service, and the API key to use there. May be shared between threads; use it in a `with`, or `close` it.

    Requests are repeated if that helps and is safe. All methods raise `PledgecastError`.
    """

    def __init__(self, key: str, base_url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        """`base_url` is the address of the service. `transport` replaces the connections, for tests and proxies."""
        self.api = AuthenticatedClient(
            base_url=base_url.rstrip("/"),
            token=key,
            timeout=httpx.Timeout(_TIMEOUT_S, connect=10.0),
            headers={"Accept": "application/json", "User-Agent": _AGENT},
            raise_on_unexpected_status=True,
            httpx_args={
                "transport": RetryTransport(transport or httpx.HTTPTransport()),
                "event_hooks": {"response": [_raise_error]},
            },
        )
        """The generated client, for `pledgecast.generated.api`, which has all other operations."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self.api.get_httpx_client().close()

    def predict(
        self,
        campaign: Mapping[str, Any],
        *,
        idempotency_key: str | None = None,
        max_price: int | None = None,
        model_id: int | None = None,
        timeout_s: float | None = None,
    ) -> TaskView:
        """Buys the prediction for a campaign, and waits for it. Its `result` has `probability` and `verdict`.

        `campaign` has the fields of the API; those that are missing, None or not a number count as unknown. With the same
        `idempotency_key`, a prediction is bought once, however often this is called.

        Raises `PredictionFailed` if there is no result, which costs nothing, and `TimeoutError` after `timeout_s` seconds;
        the prediction then goes on.
        """
        key = idempotency_key or str(uuid.uuid4())
        task = self.submit(campaign, idempotency_key=key, max_price=max_price, model_id=model_id, wait_s=_WAIT_S)
        return self.wait(task, timeout_s=timeout_s)

    def submit(
        self,
        campaign: Mapping[str, Any],
        *,
        idempotency_key: str | None = None,
        max_price: int | None = None,
        model_id: int | None = None,
        wait_s: int = 0,
    ) -> TaskView:
        """Buys the prediction for a campaign, and waits for at most `wait_s` seconds, 60 at most."""
        fields = {name: value for name, value in campaign.items() if not is_unknown(value)}
        extra = {"max_price": max_price, "model_id": model_id}
        fields.update({name: value for name, value in extra.items() if value is not None})
        return self.call(
            predict.sync_detailed,
            TaskView,
            body=_Campaign(fields),
            prefer=f"wait={wait_s}" if wait_s else UNSET,
            idempotency_key=idempotency_key or str(uuid.uuid4()),
        )

    def wait(self, task: TaskView, *, timeout_s: float | None = None) -> TaskView:
        """Waits until a prediction has a result. Raises as `predict`."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while task.status not in _FINAL:
            left = _WAIT_S if deadline is None else min(_WAIT_S, deadline - time.monotonic())
            if left <= 0:
                raise TimeoutError(f"prediction {task.id} has no result yet")
            task = self.task(task.id, wait_s=max(1, int(left)))
        if task.status is not TaskStatus.SUCCEEDED:
            reason = task.error or task.status.value
            raise PredictionFailed(f"prediction {task.id} has no result: {reason}", task.to_dict())
        return task

    def task(self, task_id: int, *, wait_s: int = 0) -> TaskView:
        """A prediction, after at most `wait_s` seconds if it has no result yet."""
        prefer = f"wait={wait_s}" if wait_s else UNSET
        return self.call(get_task.sync_detailed, TaskView, id=task_id, prefer=prefer)

    def tasks(self, **filters: Any) -> Iterator[TaskView]:
        """All predictions of the account, newest first; filtered like `GET /api/tasks`."""
        cursor: Any = UNSET
        while True:
            page = self.call(list_tasks.sync_detailed, PageOfTaskView, cursor=cursor, limit=100, **filters)
            yield from page.items
            if not page.next_:
                return
            cursor = page.next_

    def batch(
        self,
        campaigns: Iterable[Mapping[str, Any]],
        *,
        max_total: int,
        idempotency_key: str | None = None,
        model_id: int | None = None,
        timeout_s: float | None = None,
    ) -> list[dict[str, str]]:
        """Buys the predictions for up to 10,000 campaigns at once, and waits for them. Returns one row per campaign, in
        their order, with `probability`, `verdict`, `error` and others as texts.

        Raises `Invalid` if the service refuses a campaign; its `errors` name lines and fields, such as `line 7: usd_goal`.
        Raises `Conflict` if the total is higher than `max_total` credits. In both cases, nothing is bought.
        """
        http = self.api.get_httpx_client()
        batch = batches.buy(http, campaigns, max_total, idempotency_key=idempotency_key, model_id=model_id)
        return batches.results(http, batches.wait(http, batch, timeout_s))

    def balance(self) -> BalanceView:
        """The credits of the account."""
        return self.call(get_balance.sync_detailed, BalanceView)

    def call(self, operation: Callable[..., Response[Any]], expected: type[T], **arguments: Any) -> T:
        """Calls `sync_detailed` of a generated operation, and returns its result or raises its error."""
        try:
            parsed = operation(client=self.api, **arguments).parsed
        except (ValueError, KeyError, TypeError, AttributeError, UnexpectedStatus) as error:
            raise Unreachable(_NOT_DOCUMENTED) from error
        if not isinstance(parsed, expected):
            raise Unreachable(_NOT_DOCUMENTED)
        return parsed


class _Campaign(PredictRequest):
    """A campaign as the caller has it. The service checks it, and its errors name the fields."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = dict(fields)

    def to_dict(self) -> dict[str, Any]:
        return self._fields


def _raise_error(response: httpx.Response) -> None:
    """Raises the error of a response, before the generated code reads it: services may have new kinds of errors."""
    if response.status_code < httpx.codes.BAD_REQUEST:
        return
    try:
        problem = json.loads(response.read())
    except ValueError:
        problem = None
    if isinstance(problem, dict) and "type" in problem:
        raise error_of(response.status_code, problem)
    raise Unreachable(f"the answer is {response.status_code} without problem details; is this a Pledgecast service?")
