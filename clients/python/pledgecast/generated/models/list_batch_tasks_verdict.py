from enum import StrEnum


class ListBatchTasksVerdict(StrEnum):
    LIKELY = "likely"
    TOSS_UP = "toss_up"
    UNLIKELY = "unlikely"

    def __str__(self) -> str:
        return str(self.value)
