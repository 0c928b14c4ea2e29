"""Errors of the service, from its problem details (RFC 9457), and of the way to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class PledgecastError(Exception):
    """Why a request failed. `problem` has the problem details, if the service has sent any."""

    def __init__(self, message: str, problem: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.problem: Mapping[str, Any] = problem or {}

    @property
    def status(self) -> int | None:
        """The HTTP status."""
        return self.problem.get("status")

    @property
    def kind(self) -> str | None:
        """The kind of error, such as `/problems/invalid`."""
        return self.problem.get("type")

    @property
    def request_id(self) -> str | None:
        """By which the operator finds the request in the log."""
        return self.problem.get("request_id")

    @property
    def retry_after_s(self) -> float | None:
        """When to try again, in seconds."""
        return self.problem.get("retry_after_s")


class NotSignedIn(PledgecastError):
    """There is no valid API key."""


class Forbidden(PledgecastError):
    """The API key lacks a scope, or the operation is not for this account."""


class InsufficientCredits(PledgecastError):
    """The account has too few credits. `problem` has `needed` and `available`."""


class CapReached(PledgecastError):
    """A cap of the API key is reached. `problem` has `cap`, `limit`, `spent`, `needed` and `resets_at`."""


class NotFound(PledgecastError):
    """It does not exist, or belongs to another account."""


class Conflict(PledgecastError):
    """Not possible in the current state."""


class PriceChanged(Conflict):
    """The price is higher than the one that was agreed to. `problem` has the `price`."""


class Invalid(PledgecastError):
    """Some fields are invalid."""

    @property
    def errors(self) -> Mapping[str, Mapping[str, Any]]:
        """By the name of the field, the broken rule as a `code` with its limits, and as a sentence (`detail`)."""
        return self.problem.get("errors", {})


class KeyReused(PledgecastError):
    """The idempotency key was used for another request."""


class TooManyRequests(PledgecastError):
    """A limit is reached; `retry_after_s` says when to try again."""


class Unavailable(PledgecastError):
    """The service cannot do this now; `retry_after_s` says when to try again."""


class ServerError(PledgecastError):
    """A fault of the service. Quote the `request_id` when you report it."""


class Unreachable(PledgecastError):
    """There is no response, or not one of this service."""


class PredictionFailed(PledgecastError):
    """The prediction has failed or was canceled, and was not charged. `problem` has the task."""


_BY_KIND: dict[str, type[PledgecastError]] = {
    "cap_reached": CapReached,
    "insufficient_credits": InsufficientCredits,
    "key_reused": KeyReused,
    "price_changed": PriceChanged,
}
_BY_STATUS: dict[int, type[PledgecastError]] = {
    401: NotSignedIn,
    402: InsufficientCredits,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: Invalid,
    429: TooManyRequests,
    503: Unavailable,
}
_SERVER_ERRORS = 500


def error_of(status: int, problem: Mapping[str, Any]) -> PledgecastError:
    """The error of a response with problem details."""
    kind = str(problem.get("type", "")).rsplit("/", 1)[-1]
    default = ServerError if status >= _SERVER_ERRORS else PledgecastError
    cls = _BY_KIND.get(kind) or _BY_STATUS.get(status, default)
    message = problem.get("detail") or problem.get("title") or f"the service has answered with {status}"
    return cls(str(message), problem)
