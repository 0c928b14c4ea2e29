from enum import StrEnum


class DownloadBatchTasksOrder(StrEnum):
    LINE = "line"
    PROBABILITY = "probability"

    def __str__(self) -> str:
        return str(self.value)
