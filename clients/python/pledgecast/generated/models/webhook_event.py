from enum import StrEnum


class WebhookEvent(StrEnum):
    BALANCE_ADJUSTED = "balance.adjusted"
    BALANCE_LOW = "balance.low"
    BALANCE_TOPPED_UP = "balance.topped_up"
    BATCH_FINISHED = "batch.finished"
    TASK_CANCELED = "task.canceled"
    TASK_FAILED = "task.failed"
    TASK_SUCCEEDED = "task.succeeded"

    def __str__(self) -> str:
        return str(self.value)
