"""Repeats requests that may be repeated."""

from __future__ import annotations

import time

import httpx

from .errors import Unreachable

_ATTEMPTS = 6
# The pause before the second attempt, in seconds; each further one is twice as long.
_FIRST_PAUSE_S = 0.5
# Services that ask for more are not waited for.
_LONGEST_PAUSE_S = 60.0
_REFUSED = (429, 503)
_TEMPORARY = (502, 504)
KEY_HEADER = "Idempotency-Key"


class RetryTransport(httpx.BaseTransport):
    """Sends a request again after 429 and 503, with which the service has done nothing. After a lost connection, it does
    so for reads and for requests with an idempotency key, which are not carried out twice."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        is_safe = request.method == "GET" or KEY_HEADER in request.headers
        pause = _FIRST_PAUSE_S
        for attempt in range(1, _ATTEMPTS + 1):
            is_last = attempt == _ATTEMPTS
            try:
                response = self._inner.handle_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                # Nothing was sent.
                if is_last:
                    raise Unreachable(f"cannot reach {request.url.host}: {error}") from error
            except httpx.TransportError as error:
                if is_last or not is_safe:
                    raise Unreachable(f"no response from {request.url.host}: {error}") from error
            else:
                status = response.status_code
                may_repeat = status in _REFUSED or (status in _TEMPORARY and is_safe)
                wait = max(pause, _retry_after_s(response))
                if is_last or not may_repeat or wait > _LONGEST_PAUSE_S:
                    return response
                response.close()
                time.sleep(wait)
                pause *= 2
                continue
            time.sleep(pause)
            pause *= 2
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        self._inner.close()


def _retry_after_s(response: httpx.Response) -> float:
    text = response.headers.get("retry-after", "")
    return float(text) if text.isdigit() else 0.0
