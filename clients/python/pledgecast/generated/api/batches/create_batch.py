from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.batch_view import BatchView
from ...models.create_batch_request import CreateBatchRequest
from ...models.problem_details import ProblemDetails
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    body: CreateBatchRequest | str | str | Unset = UNSET,
    model_id: int | Unset = UNSET,
    file_name: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["model_id"] = model_id

    params["file_name"] = file_name

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/batches/create",
        "params": params,
    }

    if isinstance(body, CreateBatchRequest):
        _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"
    if isinstance(body, str):
        _kwargs["content"] = body.payload
        headers["Content-Type"] = "application/jsonl"
    if isinstance(body, str):
        _kwargs["content"] = body.payload
        headers["Content-Type"] = "text/csv"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> BatchView | ProblemDetails | None:
    if response.status_code == 200:
        response_200 = BatchView.from_dict(response.json())

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

    if response.status_code == 408:
        response_408 = ProblemDetails.from_dict(response.json())

        return response_408

    if response.status_code == 413:
        response_413 = ProblemDetails.from_dict(response.json())

        return response_413

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
) -> Response[BatchView | ProblemDetails]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateBatchRequest | str | str | Unset = UNSET,
    model_id: int | Unset = UNSET,
    file_name: str | Unset = UNSET,
) -> Response[BatchView | ProblemDetails]:
    """Upload a file of campaigns and get a price

     A file of up to 10,000 campaigns: CSV with a header of field names, or JSON Lines. Send it as the
    body, with the other arguments in the query; as the field `file` of a multipart form; or as text in
    JSON. All errors are named by line and field, such as `line 7: usd_goal`. If there are none, the
    file is kept for a day as a draft with its price, and nothing is bought. Five drafts are kept.

    Args:
        model_id (int | Unset):
        file_name (str | Unset):
        body (CreateBatchRequest):
        body (str):
        body (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BatchView | ProblemDetails]
    """

    kwargs = _get_kwargs(
        body=body,
        model_id=model_id,
        file_name=file_name,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: CreateBatchRequest | str | str | Unset = UNSET,
    model_id: int | Unset = UNSET,
    file_name: str | Unset = UNSET,
) -> BatchView | ProblemDetails | None:
    """Upload a file of campaigns and get a price

     A file of up to 10,000 campaigns: CSV with a header of field names, or JSON Lines. Send it as the
    body, with the other arguments in the query; as the field `file` of a multipart form; or as text in
    JSON. All errors are named by line and field, such as `line 7: usd_goal`. If there are none, the
    file is kept for a day as a draft with its price, and nothing is bought. Five drafts are kept.

    Args:
        model_id (int | Unset):
        file_name (str | Unset):
        body (CreateBatchRequest):
        body (str):
        body (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BatchView | ProblemDetails
    """

    return sync_detailed(
        client=client,
        body=body,
        model_id=model_id,
        file_name=file_name,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateBatchRequest | str | str | Unset = UNSET,
    model_id: int | Unset = UNSET,
    file_name: str | Unset = UNSET,
) -> Response[BatchView | ProblemDetails]:
    """Upload a file of campaigns and get a price

     A file of up to 10,000 campaigns: CSV with a header of field names, or JSON Lines. Send it as the
    body, with the other arguments in the query; as the field `file` of a multipart form; or as text in
    JSON. All errors are named by line and field, such as `line 7: usd_goal`. If there are none, the
    file is kept for a day as a draft with its price, and nothing is bought. Five drafts are kept.

    Args:
        model_id (int | Unset):
        file_name (str | Unset):
        body (CreateBatchRequest):
        body (str):
        body (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BatchView | ProblemDetails]
    """

    kwargs = _get_kwargs(
        body=body,
        model_id=model_id,
        file_name=file_name,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: CreateBatchRequest | str | str | Unset = UNSET,
    model_id: int | Unset = UNSET,
    file_name: str | Unset = UNSET,
) -> BatchView | ProblemDetails | None:
    """Upload a file of campaigns and get a price

     A file of up to 10,000 campaigns: CSV with a header of field names, or JSON Lines. Send it as the
    body, with the other arguments in the query; as the field `file` of a multipart form; or as text in
    JSON. All errors are named by line and field, such as `line 7: usd_goal`. If there are none, the
    file is kept for a day as a draft with its price, and nothing is bought. Five drafts are kept.

    Args:
        model_id (int | Unset):
        file_name (str | Unset):
        body (CreateBatchRequest):
        body (str):
        body (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BatchView | ProblemDetails
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            model_id=model_id,
            file_name=file_name,
        )
    ).parsed
