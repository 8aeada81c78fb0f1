"""A real HTTP server that gathers what is posted to it: spans by OTLP, messages by Apprise's json://."""

from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Receiver:
    """``refuses`` so many messages with 500 before it takes them."""

    def __init__(self, refuses: int = 0) -> None:
        self.refuses = refuses
        self.messages: list[bytes] = []
        self.traces: list[ExportTraceServiceRequest] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(receiver.take(self.path, body))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def take(self, path: str, body: bytes) -> int:
        if path == "/v1/traces":
            self.traces.append(ExportTraceServiceRequest.FromString(body))
            return 200
        if self.refuses:
            self.refuses -= 1
            return 500
        self.messages.append(body)
        return 200

    def spans(self) -> Iterable[tuple[str, Span]]:
        """Each span with the name of the service that it is of."""
        for request in self.traces:
            for of_service in request.resource_spans:
                names = {one.key: one.value.string_value for one in of_service.resource.attributes}
                for scope in of_service.scope_spans:
                    for span in scope.spans:
                        yield names["service.name"], span

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
