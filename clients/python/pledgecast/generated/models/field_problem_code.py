from enum import StrEnum


class FieldProblemCode(StrEnum):
    AMBIGUOUS_NUMBER = "ambiguous_number"
    BEFORE = "before"
    BELOW_GOAL = "below_goal"
    DATE_OUT_OF_RANGE = "date_out_of_range"
    NOTHING_VISIBLE = "nothing_visible"
    NOT_AFTER = "not_after"
    NOT_AN_EMAIL = "not_an_email"
    NOT_AN_ID = "not_an_id"
    NOT_A_BOOLEAN = "not_a_boolean"
    NOT_A_CURSOR = "not_a_cursor"
    NOT_A_DATE = "not_a_date"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_URL = "not_a_url"
    NOT_A_WHOLE_NUMBER = "not_a_whole_number"
    NOT_BELOW_GOAL = "not_below_goal"
    NOT_ONE_OF = "not_one_of"
    NOT_PUBLIC = "not_public"
    NO_API_KEY = "no_api_key"
    NO_RESULT = "no_result"
    OUT_OF_RANGE = "out_of_range"
    REJECTED = "rejected"
    REPEATED = "repeated"
    REQUIRED = "required"
    TOO_EARLY = "too_early"
    TOO_LONG = "too_long"
    TOO_LONG_AFTER = "too_long_after"
    TOO_MANY_WORDS = "too_many_words"
    TOO_SHORT = "too_short"
    WRONG = "wrong"

    def __str__(self) -> str:
        return str(self.value)
