from enum import StrEnum


class OutOfDistributionType2Code(StrEnum):
    THIN = "thin"

    def __str__(self) -> str:
        return str(self.value)
