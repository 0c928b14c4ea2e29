"""Signatures are those of the reference library of Standard Webhooks."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from pledgecast import InvalidWebhook, verify_webhook
from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_c2VjcmV0LW9mLXNvbWVib2R5LWVsc2U="
EVENT = {"type": "task.succeeded", "timestamp": "2026-11-30T00:48:37.457Z", "data": {"id": 1, "name": "Ünder"}}
PAYLOAD = json.dumps(EVENT).encode()


def headers(secret: str = SECRET, age: timedelta = timedelta()) -> dict[str, str]:
    at = datetime.now(UTC) - age
    signature = Webhook(secret).sign("msg_1", at, PAYLOAD.decode())
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": signature,
    }


def test_a_signed_message_is_its_event() -> None:
    assert verify_webhook(PAYLOAD, headers(), SECRET) == EVENT


def test_one_of_several_signatures_is_enough() -> None:
    signed = headers()
    signed["Webhook-Signature"] = f"v1a,other {headers(OTHER)['Webhook-Signature']} {signed['Webhook-Signature']}"
    assert verify_webhook(PAYLOAD, signed, SECRET) == EVENT


@pytest.mark.parametrize(
    ("payload", "signed"),
    [
        (PAYLOAD + b" ", headers()),
        (PAYLOAD, headers(OTHER)),
        (PAYLOAD, headers(age=timedelta(hours=1))),
        (PAYLOAD, headers(age=-timedelta(hours=1))),
        (PAYLOAD, {**headers(), "Webhook-Id": "msg_2"}),
        (PAYLOAD, {**headers(), "Webhook-Timestamp": "soon"}),
        (PAYLOAD, {**headers(), "Webhook-Signature": "é"}),
        (PAYLOAD, {}),
    ],
)
def test_anything_else_is_refused(payload: bytes, signed: dict[str, str]) -> None:
    with pytest.raises(InvalidWebhook):
        verify_webhook(payload, signed, SECRET)


def test_a_secret_that_is_none_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="whsec_"):
        verify_webhook(PAYLOAD, headers(), "secret")
