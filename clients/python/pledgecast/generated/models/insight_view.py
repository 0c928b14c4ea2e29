from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.advice import Advice
    from ..models.curves import Curves
    from ..models.explanation import Explanation
    from ..models.model_ref import ModelRef


T = TypeVar("T", bound="InsightView")


@_attrs_define
class InsightView:
    """Everything that is computed when the insight of a result is first requested.

    Attributes:
        advice (Advice): The few changes with the largest gains. Similar campaigns did better with them, which does not
            prove that the
            change is the cause.
        curves (Curves): Actual scores of the campaign with one thing changed.
        explanation (Explanation): Shapley values: `base` plus all effects equals `probability`.
        model (ModelRef): The model of a task.
        task_id (int):
    """

    advice: Advice
    curves: Curves
    explanation: Explanation
    model: ModelRef
    task_id: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        advice = self.advice.to_dict()

        curves = self.curves.to_dict()

        explanation = self.explanation.to_dict()

        model = self.model.to_dict()

        task_id = self.task_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "advice": advice,
                "curves": curves,
                "explanation": explanation,
                "model": model,
                "task_id": task_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.advice import Advice  # noqa: PLC0415
        from ..models.curves import Curves  # noqa: PLC0415
        from ..models.explanation import Explanation  # noqa: PLC0415
        from ..models.model_ref import ModelRef  # noqa: PLC0415

        d = dict(src_dict)
        advice = Advice.from_dict(d.pop("advice"))

        curves = Curves.from_dict(d.pop("curves"))

        explanation = Explanation.from_dict(d.pop("explanation"))

        model = ModelRef.from_dict(d.pop("model"))

        task_id = d.pop("task_id")

        insight_view = cls(
            advice=advice,
            curves=curves,
            explanation=explanation,
            model=model,
            task_id=task_id,
        )

        insight_view.additional_properties = d
        return insight_view

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
