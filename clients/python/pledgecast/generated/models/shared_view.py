from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.campaign import Campaign
    from ..models.explanation import Explanation
    from ..models.model_ref import ModelRef
    from ..models.result_view import ResultView


T = TypeVar("T", bound="SharedView")


@_attrs_define
class SharedView:
    """A shared result: the input and the output of the model, without the owner.

    Attributes:
        campaign (Campaign): A checked campaign. Fields have their wire names. It is stored as JSON with the task.
        model (ModelRef): The model of a task.
        result (ResultView): What a model returned for one task.
        explanation (Explanation | None | Unset):
    """

    campaign: Campaign
    model: ModelRef
    result: ResultView
    explanation: Explanation | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.explanation import Explanation  # noqa: PLC0415

        campaign = self.campaign.to_dict()

        model = self.model.to_dict()

        result = self.result.to_dict()

        explanation: dict[str, Any] | None | Unset
        if isinstance(self.explanation, Unset):
            explanation = UNSET
        elif isinstance(self.explanation, Explanation):
            explanation = self.explanation.to_dict()
        else:
            explanation = self.explanation

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "campaign": campaign,
                "model": model,
                "result": result,
            }
        )
        if explanation is not UNSET:
            field_dict["explanation"] = explanation

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.campaign import Campaign  # noqa: PLC0415
        from ..models.explanation import Explanation  # noqa: PLC0415
        from ..models.model_ref import ModelRef  # noqa: PLC0415
        from ..models.result_view import ResultView  # noqa: PLC0415

        d = dict(src_dict)
        campaign = Campaign.from_dict(d.pop("campaign"))

        model = ModelRef.from_dict(d.pop("model"))

        result = ResultView.from_dict(d.pop("result"))

        def _parse_explanation(data: object) -> Explanation | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                explanation_type_0 = Explanation.from_dict(data)

                return explanation_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Explanation | None | Unset, data)

        explanation = _parse_explanation(d.pop("explanation", UNSET))

        shared_view = cls(
            campaign=campaign,
            model=model,
            result=result,
            explanation=explanation,
        )

        shared_view.additional_properties = d
        return shared_view

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
