"""What a service says about itself: spans that follow a case, readiness by progress, first answers kept for thirty days."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import observability
from shared.commands import Request
from shared.decider import decision
from shared.observability import FileExporter, configure_tracing, is_sampled, span
from shared.recorders import Batch, Commanded
from shared.records import replace
from tests.machinery.toys import (
    FOLLOWER,
    PERSON,
    PUBLISHER,
    Put,
    cents,
    purse,
    putting,
    serving,
    settings,
    until,
    writing,
)
from tests.servers import NatsServer


async def test_one_span_per_frame_linked_to_the_cases_whose_own_traces_go_on(tmp_path: Path, nats_server: NatsServer):
    exporter = InMemorySpanExporter()
    configure_tracing("toys", file=None, ratio=1.0)
    provider: Any = trace.get_tracer_provider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    async with (
        serving(PUBLISHER, settings(tmp_path / "p", nats_server)) as publisher,
        serving(FOLLOWER, settings(tmp_path / "f", nats_server)) as follower,
    ):
        with span("POST /somewhere", "") as request:
            caller = replace(PERSON, correlation="case", trace=request.traceparent)
            await publisher.writer.execute(Request(decision=decision(purse, "case", Put(cents=5)), caller=caller))
        await until(lambda: cents(follower, "case") == 5)
    spans = exporter.get_finished_spans()
    [frame] = [it for it in spans if it.name == "follow intake"]
    steps = [it for it in spans if it.name in ("POST /somewhere", "intake.Put", "review.Put")]
    assert len(steps) == 3
    [case_trace] = {it.context.trace_id for it in steps if it.context}
    assert frame.context is not None
    assert frame.context.trace_id != case_trace
    assert [it.context.trace_id for it in frame.links] == [case_trace]


async def test_first_answers_are_forgotten_after_thirty_days_and_not_before(tmp_path: Path, store_setting: str):
    at = settings(tmp_path, None, store_setting)
    async with writing(PUBLISHER, at) as house:
        await putting(house, 1, "case")
        now, head = datetime.now(UTC), house.writer.head
        known = [
            Commanded(id=f"k{days}", body_hash="h", outcome=b"{}", at=(now - timedelta(days=days)).isoformat())
            for days in (1, 29, 31)
        ]
        batch = Batch(before=head, after=head, rows=[], lanes=[], commands=known)
        await asyncio.to_thread(house.store.recorder.append, batch)
    async with writing(PUBLISHER, at) as house:
        await putting(house, 1, "case")
        found = await asyncio.to_thread(house.store.recorder.commanded, ["k1", "k29", "k31"])
        assert sorted(found) == ["k1", "k29"]


async def test_a_service_is_not_ready_before_its_views_have_read_what_was_there(
    tmp_path: Path, nats_server: NatsServer
):
    at = settings(tmp_path / "p", nats_server)
    async with serving(PUBLISHER, at) as publisher:
        await putting(publisher, 1, "case")
        await until(lambda: not publisher.unready())
        publisher.view_follower.goal = publisher.writer.head.position + 1
        assert any("Ansichten" in reason for reason in publisher.unready())


def test_of_new_traces_a_share_is_sampled_whole_and_the_others_go_on_unseen(monkeypatch: pytest.MonkeyPatch):
    exporter = InMemorySpanExporter()
    configure_tracing("toys", file=None, ratio=1.0)
    provider: Any = trace.get_tracer_provider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(observability, "_share", 0.5)
    sampled = 0
    for _ in range(100):
        with span("POST /somewhere", "") as request, span("toys.Put", request.traceparent) as step:
            assert step.traceparent[:35] == request.traceparent[:35], "one trace"
            assert is_sampled(step.traceparent) == is_sampled(request.traceparent)
            sampled += is_sampled(request.traceparent)
    assert 0 < sampled < 100
    assert len(exporter.get_finished_spans()) == 2 * sampled


def test_spans_are_written_as_lines_without_a_collector(tmp_path: Path):
    file = tmp_path / "spans.jsonl"
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(FileExporter(file)))
    with provider.get_tracer("t").start_as_current_span("step"):
        assert not file.read_text()
    [line] = file.read_text().splitlines()
    assert json.loads(line)["name"] == "step"
    provider.shutdown()
