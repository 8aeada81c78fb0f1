import io
import json
import logging
import unicodedata
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.logs import configure_logs
from runtime.settings import Settings

TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """A stream; what pytest and others had set up comes back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def _fail(text: str) -> None:
    raise ValueError(text)


def _json_lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_both_kinds_of_logger_give_the_same_kind_of_line(logged: io.StringIO) -> None:
    configure_logs(Settings(log_format="json"), logged)
    structlog.get_logger("ours").info("recorded", seq=3, number="JKT-1", status="WAITING")
    logging.getLogger("theirs").warning("pool %s of %d", "full", 5)
    ours, theirs = _json_lines(logged)
    assert list(ours) == ["timestamp", "level", "event", "status", "number", "seq"]
    assert str(ours["timestamp"]).endswith("Z")
    assert theirs["event"] == "pool full of 5"
    assert theirs["level"] == "warning"


def test_levels_are_kept(logged: io.StringIO) -> None:
    configure_logs(Settings(log_format="json", log_level="warning"), logged)
    structlog.get_logger().info("no")
    logging.getLogger("x").info("no")
    structlog.get_logger().error("yes")
    assert [line["event"] for line in _json_lines(logged)] == ["yes"]


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_nobody_can_forge_a_line(logged: io.StringIO, log_format: str) -> None:
    configure_logs(Settings.model_validate({"log_format": log_format}), logged)
    nasty = "x\n2026-01-01 [info] paid\r\x1b[2J\u2028z"
    structlog.get_logger().info("text " + nasty, text=nasty, nested={"a": [nasty]})
    lines = logged.getvalue().splitlines()
    assert len(lines) == 1
    assert "\x1b[2J" not in lines[0]
    assert "\\n2026" in lines[0]


@pytest.mark.parametrize("log_format", ["json", "console"])
@given(st.text(st.characters(codec=None), max_size=60), st.text(st.characters(codec=None), max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_breaks_out_of_its_line(logged: io.StringIO, log_format: str, text: str, key: str) -> None:
    logged.seek(0)
    logged.truncate()
    configure_logs(Settings.model_validate({"log_format": log_format}), logged)
    structlog.get_logger().info(text, said=text, nested={key: [text]})
    logging.getLogger("theirs").warning("%s", text)
    lines = logged.getvalue().splitlines()
    assert len(lines) == 2
    shown = "".join(lines)
    assert [one for one in shown if unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"}] == []
    assert [one for one in shown if unicodedata.bidirectional(one) in TURNING] == []


def test_a_traceback_cannot_pass_for_lines_of_its_own(logged: io.StringIO) -> None:
    configure_logs(Settings(log_format="console"), logged)
    try:
        _fail("bad\n2026-01-01T00:00:00Z [info] forged")
    except ValueError:
        structlog.get_logger().exception("failed")
    first, *rest = logged.getvalue().splitlines()
    assert "failed" in first
    assert rest
    assert all(line.startswith("    ") for line in rest)


def test_temporals_ids_become_fields(logged: io.StringIO) -> None:
    configure_logs(Settings(log_format="json"), logged)
    details = {"workflow_id": "jaki-1", "run_id": "r", "attempt": 2, "task_queue": "q"}
    message = f"slow ({details})"  # as temporalio glues them on
    logging.getLogger("temporalio.workflow").warning(message, extra={"temporal_workflow": details})
    (line,) = _json_lines(logged)
    assert line["event"] == "slow"
    assert line["workflow_id"] == "jaki-1"
    assert "temporal_workflow" not in line


def test_bound_context_is_on_every_line(logged: io.StringIO) -> None:
    configure_logs(Settings(log_format="json"), logged)
    with structlog.contextvars.bound_contextvars(number="JKT-9"):
        logging.getLogger("deep").info("step")
    assert _json_lines(logged)[0]["number"] == "JKT-9"
