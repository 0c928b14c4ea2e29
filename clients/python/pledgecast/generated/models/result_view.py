from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.verdict import Verdict
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.result_context import ResultContext


T = TypeVar("T", bound="ResultView")


@_attrs_define
class ResultView:
    """What a model returned for one task.

    Attributes:
        created_at (datetime.datetime): When the result was written.
        inference_us (int): How long the model took, in microseconds.
        interval_high (float): Upper end of the probability's interval, 0 to 1.
        interval_low (float): Lower end of the probability's interval, 0 to 1.
        probability (float): Probability that the campaign reaches its goal, 0 to 1.
        verdict (Verdict):
        context (None | ResultContext | Unset):
    """

    created_at: datetime.datetime
    inference_us: int
    interval_high: float
    interval_low: float
    probability: float
    verdict: Verdict
    context: None | ResultContext | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.result_context import ResultContext  # noqa: PLC0415

        created_at = self.created_at.isoformat()

        inference_us = self.inference_us

        interval_high = self.interval_high

        interval_low = self.interval_low

        probability = self.probability

        verdict = self.verdict.value

        context: dict[str, Any] | None | Unset
        if isinstance(self.context, Unset):
            context = UNSET
        elif isinstance(self.context, ResultContext):
            context = self.context.to_dict()
        else:
            context = self.context

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "created_at": created_at,
                "inference_us": inference_us,
                "interval_high": interval_high,
                "interval_low": interval_low,
                "probability": probability,
                "verdict": verdict,
            }
        )
        if context is not UNSET:
            field_dict["context"] = context

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.result_context import ResultContext  # noqa: PLC0415

        d = dict(src_dict)
        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        inference_us = d.pop("inference_us")

        interval_high = d.pop("interval_high")

        interval_low = d.pop("interval_low")

        probability = d.pop("probability")

        verdict = Verdict(d.pop("verdict"))

        def _parse_context(data: object) -> None | ResultContext | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                context_type_0 = ResultContext.from_dict(data)

                return context_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ResultContext | Unset, data)

        context = _parse_context(d.pop("context", UNSET))

        result_view = cls(
            created_at=created_at,
            inference_us=inference_us,
            interval_high=interval_high,
            interval_low=interval_low,
            probability=probability,
            verdict=verdict,
            context=context,
        )

        result_view.additional_properties = d
        return result_view

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
