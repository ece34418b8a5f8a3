"""What a service says about itself: structured logs, spans that follow a case, metrics. Never a personal value."""

import json
import logging
import os
import random
import sys
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import structlog
from opentelemetry import trace
from opentelemetry.context import Context, create_key
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import Decision, ParentBased, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from shared.records import value

_propagator = TraceContextTextMapPropagator()


# ---- Logs ----------------------------------------------------------------------------------------------------------


def _with_trace(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
    return event


def _line(event: dict[str, Any], default: Callable[[Any], Any]) -> bytes:
    return msgspec.json.encode(event, enc_hook=default)


def configure_logging(service: str) -> None:
    """JSON lines on stdout, from structlog and from libraries alike; library messages only from WARNING on."""
    shared_processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        _with_trace,
    ]
    structlog.configure(
        processors=[
            *shared_processors,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared_processors,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


# ---- Traces --------------------------------------------------------------------------------------------------------


class FileExporter(SpanExporter):
    """Spans as JSON lines in a file: the embedded default has no collector."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file.open("a")
        self._lock = threading.Lock()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        with self._lock:
            for it in spans:
                self._file.write(json.dumps(_span_record(it)) + "\n")
            self._file.flush()
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self._file.close()


def _span_record(it: ReadableSpan) -> dict[str, Any]:
    context = it.get_span_context()
    return {
        "service": it.resource.attributes.get("service.name"),
        "name": it.name,
        "trace_id": f"{context.trace_id:032x}" if context else "",
        "span_id": f"{context.span_id:016x}" if context else "",
        "parent_id": f"{it.parent.span_id:016x}" if it.parent else "",
        "links": [f"{link.context.trace_id:032x}/{link.context.span_id:016x}" for link in it.links],
        "start": it.start_time,
        "end": it.end_time,
        "attributes": dict(it.attributes or {}),
    }


def configure_tracing(service: str, *, file: Path | None, ratio: float) -> TracerProvider:
    """Spans to a file and, when OTEL_EXPORTER_OTLP_ENDPOINT is set, to a collector. `ratio` of new traces is sampled."""
    global _share
    _share = ratio
    provider = TracerProvider(resource=Resource.create({"service.name": service}), sampler=ParentBased(_Drawn(ratio)))
    if file is not None:
        provider.add_span_processor(BatchSpanProcessor(FileExporter(file), schedule_delay_millis=500))
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        # Half a second of start-up that a process without a collector need not pay.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


_drawn = create_key("drawn")


class _Drawn(TraceIdRatioBased):
    """Samples what `span` has drawn already, and draws for what the web framework begins."""

    def should_sample(
        self, parent_context: Context | None, trace_id: int, name: str, kind: SpanKind | None = None,
        attributes: Attributes = None, links: Sequence[Link] | None = None, trace_state: TraceState | None = None,
    ) -> SamplingResult:  # fmt: skip
        if parent_context is not None and _drawn in parent_context:
            return SamplingResult(Decision.RECORD_AND_SAMPLE, attributes)
        return super().should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)


_share = 1.0
"""Of the new traces, how many are sampled."""


def _new_trace() -> str:
    """A trace that nobody will see, or nothing when a sampled one is to be made: the library takes as long for either."""
    if random.random() < _share:
        return ""
    return f"00-{random.getrandbits(128) or 1:032x}-{random.getrandbits(64) or 1:016x}-00"


def _context_of(traceparent: str) -> Context | None:
    if not traceparent:
        return Context({_drawn: True})
    return _propagator.extract({"traceparent": traceparent}, context=Context())


def _traceparent(of: trace.Span) -> str:
    carrier: dict[str, str] = {}
    _propagator.inject(carrier, context=trace.set_span_in_context(of, Context()))
    return carrier.get("traceparent", "")


def is_sampled(traceparent: str) -> bool:
    return len(traceparent) == 55 and traceparent[54] in "13579bdf"


@value
class Span:
    """A step under way; `traceparent` is what the next step continues (W3C Trace Context), empty when not sampled."""

    name: str
    traceparent: str

    def continued(self, other: str) -> str:
        """What an event of a stream with its own trace stores: a step of that trace, linked to this one."""
        if not other or other[3:35] == self.traceparent[3:35]:
            return self.traceparent or other
        if not is_sampled(other):
            return other
        with span(self.name, other, link=self.traceparent) as step:
            return step.traceparent


@contextmanager
def span(
    name: str,
    parent: str,
    *,
    link: str = "",
    links: Sequence[str] = (),
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, str | int] | None = None,
) -> Generator[Span]:
    """A span under a traceparent, linked to others. An unsampled parent costs nothing and is passed on as it is."""
    parent = parent or _new_trace()
    if parent and not is_sampled(parent):
        yield Span(name=name, traceparent=parent)
        return
    targets = {other for other in (link, *links) if is_sampled(other) and other != parent}
    linked = [Link(trace.get_current_span(_context_of(other)).get_span_context()) for other in sorted(targets)]
    with trace.get_tracer("foerderstrom").start_as_current_span(
        name, context=_context_of(parent), kind=kind, links=linked, attributes=dict(attributes or {})
    ) as current:
        yield Span(name=name, traceparent=_traceparent(current))


# ---- Metrics -------------------------------------------------------------------------------------------------------


class Metrics:
    """The figures of one service, for Prometheus; no label ever holds a case or a person."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self.events = Counter("foerderstrom_events", "recorded events", registry=self.registry)
        self.commits = Counter("foerderstrom_commits", "group commits", registry=self.registry)
        self.frames = Counter("foerderstrom_frames", "frames followed", ["source"], registry=self.registry)
        self.parked = Gauge("foerderstrom_parked", "messages parked and not yet resolved", registry=self.registry)
        self.lag = Gauge("foerderstrom_lag", "positions behind the publisher", ["source"], registry=self.registry)
        self.stopped = Gauge("foerderstrom_lane_stopped", "1 while a lane stands still with an alarm", ["source"], registry=self.registry)  # fmt: skip
        self.relay_age = Gauge("foerderstrom_relay_age_seconds", "age of the oldest event not yet relayed", ["lane"], registry=self.registry)  # fmt: skip
        self.paid_twice = Gauge("foerderstrom_paid_twice", "open items of money that may have left twice", registry=self.registry)  # fmt: skip
        self.payee_checks_missed = Gauge("foerderstrom_payee_checks_missed", "payments held beyond the day to decide", registry=self.registry)  # fmt: skip
        self.files_overdue = Gauge("foerderstrom_files_overdue", "files of the treasury that should have come by now", registry=self.registry)  # fmt: skip
        self.requests = Histogram("foerderstrom_request_seconds", "HTTP requests", ["method", "status"], registry=self.registry)  # fmt: skip
