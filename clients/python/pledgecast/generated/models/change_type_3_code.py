from enum import StrEnum


class ChangeType3Code(StrEnum):
    PREPARE_LONGER = "prepare_longer"

    def __str__(self) -> str:
        return str(self.value)
