from enum import StrEnum


class ListBatchTasksOrder(StrEnum):
    LINE = "line"
    PROBABILITY = "probability"

    def __str__(self) -> str:
        return str(self.value)
