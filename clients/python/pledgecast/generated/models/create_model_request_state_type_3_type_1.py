from enum import StrEnum


class CreateModelRequestStateType3Type1(StrEnum):
    CANDIDATE = "candidate"
    LIVE = "live"

    def __str__(self) -> str:
        return str(self.value)
