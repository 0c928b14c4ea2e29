from enum import StrEnum


class OutOfDistributionType0Code(StrEnum):
    OUT_OF_RANGE = "out_of_range"

    def __str__(self) -> str:
        return str(self.value)
