from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CalibrationDrift")


@_attrs_define
class CalibrationDrift:
    """The reported outcomes of the campaigns launched in one month.

    Attributes:
        brier_score (float): The mean squared difference between probability and outcome.
        mean_probability (float): The mean probability of these campaigns.
        month (str): The month of launch, such as `2026-11`.
        outcomes (int): The number of outcomes.
        success_rate (float): The share that reached their goal, 0 to 1.
    """

    brier_score: float
    mean_probability: float
    month: str
    outcomes: int
    success_rate: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        brier_score = self.brier_score

        mean_probability = self.mean_probability

        month = self.month

        outcomes = self.outcomes

        success_rate = self.success_rate

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "brier_score": brier_score,
                "mean_probability": mean_probability,
                "month": month,
                "outcomes": outcomes,
                "success_rate": success_rate,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        brier_score = d.pop("brier_score")

        mean_probability = d.pop("mean_probability")

        month = d.pop("month")

        outcomes = d.pop("outcomes")

        success_rate = d.pop("success_rate")

        calibration_drift = cls(
            brier_score=brier_score,
            mean_probability=mean_probability,
            month=month,
            outcomes=outcomes,
            success_rate=success_rate,
        )

        calibration_drift.additional_properties = d
        return calibration_drift

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
