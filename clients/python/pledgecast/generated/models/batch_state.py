from enum import StrEnum


class BatchState(StrEnum):
    DRAFT = "draft"
    FINISHED = "finished"
    RUNNING = "running"

    def __str__(self) -> str:
        return str(self.value)
