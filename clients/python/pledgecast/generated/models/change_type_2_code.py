from enum import StrEnum


class ChangeType2Code(StrEnum):
    CHANGE_WEEKDAY = "change_weekday"

    def __str__(self) -> str:
        return str(self.value)
