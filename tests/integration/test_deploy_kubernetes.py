"""The Kubernetes manifests: each against the cluster's own types, all against each other, hardened as its strictest profile asks."""

from __future__ import annotations

import os
import subprocess
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from bot.settings import PREFIX, load_settings
from tests.integration.deploy_files import DEPLOY, documents, program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = DEPLOY / "kubernetes"
KUSTOMIZATION: dict[str, Any] = documents(FOLDER / "kustomization.yaml")[0]
FILES = [*KUSTOMIZATION["resources"], "secret.example.yaml"]
OBJECTS = [(f"{one['kind']}/{one['metadata']['name']}", one) for file in FILES for one in documents(FOLDER / file)]
MODULES = {"v1": "core_v1", "apps/v1": "apps_v1", "batch/v1": "batch_v1", "networking.k8s.io/v1": "networking_v1",
           "policy/v1": "policy_v1"}  # fmt: skip


def named(name: str) -> dict[str, Any]:
    return next(one for label, one in OBJECTS if label == name)


def pods() -> list[dict[str, Any]]:
    cron = named("CronJob/chidao-backup")["spec"]["jobTemplate"]["spec"]["template"]
    return [named("Deployment/chidao")["spec"]["template"], cron]


def lost(given: Any, understood: Any, at: str = "") -> Iterator[str]:
    """Where `given` says something that the types have no place for."""
    if isinstance(given, dict):
        for key, value in given.items():
            if key not in understood:
                yield f"{at}.{key}"
            else:
                yield from lost(value, understood[key], f"{at}.{key}")
    elif isinstance(given, list):
        for number, (one, other) in enumerate(zip(given, understood, strict=True)):
            yield from lost(one, other, f"{at}[{number}]")


def faults(manifest: dict[str, Any]) -> list[str]:
    """What the cluster would not take: a field unknown, missing or of another type."""
    msgspec = pytest.importorskip("msgspec", reason="lightkube is not installed (pip install chidao[test])")
    pytest.importorskip("lightkube.models", reason="lightkube is not installed (pip install chidao[test])")
    kind = getattr(import_module(f"lightkube.models.{MODULES[manifest['apiVersion']]}"), manifest["kind"])
    try:
        understood = msgspec.to_builtins(msgspec.convert(manifest, kind))
    except msgspec.ValidationError as error:
        return [str(error)]
    return list(lost(manifest, understood))


@pytest.mark.parametrize(("label", "manifest"), OBJECTS)
def test_every_manifest_is_of_its_type(label: str, manifest: dict[str, Any]) -> None:
    assert faults(manifest) == []


def test_a_misspelt_a_missing_and_a_wrong_field_would_be_noticed() -> None:
    budget = named("PodDisruptionBudget/chidao")
    assert faults({**budget, "spec": {**budget["spec"], "minAvaliable": 1}}) == [".spec.minAvaliable"]
    deployment = named("Deployment/chidao")
    assert "selector" in faults({**deployment, "spec": {"template": {}}})[0]
    assert "replicas" in faults({**deployment, "spec": {**deployment["spec"], "replicas": "two"}})[0]


def test_kubectl_puts_them_together() -> None:
    done = subprocess.run([program("kubectl"), "kustomize", str(FOLDER)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    together = list(yaml.safe_load_all(done.stdout))
    assert {one["metadata"].get("namespace") for one in together if one["kind"] != "Namespace"} == {"chidao"}
    assert "Secret" not in {one["kind"] for one in together}, "the example's secrets are never applied"


@pytest.mark.parametrize("pod", pods(), ids=["bot", "backup"])
def test_every_pod_passes_the_restricted_profile(pod: dict[str, Any]) -> None:
    spec = pod["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False, "variables named after services would be unknown settings"
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    assert all({"emptyDir", "persistentVolumeClaim", "secret"} & volume.keys() for volume in spec["volumes"])
    for container in spec["containers"]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert {"cpu", "memory"} <= container["resources"]["limits"].keys()
        assert {mount["name"] for mount in container["volumeMounts"]} <= {volume["name"] for volume in spec["volumes"]}


def test_a_stop_waits_for_the_proxy_and_then_longer_than_the_bot_drains() -> None:
    spec = pods()[0]["spec"]
    command = spec["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    assert spec["terminationGracePeriodSeconds"] > int(command[1]) + 30


def test_probes_and_services_lead_where_the_bot_listens() -> None:
    container = pods()[0]["spec"]["containers"][0]
    config = named("ConfigMap/chidao")["data"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {
        "webhook": int(config["CHIDAO_WEBHOOK_LISTEN"].rpartition(":")[2]),
        "metrics": int(config["CHIDAO_METRICS"].rpartition(":")[2]),
    }
    probes = {name: container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {probe["path"] for probe in probes.values()} == {"/healthz", "/readyz"}
    assert {probe["port"] for probe in probes.values()} == {"metrics"}
    for service in ("Service/chidao", "Service/chidao-metrics"):
        assert {port["targetPort"] for port in named(service)["spec"]["ports"]} <= ports.keys()


def test_selectors_find_the_pods_they_mean() -> None:
    bot, backup = (pod["metadata"]["labels"] for pod in pods())
    for name in ("Deployment/chidao", "PodDisruptionBudget/chidao"):
        assert named(name)["spec"]["selector"]["matchLabels"].items() <= bot.items()
    assert named("Service/chidao")["spec"]["selector"].items() <= bot.items()
    assert not named("Service/chidao")["spec"]["selector"].items() <= backup.items()
    policies = {name: named(f"NetworkPolicy/{name}")["spec"]["podSelector"]["matchLabels"] for name in ("chidao", "chidao-backup")}
    assert policies == {"chidao": bot, "chidao-backup": backup}


def test_names_refer_to_what_is_there() -> None:
    claims = {one["metadata"]["name"] for _, one in OBJECTS if one["kind"] == "PersistentVolumeClaim"}
    for pod in pods():
        for volume in pod["spec"]["volumes"]:
            if "persistentVolumeClaim" in volume:
                assert volume["persistentVolumeClaim"]["claimName"] in claims
            if "secret" in volume:
                secret = named(f"Secret/{volume['secret']['secretName']}")["stringData"]
                assert {item["key"] for item in volume["secret"].get("items", [])} <= secret.keys()
    backend = named("Ingress/chidao")["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend["port"]["name"] in {port["name"] for port in named(f"Service/{backend['name']}")["spec"]["ports"]}


def test_the_ingress_serves_the_webhook_of_the_settings_and_nothing_else() -> None:
    rule = named("Ingress/chidao")["spec"]["rules"][0]
    assert [path["pathType"] for path in rule["http"]["paths"]] == ["Exact"]
    url = named("ConfigMap/chidao")["data"]["CHIDAO_WEBHOOK_URL"]
    assert url == f"https://{rule['host']}{rule['http']['paths'][0]['path']}"


def test_the_bot_takes_the_settings_it_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for key, value in named("Secret/chidao")["stringData"].items():
        (tmp_path / key).write_text(value, encoding="utf-8")
    mounted = next(m for m in pods()[0]["spec"]["containers"][0]["volumeMounts"] if m["name"] == "secrets")["mountPath"]
    for name, value in named("ConfigMap/chidao")["data"].items():
        monkeypatch.setenv(name, value.replace(mounted, str(tmp_path)))
    settings = load_settings(tmp_path / "none")
    assert settings.bot_token is not None
    assert settings.database_url.startswith("postgresql+psycopg://")
    assert settings.webhook_secret is not None
