"""Batches: many campaigns at once, with one price for all of them."""

from __future__ import annotations

import csv
import io
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from .errors import Conflict, Unreachable
from .retries import KEY_HEADER

_POLL_S = 1.0
_FINISHED = "finished"
_NOT_DOCUMENTED = "the response is not as documented; is this a Pledgecast service with batches?"


@dataclass(frozen=True)
class Batch:
    """A batch as the service describes it; `fields` has everything that it says."""

    fields: Mapping[str, Any]

    @property
    def id(self) -> int:
        return self.fields["id"]

    @property
    def total(self) -> int:
        """The price of all predictions, in credits."""
        return self.fields["total"]

    @property
    def is_finished(self) -> bool:
        return self.fields["state"] == _FINISHED


def buy(
    http: httpx.Client,
    campaigns: Iterable[Mapping[str, Any]],
    max_total: int,
    *,
    idempotency_key: str | None,
    model_id: int | None,
) -> Batch:
    """Checks the campaigns, and buys their predictions if their total is at most `max_total` credits.

    Raises `Conflict` if it is higher; then nothing is bought.
    """
    lines = [json.dumps(_known(campaign)) for campaign in campaigns]
    # The draft of a request that is repeated is deleted by itself.
    draft = _read(
        http.post(
            "/api/batches/create",
            params={} if model_id is None else {"model_id": model_id},
            content="\n".join(lines).encode(),
            headers={"content-type": "application/jsonl"},
        )
    )
    if draft.total > max_total:
        http.post("/api/batches/delete", json={"id": draft.id})
        raise Conflict(
            f"the batch costs {draft.total} credits, more than {max_total}; nothing was bought", draft.fields
        )
    key = idempotency_key or str(uuid.uuid4())
    start = {"id": draft.id, "max_total": max_total}
    return _read(http.post("/api/batches/start", json=start, headers={KEY_HEADER: key}))


def wait(http: httpx.Client, batch: Batch, timeout_s: float | None) -> Batch:
    """Waits until all predictions are final."""
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    while not batch.is_finished:
        if deadline is not None and time.monotonic() > deadline:
            raise TimeoutError(f"batch {batch.id} is not finished yet")
        time.sleep(_POLL_S)
        batch = _read(http.get("/api/batch", params={"id": batch.id}))
    return batch


def results(http: httpx.Client, batch: Batch) -> list[dict[str, str]]:
    """The rows of the CSV file, in the order of the campaigns."""
    response = http.get("/api/batch/tasks.csv", params={"id": batch.id, "order": "line"})
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


def _known(campaign: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in campaign.items() if not is_unknown(value)}


def is_unknown(value: Any) -> bool:
    """None, and the "not a number" with which pandas marks an empty cell."""
    return value is None or value != value  # noqa: PLR0124


def _read(response: httpx.Response) -> Batch:
    try:
        fields = response.json()
    except ValueError as error:
        raise Unreachable(_NOT_DOCUMENTED) from error
    if not isinstance(fields, dict) or not {"id", "state", "total"} <= fields.keys():
        raise Unreachable(_NOT_DOCUMENTED)
    return Batch(fields)
