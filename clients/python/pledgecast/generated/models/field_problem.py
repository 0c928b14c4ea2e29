from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.field_problem_code import FieldProblemCode
from ..types import UNSET, Unset

T = TypeVar("T", bound="FieldProblem")


@_attrs_define
class FieldProblem:
    """One broken rule of one field, with the parameters of the rule.

    Attributes:
        code (FieldProblemCode): The broken rule.
        detail (str): The broken rule as a sentence.
        allowed (list[str] | Unset): The allowed words.
        date (datetime.date | Unset): The day.
        goal_usd (float | Unset): The goal in US dollars.
        line (int | Unset): The earlier line.
        max_ (float | str | Unset): The limit.
        max_days (int | Unset): Most days between the two.
        min_ (float | str | Unset): The limit.
        other (str | Unset): The other field.
        reason (str | Unset): Why, in English.
    """

    code: FieldProblemCode
    detail: str
    allowed: list[str] | Unset = UNSET
    date: datetime.date | Unset = UNSET
    goal_usd: float | Unset = UNSET
    line: int | Unset = UNSET
    max_: float | str | Unset = UNSET
    max_days: int | Unset = UNSET
    min_: float | str | Unset = UNSET
    other: str | Unset = UNSET
    reason: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code.value

        detail = self.detail

        allowed: list[str] | Unset = UNSET
        if not isinstance(self.allowed, Unset):
            allowed = self.allowed

        date: str | Unset = UNSET
        if not isinstance(self.date, Unset):
            date = self.date.isoformat()

        goal_usd = self.goal_usd

        line = self.line

        max_: float | str | Unset
        if isinstance(self.max_, Unset):
            max_ = UNSET
        else:
            max_ = self.max_

        max_days = self.max_days

        min_: float | str | Unset
        if isinstance(self.min_, Unset):
            min_ = UNSET
        else:
            min_ = self.min_

        other = self.other

        reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "detail": detail,
            }
        )
        if allowed is not UNSET:
            field_dict["allowed"] = allowed
        if date is not UNSET:
            field_dict["date"] = date
        if goal_usd is not UNSET:
            field_dict["goal_usd"] = goal_usd
        if line is not UNSET:
            field_dict["line"] = line
        if max_ is not UNSET:
            field_dict["max"] = max_
        if max_days is not UNSET:
            field_dict["max_days"] = max_days
        if min_ is not UNSET:
            field_dict["min"] = min_
        if other is not UNSET:
            field_dict["other"] = other
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = FieldProblemCode(d.pop("code"))

        detail = d.pop("detail")

        allowed = cast(list[str], d.pop("allowed", UNSET))

        _date = d.pop("date", UNSET)
        date: datetime.date | Unset
        if isinstance(_date, Unset):
            date = UNSET
        else:
            date = datetime.date.fromisoformat(_date)

        goal_usd = d.pop("goal_usd", UNSET)

        line = d.pop("line", UNSET)

        def _parse_max_(data: object) -> float | str | Unset:
            if isinstance(data, Unset):
                return data
            return cast(float | str | Unset, data)

        max_ = _parse_max_(d.pop("max", UNSET))

        max_days = d.pop("max_days", UNSET)

        def _parse_min_(data: object) -> float | str | Unset:
            if isinstance(data, Unset):
                return data
            return cast(float | str | Unset, data)

        min_ = _parse_min_(d.pop("min", UNSET))

        other = d.pop("other", UNSET)

        reason = d.pop("reason", UNSET)

        field_problem = cls(
            code=code,
            detail=detail,
            allowed=allowed,
            date=date,
            goal_usd=goal_usd,
            line=line,
            max_=max_,
            max_days=max_days,
            min_=min_,
            other=other,
            reason=reason,
        )

        field_problem.additional_properties = d
        return field_problem

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
