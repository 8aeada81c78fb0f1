"""The running service as operators see it: probes, metrics, traces, and how its parts stop under load."""

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from domain.intake import complaint_id
from jakarta.load import load_jakarta
from runtime.postgres_dump import plain_url
from runtime.settings import Settings
from runtime.stack_record import StackRecord, read_stack
from runtime.temporal_client import connect
from store.database import Database
from tests.program import ROOT, Program
from tests.receiver import Receiver
from worker import WORKFLOW_TASKS, plugin

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("operations")]
PERSONAL = ("Siti Rahasia", "siti@rahasia.example", "Lubang yang memalukan", "Sudah pindah ke Bogor")


class Service:
    """A stack that traces and sends its messages to a receiver, and a channel that uses it."""

    def __init__(self, home: Path) -> None:
        self.receiver = Receiver(refuses=1)
        self.program = Program(
            home,
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{self.receiver.address}",
            OTEL_BSP_SCHEDULE_DELAY="200",
            TUNTAS_NOTIFY_URL=f"json://{self.receiver.address}/",
        )
        self.program.up("dki-2025")
        self.key = self.program.run("keys", "add", "jaki", "--json").json["key"]

    @property
    def record(self) -> StackRecord:
        found = read_stack(self.program.home)
        assert found is not None
        return found

    def ask(self, of: str, path: str) -> httpx.Response:
        return httpx.get(f"http://{getattr(self.record, f'{of}_metrics')}{path}", timeout=10)

    def metric(self, of: str, name: str, **labels: str) -> float:
        """The sum of a metric's samples with these labels."""
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return sum(
            float(line.rpartition(" ")[2])
            for line in self.ask(of, "/metrics").text.splitlines()
            if re.match(rf"{name}[{{ ]", line) and all(one in line for one in wanted)
        )

    def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.post(f"{self.record.web}/api/v1{path}", json=body, headers=headers, timeout=40)

    def submit(self, reference: str) -> httpx.Response:
        body = {
            "reference": reference,
            "category": "jalan-berlubang",
            "text": PERSONAL[2],
            "point": {"latitude": -6.1754, "longitude": 106.8272},
            "reporter": {"name": PERSONAL[0], "contact": PERSONAL[1]},
        }
        return self.post("/complaints", body)

    def said(self, words: str) -> bool:
        return words in (self.program.home / "up.out").read_text()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("operations"))
    yield service
    service.program.end()
    service.receiver.stop()


@pytest.fixture(scope="module")
def life(service: Service) -> str:
    """A complaint's whole life, with one message that goes out at the second attempt: its reference."""
    path = f"/complaints/{service.submit('life').json()['number']}/withdraw"
    wait_until(lambda: len(service.receiver.messages) > 0)
    assert service.post(path, {"note": PERSONAL[3]}).status_code == 200
    wait_until(lambda: service.metric("worker", "temporal_workflow_completed_total") > 0)
    assert service.post(path, {"note": PERSONAL[3]}).status_code == 409
    return "life"


def wait_until(true: Callable[[], bool], limit: float = 30) -> None:
    end = time.monotonic() + limit
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)


def test_probes(service: Service) -> None:
    for of in ("worker", "web"):
        assert service.ask(of, "/healthz").json() == {"status": "alive"}
        ready = service.ask(of, "/readyz")
        assert (ready.status_code, ready.json()) == (200, {"status": "ready", "silent": []})
    told = service.program.run("status", "--json").json
    assert told["worker_metrics"] == f"http://{service.record.worker_metrics}/metrics"
    assert httpx.get(told["web_metrics"]).status_code == 200
    assert httpx.get(f"{service.record.web}/metrics").status_code == 404  # not for everybody


def test_metrics_count(service: Service, life: str) -> None:
    assert service.metric("worker", "tuntas_intake_total", channel="jaki") == 1
    assert service.metric("worker", "tuntas_events_total", event="withdrawn") == 1
    assert service.metric("worker", "tuntas_delivery_lag_seconds_count", medium="json") > 0
    assert service.metric("worker", "tuntas_database_up") == 1
    submit = {"method": "POST", "route": "/api/v1/complaints"}
    assert service.metric("web", "tuntas_http_requests_total", status="2xx", **submit) == 1
    assert service.metric("web", "tuntas_http_request_seconds_count", **submit) == 1
    route = "/api/v1/complaints/{number}/withdraw"
    assert service.metric("web", "tuntas_http_requests_total", status="4xx", route=route) == 1


