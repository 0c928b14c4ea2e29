from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.calibration_view import CalibrationView
    from ..models.model_ref import ModelRef


T = TypeVar("T", bound="TrackRecordView")


@_attrs_define
class TrackRecordView:
    """How the predictions of a model compare with the reported outcomes. Each task counts once, with its current outcome
    and the probability that its user paid for.

        Attributes:
            model (ModelRef): The model of a task.
            needed (int): [`OUTCOMES_NEEDED`].
            predictions (int): The number of predictions.
            reported (int): Predictions with a reported outcome.
            running (int): Predictions without an outcome whose deadline has not passed.
            unreported (int): Predictions without an outcome whose deadline has passed.
            calibration (CalibrationView | None | Unset):
    """

    model: ModelRef
    needed: int
    predictions: int
    reported: int
    running: int
    unreported: int
    calibration: CalibrationView | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.calibration_view import CalibrationView  # noqa: PLC0415

        model = self.model.to_dict()

        needed = self.needed

        predictions = self.predictions

        reported = self.reported

        running = self.running

        unreported = self.unreported

        calibration: dict[str, Any] | None | Unset
        if isinstance(self.calibration, Unset):
            calibration = UNSET
        elif isinstance(self.calibration, CalibrationView):
            calibration = self.calibration.to_dict()
        else:
            calibration = self.calibration

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "model": model,
                "needed": needed,
                "predictions": predictions,
                "reported": reported,
                "running": running,
                "unreported": unreported,
            }
        )
        if calibration is not UNSET:
            field_dict["calibration"] = calibration

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.calibration_view import CalibrationView  # noqa: PLC0415
        from ..models.model_ref import ModelRef  # noqa: PLC0415

        d = dict(src_dict)
        model = ModelRef.from_dict(d.pop("model"))

        needed = d.pop("needed")

        predictions = d.pop("predictions")

        reported = d.pop("reported")

        running = d.pop("running")

        unreported = d.pop("unreported")

        def _parse_calibration(data: object) -> CalibrationView | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                calibration_type_0 = CalibrationView.from_dict(data)

                return calibration_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CalibrationView | None | Unset, data)

        calibration = _parse_calibration(d.pop("calibration", UNSET))

        track_record_view = cls(
            model=model,
            needed=needed,
            predictions=predictions,
            reported=reported,
            running=running,
            unreported=unreported,
            calibration=calibration,
        )

        track_record_view.additional_properties = d
        return track_record_view

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
