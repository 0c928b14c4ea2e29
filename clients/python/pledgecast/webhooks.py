"""Checks that a webhook comes from the service, as Standard Webhooks says (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

# How old or new a message may be, in seconds. An older one may be a recording.
TOLERANCE_S = 300
_SECRET_PREFIX = "whsec_"
_VERSION = "v1"


class InvalidWebhook(Exception):
    """The request does not come from the service, or is too old. Respond with 401 and do nothing."""


def verify_webhook(
    payload: bytes, headers: Mapping[str, str], secret: str, *, tolerance_s: float = TOLERANCE_S
) -> dict[str, Any]:
    """Checks a request and returns its event: `type`, `timestamp` and `data`.

    `payload` is the body as it was received, before any parsing. `secret` is that of the webhook, `whsec_…`. Events may
    arrive more than once, always with the same `webhook-id`.

    Raises `InvalidWebhook` if the signature is wrong or the message too old.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, timestamp = lower["webhook-id"], lower["webhook-timestamp"]
        signatures = lower["webhook-signature"].split()
        sent_at = int(timestamp)
    except (KeyError, ValueError) as error:
        raise InvalidWebhook("the headers of Standard Webhooks are missing or invalid") from error
    if abs(time.time() - sent_at) > tolerance_s:
        raise InvalidWebhook("the message is too old or too new; check the clock of this machine")
    expected = _signature(secret, f"{message_id}.{timestamp}.".encode() + payload)
    # All are compared, because a secret that was rotated signs for another day.
    matches = [hmac.compare_digest(expected.encode(), given.encode()) for given in signatures]
    if not any(matches):
        raise InvalidWebhook("no signature is right; check the secret, and that the body is unchanged")
    return json.loads(payload)


def _signature(secret: str, content: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("the secret of a webhook is whsec_ and base64") from error
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return f"{_VERSION},{base64.b64encode(digest).decode()}"
