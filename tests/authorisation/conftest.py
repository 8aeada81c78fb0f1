"""One application for all tests of this folder."""

from collections.abc import AsyncIterator

import pytest
from temporalio.worker import Worker

from runtime.stack import Stack
from tests.authorisation.house import House, opened, secrets_in


@pytest.fixture(scope="session")
async def house(
    servers: Stack, worker: Worker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        async for one in opened(servers.home, secrets_in(tmp_path_factory.mktemp("hooks")), patch):
            yield one
