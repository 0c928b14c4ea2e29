from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.change_evidence import ChangeEvidence
    from ..models.change_type_0 import ChangeType0
    from ..models.change_type_1 import ChangeType1
    from ..models.change_type_2 import ChangeType2
    from ..models.change_type_3 import ChangeType3
    from ..models.change_type_4 import ChangeType4
    from ..models.change_type_5 import ChangeType5


T = TypeVar("T", bound="RatedChange")


@_attrs_define
class RatedChange:
    """A change, and the score of the campaign with it.

    Attributes:
        change (ChangeType0 | ChangeType1 | ChangeType2 | ChangeType3 | ChangeType4 | ChangeType5): One suggested
            change. Parameters have the wire names of the fields to change.
        gain (float): The increase of the probability.
        probability (float): The probability with the change.
        evidence (ChangeEvidence | None | Unset):
        gain_interval (list[float] | None | Unset): The 90 % interval of the gain; absent in advice stored before it was
            computed.
    """

    change: ChangeType0 | ChangeType1 | ChangeType2 | ChangeType3 | ChangeType4 | ChangeType5
    gain: float
    probability: float
    evidence: ChangeEvidence | None | Unset = UNSET
    gain_interval: list[float] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.change_evidence import ChangeEvidence  # noqa: PLC0415
        from ..models.change_type_0 import ChangeType0  # noqa: PLC0415
        from ..models.change_type_1 import ChangeType1  # noqa: PLC0415
        from ..models.change_type_2 import ChangeType2  # noqa: PLC0415
        from ..models.change_type_3 import ChangeType3  # noqa: PLC0415
        from ..models.change_type_4 import ChangeType4  # noqa: PLC0415

        change: dict[str, Any]
        if isinstance(self.change, ChangeType0):
            change = self.change.to_dict()
        elif isinstance(self.change, ChangeType1):
            change = self.change.to_dict()
        elif isinstance(self.change, ChangeType2):
            change = self.change.to_dict()
        elif isinstance(self.change, ChangeType3):
            change = self.change.to_dict()
        elif isinstance(self.change, ChangeType4):
            change = self.change.to_dict()
        else:
            change = self.change.to_dict()

        gain = self.gain

        probability = self.probability

        evidence: dict[str, Any] | None | Unset
        if isinstance(self.evidence, Unset):
            evidence = UNSET
        elif isinstance(self.evidence, ChangeEvidence):
            evidence = self.evidence.to_dict()
        else:
            evidence = self.evidence

        gain_interval: list[float] | None | Unset
        if isinstance(self.gain_interval, Unset):
            gain_interval = UNSET
        elif isinstance(self.gain_interval, list):
            gain_interval = self.gain_interval

        else:
            gain_interval = self.gain_interval

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "change": change,
                "gain": gain,
                "probability": probability,
            }
        )
        if evidence is not UNSET:
            field_dict["evidence"] = evidence
        if gain_interval is not UNSET:
            field_dict["gain_interval"] = gain_interval

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.change_evidence import ChangeEvidence  # noqa: PLC0415
        from ..models.change_type_0 import ChangeType0  # noqa: PLC0415
        from ..models.change_type_1 import ChangeType1  # noqa: PLC0415
        from ..models.change_type_2 import ChangeType2  # noqa: PLC0415
        from ..models.change_type_3 import ChangeType3  # noqa: PLC0415
        from ..models.change_type_4 import ChangeType4  # noqa: PLC0415
        from ..models.change_type_5 import ChangeType5  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_change(
            data: object,
        ) -> ChangeType0 | ChangeType1 | ChangeType2 | ChangeType3 | ChangeType4 | ChangeType5:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_change_type_0 = ChangeType0.from_dict(data)

                return componentsschemas_change_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_change_type_1 = ChangeType1.from_dict(data)

                return componentsschemas_change_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_change_type_2 = ChangeType2.from_dict(data)

                return componentsschemas_change_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_change_type_3 = ChangeType3.from_dict(data)

                return componentsschemas_change_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                componentsschemas_change_type_4 = ChangeType4.from_dict(data)

                return componentsschemas_change_type_4
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            componentsschemas_change_type_5 = ChangeType5.from_dict(data)

            return componentsschemas_change_type_5

        change = _parse_change(d.pop("change"))

        gain = d.pop("gain")

        probability = d.pop("probability")

        def _parse_evidence(data: object) -> ChangeEvidence | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                evidence_type_0 = ChangeEvidence.from_dict(data)

                return evidence_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ChangeEvidence | None | Unset, data)

        evidence = _parse_evidence(d.pop("evidence", UNSET))

        def _parse_gain_interval(data: object) -> list[float] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                gain_interval_type_0 = cast(list[float], data)

                return gain_interval_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[float] | None | Unset, data)

        gain_interval = _parse_gain_interval(d.pop("gain_interval", UNSET))

        rated_change = cls(
            change=change,
            gain=gain,
            probability=probability,
            evidence=evidence,
            gain_interval=gain_interval,
        )

        rated_change.additional_properties = d
        return rated_change

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
