"""Traces and metrics of a process: off unless an OTLP endpoint or a metrics port is set.

Tracing every message costs more than two milliseconds of CPU, so traces are sampled by TRACE_SAMPLE_RATIO.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import metrics, trace
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import start_http_server

from services.common.config import ServiceSettings

_PROPAGATOR = TraceContextTextMapPropagator()

Counts = Callable[[], Mapping[str, int]]
Measure = Callable[[], float]


def start(service: str, settings: ServiceSettings) -> None:
    """Export traces and serve metrics as the settings say; call it before channels and servers are made."""
    resource = Resource({SERVICE_NAME: service})
    if settings.otel_exporter_otlp_endpoint:
        _trace(resource, settings)
    if settings.metrics_port:
        metrics.set_meter_provider(MeterProvider([PrometheusMetricReader()], resource=resource))
        start_http_server(settings.metrics_port, addr=settings.grpc_bind_host)


def _trace(resource: Resource, settings: ServiceSettings) -> None:
    # Slow to import, and not needed where nothing is traced.
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.instrumentation.grpc import (  # noqa: PLC0415
        GrpcAioInstrumentorClient,
        GrpcAioInstrumentorServer,
    )

    sampler = ParentBased(TraceIdRatioBased(settings.trace_sample_ratio))
    provider = TracerProvider(resource=resource, sampler=sampler)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.otel_exporter_otlp_endpoint)))
    trace.set_tracer_provider(provider)
    GrpcAioInstrumentorClient().instrument()  # type: ignore[no-untyped-call]
    GrpcAioInstrumentorServer().instrument()  # type: ignore[no-untyped-call]


@contextmanager
def span(name: str, traceparent: str = "") -> Iterator[None]:
    """Trace what runs in the block; `traceparent`: of what caused it, elsewhere or earlier."""
    cause = _PROPAGATOR.extract({"traceparent": traceparent}) if traceparent else None
    with trace.get_tracer("sales").start_as_current_span(name, cause):
        yield


def traceparent() -> str:
    """What the current span is known by elsewhere (W3C Trace Context); empty when nothing is traced."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent", "")


def counted(name: str, description: str, label: str, counts: Counts) -> None:
    """Export counters that are kept as plain integers; `counts` gives them by the value of `label`."""

    def observe(_options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(count, {label: value}) for value, count in counts().items()]

    metrics.get_meter("sales").create_observable_counter(name, [observe], description=description)


def measured(name: str, description: str, measure: Measure) -> None:
    """Export a number that goes up and down, as it is when somebody asks."""

    def observe(_options: CallbackOptions) -> Iterable[Observation]:
        return [Observation(measure())]

    metrics.get_meter("sales").create_observable_gauge(name, [observe], description=description)
