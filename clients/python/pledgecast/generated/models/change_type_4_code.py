from enum import StrEnum


class ChangeType4Code(StrEnum):
    MOVE_LAUNCH = "move_launch"

    def __str__(self) -> str:
        return str(self.value)
