from enum import StrEnum


class OutOfDistributionType1Code(StrEnum):
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return str(self.value)
