from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.download_batch_tasks_order import DownloadBatchTasksOrder
from ...models.download_batch_tasks_status import DownloadBatchTasksStatus
from ...models.download_batch_tasks_verdict import DownloadBatchTasksVerdict
from ...models.problem_details import ProblemDetails
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    id: int,
    status: DownloadBatchTasksStatus | Unset = UNSET,
    verdict: DownloadBatchTasksVerdict | Unset = UNSET,
    search: str | Unset = UNSET,
    order: DownloadBatchTasksOrder | Unset = UNSET,
    bom: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["id"] = id

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status.value

    params["status"] = json_status

    json_verdict: str | Unset = UNSET
    if not isinstance(verdict, Unset):
        json_verdict = verdict.value

    params["verdict"] = json_verdict

    params["search"] = search

    json_order: str | Unset = UNSET
    if not isinstance(order, Unset):
        json_order = order.value

    params["order"] = json_order

    params["bom"] = bom

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/batch/tasks.csv",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> ProblemDetails | str | None:
    if response.status_code == 200:
        response_200 = cast(str, response.content)
        return response_200

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
) -> Response[ProblemDetails | str]:
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
    status: DownloadBatchTasksStatus | Unset = UNSET,
    verdict: DownloadBatchTasksVerdict | Unset = UNSET,
    search: str | Unset = UNSET,
    order: DownloadBatchTasksOrder | Unset = UNSET,
    bom: str | Unset = UNSET,
) -> Response[ProblemDetails | str]:
    """Download the results of a batch as a CSV file

     All tasks that match the filter, with the fields of their campaigns (RFC 4180, UTF-8).

    Args:
        id (int):
        status (DownloadBatchTasksStatus | Unset):
        verdict (DownloadBatchTasksVerdict | Unset):
        search (str | Unset):
        order (DownloadBatchTasksOrder | Unset):
        bom (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemDetails | str]
    """

    kwargs = _get_kwargs(
        id=id,
        status=status,
        verdict=verdict,
        search=search,
        order=order,
        bom=bom,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    id: int,
    status: DownloadBatchTasksStatus | Unset = UNSET,
    verdict: DownloadBatchTasksVerdict | Unset = UNSET,
    search: str | Unset = UNSET,
    order: DownloadBatchTasksOrder | Unset = UNSET,
    bom: str | Unset = UNSET,
) -> ProblemDetails | str | None:
    """Download the results of a batch as a CSV file

     All tasks that match the filter, with the fields of their campaigns (RFC 4180, UTF-8).

    Args:
        id (int):
        status (DownloadBatchTasksStatus | Unset):
        verdict (DownloadBatchTasksVerdict | Unset):
        search (str | Unset):
        order (DownloadBatchTasksOrder | Unset):
        bom (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemDetails | str
    """

    return sync_detailed(
        client=client,
        id=id,
        status=status,
        verdict=verdict,
        search=search,
        order=order,
        bom=bom,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    id: int,
    status: DownloadBatchTasksStatus | Unset = UNSET,
    verdict: DownloadBatchTasksVerdict | Unset = UNSET,
    search: str | Unset = UNSET,
    order: DownloadBatchTasksOrder | Unset = UNSET,
    bom: str | Unset = UNSET,
) -> Response[ProblemDetails | str]:
    """Download the results of a batch as a CSV file

     All tasks that match the filter, with the fields of their campaigns (RFC 4180, UTF-8).

    Args:
        id (int):
        status (DownloadBatchTasksStatus | Unset):
        verdict (DownloadBatchTasksVerdict | Unset):
        search (str | Unset):
        order (DownloadBatchTasksOrder | Unset):
        bom (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemDetails | str]
    """

    kwargs = _get_kwargs(
        id=id,
        status=status,
        verdict=verdict,
        search=search,
        order=order,
        bom=bom,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    id: int,
    status: DownloadBatchTasksStatus | Unset = UNSET,
    verdict: DownloadBatchTasksVerdict | Unset = UNSET,
    search: str | Unset = UNSET,
    order: DownloadBatchTasksOrder | Unset = UNSET,
    bom: str | Unset = UNSET,
) -> ProblemDetails | str | None:
    """Download the results of a batch as a CSV file

     All tasks that match the filter, with the fields of their campaigns (RFC 4180, UTF-8).

    Args:
        id (int):
        status (DownloadBatchTasksStatus | Unset):
        verdict (DownloadBatchTasksVerdict | Unset):
        search (str | Unset):
        order (DownloadBatchTasksOrder | Unset):
        bom (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemDetails | str
    """

    return (
        await asyncio_detailed(
            client=client,
            id=id,
            status=status,
            verdict=verdict,
            search=search,
            order=order,
            bom=bom,
        )
    ).parsed
