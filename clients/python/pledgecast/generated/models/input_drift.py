from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="InputDrift")


@_attrs_define
class InputDrift:
    """The inputs of one month.

    Attributes:
        assessed (int): Predictions that were compared with the training data. Results of early versions were not.
        mean_probability (float): Their mean probability.
        month (str): The month of the predictions, such as `2026-11`.
        out_of_distribution (int): Of these, predictions with at least one field far from the training data.
        predictions (int): The number of predictions.
        out_of_distribution_share (float | None | Unset): `out_of_distribution / assessed`; absent if none was assessed.
    """

    assessed: int
    mean_probability: float
    month: str
    out_of_distribution: int
    predictions: int
    out_of_distribution_share: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        assessed = self.assessed

        mean_probability = self.mean_probability

        month = self.month

        out_of_distribution = self.out_of_distribution

        predictions = self.predictions

        out_of_distribution_share: float | None | Unset
        if isinstance(self.out_of_distribution_share, Unset):
            out_of_distribution_share = UNSET
        else:
            out_of_distribution_share = self.out_of_distribution_share

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "assessed": assessed,
                "mean_probability": mean_probability,
                "month": month,
                "out_of_distribution": out_of_distribution,
                "predictions": predictions,
            }
        )
        if out_of_distribution_share is not UNSET:
            field_dict["out_of_distribution_share"] = out_of_distribution_share

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        assessed = d.pop("assessed")

        mean_probability = d.pop("mean_probability")

        month = d.pop("month")

        out_of_distribution = d.pop("out_of_distribution")

        predictions = d.pop("predictions")

        def _parse_out_of_distribution_share(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        out_of_distribution_share = _parse_out_of_distribution_share(d.pop("out_of_distribution_share", UNSET))

        input_drift = cls(
            assessed=assessed,
            mean_probability=mean_probability,
            month=month,
            out_of_distribution=out_of_distribution,
            predictions=predictions,
            out_of_distribution_share=out_of_distribution_share,
        )

        input_drift.additional_properties = d
        return input_drift

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
