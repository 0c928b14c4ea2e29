from enum import StrEnum


class DeliveryError(StrEnum):
    CONNECTION_FAILED = "connection_failed"
    INVALID_RESPONSE = "invalid_response"
    NO_PUBLIC_ADDRESS = "no_public_address"
    SECRET_LOST = "secret_lost"
    TIMED_OUT = "timed_out"
    TLS_FAILED = "tls_failed"
    URL_NOT_ALLOWED = "url_not_allowed"

    def __str__(self) -> str:
        return str(self.value)
