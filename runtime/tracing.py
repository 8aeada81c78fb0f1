"""Traces by OpenTelemetry, sent by OTLP over HTTP when OTEL_EXPORTER_OTLP_ENDPOINT is set; else nothing.

The other variables of OpenTelemetry count as well (headers, certificates, sampler). What leaves is
cut down to a list of attributes: texts of errors quote what people wrote.
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
FLUSH_WITHIN_S = 3


class Tracing:
    """Traces of this process; the library's global provider from then on."""

    def __init__(self, provider: "TracerProvider") -> None:
        self._provider = provider

    def stop(self) -> None:
        """Sends what is left, for at most ``FLUSH_WITHIN_S``: a collector that is away holds nobody up."""
        self._provider.force_flush(FLUSH_WITHIN_S * 1000)


def start_tracing(service: str) -> Tracing | None:
    """Begins to trace under a service's name; None when no collector is named."""
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return None
    # Imported here: who does not trace does not pay for it.
    from opentelemetry import trace  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    from runtime.impersonal_spans import ImpersonalSpans  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(ImpersonalSpans(OTLPSpanExporter())))
    trace.set_tracer_provider(provider)
    return Tracing(provider)
