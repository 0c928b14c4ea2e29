from enum import StrEnum


class Factor(StrEnum):
    CATEGORY = "category"
    CREATOR = "creator"
    DURATION = "duration"
    GOAL = "goal"
    HABITS = "habits"
    PLACE = "place"
    PREPARATION = "preparation"
    REWARDS = "rewards"
    STAFF_PICK = "staff_pick"
    TEXT = "text"
    TIMING = "timing"
    VIDEO = "video"

    def __str__(self) -> str:
        return str(self.value)
