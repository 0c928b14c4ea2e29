from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.calibration_drift import CalibrationDrift
    from ..models.input_drift import InputDrift
    from ..models.model_ref import ModelRef


T = TypeVar("T", bound="DriftView")


@_attrs_define
class DriftView:
    """How the inputs and the calibration of a model change over time, for the operator.

    Attributes:
        calibration (list[CalibrationDrift]): The calibration by month of launch, oldest first.
        inputs (list[InputDrift]): The inputs by month of prediction, in UTC, oldest first.
        model (ModelRef): The model of a task.
    """

    calibration: list[CalibrationDrift]
    inputs: list[InputDrift]
    model: ModelRef
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        calibration = []
        for calibration_item_data in self.calibration:
            calibration_item = calibration_item_data.to_dict()
            calibration.append(calibration_item)

        inputs = []
        for inputs_item_data in self.inputs:
            inputs_item = inputs_item_data.to_dict()
            inputs.append(inputs_item)

        model = self.model.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "calibration": calibration,
                "inputs": inputs,
                "model": model,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.calibration_drift import CalibrationDrift  # noqa: PLC0415
        from ..models.input_drift import InputDrift  # noqa: PLC0415
        from ..models.model_ref import ModelRef  # noqa: PLC0415

        d = dict(src_dict)
        calibration = []
        _calibration = d.pop("calibration")
        for calibration_item_data in _calibration:
            calibration_item = CalibrationDrift.from_dict(calibration_item_data)

            calibration.append(calibration_item)

        inputs = []
        _inputs = d.pop("inputs")
        for inputs_item_data in _inputs:
            inputs_item = InputDrift.from_dict(inputs_item_data)

            inputs.append(inputs_item)

        model = ModelRef.from_dict(d.pop("model"))

        drift_view = cls(
            calibration=calibration,
            inputs=inputs,
            model=model,
        )

        drift_view.additional_properties = d
        return drift_view

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
