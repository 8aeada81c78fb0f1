"""Keys: shown once, kept as digests, recognised while they work."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from domain.channel_key import Scope
from domain.refusal import Refused
from store.channel_keys import ChannelKeys
from store.database import Database
from store.engine import transaction

pytestmark = pytest.mark.servers
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def keys(engine: Database) -> ChannelKeys:
    return ChannelKeys(engine)


async def test_a_key_is_recognised_and_kept_as_a_digest_only(keys: ChannelKeys, engine: Database) -> None:
    made = await keys.add("jaki", "uji", (Scope.READ,), NOW)
    found = await keys.recognise(made.secret, NOW)
    assert found is not None
    assert (found.id, found.channel, found.scopes) == (made.key.id, "jaki", (Scope.READ,))
    assert await keys.recognise(made.secret + "x", NOW) is None
    assert await keys.recognise("\udcff", NOW) is None
    async with transaction(engine) as connection:
        kept = str((await connection.execute(text("SELECT * FROM channel_key"))).all())
    assert made.secret not in kept


async def test_use_is_noted_once_a_minute(keys: ChannelKeys) -> None:
    made = await keys.add("jaki", "uji", (Scope.READ,), NOW)
    for seconds, noted in ((0, 0), (30, 0), (61, 61), (100, 61)):
        await keys.recognise(made.secret, NOW + timedelta(seconds=seconds))
        (key,) = [key for key in await keys.all("jaki") if key.id == made.key.id]
        assert key.last_used_at == NOW + timedelta(seconds=noted)


async def test_a_rotated_key_works_for_a_while_longer(keys: ChannelKeys) -> None:
    old = await keys.add("jaki", "uji", (Scope.READ, Scope.ACT), NOW)
    new = await keys.rotate(old.key.id, 24 * HOUR, NOW)
    assert (new.key.name, new.key.scopes) == ("uji", (Scope.READ, Scope.ACT))
    assert await keys.recognise(old.secret, NOW + 23 * HOUR)
    assert await keys.recognise(old.secret, NOW + 24 * HOUR) is None
    assert await keys.recognise(new.secret, NOW + 48 * HOUR)
    again = await keys.rotate(old.key.id, 72 * HOUR, NOW + HOUR)
    assert again.secret != new.secret
    assert await keys.recognise(old.secret, NOW + 24 * HOUR) is None


async def test_a_revoked_key_opens_nothing(keys: ChannelKeys) -> None:
    made = await keys.add("jaki", "uji", tuple(Scope), NOW)
    revoked = await keys.revoke(made.key.id, NOW + HOUR)
    assert revoked.revoked_at == NOW + HOUR
    assert (await keys.revoke(made.key.id, NOW + 2 * HOUR)).revoked_at == NOW + HOUR
    assert await keys.recognise(made.secret, NOW + HOUR) is None
    with pytest.raises(Refused, match="no longer works"):
        await keys.rotate(made.key.id, HOUR, NOW + HOUR)
    with pytest.raises(Refused, match="There is no key"):
        await keys.revoke("key-x", NOW)


async def test_a_key_may_end_by_itself(keys: ChannelKeys) -> None:
    made = await keys.add("jaki", "uji", (Scope.READ,), NOW, NOW + HOUR)
    assert await keys.recognise(made.secret, NOW)
    assert await keys.recognise(made.secret, NOW + HOUR) is None
