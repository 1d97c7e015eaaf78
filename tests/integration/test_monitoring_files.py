"""The dashboard, the alerts and the documentation speak of figures that exist, in expressions that parse."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import promql_parser
import pytest
import yaml

from bot.composition import compose
from bot.settings import Listen, Settings
from bot.watching import instruments
from tests.integration.test_watching import FollowingService, get

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy/monitoring"
DOCUMENT = (ROOT / "deploy/docs/monitoring.md").read_text(encoding="utf-8")
# Prometheus's own, and those that only some systems tell; the documentation names them.
BUILT_IN = {"up"}
VARIABLE = re.compile(r"\$\{?(?:__)?[a-z_]+\}?")


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names of samples in a live scrape, after everything that can be counted has been counted."""
    settings = Settings(_env_file=None, home=tmp_path_factory.mktemp("home"))
    app = compose(settings.model_copy(update={"metrics": Listen("127.0.0.1", 0)}), service=FollowingService())
    instruments.telegram_request("sendMessage", "ok", 0.1)
    instruments.problem("error", "answer.failed")
    app.watch.open()
    app.watch.built()
    try:
        _, text = get(app, "/metrics")
    finally:
        app.watch.close()
        app.store.close()
    return {re.split(r"[{ ]", line)[0] for line in text.splitlines() if line and not line.startswith("#")}


@cache
def dashboard() -> dict[str, Any]:
    return json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions() -> Iterator[tuple[str, str]]:
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]
    for rule in rules():
        yield rule["alert"], rule["expr"]


def parsed(expression: str) -> Any:
    # Grafana puts its own values in before Prometheus sees the expression.
    return promql_parser.parse(VARIABLE.sub("5m", expression))


def names_in(expression: str) -> set[str]:
    """The figures an expression asks for."""
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.add(node.name)
        for part in ("expr", "lhs", "rhs", "vector_selector"):
            if (inner := getattr(node, part, None)) is not None:
                walk(inner)
        for argument in getattr(node, "args", None) or ():
            walk(argument)

    walk(parsed(expression))
    return found


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_every_expression_parses_and_asks_only_for_what_is_served(where: str, expression: str, scraped: set[str]) -> None:
    names = names_in(expression)
    assert names, where
    assert names - scraped - BUILT_IN == set()


def families(samples: set[str]) -> set[str]:
    return {re.sub(r"_(bucket|sum|count)$", "", name) if "seconds_" in name else name for name in samples}


def test_every_figure_is_documented_and_nothing_else_is(scraped: set[str]) -> None:
    ours = {name for name in families(scraped) if name.startswith("chidao_") and not name.endswith("_created")}
    table = DOCUMENT.partition("## Every figure")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(chidao_\w+)` \|", table, re.MULTILINE)) == ours
    for name in re.findall(r"`((?:process|python)_\w+)`", table):
        assert name in scraped


def test_every_label_value_that_is_known_beforehand_is_documented() -> None:
    table = DOCUMENT.partition("## Every figure")[2].partition("\n## ")[0]
    source = ast.parse((ROOT / "bot/watching/figures.py").read_text(encoding="utf-8"))
    states = [
        item.value
        for node in source.body
        if isinstance(node, ast.Assign) and node.targets[0].id.endswith("_STATES")
        for item in node.value.elts
    ]
    outcomes = [
        sample.labels["outcome"]
        for family in instruments.REGISTRY.collect()
        for sample in family.samples
        if "outcome" in sample.labels
    ]
    assert [value for value in {*states, *outcomes} if f"`{value}`" not in table] == []


def test_every_figure_of_ours_stands_on_the_dashboard(scraped: set[str]) -> None:
    shown = {name for panel in dashboard()["panels"] for target in panel.get("targets", ()) for name in names_in(target["expr"])}
    ours = {name for name in families(scraped) if name.startswith("chidao_") and not name.endswith("_created")}
    assert ours - families(shown) == set()


def test_every_alert_is_documented_and_says_what_it_means_in_two_languages() -> None:
    table = DOCUMENT.partition("## Every alert")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(Chidao\w+)` \|", table, re.MULTILINE) == [rule["alert"] for rule in rules()]
    for rule in rules():
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert " / " in rule["annotations"]["summary"]
        assert " / " in rule["annotations"]["description"]


def test_actions_that_alerts_and_panels_single_out_exist() -> None:
    documented = DOCUMENT.partition("## Every action key")[2]
    for _, expression in expressions():
        for action in re.findall(r'action="([^"]+)"', expression):
            assert f"| `{action}` |" in documented


def test_the_dashboard_is_as_grafana_exports_one() -> None:
    board = dashboard()
    assert {"annotations", "panels", "schemaVersion", "templating", "time", "title", "uid", "version"} <= board.keys()
    assert board["id"] is None
    variables = {variable["name"]: variable for variable in board["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
        assert " / " in panel["title"], "in Vietnamese and in English"
        if panel["type"] != "row":
            assert panel["type"] in {"stat", "timeseries"}
            assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert [target["refId"] for target in panel["targets"]] == list("ABCDE"[: len(panel["targets"])])
            assert all(target["datasource"] == panel["datasource"] for target in panel["targets"])
    used = set(re.findall(r"\$(\w+)", "".join(expression for _, expression in expressions())))
    assert {name for name in used if not name.startswith("__")} <= variables.keys()


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
def test_alerts_fire_when_they_should_and_only_then() -> None:
    command = ["promtool", "test", "rules", "alerts.test.yaml"]
    tried = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stdout + tried.stderr


def test_every_alert_is_tried() -> None:
    tried = (FOLDER / "alerts.test.yaml").read_text(encoding="utf-8")
    assert [rule["alert"] for rule in rules() if rule["alert"] not in tried] == []


def test_prometheus_loads_the_rules_beside_its_configuration() -> None:
    configuration = yaml.safe_load((FOLDER / "prometheus.yaml").read_text(encoding="utf-8"))
    assert [(FOLDER / name).is_file() for name in configuration["rule_files"]] == [True]
    jobs = {job["job_name"] for job in configuration["scrape_configs"]}
    asked = set(re.findall(r'job="([^"]+)"', (FOLDER / "alerts.yaml").read_text(encoding="utf-8")))
    assert asked == jobs
