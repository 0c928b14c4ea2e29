from enum import StrEnum


class TransactionKind(StrEnum):
    ADJUSTMENT = "adjustment"
    CHARGE = "charge"
    TOP_UP = "top_up"
    WELCOME = "welcome"

    def __str__(self) -> str:
        return str(self.value)
