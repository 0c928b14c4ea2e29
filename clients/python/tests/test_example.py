"""The example ranks a file."""

import csv
import os
import subprocess
import sys
from pathlib import Path

from accounts import SAMPLE, Account

PACKAGE = Path(__file__).parents[1]


def test_rank_csv_prints_campaigns_by_their_probability(base_url: str, account: Account, tmp_path: Path) -> None:
    file, output = tmp_path / "campaigns.csv", tmp_path / "ranked.csv"
    goals = {"Modest": 1_000, "Huge": 5_000_000, "Nothing": -1}
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, list(SAMPLE))
        writer.writeheader()
        for name, goal in goals.items():
            writer.writerow({**SAMPLE, "name": name, "usd_goal": goal, "staff_pick": ""})
    before = account.balance()
    for _ in range(2):
        arguments = [file, "--server", base_url, "--output", output]
        run = subprocess.run(
            [sys.executable, PACKAGE / "examples" / "rank_csv.py", *arguments],
            env={**os.environ, "PLEDGECAST_API_KEY": account.create_key()["secret"], "PYTHONPATH": str(PACKAGE)},
            capture_output=True,
            text=True,
            check=False,
        )
        # One line cannot be predicted.
        assert run.returncode == 1, run.stderr
        with output.open(newline="") as opened:
            ranked = list(csv.DictReader(opened))
        probabilities = [float(row["probability"]) for row in ranked[:2]]
        assert probabilities == sorted(probabilities, reverse=True)
        assert [row["name"] for row in ranked][2] == "Nothing"
        assert "usd_goal" in ranked[2]["error"]
        assert run.stdout.index(ranked[0]["name"]) < run.stdout.index(ranked[1]["name"])
    # The second run has bought nothing again.
    assert before - account.balance() == 2 * 10
