"""The image and its compose file: parsed strictly, hardened service by service, consistent with each other and the settings."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from bot.settings import PREFIX, Settings, load_settings
from tests.integration.deploy_files import CHECKOUT, DEPLOY, filled, program, text

if TYPE_CHECKING:
    from pathlib import Path

COMPOSE: dict[str, Any] = yaml.safe_load(filled(text("compose.yaml")))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_the_compose_file_is_what_the_specification_allows() -> None:
    parser = pytest.importorskip("compose_spec", reason="compose-spec is not installed (pip install chidao[test])")
    parser.PyCompose.from_json(json.dumps(COMPOSE)).validate()


def test_a_misspelt_key_would_be_noticed() -> None:
    parser = pytest.importorskip("compose_spec", reason="compose-spec is not installed (pip install chidao[test])")
    broken = json.loads(json.dumps(COMPOSE))
    broken["services"]["bot"]["read_onyl"] = True
    with pytest.raises(ValueError, match="read_onyl"):
        parser.PyCompose.from_json(json.dumps(broken)).validate()


def test_docker_itself_takes_the_compose_file(tmp_path: Path) -> None:
    docker = program("docker")
    if subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("this docker has no compose plugin")
    environment = tmp_path / "env"
    environment.write_text(text("compose/env.example"), encoding="utf-8")
    (tmp_path / "compose.yaml").write_text(text("compose.yaml").replace("[.env]", "[env]"), encoding="utf-8")
    command = [docker, "compose", "--env-file", str(environment), "--file", str(tmp_path / "compose.yaml")]
    done = subprocess.run([*command, "--profile", "*", "config", "--quiet"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened_and_bounded(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "cpus", "pids_limit", "restart"} <= service.keys()
    assert service["logging"]["driver"] == "json-file"
    assert int(service["logging"]["options"]["max-file"]) > 1
    assert not service.get("privileged")


def test_only_the_proxy_and_what_only_this_machine_sees_is_published() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published.pop("proxy") == ["80:80", "443:443", "443:443/udp"]
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["postgres"]["networks"] == ["inside"]


def test_secrets_are_files_and_never_in_the_environment() -> None:
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|TOKEN|SECRET|DATABASE_URL", variable):
                assert variable.endswith("_FILE"), variable
                assert str(value).removeprefix("/run/secrets/") in service["secrets"], (name, variable)
        for secret in service.get("secrets", []):
            assert COMPOSE["secrets"][secret] == {"file": f"secrets/{secret}"}
    assert "*" in text("secrets/.gitignore").splitlines()


def test_what_compose_mounts_is_there() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./") and source != "./backups":
                assert (DEPLOY / source).is_file(), source
                assert volume.endswith(":ro")
            elif not source.startswith("."):
                assert source in COMPOSE["volumes"]


def test_the_bot_is_started_with_settings_that_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As compose starts it: the example's lines, the service's own, and the secrets that secrets.sh makes."""
    secrets = made_secrets(tmp_path)
    (secrets / "bot_token").write_text("123456:AbC-dEf\n", encoding="utf-8")
    given = dict(re.findall(r"(?m)^#?(\w+)=(.*)$", text("compose/env.example"))) | SERVICES["bot"]["environment"]
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in given.items():
        monkeypatch.setenv(name, str(value).replace("/run/secrets", str(secrets)))
    settings = load_settings(tmp_path / "none")
    assert settings.database_url.startswith("postgresql+psycopg://chidao:")
    assert settings.webhook_url == f"https://{given['DOMAIN']}{given['WEBHOOK_PATH']}"
    assert settings.webhook_secret is not None
    assert settings.metrics is not None
    assert settings.metrics.port == metrics_port(text("Containerfile"))


def metrics_port(content: str) -> int:
    found = re.search(r"CHIDAO_METRICS=[\d.]+:(\d+)", content)
    assert found
    assert f"http://127.0.0.1:{found[1]}/healthz" in content, "the health check asks where the figures are served"
    return int(found[1])


def made_secrets(tmp_path: Path) -> Path:
    """The folder as `deploy/compose/secrets.sh` leaves it."""
    (tmp_path / "compose").mkdir()
    (tmp_path / "secrets").mkdir()
    script = tmp_path / "compose" / "secrets.sh"
    script.write_text(text("compose/secrets.sh"), encoding="utf-8")
    subprocess.run(["sh", str(script)], check=True, capture_output=True)
    before = {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()}
    subprocess.run(["sh", str(script)], check=True, capture_output=True)
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()}, "nothing is made anew"
    return tmp_path / "secrets"


def test_secrets_are_random_and_agree(tmp_path: Path) -> None:
    secrets = made_secrets(tmp_path)
    made = {path.name: path.read_text(encoding="utf-8") for path in secrets.iterdir()}
    assert set(made) == set(COMPOSE["secrets"])
    assert made["bot_token"] == "", "the token is the office's own"
    random = [made[name] for name in ("postgres_password", "database_password", "webhook_secret", "grafana_password")]
    assert len(set(random)) == 4
    assert all(re.fullmatch(r"[0-9a-f]{48}", value) for value in random)
    assert f":{made['database_password']}@postgres/" in made["database_url"]
    assert secrets.stat().st_mode & 0o777 == 0o700


def test_a_stop_waits_longer_than_the_bot_drains() -> None:
    assert int(SERVICES["bot"]["stop_grace_period"].removesuffix("s")) > 30


def test_the_image_runs_as_nobody_in_particular_and_installs_only_what_is_hashed() -> None:
    content = text("Containerfile")
    assert re.search(r"(?m)^USER 10001:10001$", content)
    assert re.search(r'(?m)^ENTRYPOINT \["tini", "--", "chidao"\]$', content), "signals reach the program"
    installs = re.findall(r"pip install ([^\\\n]*(?:\\\n[^\\\n]*)*)", content)
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "--only-binary :all:" in installs[0]
    assert "--no-index" in installs[1]
    copied = re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", content)
    allowed = {line.removeprefix("!") for line in text("Containerfile.dockerignore").splitlines() if line.startswith("!")}
    assert {path for line in copied for path in line.split()} == allowed
    assert all((CHECKOUT / path).exists() for path in allowed)


def test_the_image_names_only_settings_that_exist() -> None:
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    assert set(re.findall(r"\bCHIDAO_[A-Z_]+", text("Containerfile"))) <= known


def test_hadolint_finds_nothing_in_the_image() -> None:
    done = subprocess.run([program("hadolint"), str(DEPLOY / "Containerfile")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", ["compose/Caddyfile", "systemd/Caddyfile"])
def test_caddy_takes_its_files(path: str, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DOMAIN": "bot.example.vn", "WEBHOOK_PATH": "/x"}
    command = [program("caddy"), "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", ["compose/Caddyfile", "systemd/Caddyfile"])
def test_the_proxy_takes_one_path_from_telegram_and_refuses_the_rest(path: str) -> None:
    content = text(path)
    assert "remote_ip 149.154.160.0/20 91.108.4.0/22" in content
    assert "method POST" in content
    assert re.search(r"handle \{\s*respond 404\s*\}", content)
