from enum import StrEnum


class Scope(StrEnum):
    MANAGE = "manage"
    PREDICT = "predict"
    READ = "read"
    TOP_UP = "top_up"

    def __str__(self) -> str:
        return str(self.value)
