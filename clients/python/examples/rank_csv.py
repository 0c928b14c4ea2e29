"""Predicts each campaign of a CSV file, and prints them ranked by their probability.

    PLEDGECAST_API_KEY=pc_… python rank_csv.py campaigns.csv --server https://pledgecast.example

The columns are named after the fields of the API; other columns are shown, too. A second run with the same file buys
nothing again, because each line has an idempotency key that follows from its content.
"""

import argparse
import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import pandas as pd

from pledgecast import Client, Invalid, PredictionFailed

# As many requests may wait for a result at the same time.
PARALLEL = 16


def key_of(row: dict) -> str:
    """The idempotency key of a line."""
    return hashlib.sha256(repr(sorted(row.items())).encode()).hexdigest()


def predict(client: Client, row: dict, max_price: int | None) -> dict:
    """The new columns of a line."""
    try:
        task = client.predict(row, idempotency_key=key_of(row), max_price=max_price)
    except (Invalid, PredictionFailed) as error:
        return {"error": str(error)}
    result = task.result
    return {
        "probability": result.probability,
        "verdict": result.verdict.value,
        "low": result.interval_low,
        "high": result.interval_high,
    }


def main() -> int:
    """Returns 1 if a line was not predicted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--server", default="http://127.0.0.1:3000")
    parser.add_argument("--max-price", type=int, help="buy nothing that costs more credits")
    parser.add_argument("--output", help="also write the table to this CSV file")
    arguments = parser.parse_args()
    # Texts, as they are in the file: the service knows what they mean.
    table = pd.read_csv(arguments.file, dtype=str)
    rows = table.to_dict("records")
    with Client(os.environ["PLEDGECAST_API_KEY"], arguments.server) as client, ThreadPoolExecutor(PARALLEL) as pool:
        results = list(pool.map(lambda row: predict(client, row, arguments.max_price), rows))
    columns = ["probability", "verdict", "low", "high", "error"]
    new = pd.DataFrame(results, index=table.index).reindex(columns=columns)
    ranked = table.join(new).sort_values("probability", ascending=False, na_position="last")
    shown = [column for column in ["name", *columns] if column in ranked and ranked[column].notna().any()]
    print(ranked[shown].to_string(index=False))
    if arguments.output:
        ranked.to_csv(arguments.output, index=False)
    return int(bool(new["error"].notna().any()))


if __name__ == "__main__":
    sys.exit(main())
