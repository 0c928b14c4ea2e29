from enum import StrEnum


class ChangeType0Code(StrEnum):
    LOWER_GOAL = "lower_goal"

    def __str__(self) -> str:
        return str(self.value)
