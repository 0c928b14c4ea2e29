from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.amount_range import AmountRange


T = TypeVar("T", bound="AmountsView")


@_attrs_define
class AmountsView:
    """How much a campaign raises, and from how many backers, if it reaches its goal.

    Attributes:
        backers (AmountRange): The range of four fifths of funded campaigns.
        campaigns (int): The number of these campaigns.
        parent (str): The parent category of the funded campaigns behind the ranges.
        population (str): Where they come from. Must be shown with the ranges.
        raised_usd (AmountRange): The range of four fifths of funded campaigns.
    """

    backers: AmountRange
    campaigns: int
    parent: str
    population: str
    raised_usd: AmountRange
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        backers = self.backers.to_dict()

        campaigns = self.campaigns

        parent = self.parent

        population = self.population

        raised_usd = self.raised_usd.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "backers": backers,
                "campaigns": campaigns,
                "parent": parent,
                "population": population,
                "raised_usd": raised_usd,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amount_range import AmountRange  # noqa: PLC0415

        d = dict(src_dict)
        backers = AmountRange.from_dict(d.pop("backers"))

        campaigns = d.pop("campaigns")

        parent = d.pop("parent")

        population = d.pop("population")

        raised_usd = AmountRange.from_dict(d.pop("raised_usd"))

        amounts_view = cls(
            backers=backers,
            campaigns=campaigns,
            parent=parent,
            population=population,
            raised_usd=raised_usd,
        )

        amounts_view.additional_properties = d
        return amounts_view

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
