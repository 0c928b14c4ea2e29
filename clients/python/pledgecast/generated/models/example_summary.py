from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ExampleSummary")


@_attrs_define
class ExampleSummary:
    """The numbers of the example.

    Attributes:
        interval_high (float): Upper end of the probability's interval, 0 to 1.
        interval_low (float): Lower end of the probability's interval, 0 to 1.
        name (str): The title of the campaign.
        probability (float): Probability that the campaign reaches its goal, 0 to 1.
    """

    interval_high: float
    interval_low: float
    name: str
    probability: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        interval_high = self.interval_high

        interval_low = self.interval_low

        name = self.name

        probability = self.probability

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "interval_high": interval_high,
                "interval_low": interval_low,
                "name": name,
                "probability": probability,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        interval_high = d.pop("interval_high")

        interval_low = d.pop("interval_low")

        name = d.pop("name")

        probability = d.pop("probability")

        example_summary = cls(
            interval_high=interval_high,
            interval_low=interval_low,
            name=name,
            probability=probability,
        )

        example_summary.additional_properties = d
        return example_summary

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
