from enum import StrEnum


class ChangeType5Code(StrEnum):
    ADD_VIDEO = "add_video"

    def __str__(self) -> str:
        return str(self.value)
