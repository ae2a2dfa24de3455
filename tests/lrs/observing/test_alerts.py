"""Alerts and the dashboard name figures that exist, and headings that say what to do."""

from __future__ import annotations

import json
import re

import yaml

from certification.resources.metrics import KINDS
from tests.test_docs import HERE, _heading_anchors

OPERATE = HERE / "docs/operate"
NAMES = {kind.name for kind in KINDS} | {
    f"{kind.name}_{part}" for kind in KINDS if kind.kind == "histogram" for part in ("bucket", "sum", "count")
}


def named(text: str) -> set[str]:
    return set(re.findall(r"\bcdht_[a-z_]+", text))


def test_alerts_ask_for_figures_that_exist_and_name_a_heading_that_says_what_to_do() -> None:
    anchors = _heading_anchors(HERE / "docs/operate.md")
    groups = yaml.safe_load((OPERATE / "alerts.yml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 10
    for rule in rules:
        assert named(rule["expr"]) <= NAMES and (named(rule["expr"]) or "up{" in rule["expr"]), rule["alert"]
        page, _, anchor = rule["annotations"]["read"].partition("#")
        assert (page, anchor in anchors) == ("docs/operate.md", True), rule["alert"]
        assert rule["labels"]["severity"] in ("page", "look") and rule["annotations"]["summary"]
    jobs = [one["job_name"] for one in yaml.safe_load((OPERATE / "prometheus.yml").read_text())["scrape_configs"]]
    assert all(f'job="{job}"' in (OPERATE / "alerts.yml").read_text() for job in jobs)


def test_the_dashboard_shows_figures_that_exist_and_every_one_is_in_one_or_the_other() -> None:
    document = json.loads((OPERATE / "dashboard.json").read_text())
    asked = {name for panel in document["panels"] for target in panel["targets"] for name in named(target["expr"])}
    assert asked <= NAMES and all(panel["title"] for panel in document["panels"])
    used = asked | named((OPERATE / "alerts.yml").read_text())
    assert {kind.name for kind in KINDS if not any(name.startswith(kind.name) for name in used)} == set()
