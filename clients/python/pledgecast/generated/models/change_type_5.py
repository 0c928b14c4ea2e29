from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.change_type_5_code import ChangeType5Code

T = TypeVar("T", bound="ChangeType5")


@_attrs_define
class ChangeType5:
    """Add a video.

    Attributes:
        code (ChangeType5Code):
        has_video (bool): Always true.
    """

    code: ChangeType5Code
    has_video: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code.value

        has_video = self.has_video

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "has_video": has_video,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = ChangeType5Code(d.pop("code"))

        has_video = d.pop("has_video")

        change_type_5 = cls(
            code=code,
            has_video=has_video,
        )

        change_type_5.additional_properties = d
        return change_type_5

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
