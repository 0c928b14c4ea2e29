from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.scope import Scope
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.caps import Caps
    from ..models.spent import Spent


T = TypeVar("T", bound="ApiKeyView")


@_attrs_define
class ApiKeyView:
    """An API key. The key itself is shown only when it is created.

    Attributes:
        caps (Caps): The most credits that a key may spend in each period; `None` if there is no cap.
        created_at (datetime.datetime): When it was created.
        hint (str): The start and the end of the key, such as `pc_4fXy…Qr9Z`.
        id (int):
        is_expired (bool): Whether it has expired.
        label (str): What its user calls it.
        scopes (list[Scope]): What it may do.
        spent (Spent): What a key has spent in the current periods: the prices of its open and succeeded tasks by the
            time of their
            submission. A key's spending includes that of the keys that it made.
        expires_at (datetime.datetime | None | Unset): When it expires.
        last_used_at (datetime.datetime | None | Unset): When it was last used, to the minute.
        made_by (int | None | Unset):
        revoked_at (datetime.datetime | None | Unset): When it was revoked.
    """

    caps: Caps
    created_at: datetime.datetime
    hint: str
    id: int
    is_expired: bool
    label: str
    scopes: list[Scope]
    spent: Spent
    expires_at: datetime.datetime | None | Unset = UNSET
    last_used_at: datetime.datetime | None | Unset = UNSET
    made_by: int | None | Unset = UNSET
    revoked_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        caps = self.caps.to_dict()

        created_at = self.created_at.isoformat()

        hint = self.hint

        id = self.id

        is_expired = self.is_expired

        label = self.label

        scopes = []
        for scopes_item_data in self.scopes:
            scopes_item = scopes_item_data.value
            scopes.append(scopes_item)

        spent = self.spent.to_dict()

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        elif isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        last_used_at: None | str | Unset
        if isinstance(self.last_used_at, Unset):
            last_used_at = UNSET
        elif isinstance(self.last_used_at, datetime.datetime):
            last_used_at = self.last_used_at.isoformat()
        else:
            last_used_at = self.last_used_at

        made_by: int | None | Unset
        if isinstance(self.made_by, Unset):
            made_by = UNSET
        else:
            made_by = self.made_by

        revoked_at: None | str | Unset
        if isinstance(self.revoked_at, Unset):
            revoked_at = UNSET
        elif isinstance(self.revoked_at, datetime.datetime):
            revoked_at = self.revoked_at.isoformat()
        else:
            revoked_at = self.revoked_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "caps": caps,
                "created_at": created_at,
                "hint": hint,
                "id": id,
                "is_expired": is_expired,
                "label": label,
                "scopes": scopes,
                "spent": spent,
            }
        )
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if last_used_at is not UNSET:
            field_dict["last_used_at"] = last_used_at
        if made_by is not UNSET:
            field_dict["made_by"] = made_by
        if revoked_at is not UNSET:
            field_dict["revoked_at"] = revoked_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.caps import Caps  # noqa: PLC0415
        from ..models.spent import Spent  # noqa: PLC0415

        d = dict(src_dict)
        caps = Caps.from_dict(d.pop("caps"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        hint = d.pop("hint")

        id = d.pop("id")

        is_expired = d.pop("is_expired")

        label = d.pop("label")

        scopes = []
        _scopes = d.pop("scopes")
        for scopes_item_data in _scopes:
            scopes_item = Scope(scopes_item_data)

            scopes.append(scopes_item)

        spent = Spent.from_dict(d.pop("spent"))

        def _parse_expires_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))

        def _parse_last_used_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_used_at_type_0 = datetime.datetime.fromisoformat(data)

                return last_used_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        last_used_at = _parse_last_used_at(d.pop("last_used_at", UNSET))

        def _parse_made_by(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        made_by = _parse_made_by(d.pop("made_by", UNSET))

        def _parse_revoked_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                revoked_at_type_0 = datetime.datetime.fromisoformat(data)

                return revoked_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        revoked_at = _parse_revoked_at(d.pop("revoked_at", UNSET))

        api_key_view = cls(
            caps=caps,
            created_at=created_at,
            hint=hint,
            id=id,
            is_expired=is_expired,
            label=label,
            scopes=scopes,
            spent=spent,
            expires_at=expires_at,
            last_used_at=last_used_at,
            made_by=made_by,
            revoked_at=revoked_at,
        )

        api_key_view.additional_properties = d
        return api_key_view

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
