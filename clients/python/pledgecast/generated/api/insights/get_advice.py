import datetime
from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.advice import Advice
from ...models.problem_details import ProblemDetails
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    id: int,
    goal_min_usd: float | Unset = UNSET,
    launch_earliest: datetime.date | Unset = UNSET,
    launch_latest: datetime.date | Unset = UNSET,
    if_none_match: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_none_match, Unset):
        headers["If-None-Match"] = if_none_match

    params: dict[str, Any] = {}

    params["id"] = id

    params["goal_min_usd"] = goal_min_usd

    json_launch_earliest: str | Unset = UNSET
    if not isinstance(launch_earliest, Unset):
        json_launch_earliest = launch_earliest.isoformat()
    params["launch_earliest"] = json_launch_earliest

    json_launch_latest: str | Unset = UNSET
    if not isinstance(launch_latest, Unset):
        json_launch_latest = launch_latest.isoformat()
    params["launch_latest"] = json_launch_latest

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/task/advice",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Advice | Any | ProblemDetails | None:
    if response.status_code == 200:
        response_200 = Advice.from_dict(response.json())

        return response_200

    if response.status_code == 304:
        response_304 = cast(Any, None)
        return response_304

    if response.status_code == 400:
        response_400 = ProblemDetails.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ProblemDetails.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = ProblemDetails.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = ProblemDetails.from_dict(response.json())

        return response_404

    if response.status_code == 409:
        response_409 = ProblemDetails.from_dict(response.json())

        return response_409

    if response.status_code == 414:
        response_414 = ProblemDetails.from_dict(response.json())

        return response_414

    if response.status_code == 422:
        response_422 = ProblemDetails.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = ProblemDetails.from_dict(response.json())

        return response_429

    if response.status_code == 431:
        response_431 = ProblemDetails.from_dict(response.json())

        return response_431

    if response.status_code == 500:
        response_500 = ProblemDetails.from_dict(response.json())

        return response_500

    if response.status_code == 503:
        response_503 = ProblemDetails.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Advice | Any | ProblemDetails]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    id: int,
    goal_min_usd: float | Unset = UNSET,
    launch_earliest: datetime.date | Unset = UNSET,
    launch_latest: datetime.date | Unset = UNSET,
    if_none_match: str | Unset = UNSET,
) -> Response[Advice | Any | ProblemDetails]:
    """Ask what to change, within bounds

     The few changes with the largest gains. Absent bounds have the defaults of the insight. Costs
    nothing and stores nothing.

    Args:
        id (int):
        goal_min_usd (float | Unset):
        launch_earliest (datetime.date | Unset):
        launch_latest (datetime.date | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Advice | Any | ProblemDetails]
    """

    kwargs = _get_kwargs(
        id=id,
        goal_min_usd=goal_min_usd,
        launch_earliest=launch_earliest,
        launch_latest=launch_latest,
        if_none_match=if_none_match,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    id: int,
    goal_min_usd: float | Unset = UNSET,
    launch_earliest: datetime.date | Unset = UNSET,
    launch_latest: datetime.date | Unset = UNSET,
    if_none_match: str | Unset = UNSET,
) -> Advice | Any | ProblemDetails | None:
    """Ask what to change, within bounds

     The few changes with the largest gains. Absent bounds have the defaults of the insight. Costs
    nothing and stores nothing.

    Args:
        id (int):
        goal_min_usd (float | Unset):
        launch_earliest (datetime.date | Unset):
        launch_latest (datetime.date | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Advice | Any | ProblemDetails
    """

    return sync_detailed(
        client=client,
        id=id,
        goal_min_usd=goal_min_usd,
        launch_earliest=launch_earliest,
        launch_latest=launch_latest,
        if_none_match=if_none_match,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    id: int,
    goal_min_usd: float | Unset = UNSET,
    launch_earliest: datetime.date | Unset = UNSET,
    launch_latest: datetime.date | Unset = UNSET,
    if_none_match: str | Unset = UNSET,
) -> Response[Advice | Any | ProblemDetails]:
    """Ask what to change, within bounds

     The few changes with the largest gains. Absent bounds have the defaults of the insight. Costs
    nothing and stores nothing.

    Args:
        id (int):
        goal_min_usd (float | Unset):
        launch_earliest (datetime.date | Unset):
        launch_latest (datetime.date | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Advice | Any | ProblemDetails]
    """

    kwargs = _get_kwargs(
        id=id,
        goal_min_usd=goal_min_usd,
        launch_earliest=launch_earliest,
        launch_latest=launch_latest,
        if_none_match=if_none_match,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    id: int,
    goal_min_usd: float | Unset = UNSET,
    launch_earliest: datetime.date | Unset = UNSET,
    launch_latest: datetime.date | Unset = UNSET,
    if_none_match: str | Unset = UNSET,
) -> Advice | Any | ProblemDetails | None:
    """Ask what to change, within bounds

     The few changes with the largest gains. Absent bounds have the defaults of the insight. Costs
    nothing and stores nothing.

    Args:
        id (int):
        goal_min_usd (float | Unset):
        launch_earliest (datetime.date | Unset):
        launch_latest (datetime.date | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Advice | Any | ProblemDetails
    """

    return (
        await asyncio_detailed(
            client=client,
            id=id,
            goal_min_usd=goal_min_usd,
            launch_earliest=launch_earliest,
            launch_latest=launch_latest,
            if_none_match=if_none_match,
        )
    ).parsed
