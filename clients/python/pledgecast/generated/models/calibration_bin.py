from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CalibrationBin")


@_attrs_define
class CalibrationBin:
    """The campaigns whose probability is in one bin.

    Attributes:
        from_ (float): The lowest probability.
        outcomes (int): The number of outcomes.
        to (float): The end of the bin; only the last bin includes it.
        mean_probability (float | None | Unset): The mean probability; absent if the bin has so few outcomes that it
            would reveal single predictions.
        success_rate (float | None | Unset): The share that reached their goal, 0 to 1; absent if there are no outcomes.
    """

    from_: float
    outcomes: int
    to: float
    mean_probability: float | None | Unset = UNSET
    success_rate: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from_ = self.from_

        outcomes = self.outcomes

        to = self.to

        mean_probability: float | None | Unset
        if isinstance(self.mean_probability, Unset):
            mean_probability = UNSET
        else:
            mean_probability = self.mean_probability

        success_rate: float | None | Unset
        if isinstance(self.success_rate, Unset):
            success_rate = UNSET
        else:
            success_rate = self.success_rate

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "from": from_,
                "outcomes": outcomes,
                "to": to,
            }
        )
        if mean_probability is not UNSET:
            field_dict["mean_probability"] = mean_probability
        if success_rate is not UNSET:
            field_dict["success_rate"] = success_rate

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        from_ = d.pop("from")

        outcomes = d.pop("outcomes")

        to = d.pop("to")

        def _parse_mean_probability(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        mean_probability = _parse_mean_probability(d.pop("mean_probability", UNSET))

        def _parse_success_rate(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        success_rate = _parse_success_rate(d.pop("success_rate", UNSET))

        calibration_bin = cls(
            from_=from_,
            outcomes=outcomes,
            to=to,
            mean_probability=mean_probability,
            success_rate=success_rate,
        )

        calibration_bin.additional_properties = d
        return calibration_bin

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
