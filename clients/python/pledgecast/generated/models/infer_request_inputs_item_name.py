from enum import StrEnum


class InferRequestInputsItemName(StrEnum):
    ANALYTICS_NAME = "analytics_name"
    BLURB = "blurb"
    COUNTRY = "country"
    CREATED_AT = "created_at"
    CURRENCY = "currency"
    DEADLINE = "deadline"
    EARLIER_PROJECTS = "earlier_projects"
    EARLIER_SUCCESSES = "earlier_successes"
    FX_RATE = "fx_rate"
    HAS_VIDEO = "has_video"
    IS_NOT_FIRST_PROJECT = "is_not_first_project"
    LAUNCHED_AT = "launched_at"
    MEDIAN_REWARD_USD = "median_reward_usd"
    NAME = "name"
    NAME_CITY = "name_city"
    PARENT_NAME = "parent_name"
    POSITION = "position"
    PPOHASACTION = "ppohasaction"
    PRELAUNCH_ACTIVATED = "prelaunch_activated"
    REGION = "region"
    REWARD_TIERS = "reward_tiers"
    STAFF_PICK = "staff_pick"
    STATIC_USD_RATE = "static_usd_rate"
    TYPE = "type"
    USD_GOAL = "usd_goal"

    def __str__(self) -> str:
        return str(self.value)
