from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.category_rate import CategoryRate
    from ..models.goal_rate import GoalRate
    from ..models.launch_month_rate import LaunchMonthRate
    from ..models.model_ref import ModelRef


T = TypeVar("T", bound="ExploreView")


@_attrs_define
class ExploreView:
    """How the campaigns of a model's training data did.

    Attributes:
        campaigns (int): The number of campaigns.
        categories (list[CategoryRate]): By category. An entry without a category is for the whole parent.
        first_month (str): The first month of launch, such as `2024-01`.
        goals (list[GoalRate]): By goal, ascending, for all categories and for each parent.
        last_month (str): The last month of launch.
        model (ModelRef): The model of a task.
        months (list[LaunchMonthRate]): By month of launch, in order, for all categories and for each parent.
        population (str): Which campaigns these are. Must be shown with every rate.
        success_rate (float): The share that reached their goal, 0 to 1.
    """

    campaigns: int
    categories: list[CategoryRate]
    first_month: str
    goals: list[GoalRate]
    last_month: str
    model: ModelRef
    months: list[LaunchMonthRate]
    population: str
    success_rate: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        campaigns = self.campaigns

        categories = []
        for categories_item_data in self.categories:
            categories_item = categories_item_data.to_dict()
            categories.append(categories_item)

        first_month = self.first_month

        goals = []
        for goals_item_data in self.goals:
            goals_item = goals_item_data.to_dict()
            goals.append(goals_item)

        last_month = self.last_month

        model = self.model.to_dict()

        months = []
        for months_item_data in self.months:
            months_item = months_item_data.to_dict()
            months.append(months_item)

        population = self.population

        success_rate = self.success_rate

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "campaigns": campaigns,
                "categories": categories,
                "first_month": first_month,
                "goals": goals,
                "last_month": last_month,
                "model": model,
                "months": months,
                "population": population,
                "success_rate": success_rate,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.category_rate import CategoryRate  # noqa: PLC0415
        from ..models.goal_rate import GoalRate  # noqa: PLC0415
        from ..models.launch_month_rate import LaunchMonthRate  # noqa: PLC0415
        from ..models.model_ref import ModelRef  # noqa: PLC0415

        d = dict(src_dict)
        campaigns = d.pop("campaigns")

        categories = []
        _categories = d.pop("categories")
        for categories_item_data in _categories:
            categories_item = CategoryRate.from_dict(categories_item_data)

            categories.append(categories_item)

        first_month = d.pop("first_month")

        goals = []
        _goals = d.pop("goals")
        for goals_item_data in _goals:
            goals_item = GoalRate.from_dict(goals_item_data)

            goals.append(goals_item)

        last_month = d.pop("last_month")

        model = ModelRef.from_dict(d.pop("model"))

        months = []
        _months = d.pop("months")
        for months_item_data in _months:
            months_item = LaunchMonthRate.from_dict(months_item_data)

            months.append(months_item)

        population = d.pop("population")

        success_rate = d.pop("success_rate")

        explore_view = cls(
            campaigns=campaigns,
            categories=categories,
            first_month=first_month,
            goals=goals,
            last_month=last_month,
            model=model,
            months=months,
            population=population,
            success_rate=success_rate,
        )

        explore_view.additional_properties = d
        return explore_view

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
