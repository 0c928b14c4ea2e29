from enum import StrEnum


class ChangeType1Code(StrEnum):
    CHANGE_DURATION = "change_duration"

    def __str__(self) -> str:
        return str(self.value)
