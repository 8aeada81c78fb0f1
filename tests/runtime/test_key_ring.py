"""The key ring: made once, rotated while it is read, and wrong ones named."""

import base64
import os
from pathlib import Path

import pytest

from runtime.key_ring import (
    KeyRing,
    Wrapped,
    WrongKeys,
    add_key,
    create_key_ring,
    open_key_ring,
    remove_key,
    use_key,
)
from runtime.settings import Settings, WrongSetting, load_settings
from tests.keys import a_key_ring

SECRET = bytes(range(32))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    create_key_ring(tmp_path / "keys.toml")
    return tmp_path / "keys.toml"


def service() -> KeyRing:
    """Stands for a KMS: any module's function that gives something that wraps and unwraps."""
    return a_key_ring("of-the-service")


def test_a_ring_is_made_once_and_for_its_owner_only(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_text()
    create_key_ring(file)
    assert file.read_text() == before


async def test_a_wrapped_key_opens_for_its_purpose_only(file: Path) -> None:
    ring = KeyRing.at(file)
    wrapped = await ring.wrap(SECRET, b"one")
    assert SECRET not in wrapped.blob
    assert wrapped.blob != (await ring.wrap(SECRET, b"one")).blob
    assert await ring.unwrap(wrapped, b"one") == SECRET
    for other in (wrapped, Wrapped(wrapped.by, wrapped.blob[:-1] + bytes([wrapped.blob[-1] ^ 1]))):
        with pytest.raises(WrongKeys, match="not the one"):
            await ring.unwrap(other, b"two" if other is wrapped else b"one")


async def test_a_ring_is_rotated_while_it_is_read(file: Path) -> None:
    reader = KeyRing.at(file)
    old = await reader.wrap(SECRET, b"x")
    later = add_key(file, current=False)
    assert reader.current() == old.by
    use_key(file, later)
    assert (await reader.wrap(SECRET, b"x")).by == later
    assert await reader.unwrap(old, b"x") == SECRET, "old keys are still read"
    newest = add_key(file, current=True)
    assert reader.current() == newest
    remove_key(file, old.by)
    with pytest.raises(WrongKeys, match=f"has no key {old.by}.*put the file back"):
        await KeyRing.at(file).unwrap(old, b"x")
    assert list(file.parent.iterdir()) == [file], "nothing is left beside it"


async def test_a_key_that_another_machine_added_is_found(file: Path) -> None:
    """The reader had the file before; what it cannot unwrap makes it look again."""
    reader = KeyRing.at(file)
    add_key(file, current=True)
    wrapped = await KeyRing.at(file).wrap(SECRET, b"x")
    os.utime(file, ns=(1, 1))
    assert await reader.unwrap(wrapped, b"x") == SECRET


def test_what_cannot_be_done_is_said(file: Path) -> None:
    current = KeyRing.at(file).current()
    with pytest.raises(WrongKeys, match="the current one cannot go"):
        remove_key(file, current)
    with pytest.raises(WrongKeys, match="has no key nothing"):
        use_key(file, "nothing")
    with pytest.raises(WrongKeys, match=r"no key ring at .*starter\.py up"):
        KeyRing.at(file.with_name("none.toml"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "current = 1",
        "[keys]",
        'current = "a"\n[keys]\na = "kurz"',
        f'current = "b"\n[keys]\na = "{base64.b64encode(SECRET).decode()}"',
        f'current = "a"\n[keys]\na = "{base64.b64encode(SECRET[:16]).decode()}"',
        'current = "a"\n[keys]\na = 7',
    ],
)
def test_a_ring_that_is_none_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(WrongKeys, match="cannot be read") as refused:
        KeyRing(text, "a test")
    assert "kurz" not in str(refused.value)
    assert refused.value.__cause__ is None


async def test_keys_come_from_a_file_the_environment_or_a_service(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RING", file.read_text())  # noqa: ASYNC240
    wrapped = await open_key_ring(Settings(keys=f"file:{file}")).wrap(SECRET, b"x")
    assert await open_key_ring(Settings(keys="env:RING")).unwrap(wrapped, b"x") == SECRET
    assert await open_key_ring(Settings(home=file.parent)).unwrap(wrapped, b"x") == SECRET
    assert open_key_ring(Settings(keys=f"kms:{__name__}:service")).current() == "of-the-service"
    with pytest.raises(WrongKeys, match="which is not set"):
        open_key_ring(Settings(keys="env:NOTHING_SUCH"))
    for wrong in ("kms:nothing.such:service", f"kms:{__name__}:nothing", "kms:x"):
        with pytest.raises(WrongKeys, match="kms:MODULE:FUNCTION"):
            open_key_ring(Settings(keys=wrong))
    with pytest.raises(WrongSetting, match="TUNTAS_KEYS does not name a key ring"):
        load_settings(keys="keys.toml")