def test_a_worker_takes_few_workflow_tasks_at_a_time(service: Service, life: str) -> None:
    def slots() -> float:
        return sum(
            service.metric("worker", f"temporal_worker_task_slots_{kind}", worker_type="WorkflowWorker")
            for kind in ("available", "used")
        )

    wait_until(lambda: slots() == WORKFLOW_TASKS)


async def test_the_dashboard_and_the_alerts_name_metrics_that_are_there(service: Service, life: str) -> None:
    await provoke_a_task_failure(service)
    there = {name for of in ("worker", "web") for name in names(service.ask(of, "/metrics").text)}
    dashboard = json.loads((ROOT / "deploy/grafana/tuntas.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    assert len(asked) > 30
    alerts = (ROOT / "deploy/prometheus/tuntas-alerts.yml").read_text()
    assert named("\n".join(asked)) - there == set()
    assert named(alerts) - there == set()
    refused = {"operation": "UpdateWorkflowExecution", "status_code": "NOT_FOUND"}
    assert service.metric("web", "temporal_long_request_failure_total", **refused) == 1  # no alert counts it


async def provoke_a_task_failure(service: Service) -> None:
    client = await connect(Settings(home=service.program.home))
    await client.start_workflow("Complaint", {"not": "a start"}, id="broken", task_queue="complaints")
    failed = "temporal_workflow_task_execution_failed_total"
    await asyncio.to_thread(wait_until, lambda: service.metric("worker", failed) > 0)
    await client.get_workflow_handle("broken").terminate()


def names(metrics: str) -> set[str]:
    """What can be asked for; a family that has no samples yet is there, too."""
    found = set()
    for line in metrics.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            found |= {name, *(f"{name}_{end}" for end in ("bucket", "sum", "count") if kind == "histogram")}
    return found


def named(expressions: str) -> set[str]:
    return set(re.findall(r"\b(?:tuntas|temporal|process)_[a-z_]+\b(?!-)", expressions)) - {"temporal_"}


def test_one_trace_tells_a_life_and_no_more(service: Service, life: str) -> None:
    wait_until(lambda: any(span.name == "CompleteWorkflow:Complaint" for _, span in service.receiver.spans()))
    spans = list(service.receiver.spans())
    trace = next(span.trace_id for _, span in spans if span.name == "POST /api/v1/complaints")
    ours = [(of, span) for of, span in spans if span.trace_id == trace]
    assert {span.name for of, span in ours if of == "tuntas-web"} == {
        "POST /api/v1/complaints",
        "StartUpdateWithStartWorkflow:Complaint",
    }
    assert {span.name for of, span in ours if of == "tuntas-worker"} >= {
        "RunWorkflow:Complaint",
        "StartActivity:record",
        "RunActivity:open",
        "RunActivity:record",
        "RunActivity:announce",
        "HandleUpdate:perform",
        "CompleteWorkflow:Complaint",
    }
    known = {span.span_id for _, span in ours}
    roots = [span.name for _, span in ours if span.parent_span_id not in known]
    assert roots == ["POST /api/v1/complaints"]
    withdrawal = next(span for _, span in spans if span.name == "StartWorkflowUpdate:perform")
    handled = next(span for _, span in ours if span.name == "HandleUpdate:perform")
    assert [link.span_id for link in handled.links] == [withdrawal.span_id]
    failed = next(span for _, span in ours if span.name == "RunActivity:announce" and span.status.code == 2)
    assert [one.key for event in failed.events for one in event.attributes] == ["exception.type"]
    everything = b"".join(request.SerializeToString() for request in service.receiver.traces)
    for word in PERSONAL:
        assert word.encode() not in everything
    assert complaint_id("jaki", life).encode() in everything  # so that the search can find something


async def test_what_was_written_with_tracing_replays_without(service: Service, life: str) -> None:
    settings = Settings(home=service.program.home)
    engine = Database.of(settings)
    ours = plugin(engine, settings, load_jakarta())
    client = await connect(settings, plugins=[ours])
    history: WorkflowHistory = await client.get_workflow_handle(complaint_id("jaki", life)).fetch_history()
    assert any(event.workflow_execution_started_event_attributes.header.fields for event in history.events)
    result = await Replayer(workflows=[], plugins=[ours]).replay_workflow(history)
    assert result.replay_failure is None
    await engine.dispose()


def test_the_web_server_answers_what_it_has_begun(service: Service) -> None:
    worker, web = service.record.worker_process, service.record.web_process
    assert worker is not None
    assert web is not None
    os.kill(worker.pid, signal.SIGSTOP)  # so that requests are under way for as long as we like
    try:
        with ThreadPoolExecutor(5) as clients:
            answers = [clients.submit(service.submit, f"begun-{one}") for one in range(5)]
            wait_until(lambda: service.metric("web", "tuntas_http_requests_under_way") == 5)
            os.kill(web.pid, signal.SIGTERM)
            wait_until(lambda: refuses(service.record.web))
            assert not any(one.done() for one in answers)
            os.kill(worker.pid, signal.SIGCONT)
            assert [one.result().status_code for one in answers] == [201] * 5
    finally:
        os.kill(worker.pid, signal.SIGCONT)
    wait_until(lambda: service.said("The web server runs again."))
    assert service.said("The web server stopped unexpectedly (exit status 0)")


def refuses(url: str | None) -> bool:
    try:
        httpx.get(f"{url}/healthz", timeout=1)
    except httpx.ConnectError:
        return True
    return False


class Load:
    """Clients that hand in one complaint after the other, each once; what they were answered."""

    def __init__(self, service: Service, clients: int) -> None:
        self.answered: dict[str, int | None] = {}
        self.numbers: dict[str, str] = {}
        self._service = service
        self._stop = Event()
        self._pool = ThreadPoolExecutor(clients)
        self._running = [self._pool.submit(self._hand_in) for _ in range(clients)]

    def _hand_in(self) -> None:
        while not self._stop.is_set():
            self.send(uuid4().hex)

    def send(self, reference: str) -> None:
        try:
            answer = self._service.submit(reference)
        except httpx.TransportError:
            self.answered[reference] = None
            time.sleep(0.5)
        else:
            self.answered[reference] = answer.status_code
            if answer.is_success:
                self.numbers[reference] = answer.json()["number"]

    def count(self) -> int:
        return len(self.numbers)

    def stop(self) -> None:
        self._stop.set()
        for one in self._running:
            one.result()
        self._pool.shutdown()


@pytest.mark.month
def test_a_worker_that_is_told_to_stop_loses_nothing(service: Service) -> None:
    worker = service.record.worker_process
    assert worker is not None
    load = Load(service, 4)
    wait_until(lambda: load.count() > 10)
    os.kill(worker.pid, signal.SIGTERM)
    wait_until(lambda: service.said("The worker runs again."))
    before = load.count()
    wait_until(lambda: load.count() > before + 10)
    load.stop()
    assert service.said("The worker stopped unexpectedly (exit status 0)")
    assert set(load.answered.values()) == {201}
    assert "stopped" in (service.program.home / "logs" / "worker.log").read_text()


@pytest.mark.month
def test_the_stack_stops_under_load_and_loses_nothing(service: Service) -> None:
    load = Load(service, 4)
    wait_until(lambda: load.count() > 10)
    assert service.program.down(signal.SIGTERM) == 0
    load.stop()
    for name in ("worker", "web"):  # by themselves, within their grace
        assert (
            " stopped " in (service.program.home / "logs" / f"{name}.log").read_text().splitlines()[-1] + " "
        )
    assert set(load.answered.values()) == {201, None}
    answered, sent = dict(load.numbers), list(load.answered)
    service.program.up("dki-2025")
    for reference in sent:
        load.send(reference)
    assert {load.answered[reference] for reference in answered} == {200}
    assert {reference: load.numbers[reference] for reference in answered} == answered
    assert len(set(load.numbers.values())) == len(sent)
    with psycopg.connect(plain_url(service.record.database)) as connection:
        wrong = connection.execute(
            "SELECT id FROM complaint LEFT JOIN event ON complaint_id = id "
            "GROUP BY id, complaint.seq HAVING count(event.seq) <> complaint.seq OR complaint.seq = 0"
        ).fetchall()
    assert wrong == []
    assert service.program.down(signal.SIGTERM) == 0
