from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.cap_period import CapPeriod
from ..models.scope import Scope
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.problem_details_errors import ProblemDetailsErrors


T = TypeVar("T", bound="ProblemDetails")


@_attrs_define
class ProblemDetails:
    """Problem details (RFC 9457), with the members of all kinds of errors.

    Attributes:
        detail (str): What is wrong, and what is allowed.
        status (int): The HTTP status.
        title (str): The kind of error in words.
        type_ (str): The kind of error, such as `/problems/invalid`.
        api_key (None | str | Unset): The start and the end of the key whose cap it is.
        available (int | None | Unset):
        cap (CapPeriod | None | Unset):
        error (None | str | Unset): The same as `detail`; only of the Open Inference Protocol.
        errors (ProblemDetailsErrors | Unset): The broken rules, by the name of the field; only of `/problems/invalid`.
        limit (int | None | Unset): The most open tasks of a user, of `/problems/too_many_open`; the cap in credits, of
            `/problems/cap_reached`.
        max_bytes (int | None | Unset): The largest allowed body; only of `/problems/too_large`.
        needed (int | None | Unset):
        price (int | None | Unset):
        public_url (None | str | Unset): The address of the service; only of `/problems/wrong_address`.
        request_id (None | str | Unset): The ID of the request, as in the header `X-Request-Id`.
        resets_at (datetime.datetime | None | Unset): When the next period begins; absent for `total`.
        retry_after_s (int | None | Unset): When to try again, in seconds, if waiting helps.
        scope (None | Scope | Unset):
        spent (int | None | Unset):
    """

    detail: str
    status: int
    title: str
    type_: str
    api_key: None | str | Unset = UNSET
    available: int | None | Unset = UNSET
    cap: CapPeriod | None | Unset = UNSET
    error: None | str | Unset = UNSET
    errors: ProblemDetailsErrors | Unset = UNSET
    limit: int | None | Unset = UNSET
    max_bytes: int | None | Unset = UNSET
    needed: int | None | Unset = UNSET
    price: int | None | Unset = UNSET
    public_url: None | str | Unset = UNSET
    request_id: None | str | Unset = UNSET
    resets_at: datetime.datetime | None | Unset = UNSET
    retry_after_s: int | None | Unset = UNSET
    scope: None | Scope | Unset = UNSET
    spent: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        detail = self.detail

        status = self.status

        title = self.title

        type_ = self.type_

        api_key: None | str | Unset
        if isinstance(self.api_key, Unset):
            api_key = UNSET
        else:
            api_key = self.api_key

        available: int | None | Unset
        if isinstance(self.available, Unset):
            available = UNSET
        else:
            available = self.available

        cap: None | str | Unset
        if isinstance(self.cap, Unset):
            cap = UNSET
        elif isinstance(self.cap, CapPeriod):
            cap = self.cap.value
        else:
            cap = self.cap

        error: None | str | Unset
        if isinstance(self.error, Unset):
            error = UNSET
        else:
            error = self.error

        errors: dict[str, Any] | Unset = UNSET
        if not isinstance(self.errors, Unset):
            errors = self.errors.to_dict()

        limit: int | None | Unset
        if isinstance(self.limit, Unset):
            limit = UNSET
        else:
            limit = self.limit

        max_bytes: int | None | Unset
        if isinstance(self.max_bytes, Unset):
            max_bytes = UNSET
        else:
            max_bytes = self.max_bytes

        needed: int | None | Unset
        if isinstance(self.needed, Unset):
            needed = UNSET
        else:
            needed = self.needed

        price: int | None | Unset
        if isinstance(self.price, Unset):
            price = UNSET
        else:
            price = self.price

        public_url: None | str | Unset
        if isinstance(self.public_url, Unset):
            public_url = UNSET
        else:
            public_url = self.public_url

        request_id: None | str | Unset
        if isinstance(self.request_id, Unset):
            request_id = UNSET
        else:
            request_id = self.request_id

        resets_at: None | str | Unset
        if isinstance(self.resets_at, Unset):
            resets_at = UNSET
        elif isinstance(self.resets_at, datetime.datetime):
            resets_at = self.resets_at.isoformat()
        else:
            resets_at = self.resets_at

        retry_after_s: int | None | Unset
        if isinstance(self.retry_after_s, Unset):
            retry_after_s = UNSET
        else:
            retry_after_s = self.retry_after_s

        scope: None | str | Unset
        if isinstance(self.scope, Unset):
            scope = UNSET
        elif isinstance(self.scope, Scope):
            scope = self.scope.value
        else:
            scope = self.scope

        spent: int | None | Unset
        if isinstance(self.spent, Unset):
            spent = UNSET
        else:
            spent = self.spent

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "detail": detail,
                "status": status,
                "title": title,
                "type": type_,
            }
        )
        if api_key is not UNSET:
            field_dict["api_key"] = api_key
        if available is not UNSET:
            field_dict["available"] = available
        if cap is not UNSET:
            field_dict["cap"] = cap
        if error is not UNSET:
            field_dict["error"] = error
        if errors is not UNSET:
            field_dict["errors"] = errors
        if limit is not UNSET:
            field_dict["limit"] = limit
        if max_bytes is not UNSET:
            field_dict["max_bytes"] = max_bytes
        if needed is not UNSET:
            field_dict["needed"] = needed
        if price is not UNSET:
            field_dict["price"] = price
        if public_url is not UNSET:
            field_dict["public_url"] = public_url
        if request_id is not UNSET:
            field_dict["request_id"] = request_id
        if resets_at is not UNSET:
            field_dict["resets_at"] = resets_at
        if retry_after_s is not UNSET:
            field_dict["retry_after_s"] = retry_after_s
        if scope is not UNSET:
            field_dict["scope"] = scope
        if spent is not UNSET:
            field_dict["spent"] = spent

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.problem_details_errors import ProblemDetailsErrors  # noqa: PLC0415

        d = dict(src_dict)
        detail = d.pop("detail")

        status = d.pop("status")

        title = d.pop("title")

        type_ = d.pop("type")

        def _parse_api_key(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        api_key = _parse_api_key(d.pop("api_key", UNSET))

        def _parse_available(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        available = _parse_available(d.pop("available", UNSET))

        def _parse_cap(data: object) -> CapPeriod | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                cap_type_0 = CapPeriod(data)

                return cap_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CapPeriod | None | Unset, data)

        cap = _parse_cap(d.pop("cap", UNSET))

        def _parse_error(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        error = _parse_error(d.pop("error", UNSET))

        _errors = d.pop("errors", UNSET)
        errors: ProblemDetailsErrors | Unset
        if isinstance(_errors, Unset):
            errors = UNSET
        else:
            errors = ProblemDetailsErrors.from_dict(_errors)

        def _parse_limit(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        limit = _parse_limit(d.pop("limit", UNSET))

        def _parse_max_bytes(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_bytes = _parse_max_bytes(d.pop("max_bytes", UNSET))

        def _parse_needed(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        needed = _parse_needed(d.pop("needed", UNSET))

        def _parse_price(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        price = _parse_price(d.pop("price", UNSET))

        def _parse_public_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        public_url = _parse_public_url(d.pop("public_url", UNSET))

        def _parse_request_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        request_id = _parse_request_id(d.pop("request_id", UNSET))

        def _parse_resets_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                resets_at_type_0 = datetime.datetime.fromisoformat(data)

                return resets_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        resets_at = _parse_resets_at(d.pop("resets_at", UNSET))

        def _parse_retry_after_s(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        retry_after_s = _parse_retry_after_s(d.pop("retry_after_s", UNSET))

        def _parse_scope(data: object) -> None | Scope | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                scope_type_0 = Scope(data)

                return scope_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Scope | Unset, data)

        scope = _parse_scope(d.pop("scope", UNSET))

        def _parse_spent(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        spent = _parse_spent(d.pop("spent", UNSET))

        problem_details = cls(
            detail=detail,
            status=status,
            title=title,
            type_=type_,
            api_key=api_key,
            available=available,
            cap=cap,
            error=error,
            errors=errors,
            limit=limit,
            max_bytes=max_bytes,
            needed=needed,
            price=price,
            public_url=public_url,
            request_id=request_id,
            resets_at=resets_at,
            retry_after_s=retry_after_s,
            scope=scope,
            spent=spent,
        )

        problem_details.additional_properties = d
        return problem_details

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
