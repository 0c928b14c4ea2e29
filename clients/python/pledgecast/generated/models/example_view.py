from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.advice import Advice
    from ..models.campaign import Campaign
    from ..models.curves import Curves
    from ..models.explanation import Explanation
    from ..models.model_ref import ModelRef
    from ..models.result_view import ResultView


T = TypeVar("T", bound="ExampleView")


@_attrs_define
class ExampleView:
    """The example, as the default model sees it today.

    Attributes:
        advice (Advice): The few changes with the largest gains. Similar campaigns did better with them, which does not
            prove that the
            change is the cause.
        campaign (Campaign): A checked campaign. Fields have their wire names. It is stored as JSON with the task.
        curves (Curves): Actual scores of the campaign with one thing changed.
        explanation (Explanation): Shapley values: `base` plus all effects equals `probability`.
        model (ModelRef): The model of a task.
        result (ResultView): What a model returned for one task.
    """

    advice: Advice
    campaign: Campaign
    curves: Curves
    explanation: Explanation
    model: ModelRef
    result: ResultView
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        advice = self.advice.to_dict()

        campaign = self.campaign.to_dict()

        curves = self.curves.to_dict()

        explanation = self.explanation.to_dict()

        model = self.model.to_dict()

        result = self.result.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "advice": advice,
                "campaign": campaign,
                "curves": curves,
                "explanation": explanation,
                "model": model,
                "result": result,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.advice import Advice  # noqa: PLC0415
        from ..models.campaign import Campaign  # noqa: PLC0415
        from ..models.curves import Curves  # noqa: PLC0415
        from ..models.explanation import Explanation  # noqa: PLC0415
        from ..models.model_ref import ModelRef  # noqa: PLC0415
        from ..models.result_view import ResultView  # noqa: PLC0415

        d = dict(src_dict)
        advice = Advice.from_dict(d.pop("advice"))

        campaign = Campaign.from_dict(d.pop("campaign"))

        curves = Curves.from_dict(d.pop("curves"))

        explanation = Explanation.from_dict(d.pop("explanation"))

        model = ModelRef.from_dict(d.pop("model"))

        result = ResultView.from_dict(d.pop("result"))

        example_view = cls(
            advice=advice,
            campaign=campaign,
            curves=curves,
            explanation=explanation,
            model=model,
            result=result,
        )

        example_view.additional_properties = d
        return example_view

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
