from enum import StrEnum


class CapPeriod(StrEnum):
    DAY = "day"
    MONTH = "month"
    TOTAL = "total"
    WEEK = "week"

    def __str__(self) -> str:
        return str(self.value)
