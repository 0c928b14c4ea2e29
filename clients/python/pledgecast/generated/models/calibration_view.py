from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.calibration_bin import CalibrationBin


T = TypeVar("T", bound="CalibrationView")


@_attrs_define
class CalibrationView:
    """Probabilities against outcomes.

    Attributes:
        base_rate (float): The share of the reported campaigns that reached their goal, 0 to 1.
        base_rate_brier_score (float): The Brier score of predicting the base rate for every campaign.
        bins (list[CalibrationBin]): The bins, ascending.
        brier_score (float): The mean squared difference between probability and outcome (1 or 0): 0 is perfect.
    """

    base_rate: float
    base_rate_brier_score: float
    bins: list[CalibrationBin]
    brier_score: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        base_rate = self.base_rate

        base_rate_brier_score = self.base_rate_brier_score

        bins = []
        for bins_item_data in self.bins:
            bins_item = bins_item_data.to_dict()
            bins.append(bins_item)

        brier_score = self.brier_score

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "base_rate": base_rate,
                "base_rate_brier_score": base_rate_brier_score,
                "bins": bins,
                "brier_score": brier_score,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.calibration_bin import CalibrationBin  # noqa: PLC0415

        d = dict(src_dict)
        base_rate = d.pop("base_rate")

        base_rate_brier_score = d.pop("base_rate_brier_score")

        bins = []
        _bins = d.pop("bins")
        for bins_item_data in _bins:
            bins_item = CalibrationBin.from_dict(bins_item_data)

            bins.append(bins_item)

        brier_score = d.pop("brier_score")

        calibration_view = cls(
            base_rate=base_rate,
            base_rate_brier_score=base_rate_brier_score,
            bins=bins,
            brier_score=brier_score,
        )

        calibration_view.additional_properties = d
        return calibration_view

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
