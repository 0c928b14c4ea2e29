from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="SessionView")


@_attrs_define
class SessionView:
    """Where a user is signed in.

    Attributes:
        created_at (datetime.datetime): When it was started.
        id (int):
        is_current (bool): Whether it is the session of this request.
        last_used_at (datetime.datetime): When it was last used, to a few minutes.
        network (str): The network that it was started from, such as `192.0.2.0/24`.
        browser (None | str | Unset): The browser or program, such as `Firefox`; absent if it is unknown.
        system (None | str | Unset): The operating system, such as `Android`; absent if it is unknown.
    """

    created_at: datetime.datetime
    id: int
    is_current: bool
    last_used_at: datetime.datetime
    network: str
    browser: None | str | Unset = UNSET
    system: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created_at = self.created_at.isoformat()

        id = self.id

        is_current = self.is_current

        last_used_at = self.last_used_at.isoformat()

        network = self.network

        browser: None | str | Unset
        if isinstance(self.browser, Unset):
            browser = UNSET
        else:
            browser = self.browser

        system: None | str | Unset
        if isinstance(self.system, Unset):
            system = UNSET
        else:
            system = self.system

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "created_at": created_at,
                "id": id,
                "is_current": is_current,
                "last_used_at": last_used_at,
                "network": network,
            }
        )
        if browser is not UNSET:
            field_dict["browser"] = browser
        if system is not UNSET:
            field_dict["system"] = system

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        id = d.pop("id")

        is_current = d.pop("is_current")

        last_used_at = datetime.datetime.fromisoformat(d.pop("last_used_at"))

        network = d.pop("network")

        def _parse_browser(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        browser = _parse_browser(d.pop("browser", UNSET))

        def _parse_system(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        system = _parse_system(d.pop("system", UNSET))

        session_view = cls(
            created_at=created_at,
            id=id,
            is_current=is_current,
            last_used_at=last_used_at,
            network=network,
            browser=browser,
            system=system,
        )

        session_view.additional_properties = d
        return session_view

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
