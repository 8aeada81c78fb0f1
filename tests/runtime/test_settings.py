import subprocess
import sys
from pathlib import Path

import pytest

from runtime.settings import (
    PROJECT_ROOT,
    Settings,
    WrongSetting,
    load_settings,
    settings_table,
    without_password,
)


def test_everything_has_a_default() -> None:
    settings = load_settings()
    assert settings.home == PROJECT_ROOT / "var"
    assert settings.database_url is None
    assert settings.notify_url == "mailbox://"
    assert settings.task_queue == "complaints"


def test_the_environment_is_read_and_a_given_value_goes_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNTAS_POLICY", "demo")
    monkeypatch.setenv("TUNTAS_LOG_LEVEL", " WARNING ")
    monkeypatch.setenv("TUNTAS_DATABASE_URL", "")
    assert load_settings().policy == "demo"
    assert load_settings().log_level == "warning"
    assert load_settings().database_url is None
    assert load_settings(policy="dki-2019").policy == "dki-2019"
    assert load_settings(policy=None).policy == "demo"


def test_a_relative_home_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUNTAS_HOME", "data")
    assert load_settings().home == tmp_path / "data"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_a_postgresql_url_is_understood(scheme: str) -> None:
    settings = load_settings(database_url=f"{scheme}://u:p%40@db.example:5433/complaints?sslmode=require")
    assert settings.database_url == "postgresql+psycopg://u:p%40@db.example:5433/complaints?sslmode=require"


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("TUNTAS_DATABASE_URL", "mysql://root:geheim@db/x", "is not a PostgreSQL URL"),
        ("TUNTAS_DATABASE_URL", "db.example", "is not a PostgreSQL URL"),
        ("TUNTAS_LOG_FORMAT", "xml", "must be one of"),
        ("TUNTAS_NOTIFY_URL", "me@example.org", "is not a URL"),
        ("TUNTAS_NOTIFY_ROUTES", "/nowhere/routes.toml", "does not exist"),
        ("TUNTAS_BOUNDARIES", "/nowhere/wards.geojson", "does not exist"),
        ("TUNTAS_TASK_QUEUE", "x" * 300, "cannot be used"),
        ("TUNTAS_HOME", __file__, "not a folder"),
    ],
)
def test_a_wrong_value_gets_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, part: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting) as caught:
        load_settings()
    sentence = str(caught.value)
    assert sentence.startswith(name)
    assert part in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert "geheim" not in sentence


@pytest.mark.parametrize("issuer", ["http://sso.example", "sso.example", "https://", "https://a.example?b=c"])
def test_a_provider_that_anybody_could_pose_as_is_refused(issuer: str) -> None:
    with pytest.raises(WrongSetting, match="TUNTAS_OIDC_ISSUER is not the address of a provider"):
        load_settings(oidc_issuer=issuer, oidc_client_id="tuntas")


def test_somebody_can_always_sign_in() -> None:
    with pytest.raises(WrongSetting, match=r"^TUNTAS_LOCAL_SIGN_IN is false: without TUNTAS_OIDC_ISSUER"):
        load_settings(local_sign_in=False)
    with pytest.raises(WrongSetting, match=r"^TUNTAS_OIDC_ISSUER needs TUNTAS_OIDC_CLIENT_ID"):
        load_settings(oidc_issuer="https://sso.example")
    by_provider = load_settings(
        local_sign_in=False, oidc_issuer="http://localhost:9000", oidc_client_id="tuntas"
    )
    assert by_provider.as_environment()["TUNTAS_LOCAL_SIGN_IN"] == "False"


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(WrongSetting, match="There is no setting TUNTAS_POLITY"):
        load_settings(polity="x")


def test_every_setting_is_documented() -> None:
    rows = settings_table()
    assert {row.variable for row in rows} == {f"TUNTAS_{name.upper()}" for name in Settings.model_fields}
    assert all(len(row.description) > 20 for row in rows)
    assert rows[0].default == "var/"


def test_a_child_gets_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, policy="demo", notify_url="json://localhost:9/{to}")
    for name, value in settings.as_environment().items():
        monkeypatch.setenv(name, value)
    assert load_settings() == settings


def test_a_password_is_never_shown() -> None:
    assert (
        without_password("postgresql+psycopg://u:secret@db:5/x?a=b")
        == "postgresql+psycopg://u:***@db:5/x?a=b"
    )
    embedded = "postgresql+psycopg://postgres@/tuntas?host=/srv/var/postgres"
    assert without_password(embedded) == embedded


def test_reading_settings_is_cheap() -> None:
    code = (
        "import sys, runtime.settings, runtime.unreachable\n"
        "heavy = {'temporalio', 'sqlalchemy', 'psutil', 'psycopg', 'structlog'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
