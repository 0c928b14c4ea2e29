from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.download_transactions_kind import DownloadTransactionsKind
from ...models.problem_details import ProblemDetails
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    kind: DownloadTransactionsKind | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    bom: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_kind: str | Unset = UNSET
    if not isinstance(kind, Unset):
        json_kind = kind.value

    params["kind"] = json_kind

    params["from"] = from_

    params["to"] = to

    params["bom"] = bom

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/transactions.csv",
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
    kind: DownloadTransactionsKind | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    bom: str | Unset = UNSET,
) -> Response[ProblemDetails | str]:
    """Download your transactions as a CSV file

     All lines that match the filter, newest first (RFC 4180, UTF-8).

    Args:
        kind (DownloadTransactionsKind | Unset):
        from_ (str | Unset):
        to (str | Unset):
        bom (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemDetails | str]
    """

    kwargs = _get_kwargs(
        kind=kind,
        from_=from_,
        to=to,
        bom=bom,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    kind: DownloadTransactionsKind | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    bom: str | Unset = UNSET,
) -> ProblemDetails | str | None:
    """Download your transactions as a CSV file

     All lines that match the filter, newest first (RFC 4180, UTF-8).

    Args:
        kind (DownloadTransactionsKind | Unset):
        from_ (str | Unset):
        to (str | Unset):
        bom (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ProblemDetails | str
    """

    return sync_detailed(
        client=client,
        kind=kind,
        from_=from_,
        to=to,
        bom=bom,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    kind: DownloadTransactionsKind | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    bom: str | Unset = UNSET,
) -> Response[ProblemDetails | str]:
    """Download your transactions as a CSV file

     All lines that match the filter, newest first (RFC 4180, UTF-8).

    Args:
        kind (DownloadTransactionsKind | Unset):
        from_ (str | Unset):
        to (str | Unset):
        bom (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ProblemDetails | str]
    """

    kwargs = _get_kwargs(
        kind=kind,
        from_=from_,
        to=to,
        bom=bom,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    kind: DownloadTransactionsKind | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    bom: str | Unset = UNSET,
) -> ProblemDetails | str | None:
    """Download your transactions as a CSV file

     All lines that match the filter, newest first (RFC 4180, UTF-8).

    Args:
        kind (DownloadTransactionsKind | Unset):
        from_ (str | Unset):
        to (str | Unset):
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
            kind=kind,
            from_=from_,
            to=to,
            bom=bom,
        )
    ).parsed
