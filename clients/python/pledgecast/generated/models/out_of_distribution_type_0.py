from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.out_of_distribution_type_0_code import OutOfDistributionType0Code

T = TypeVar("T", bound="OutOfDistributionType0")


@_attrs_define
class OutOfDistributionType0:
    """A value outside the range of nearly all training campaigns.

    Attributes:
        code (OutOfDistributionType0Code):
        field (str): The wire name of the field.
        max_ (float): The highest usual value.
        measure (str): The measured property, with its unit, such as `goal_usd` or `name_chars`.
        min_ (float): The lowest usual value.
        value (float): The value of the campaign.
    """

    code: OutOfDistributionType0Code
    field: str
    max_: float
    measure: str
    min_: float
    value: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code.value

        field = self.field

        max_ = self.max_

        measure = self.measure

        min_ = self.min_

        value = self.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "field": field,
                "max": max_,
                "measure": measure,
                "min": min_,
                "value": value,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = OutOfDistributionType0Code(d.pop("code"))

        field = d.pop("field")

        max_ = d.pop("max")

        measure = d.pop("measure")

        min_ = d.pop("min")

        value = d.pop("value")

        out_of_distribution_type_0 = cls(
            code=code,
            field=field,
            max_=max_,
            measure=measure,
            min_=min_,
            value=value,
        )

        out_of_distribution_type_0.additional_properties = d
        return out_of_distribution_type_0

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
