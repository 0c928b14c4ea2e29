"""Prometheus's own parser reads what the service reports."""

import os
import urllib.request

from prometheus_client.parser import text_string_to_metric_families


def test_prometheus_reads_the_metrics(base_url: str) -> None:
    with urllib.request.urlopen(f"{base_url}/health/ready") as response:
        assert response.status == 200
    with urllib.request.urlopen(os.environ["METRICS_URL"]) as response:
        text = response.read().decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    requests = families["pledgecast_http_requests"]
    assert requests.type == "counter"
    assert any(sample.labels["route"] == "/health/ready" for sample in requests.samples)
    assert families["pledgecast_http_request_duration_seconds"].type == "histogram"
    assert families["pledgecast_database_up"].samples[0].value == 1
    for family in families.values():
        assert family.documentation, family.name
