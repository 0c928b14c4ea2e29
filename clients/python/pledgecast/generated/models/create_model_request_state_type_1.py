from enum import StrEnum


class CreateModelRequestStateType1(StrEnum):
    CANDIDATE = "candidate"
    LIVE = "live"

    def __str__(self) -> str:
        return str(self.value)
