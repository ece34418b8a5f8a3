"""Who did what in each case, read event by event, and what of it one person may not have done."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from deploy.recount.duties.exclusions import broken
from deploy.recount.duties.topics import ACTS, BESIDE, OUTSIDE, RECALLING
from deploy.recount.reading import Recorded


@dataclass(frozen=True)
class Act:
    """`number` tells acts of one instant apart, in the order in which they were read."""

    at: str
    number: int
    person: str
    action: str


@dataclass
class Acts:
    """Every act of every person by case; `unread` are events of persons that nobody taught this program."""

    by_case: dict[str, list[Act]] = field(default_factory=lambda: defaultdict[str, list[Act]](list))
    refused: int = 0
    unread: set[str] = field(default_factory=set[str])
    _signed: dict[str, Act] = field(default_factory=dict[str, Act])
    _in_batch: dict[str, list[str]] = field(default_factory=lambda: defaultdict[str, list[str]](list))
    _case_of: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict[str, dict[str, str]](dict))
    _recalled_in: dict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))
    _recalls: dict[str, list[Act]] = field(default_factory=lambda: defaultdict[str, list[Act]](list))
    _typed: set[str] = field(default_factory=set[str])
    _about: dict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))
    _tied: list[tuple[str, Act]] = field(default_factory=list[tuple[str, Act]])
    _held: dict[str, str] = field(default_factory=dict[str, str])
    _number: int = 0

    def take(self, it: Recorded) -> None:
        """Read the next event of the export."""
        self._learn(it)
        outside = it.stream.partition("-")[0] in OUTSIDE and it.topic not in ACTS
        if it.actor == "system" or outside:
            return
        self._number += 1
        act = Act(it.at, self._number, it.actor, ACTS.get(it.topic, ""))
        match it.topic:
            case "house.attempt-refused":
                self.refused += 1
            case "review.first-signature-given":
                # A signature is an act once the approval counts it: under a later proposal it says nothing.
                self._signed[it.stream] = replace(act, action="approve-grant")
            case "review.grant-approved":
                self._approve(it, act)
            case "review.decision-became-final":
                if not it.facts["by_waiver"]:
                    self.by_case[it.case].append(replace(act, action="declare-final"))
            case (
                "payout.batch-listed" | "payout.batch-sealed" | "payout.order-entered" | "payout.batch-entered"
                | "payout.batch-released"
            ):  # fmt: skip
                self._handle_batch(it, act)
            case "payout.resolution-proposed" | "payout.clearing-resolved":
                action = "propose-resolution" if it.topic.endswith("proposed") else "approve-resolution"
                # An item is judged by itself, for it may belong to no case.
                self.by_case[f"{it.stream}/{it.facts['number']}"].append(replace(act, action=action))
            case "payout.recall-listed":
                self._recalled_in[it.stream] |= {entry["case"] for entry in it.facts["entries"]}
            case topic if topic in RECALLING:
                self._recall(it, replace(act, action=RECALLING[topic]))
            case "payout.hold-lifted" if self._held.get(it.facts["hold"]) in ("payee", "programme"):
                pass  # It is about many cases, and an act in none.
            case topic if topic in ACTS:
                self.by_case[it.case].append(act)
            case topic if topic not in BESIDE:
                self.unread.add(topic)
            case _:
                pass

    def _approve(self, it: Recorded, act: Act) -> None:
        signers = {one["person"] for one in it.facts["grant"]["acted"] if one["action"] == "approve-grant"}
        first = self._signed.get(it.stream)
        two = [first] if first is not None and (len(signers) > 1 or first.person == it.actor) else []
        self.by_case[it.case] += [*two, act]

    def _handle_batch(self, it: Recorded, act: Act) -> None:
        """What is done to a batch is an act in each case of which it pays an order."""
        match it.topic:
            case "payout.batch-listed":
                self._lies_in_batch(it)
            case "payout.batch-sealed":
                self._lies_in_batch(it)
                self._for_all(it, replace(act, action="seal-batch"))
            case "payout.order-entered":
                case = self._case_of[it.stream][it.facts["order"]]
                self.by_case[case].append(replace(act, action="record-entry"))
                self._typed.add(it.stream)
            case "payout.batch-entered" if it.stream not in self._typed:
                # Before each order had its own Kassenzeichen, typing in was one act for all of them.
                self._for_all(it, replace(act, action="record-entry"))
            case "payout.batch-released":
                self._for_all(it, replace(act, action="release-batch"))
            case _:
                pass

    def _lies_in_batch(self, it: Recorded) -> None:
        self._in_batch[it.stream] += [entry["case"] for entry in it.facts["entries"]]
        orders = [*it.facts["entries"], *it.facts.get("collections", ())]
        self._case_of[it.stream] |= {entry["reference"]: entry["case"] for entry in orders}

    def _for_all(self, it: Recorded, act: Act) -> None:
        for case in self._in_batch[it.stream]:
            self.by_case[case].append(act)

    def _recall(self, it: Recorded, act: Act) -> None:
        """A request to cancel is judged by itself, for it may be about many cases, and in each of them as well."""
        self.by_case[it.stream].append(act)
        self._recalled_in[it.stream] |= {entry["case"] for entry in it.facts.get("entries", ())}
        for case in sorted(self._recalled_in[it.stream]):
            self._recalls[case].append(act)

    def _learn(self, it: Recorded) -> None:
        """What says of a person or a case what the acts alone do not."""
        match it.topic:
            case "intake.application-submitted":
                cooperation: dict[str, Any] = it.facts.get("cooperation") or {}
                partners: set[str] = {one["key"] for one in cooperation.get("participants", ())}
                self._about[it.case] |= {
                    it.facts.get("applicant_key", ""),
                    *it.facts.get("on_behalf_of", ()),
                    *partners,
                }
            case "review.recipient-succeeded" | "intake.recipient-succeeded":
                self._about[it.case].add(it.facts.get("new_key", ""))
            case "review.municipal-tie-declared":
                self._tied.append((it.facts["key"], Act(it.at, self._number, it.actor, "declare-conflict-of-interest")))
            case "payout.hold-placed":
                self._held[it.facts["hold"]] = it.facts["kind"]
            case _:
                pass

    def _done_in(self, case: str) -> list[Act]:
        """The acts in a case in their order; a tie to one of its municipalities is as a conflict declared in it."""
        tied = [act for key, act in self._tied if key in self._about[case]]
        return sorted((*self.by_case[case], *tied), key=lambda it: (it.at, it.number))

    def violations(self) -> Iterator[str]:
        """Every two acts of one person in one case that exclude each other, in the order in which they were done."""
        for case, recalls in sorted(self._recalls.items()):
            # Requests to cancel bar each other in their own stream; in a case only what was done there bars from them.
            before = [(first, second) for first in self._done_in(case) for second in recalls]
            for first, second in before:
                in_order = (first.at, first.number) < (second.at, second.number)
                if in_order and first.person == second.person and (sentence := broken(first.action, second.action)):
                    yield f"{case}: {first.person} {first.action}, dann {second.action}. {sentence}"
        for case in sorted(self.by_case):
            done = self._done_in(case)
            for place, first in enumerate(done):
                for second in done[place + 1 :]:
                    if first.person == second.person and (sentence := broken(first.action, second.action)):
                        yield f"{case}: {first.person} {first.action}, dann {second.action}. {sentence}"
