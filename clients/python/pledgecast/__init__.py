"""A client of Pledgecast: predicts whether Kickstarter campaigns will reach their goals.

`Client` is written by hand: it waits for results, repeats requests safely, and raises typed errors. `pledgecast.generated`
has every operation of the service; it is generated from the OpenAPI document.
"""

from .client import Client
from .errors import (
    CapReached,
    Conflict,
    Forbidden,
    InsufficientCredits,
    Invalid,
    KeyReused,
    NotFound,
    NotSignedIn,
    PledgecastError,
    PredictionFailed,
    PriceChanged,
    ServerError,
    TooManyRequests,
    Unavailable,
    Unreachable,
)
from .webhooks import InvalidWebhook, verify_webhook

__all__ = [
    "CapReached",
    "Client",
    "Conflict",
    "Forbidden",
    "InsufficientCredits",
    "Invalid",
    "InvalidWebhook",
    "KeyReused",
    "NotFound",
    "NotSignedIn",
    "PledgecastError",
    "PredictionFailed",
    "PriceChanged",
    "ServerError",
    "TooManyRequests",
    "Unavailable",
    "Unreachable",
    "verify_webhook",
]
