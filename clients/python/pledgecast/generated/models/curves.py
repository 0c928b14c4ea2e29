from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.days_point import DaysPoint
    from ..models.goal_point import GoalPoint
    from ..models.launch_point import LaunchPoint
    from ..models.staff_pick_scores import StaffPickScores
    from ..models.switch import Switch


T = TypeVar("T", bound="Curves")


@_attrs_define
class Curves:
    """Actual scores of the campaign with one thing changed.

    Attributes:
        duration (list[DaysPoint]): By the number of days of funding, 1 to 60. The deadline moves.
        goal (list[GoalPoint]): By goal, ascending on a logarithmic scale; includes the campaign's own goal.
        month (list[LaunchPoint]): A launch in each of twelve months, starting with the campaign's own, on the same
            weekday.
        preparation (list[DaysPoint]): By the number of days between draft and launch, ascending. The date of the draft
            moves.
        staff_pick (StaffPickScores): The scores by staff pick.
        video (Switch): The scores with a switch on and off.
        weekday (list[LaunchPoint]): A launch on each weekday, starting with Monday, on the nearest date in the same
            month.
    """

    duration: list[DaysPoint]
    goal: list[GoalPoint]
    month: list[LaunchPoint]
    preparation: list[DaysPoint]
    staff_pick: StaffPickScores
    video: Switch
    weekday: list[LaunchPoint]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        duration = []
        for duration_item_data in self.duration:
            duration_item = duration_item_data.to_dict()
            duration.append(duration_item)

        goal = []
        for goal_item_data in self.goal:
            goal_item = goal_item_data.to_dict()
            goal.append(goal_item)

        month = []
        for month_item_data in self.month:
            month_item = month_item_data.to_dict()
            month.append(month_item)

        preparation = []
        for preparation_item_data in self.preparation:
            preparation_item = preparation_item_data.to_dict()
            preparation.append(preparation_item)

        staff_pick = self.staff_pick.to_dict()

        video = self.video.to_dict()

        weekday = []
        for weekday_item_data in self.weekday:
            weekday_item = weekday_item_data.to_dict()
            weekday.append(weekday_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "duration": duration,
                "goal": goal,
                "month": month,
                "preparation": preparation,
                "staff_pick": staff_pick,
                "video": video,
                "weekday": weekday,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.days_point import DaysPoint  # noqa: PLC0415
        from ..models.goal_point import GoalPoint  # noqa: PLC0415
        from ..models.launch_point import LaunchPoint  # noqa: PLC0415
        from ..models.staff_pick_scores import StaffPickScores  # noqa: PLC0415
        from ..models.switch import Switch  # noqa: PLC0415

        d = dict(src_dict)
        duration = []
        _duration = d.pop("duration")
        for duration_item_data in _duration:
            duration_item = DaysPoint.from_dict(duration_item_data)

            duration.append(duration_item)

        goal = []
        _goal = d.pop("goal")
        for goal_item_data in _goal:
            goal_item = GoalPoint.from_dict(goal_item_data)

            goal.append(goal_item)

        month = []
        _month = d.pop("month")
        for month_item_data in _month:
            month_item = LaunchPoint.from_dict(month_item_data)

            month.append(month_item)

        preparation = []
        _preparation = d.pop("preparation")
        for preparation_item_data in _preparation:
            preparation_item = DaysPoint.from_dict(preparation_item_data)

            preparation.append(preparation_item)

        staff_pick = StaffPickScores.from_dict(d.pop("staff_pick"))

        video = Switch.from_dict(d.pop("video"))

        weekday = []
        _weekday = d.pop("weekday")
        for weekday_item_data in _weekday:
            weekday_item = LaunchPoint.from_dict(weekday_item_data)

            weekday.append(weekday_item)

        curves = cls(
            duration=duration,
            goal=goal,
            month=month,
            preparation=preparation,
            staff_pick=staff_pick,
            video=video,
            weekday=weekday,
        )

        curves.additional_properties = d
        return curves

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
