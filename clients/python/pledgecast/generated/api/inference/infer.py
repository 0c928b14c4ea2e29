from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.infer_request import InferRequest
from ...models.infer_response import InferResponse
from ...models.problem_details import ProblemDetails
from ...types import UNSET, Response, Unset


def _get_kwargs(
    name: str,
    *,
    body: InferRequest,
    idempotency_key: str | Unset = UNSET,
    prefer: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    if not isinstance(prefer, Unset):
        headers["Prefer"] = prefer

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v2/models/{name}/infer".format(
            name=quote(str(name), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> InferResponse | ProblemDetails | None:
    if response.status_code == 200:
        response_200 = InferResponse.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = ProblemDetails.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = ProblemDetails.from_dict(response.json())

        return response_401

    if response.status_code == 402:
        response_402 = ProblemDetails.from_dict(response.json())

        return response_402

    if response.status_code == 403:
        response_403 = ProblemDetails.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = ProblemDetails.from_dict(response.json())

        return response_404

    if response.status_code == 408:
        response_408 = ProblemDetails.from_dict(response.json())

        return response_408

    if response.status_code == 409:
        response_409 = ProblemDetails.from_dict(response.json())

        return response_409

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
) -> Response[InferResponse | ProblemDetails]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    name: str,
    *,
    client: AuthenticatedClient,
    body: InferRequest,
    idempotency_key: str | Unset = UNSET,
    prefer: str | Unset = UNSET,
) -> Response[InferResponse | ProblemDetails]:
    """Buy predictions for rows

     Buys a prediction for each row, at most 1,000, and waits for the results: 60 seconds, or as `Prefer:
    wait=N` says. The rows are a batch, which is held and charged like any other. A request that is
    repeated with the same `Idempotency-Key` returns what the first one bought; without a key, each
    request buys. Errors name rows from 0, such as `usd_goal[2]`. If results are not ready in time, the
    response is 503.

    Args:
        name (str):
        idempotency_key (str | Unset):
        prefer (str | Unset):
        body (InferRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[InferResponse | ProblemDetails]
    """

    kwargs = _get_kwargs(
        name=name,
        body=body,
        idempotency_key=idempotency_key,
        prefer=prefer,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    name: str,
    *,
    client: AuthenticatedClient,
    body: InferRequest,
    idempotency_key: str | Unset = UNSET,
    prefer: str | Unset = UNSET,
) -> InferResponse | ProblemDetails | None:
    """Buy predictions for rows

     Buys a prediction for each row, at most 1,000, and waits for the results: 60 seconds, or as `Prefer:
    wait=N` says. The rows are a batch, which is held and charged like any other. A request that is
    repeated with the same `Idempotency-Key` returns what the first one bought; without a key, each
    request buys. Errors name rows from 0, such as `usd_goal[2]`. If results are not ready in time, the
    response is 503.

    Args:
        name (str):
        idempotency_key (str | Unset):
        prefer (str | Unset):
        body (InferRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        InferResponse | ProblemDetails
    """

    return sync_detailed(
        name=name,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
        prefer=prefer,
    ).parsed


async def asyncio_detailed(
    name: str,
    *,
    client: AuthenticatedClient,
    body: InferRequest,
    idempotency_key: str | Unset = UNSET,
    prefer: str | Unset = UNSET,
) -> Response[InferResponse | ProblemDetails]:
    """Buy predictions for rows

     Buys a prediction for each row, at most 1,000, and waits for the results: 60 seconds, or as `Prefer:
    wait=N` says. The rows are a batch, which is held and charged like any other. A request that is
    repeated with the same `Idempotency-Key` returns what the first one bought; without a key, each
    request buys. Errors name rows from 0, such as `usd_goal[2]`. If results are not ready in time, the
    response is 503.

    Args:
        name (str):
        idempotency_key (str | Unset):
        prefer (str | Unset):
        body (InferRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[InferResponse | ProblemDetails]
    """

    kwargs = _get_kwargs(
        name=name,
        body=body,
        idempotency_key=idempotency_key,
        prefer=prefer,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    name: str,
    *,
    client: AuthenticatedClient,
    body: InferRequest,
    idempotency_key: str | Unset = UNSET,
    prefer: str | Unset = UNSET,
) -> InferResponse | ProblemDetails | None:
    """Buy predictions for rows

     Buys a prediction for each row, at most 1,000, and waits for the results: 60 seconds, or as `Prefer:
    wait=N` says. The rows are a batch, which is held and charged like any other. A request that is
    repeated with the same `Idempotency-Key` returns what the first one bought; without a key, each
    request buys. Errors name rows from 0, such as `usd_goal[2]`. If results are not ready in time, the
    response is 503.

    Args:
        name (str):
        idempotency_key (str | Unset):
        prefer (str | Unset):
        body (InferRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        InferResponse | ProblemDetails
    """

    return (
        await asyncio_detailed(
            name=name,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
            prefer=prefer,
        )
    ).parsed
