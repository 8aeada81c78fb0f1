"""The scan finds what is planted, and knows what it could not look at."""

import os
import re
from pathlib import Path

import pytest

from runtime.free_port import free_port
from tests.scan.advisories import LOCK, PROBE, advisories
from tests.scan.licences import licences, unwelcome
from tests.scan.places import places
from tests.scan.secrets import secrets

TOKEN = "ghp_" + "aB3dE6gH9jK2" * 3
"""Put together here, so that the scan does not find this file."""


@pytest.mark.parametrize("line", [f"token = '{TOKEN}'", "-----BEGIN RSA " + "PRIVATE KEY-----"])
def test_a_planted_secret_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "planted.py").write_text(f"{line}\n")
    (tmp_path / "clean.py").write_text("token = read()\n")
    (tmp_path / "known.json").write_text("[]")
    found = secrets(["planted.py", "clean.py"], tmp_path, tmp_path / "known.json")
    assert found
    assert all(one.startswith("planted.py:1:") for one in found)


@pytest.mark.parametrize(
    "line",
    [
        "--index-" + "url x",
        '"resolved"' + ': "x"',
        "see /" + "home/siti/x",
        "open('/" + "work/main')",
        "https://" + "pypi" + ".org/simple",
    ],
)
def test_a_registry_or_a_home_folder_is_found(line: str) -> None:
    assert places({"a.txt": f"clean\n{line}\n"})[0].startswith("a.txt:2: ")


def test_addresses_of_pages_are_no_places() -> None:
    assert places({"a.html": "/office/work/x https://example.org/root/x ./tmp/x"}) == []


def test_an_index_that_does_not_answer_fails_nothing() -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    asked = advisories(environment={**os.environ, "HTTPS_PROXY": nobody, "https_proxy": nobody})
    assert asked.holes == ()
    assert asked.known == 0
    assert asked.silence


def test_every_locked_package_has_hashes() -> None:
    lock = LOCK.read_text(encoding="utf-8")
    packages = re.split(r"^(?=\w)", lock, flags=re.MULTILINE)[1:]
    assert len(packages) > 100
    assert [one for one in packages if "--hash=sha256:" not in one] == []
    assert f"\n{PROBE}==" in lock, "the scan asks for it first"


def test_a_licence_that_binds_is_unwelcome() -> None:
    found = {
        "a 1": "AGPL-3.0-only",
        "b 1": "GPL-3.0-or-later",
        "c 1": "",
        "d 1": "MIT",
        "e 1": "LGPL-3.0-only",
    }
    assert unwelcome(found) == ["a 1: AGPL-3.0-only", "b 1: GPL-3.0-or-later", "c 1: no licence"]
    assert len(licences()) > 100
