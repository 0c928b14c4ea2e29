from enum import StrEnum


class ModelState(StrEnum):
    CANDIDATE = "candidate"
    LIVE = "live"
    RETIRED = "retired"

    def __str__(self) -> str:
        return str(self.value)
