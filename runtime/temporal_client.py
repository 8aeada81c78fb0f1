"""The connection to Temporal, wherever it is.

The SDK's own environment configuration decides: ``TEMPORAL_ADDRESS``, ``TEMPORAL_NAMESPACE``,
``TEMPORAL_API_KEY``, ``TEMPORAL_TLS_…``, or a profile of a file (``TEMPORAL_PROFILE``,
``TEMPORAL_CONFIG_FILE``). When none of address, profile and file is named, the embedded server of the data
folder is meant; a ``temporal.toml`` that merely lies in the user's configuration folder does not count, so
that nobody steers another system's complaints by accident.
"""

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache

from temporalio.client import Client, Plugin
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)

from runtime.settings import Settings, WrongSetting
from runtime.stack_record import read_stack
from runtime.unreachable import START_ADVICE, Unreachable

SERVICE = "Temporal"
CONNECT_TIMEOUT = timedelta(seconds=3)
_EXTERNAL = ("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE")
_EXTERNAL_ADVICE = "Check TEMPORAL_ADDRESS, its TLS and API key settings, and that the server runs."


def is_external(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment names a Temporal server that is not the embedded one."""
    return any(environment.get(name) for name in _EXTERNAL)


def external_config() -> ClientConnectConfig:
    """What the SDK's environment configuration says; raises ``WrongSetting`` when it cannot be read."""
    try:
        config = ClientConfig.load_client_connect_config()
    except (RuntimeError, OSError, ValueError) as error:
        raise WrongSetting(f"The Temporal settings of the environment cannot be used: {error}.") from error
    config.setdefault("target_host", "localhost:7233")
    return config


def connect_config(settings: Settings) -> ClientConnectConfig:
    """Arguments for ``Client.connect``: the named server, else the embedded one of the data folder.

    Raises :class:`Unreachable` when the embedded server is meant and does not run.
    """
    if is_external():
        return external_config()
    record = read_stack(settings.home)
    if record is None:
        raise Unreachable(SERVICE, f"the data folder {settings.home}", START_ADVICE)
    if not record.temporal_runs():
        # Not even tried: another stack may have taken the port since.
        raise Unreachable(SERVICE, record.temporal)
    return {"target_host": record.temporal, "namespace": embedded_namespace()}


def embedded_namespace() -> str:
    """The namespace on the embedded server."""
    return os.environ.get("TEMPORAL_NAMESPACE") or "default"


async def connect(
    settings: Settings, plugins: Sequence[Plugin] = (), runtime: Runtime | None = None
) -> Client:
    """A connected client, with the caller's plugins (converter, codec, interceptors).

    ``runtime`` is one that a process made for itself (:func:`metered_runtime`), else the quiet one.

    Raises :class:`Unreachable` after at most three seconds when the server does not answer.
    """
    config = connect_config(settings)
    address = config.get("target_host", "")
    try:
        return await asyncio.wait_for(
            Client.connect(
                **config, plugins=plugins, runtime=runtime or quiet_runtime(), connect_timeout=CONNECT_TIMEOUT
            ),
            CONNECT_TIMEOUT.total_seconds(),
        )
    except (RuntimeError, TimeoutError, OSError) as error:
        raise Unreachable(SERVICE, address, _EXTERNAL_ADVICE if is_external() else START_ADVICE) from error


@cache
def quiet_runtime() -> Runtime:
    """The SDK's engine, whose own log goes through Python's logging instead of straight to stderr."""
    return Runtime(telemetry=TelemetryConfig(logging=_logging()))


def metered_runtime(address: str) -> Runtime:
    """The same, answering on HOST:PORT with the SDK's metrics; a process makes one at most.

    Raises ``WrongSetting`` when the address is taken.
    """
    metrics = PrometheusConfig(
        bind_address=address, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
    )
    try:
        return Runtime(telemetry=TelemetryConfig(logging=_logging(), metrics=metrics))
    except (RuntimeError, ValueError) as error:
        raise WrongSetting(
            f"The SDK's metrics cannot be served at {address} ({error}); try again."
        ) from error


def _logging() -> LoggingConfig:
    forwarding = LogForwardingConfig(
        logger=logging.getLogger("temporalio.core"),
        append_target_to_name=False,
        prepend_target_on_message=False,
    )
    filter_ = TelemetryFilter(core_level="WARN", other_level="ERROR")
    return LoggingConfig(filter=filter_, forwarding=forwarding)
