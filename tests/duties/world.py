"""A case walked through the real deciders of all services, each act by a person of its own, to be renamed afterwards.

`p-approve-grant` is who approved. Making a history in which one person did several acts is then a matter of names: the
recorded events are taken as their bytes, some of these names become `p-x`, and the states are folded anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from services.intake import (
    application,
    change_request,
    drawdown,
    early_start,
    proof_of_use,
    territorial_change,
    territory,
)
from services.intake import publications as intake_publications
from services.intake import reactions as intake_reactions
from services.intake.application import succeeding
from services.intake.change_request import ChangeKind, RequestChange
from services.intake.early_start import RequestEarlyStart
from services.intake.supply import (
    ExtendDeadline,
    RequestDocuments,
    ScanPaperDocument,
    SuppliedDocument,
    SupplyDocuments,
    Wanted,
)
from services.intake.territorial_change import OfficialChange, Unit
from services.intake.territory import RecordChanges
from services.payout import account, batch, claim, clearing, disbursement, hold, recall
from services.payout import publications as payout_publications
from services.payout import reactions as payout_reactions
from services.payout.payment import RecallOutcome
from services.payout.report import (
    AccountEntry,
    AnswerByHand,
    Booking,
    BookingReport,
    apply_booking,
    approve,
    record_recall_answer,
)
from services.review import (
    assessment,
    award,
    budget,
    budget_acts,
    closing,
    correspondence,
    fulfilment,
    handling,
    involvement,
    proof,
    recovering,
    succession,
)
from services.review import early_start as early_starts
from services.review import publications as review_publications
from services.review import reactions as review_reactions
from services.review.assessment import AssessExpenditure, ProposeRefusal, RecordExpertOpinion
from services.review.assigning import assign_cases
from services.review.early_start import ApproveEarlyStart, ProposeEarlyStart, RefuseEarlyStart
from services.review.examination import AssessedLine, CutReason, Opinion
from services.review.programme import publish_policy
from services.review.side_condition import WantedCondition
from shared.contracts import Acted, YearAmount
from shared.contracts.intake import ExpenditureLine, Financing, LineUse, RoughExpenditure, SpentLine, Voucher
from shared.decider import Context, Decision, decision
from shared.duties import MATRIX
from shared.formats import encode
from shared.identity import SYSTEM, Role, Sealed
from shared.published_rates import shipped_base_rates
from shared.records import replace
from tests.intake.builders import ARNSTADT, STADTILM, SUBMISSION
from tests.review.builders import (
    BUDGET,
    HEARD,
    HELD,
    LETTER,
    NOT_HEARD,
    NOTE,
    PROGRAMME,
    STARTED,
    TITLE,
    House,
    opened_house,
    practice_of,
)
from tests.scenario import acting

CASE = SUBMISSION.case
X = "p-x"
"""The one person who did several acts."""
TOLD = {
    "intake": (intake_publications.publish, intake_reactions.react),
    "review": (review_publications.publish, review_reactions.react),
    "payout": (payout_publications.publish, payout_reactions.react),
}
SERVICE_OF = {
    "territory": "intake", "recipient": "review",
    "early-start-decision": "review", "early-start": "intake", "change": "intake",
    "proof-of-use": "intake", "proof-sample": "", "proof": "review", "closure": "review",
    "application": "intake", "drawdown": "intake", "file": "intake", "assessment": "review", "award": "review",
    "recovery": "review", "claim": "payout", "collection": "payout",
    "handling": "review", "correspondence": "review", "fulfilment": "review", "budget": "review", "involvement": "review",
    "disbursement": "payout", "account": "payout", "payment": "payout", "batch": "payout", "report": "payout", "clearing": "payout",
    "recall": "payout",
}  # fmt: skip


def service_of(stream: str) -> str:
    """Whose a stream is; empty for what nobody tells of."""
    return next((it for name, it in SERVICE_OF.items() if stream.startswith(f"{name}-")), "")


ELSEWHERE = (
    "withdraw-application", "request-drawdown", "examine-drawdown", "certify-drawdown", "order-payment", "release-batch",
)  # fmt: skip


@dataclass
class World:
    """One log over all services, and what they tell each other, delivered at once."""

    house: House = field(default_factory=opened_house)

    def act(self, action: str, decided: Decision, on: date, person: str = "") -> None:
        """One act by a person in a role that may do it."""
        self._perform(decided, acting(person or f"p-{action}", min(MATRIX.roles[action]), on))

    def run(self, decided: Decision, on: date) -> None:
        """What nobody does: an answer of the treasury, a message."""
        self._perform(decided, acting(SYSTEM, Role.SYSTEM, on))

    def point(self, name: str, action: str, decided: Decision, on: date) -> "Point":
        log = {stream: tuple(events) for stream, events in self.house.log.items()}
        if service_of(decided.primary) == "review":
            # What was done elsewhere review learns by message, at any time: here all of it lies before.
            told = tuple(Acted(person=f"p-{it}", role=min(MATRIX.roles[it]), action=it) for it in ELSEWHERE)
            stream = involvement.decider.stream(CASE)
            log[stream] = (*log.get(stream, ()), involvement.InvolvementNoted(acted=told))
            decided = decided if stream in decided.reads else involvement.consulting(CASE, action, decided)
            decided = closing.consulting(CASE, action, proof.consulting(CASE, action, decided))
        return Point(name=name, action=action, log=log, decided=decided, on=on)

    def _perform(self, decided: Decision, context: Context) -> None:
        recorded = self.house.perform(decided, context)
        assert recorded, f"{decided.action} hat nichts entschieden"
        system = acting(SYSTEM, Role.SYSTEM, context.valid_on)
        waiting = list(recorded.items())
        while waiting:
            stream, events = waiting.pop(0)
            for answer in self._answers(stream, events):
                waiting += self.house.perform(answer, system).items()

    def _answers(self, stream: str, events: Sequence[Any]) -> Iterator[Decision]:
        """What the other services decide when they hear of these events of a stream."""
        teller = service_of(stream)
        for it in events if teller else ():
            contract = TOLD[teller][0](it, self.house.state(stream))
            for service, (_, react) in TOLD.items():
                if contract is not None and service != teller and (answer := react(contract, CASE)):
                    yield answer


@dataclass(frozen=True, kw_only=True)
class Point:
    """Where an action is possible: the log until then, and the decision."""

    name: str
    action: str
    log: Mapping[str, Sequence[Any]]
    decided: Decision
    on: date

    @property
    def acts(self) -> list[str]:
        """What was done in the case before, by a person each."""
        text = b"".join(encode(it) for events in self.log.values() for it in events).decode()
        return sorted(it for it in MATRIX.roles if f'"p-{it}"' in text)

    def attempt(self, person: str, history: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        """What the deciders answer this person, when X did these acts before; raises what they raise."""
        states = [noun.fold(self._renamed(stream, history)) for stream, noun in self.decided.reads.items()]
        if self.decided.further is not None:
            more = self.decided.further(states)
            states += [noun.fold(self._renamed(stream, history)) for stream, noun in more.items()]
        context = acting(person, min(MATRIX.roles[self.action]), self.on)
        return {stream: events for stream, events in self.decided.judge(states, context).items() if events}

    def _renamed(self, stream: str, history: Sequence[str]) -> Iterator[Any]:
        for it in self.log.get(stream, ()):
            raw = encode(it)
            for act in history:
                raw = raw.replace(f'"p-{act}"'.encode(), f'"{X}"'.encode())
            yield msgspec.json.decode(raw, type=type(it))


# ---- The roads -------------------------------------------------------------------------------------------------------


def _submission(cents: int) -> application.SubmitApplication:
    """An application for 80 per cent of one line, half of it in each year."""
    half = cents * 2 // 5
    return replace(
        SUBMISSION, item="interfaces", ends_on=date(2026, 4, 30),
        lines=(ExpenditureLine(line=1, category="development", description="Schnittstelle", year=2025, cents=cents),),
        financing=Financing(own_cents=cents - 2 * half, third_party_cents=0, grant_cents=2 * half),
        by_year=(YearAmount(year=2025, cents=half), YearAmount(year=2026, cents=half)),
    )  # fmt: skip


def _opinion(reasons: str) -> Decision:
    return decision(assessment.decider, CASE, RecordExpertOpinion(opinion=Opinion.POSITIVE, reasons=reasons))


def _expenditure(cents: int, text: str = "") -> Decision:
    return decision(assessment.decider, CASE, AssessExpenditure(lines=(_line(cents, text),)))


def _line(cents: int, text: str) -> AssessedLine:
    return AssessedLine(line=1, eligible_cents=cents, reason=CutReason.NOT_PART_OF_ITEM if text else None, text=text)


def _proposal(submission: application.SubmitApplication, ends_on: date = date(2026, 4, 30)) -> Decision:
    return assessment.propose(
        CASE, PROGRAMME, by_year=submission.by_year, starts_on=submission.starts_on, ends_on=ends_on, note=NOTE
    )


def _refusal(reason: str) -> Decision:
    return decision(assessment.decider, CASE, ProposeRefusal(reasons=(reason,)))


def _submitted(submission: application.SubmitApplication) -> World:
    world = World()
    world.act("submit-application", application.submit(submission), date(2025, 5, 12))
    return world


def _proposed(submission: application.SubmitApplication) -> World:
    """Proposed, after a refusal was proposed and a reservation taken back: everybody who prepares has acted."""
    world, cents = _submitted(submission), submission.lines[0].cents
    world.act("publish-policy", publish_policy(practice_of(date(2025, 5, 1))), date(2025, 5, 12))
    world.act("declare-complete", COMPLETE, date(2025, 5, 28))
    world.act("propose-refusal", _refusal("zu früh"), date(2025, 6, 2))
    world.act("record-expert-opinion", _opinion("nachnutzbar"), date(2025, 6, 3))
    world.act("assess-expenditure", _expenditure(cents), date(2025, 6, 4))
    world.act("propose-award", _proposal(submission), date(2025, 6, 5))
    world.act("reserve-funds", RESERVE, date(2025, 6, 6))
    world.act("release-reservation", RELEASE, date(2025, 6, 7))
    return world


COMPLETE = decision(application.decider, CASE, application.DeclareComplete())
WITHDRAW = decision(application.decider, CASE, application.WithdrawApplication(applicant_keys=(STADTILM,)))
RESERVE, RELEASE = assessment.reserve(CASE, TITLE, 2025), assessment.release(CASE, BUDGET, "anders verplant")
APPROVE = award.approve(CASE, PROGRAMME, BUDGET)
DISPATCH = decision(award.decider, CASE, award.DispatchNotice(letter=LETTER))
SMALL, LARGE = _submission(100_000_00), _submission(500_000_00)
WARNED = replace(SMALL, declarations=replace(SMALL.declarations, other_funding=True))


def before_the_decision() -> Iterator[Point]:
    on = date(2025, 6, 10)
    yield _submitted(SMALL).point("Eingang", "declare-complete", COMPLETE, on)
    world = _proposed(SMALL)
    at = world.point
    yield at("Eingang zurück", "withdraw-application", WITHDRAW, on)
    yield at("Papier während der Prüfung", "scan-paper-document", _scan(on), on)
    yield at("anderes Votum", "record-expert-opinion", _opinion("anders gesehen"), on)
    yield at("andere Ausgaben", "assess-expenditure", _expenditure(90_000_00, "nicht notwendig"), on)
    yield at("anderer Vorschlag", "propose-award", _proposal(SMALL, date(2026, 3, 31)), on)
    yield at("Ablehnung vorschlagen", "propose-refusal", _refusal("nicht nachnutzbar"), on)
    yield at("Vormerkung", "reserve-funds", RESERVE, on)
    world.act("reserve-funds", RESERVE, on)
    yield world.point("Vormerkung aufheben", "release-reservation", RELEASE, on)
    yield world.point("Bewilligung", "approve-grant", APPROVE, on)
    yield from _beginning_early(world, on, "vor der Bewilligung")
    large = _proposed(LARGE)
    large.act("reserve-funds", RESERVE, on)
    large.act("approve-grant", APPROVE, on)
    early = early_start.request(_early("e9", on))
    yield large.point("vorzeitiger Beginn nach der ersten Zeichnung", "request-early-start", early, on)
    yield large.point("zweite Zeichnung", "approve-grant", APPROVE, on)
    refused = _proposed(SMALL)
    refused.act("propose-refusal", _refusal("nicht nachnutzbar"), on)
    refused.act("dispense-with-hearing", _beside(NOT_HEARD), on)
    yield refused.point("Ablehnung", "refuse-grant", award.refuse(CASE), on)


MERGED = RecordChanges(
    records=(
        OfficialChange(
            reference="16/2025/0001-R", unit=Unit.MUNICIPALITY, kind=territorial_change.ChangeKind.DISSOLUTION,
            effective_on=date(2025, 6, 1), old_key=STADTILM, old_ars="160700048048", old_name="Stadtilm, Stadt",
            new_key=ARNSTADT, new_ars="160700004004", new_name="Arnstadt, Stadt",
        ),
    ),
    sha256="",
    attribution="Bekanntmachung",
)  # fmt: skip


def _succeeding() -> Iterator[Point]:
    """The applicant ceased: a clerk names its successor, or the ministry does once it has the case."""
    on = date(2025, 6, 10)
    merged = decision(territory.decider, territory.REGISTER, MERGED)
    named, recorded = succeeding.name_successor(CASE, ARNSTADT), succession.record(CASE, ARNSTADT)
    at_intake = _submitted(SMALL)
    at_intake.run(merged, on)
    yield at_intake.point("Rechtsnachfolge im Eingang", "name-successor", named, on)
    at_intake.act("name-successor", named, on)
    yield at_intake.point("Eingang danach", "declare-complete", COMPLETE, on)
    at_review = _proposed(SMALL)
    at_review.run(merged, on)
    yield at_review.point("Rechtsnachfolge", "record-succession", recorded, on)
    at_review.act("record-succession", recorded, on)
    yield at_review.point("Vormerkung danach", "reserve-funds", RESERVE, on)


def _beside(command: assessment.Command) -> Decision:
    return decision(assessment.decider, CASE, command)


SEND = correspondence.dispatch(
    CASE, PROGRAMME, correspondence.LetterKind.HEARING, 1, LETTER, award.Channel.ELECTRONIC
)  # fmt: skip


COME_BACK = correspondence.record_failure(
    CASE, correspondence.LetterKind.HEARING, 1, award.FailureReason.RETURNED
)  # fmt: skip


def _rejecting() -> Iterator[Point]:
    """Beside the road, step by step: each is a place where somebody acts, and the next one's history."""
    on = date(2025, 6, 10)
    world = _submitted(WARNED)
    world.act("declare-complete", COMPLETE, date(2025, 5, 28))
    world.act("record-expert-opinion", _opinion("nachnutzbar"), date(2025, 6, 3))
    world.act("propose-refusal", _refusal("nicht nachnutzbar"), date(2025, 6, 4))
    for action, command in (
        ("acknowledge-warnings", assessment.AcknowledgeWarnings(consideration="andere Ausgaben")),
        ("open-hearing", HEARD),
        ("extend-hearing", assessment.ExtendHearing(days=30)),
        ("record-statement", assessment.RecordStatement(received_on=on, consideration="ändert nichts")),
        ("dispense-with-hearing", NOT_HEARD),
        ("put-on-hold", HELD),
        ("resume-case", assessment.ResumeCase(reason="Sperre aufgehoben")),
        ("propose-formal-rejection", STARTED),
    ):
        yield world.point(f"neben dem Weg: {action}", action, _beside(command), on)
        world.act(action, _beside(command), on)
        if action == "open-hearing":
            yield world.point("Anhörung versenden", "dispatch-letter", SEND, on)
            world.act("dispatch-letter", SEND, on)
            yield world.point("Anhörung kam zurück", "record-letter-failure", COME_BACK, on)
            world.act("record-letter-failure", COME_BACK, on)
            world.act("dispatch-letter", SEND, on)
    yield world.point("Papier neben dem Weg", "scan-paper-document", _scan(on), on)
    yield from _beginning_early(world, on, "neben dem Weg")
    reject = award.reject_formally(CASE)
    yield world.point("neben dem Weg: reject-formally", "reject-formally", reject, on)
    world.act("reject-formally", reject, on)
    send = award.dispatch(CASE, PROGRAMME, LETTER)
    yield world.point("Bescheid über die formale Ablehnung", "dispatch-notice", send, on)
    world.act("dispatch-notice", send, on)
    waive = award.of_notice(CASE, award.RecordWaiver(declared_on=on))
    yield world.point("Verzicht auf Rechtsbehelf gegen die formale Ablehnung", "record-waiver", waive, on)


def _beginning_early(world: World, on: date, where: str) -> Iterator[Point]:
    """While review examines, the municipality asks to begin: whoever examines does not ask, and who asks does not decide."""
    for action, decided in (
        ("request-early-start", early_start.request(_early("e9", on))),
        ("propose-early-start", early_starts.act("e9", CASE, ProposeEarlyStart(consent=True, reasons="belegt"))),
        ("approve-early-start", early_starts.act("e9", CASE, ApproveEarlyStart())),
    ):
        yield world.point(f"{where}: {action}", action, decided, on)
        world.act(action, decided, on)


def _scan(on: date) -> Decision:
    return _about(ScanPaperDocument(document=replace(LETTER, kind="offer"), received_on=on))


def _about(command: application.Command) -> Decision:
    return decision(application.decider, CASE, command)


def _before_completeness() -> Iterator[Point]:
    """Documents are asked for, and a beginning before the decision: each act by somebody of their own."""
    world, on = _submitted(SMALL), date(2025, 5, 13)
    letter = replace(LETTER, kind="offer")
    steps: Sequence[tuple[str, Decision]] = (
        ("request-documents", _about(RequestDocuments(wanted=(Wanted(kind="offer", text="Angebot"),), least_days=14))),
        ("extend-deadline", _about(ExtendDeadline(ends_on=date(2025, 7, 1), reason="Ferien"))),
        ("scan-paper-document", _about(ScanPaperDocument(document=letter, received_on=on))),
        (
            "supply-documents",
            _about(
                SupplyDocuments(applicant_keys=(STADTILM,), supplied=(SuppliedDocument(number=1, document=letter),))
            ),
        ),
        ("request-early-start", early_start.request(_early("e1"))),
        ("propose-early-start", early_starts.act("e1", CASE, ProposeEarlyStart(consent=True, reasons="belegt"))),
        ("refuse-early-start", early_starts.act("e1", CASE, RefuseEarlyStart(reasons="nicht belegt"))),
        ("request-early-start", early_start.request(_early("e2"))),
        ("propose-early-start", early_starts.act("e2", CASE, ProposeEarlyStart(consent=True, reasons="jetzt belegt"))),
        ("approve-early-start", early_starts.act("e2", CASE, ApproveEarlyStart())),
        ("declare-complete", COMPLETE),
    )
    for action, decided in steps:
        yield world.point(f"vor der Prüfung: {action}", action, decided, on)
        world.act(action, decided, on)


def _early(id: str, on: date = date(2025, 6, 2)) -> RequestEarlyStart:
    return RequestEarlyStart(
        early_start=id, case=CASE, applicant_keys=(STADTILM,), file_number="EG-2025-00001", applicant_key=STADTILM,
        applicant_name="Stadt Stadtilm", title="Schnittstelle", description="Schnittstelle", reason=f"Abschaltung, {id}",
        expenditure=(RoughExpenditure(description="Entwicklung", cents=1_00),), contract_on=on,
    )  # fmt: skip


BIASED = decision(handling.decider, CASE, handling.DeclareConflictOfInterest(ground=handling.ConflictGround.DOUBT))


def _handling() -> Iterator[Point]:
    """Who declared a conflict is refused by the case's handling, whatever noun decides the action."""
    on, world = date(2025, 6, 10), _submitted(SMALL)
    world.act("declare-complete", COMPLETE, date(2025, 5, 28))
    yield world.point("Befangenheit", "declare-conflict-of-interest", BIASED, on)
    world.act("declare-conflict-of-interest", BIASED, on)
    yield world.point("befangen im Antragseingang", "scan-paper-document", _scan(date(2025, 5, 13)), on)
    refusal = handling.within_duty(_refusal("nicht nachnutzbar"), CASE, "propose-refusal")
    yield world.point("befangen", "propose-refusal", refusal, on)
    many = assign_cases((CASE,), "p-assign-cases")
    yield world.point("Zuweisung vieler", "assign-cases", many, on)
    world.act("assign-cases", many, on)
    heads = {"assign-reviewer": handling.AssignReviewer(person="p-assign-reviewer")}
    yield world.point("Zuweisung", "assign-reviewer", decision(handling.decider, CASE, heads["assign-reviewer"]), on)
    world.act("assign-reviewer", decision(handling.decider, CASE, heads["assign-reviewer"]), on)
    for action, command in (
        ("appoint-substitute", handling.AppointSubstitute(person="p-substitute", ends_on=on)),
        ("hand-back-case", handling.HandBackCase(reason="Urlaub")),
    ):
        yield world.point(action, action, decision(handling.decider, CASE, command), on)


def _approved() -> World:
    world = _proposed(SMALL)
    world.act("reserve-funds", RESERVE, date(2025, 6, 10))
    world.act("approve-grant", APPROVE, date(2025, 6, 11))
    return world


def _notifying() -> Iterator[Point]:
    world, on = _approved(), date(2025, 6, 12)
    yield world.point("Versand", "dispatch-notice", DISPATCH, on)
    world.act("dispatch-notice", DISPATCH, on)
    yield world.point("Änderung vor der Bestandskraft", "request-change", _change("c0"), on)
    fail = decision(award.decider, CASE, award.RecordServiceFailure(reason=award.FailureReason.RETURNED))
    yield world.point("kam zurück", "record-service-failure", fail, on)
    world.act("record-service-failure", fail, on)
    world.act("dispatch-notice", DISPATCH, on)
    yield world.point("Verzicht", "record-waiver", _waiver(on), on)
    receipt = decision(award.decider, CASE, award.RecordReceipt(received_on=on))
    yield world.point("Zugang", "record-receipt", receipt, on)
    world.act("record-receipt", receipt, on)
    lawsuit = decision(award.decider, CASE, award.RecordLawsuit(filed_on=on, court_reference="3 K 815/25"))
    yield world.point("Klage", "record-lawsuit", lawsuit, on)
    world.act("record-lawsuit", lawsuit, on)
    ended = award.ConcludeLawsuit(outcome=award.Outcome.WITHDRAWN, concluded_on=on)
    yield world.point("Ende der Klage", "conclude-lawsuit", decision(award.decider, CASE, ended), on)
    world.act("conclude-lawsuit", decision(award.decider, CASE, ended), on)
    final = decision(award.decider, CASE, award.DeclareFinal())
    yield world.point("Bestandskraft", "declare-final", final, date(2025, 9, 1))


def _budgeting() -> Iterator[Point]:
    """What a budget officer enters for one case in a title's budget is an act in that case, before and after its award."""
    world, on = _proposed(SMALL), date(2025, 6, 10)
    provisional = budget.open_next_budget("1605-63372", 2025, 100_000_00, provisional=True)
    world.house.perform(provisional, acting("p-of-no-case", Role.BUDGET_OFFICER, on))
    allow = budget_acts.enter(
        "1605-63372", 2025, "allow-despite-provisional", budget.AllowDespiteProvisional(case=CASE, reason="Pflicht")
    )
    yield world.point("Ausnahme vom vorläufigen Haushalt", "allow-despite-provisional", allow, on)
    world.act("allow-despite-provisional", allow, on)
    yield world.point("Vorschlag nach der Ausnahme", "propose-award", _proposal(SMALL, date(2026, 3, 31)), on)
    world.act("reserve-funds", RESERVE, on)
    yield world.point("Bewilligung nach der Ausnahme", "approve-grant", APPROVE, on)
    world.act("approve-grant", APPROVE, on)
    world.act("dispatch-notice", DISPATCH, date(2025, 6, 12))
    world.act("record-waiver", _waiver(date(2025, 6, 13)), date(2025, 6, 13))
    repay = budget_acts.enter(
        TITLE, 2025, "record-repayment",
        budget.RecordRepayment(repayment="r1", case=CASE, cents=1_00, received_on=date(2025, 6, 14)),
    )  # fmt: skip
    yield world.point("Rückzahlung", "record-repayment", repay, date(2025, 6, 14))
    world.act("record-repayment", repay, date(2025, 6, 14))
    yield world.point("Abruf nach der Rückzahlung", "request-drawdown", _drawdown(1), date(2025, 6, 15))
    lapse = award.ProposeAnnulment(
        annulment=award.Annulment.LAPSE, legal_basis=award.LegalBasis.WITHOUT_OBJECT, by_year=(), eligible_cents=0,
        effective_on=date(2025, 6, 15), reasons="Verzicht", discretion="keines",
    )  # fmt: skip
    yield world.point("Aufhebung nach der Rückzahlung", "propose-annulment", _of_award(lapse), date(2025, 6, 15))
    world.act("propose-annulment", _of_award(lapse), date(2025, 6, 15))
    decide = award.decide_annulment(CASE, 1)
    yield world.point("Entscheidung nach der Rückzahlung", "decide-annulment", decide, date(2025, 6, 16))


def _fulfilling() -> Iterator[Point]:
    """What the notice demands is found fulfilled, violated and waived, and a payment waits for it."""
    world, on = _proposed(SMALL), date(2025, 6, 12)
    demanding = assessment.propose(
        CASE, PROGRAMME, by_year=SMALL.by_year, starts_on=SMALL.starts_on, ends_on=date(2026, 4, 30), note=NOTE,
        wanted=(WantedCondition(code="own-funds"), WantedCondition(code="re-use"), WantedCondition(code="procurement")),
    )  # fmt: skip
    world.act("propose-award", demanding, on)
    world.act("reserve-funds", RESERVE, on)
    world.act("approve-grant", APPROVE, on)
    world.act("dispatch-notice", award.dispatch(CASE, PROGRAMME, LETTER), on)
    recorded = fulfilment.RecordFulfilment(number=1, evidence="Beschluss", fulfilled_on=on)
    steps: Sequence[tuple[str, fulfilment.Command]] = (
        ("record-fulfilment", recorded),
        ("find-violation", fulfilment.FindViolation(number=2, findings="nicht veröffentlicht")),
        ("waive-side-condition", fulfilment.WaiveSideCondition(number=3, reason="ein Direktauftrag")),
        ("record-fulfilment", replace(recorded, number=2)),
    )
    for action, command in steps:
        decided = award.assess_condition(CASE, action, command)
        yield world.point(f"Nebenbestimmung {command}", action, decided, on)
        world.act(action, decided, on)
    world.act("record-waiver", _waiver(on), on)
    world.act("declare-conflict-of-interest", BIASED, on)
    world.act("request-drawdown", _drawdown(1), date(2025, 8, 4))
    for action, decided in (
        ("examine-drawdown", _of_drawdown(disbursement.ExamineDrawdown(drawdown="d1"))),
        ("certify-drawdown", _of_drawdown(disbursement.CertifyDrawdown(drawdown="d1"))),
        ("order-payment", disbursement.order(CASE, "d1", "p1")),
    ):
        yield world.point(f"nach den Nebenbestimmungen: {action}", action, decided, date(2025, 8, 4))
        world.act(action, decided, date(2025, 8, 4))
    yield from _by_hand(world, date(2025, 8, 4))


def _by_hand(world: World, on: date) -> Iterator[Point]:
    """An order that is held for a while, and whose file a person types in."""
    orders = [world.house.state("payment-p1").order]
    place = disbursement.place_hold(CASE, "h1", hold.HoldKind.CASE, hold.HoldReason.AUDIT, "Prüfung", None)
    yield world.point("Sperre", "place-hold", place, on)
    world.act("place-hold", place, on)
    lift = disbursement.lift_hold(world.house.state("hold-register").placed.get("h1"), "geprüft")
    yield world.point("Aufhebung der Sperre", "lift-hold", lift, on)
    world.act("lift-hold", lift, on)
    steps: Sequence[tuple[str, Decision]] = (
        ("seal-batch", _seal(world, 1, on, batch.BY_HAND)),
        ("release-batch", batch.release("b1", orders)),
    )
    for action, decided in steps:
        yield world.point(f"von Hand: {action}", action, decided, on)
        world.act(action, decided, on)
    typed = batch.record_entry(world.house.state("batch-b1").sealed, "K 4711")
    yield world.point("von Hand: record-entry", "record-entry", typed, on)
    world.act("record-entry", typed, on)
    yield from _recalling_by_hand(world, on)


def _recalling_by_hand(world: World, on: date) -> Iterator[Point]:
    """The Kasse is told of a recall by a person, and another one records what it said."""
    sealing = recall.ApproveRecall(
        created_at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC), file_sha256="c" * 64, file_name="r1.csv",
        writing=batch.Writing(format=batch.BY_HAND),
    )  # fmt: skip
    world.act("request-recall", _recall(world), on)
    asked = world.house.state("recall-r1").asked
    world.act("approve-recall", recall.approve(asked, sealing), on)
    box = Sealed(origin="payout", stream="recall-r1", path="evidence", subject="s-1", nonce="bm9uY2U", box="Ym94")
    said = AnswerByHand(answer="a1", outcome=RecallOutcome.PENDING, references=(), told_on=on, sealed_evidence=box)
    answer = record_recall_answer(asked, world.house.state("batch-b1").sealed, said)
    yield world.point("Antwort auf den Rückruf", "record-recall-answer", answer, on)
    world.act("record-recall-answer", answer, on)


def _of_award(command: award.Command) -> Decision:
    return decision(award.decider, CASE, command)


def _changing() -> Iterator[Point]:
    """An award that stands is stopped, amended, and taken back."""
    world, on = _approved(), date(2025, 6, 14)
    world.act("dispatch-notice", DISPATCH, date(2025, 6, 12))
    world.act("record-waiver", _waiver(date(2025, 6, 13)), date(2025, 6, 13))
    for change in ("c-1", "c-2"):
        asked = award.ReceiveChange(
            change=change, kind="purpose", by_year=(), eligible_cents=0, ends_on=None, reason="anderes Verfahren",
            requested_on=on, acted=(),
        )  # fmt: skip
        world.run(_of_award(asked), on)
        if change == "c-1":
            refuse = _of_award(award.RefuseChange(change=change, reasons="zu spät"))
            yield world.point("Änderung abgelehnt", "refuse-change", refuse, on)
            world.act("refuse-change", refuse, on)
    amended = award.ProposeAmendment(
        change="c-2", by_year=SMALL.by_year, eligible_cents=SMALL.lines[0].cents, ends_on=date(2026, 6, 30),
        conditions=(), reasons="mehr Zeit",
    )  # fmt: skip
    lapse = award.ProposeAnnulment(
        annulment=award.Annulment.LAPSE, legal_basis=award.LegalBasis.WITHOUT_OBJECT, by_year=(), eligible_cents=0,
        effective_on=on, reasons="Verzicht", discretion="keines",
    )  # fmt: skip
    hear = award.OpenAwardHearing(
        annulment=award.Annulment.REVOCATION, legal_basis=award.LegalBasis.PURPOSE_MISSED, facts="Zweck verfehlt",
        days=14, limit_months=12,
    )  # fmt: skip
    steps: Sequence[tuple[str, Decision]] = (
        ("freeze-payout", _of_award(award.FreezePayout(reason="Verdacht"))),
        ("lift-payout-freeze", _of_award(award.LiftPayoutFreeze(reason="geklärt"))),
        ("open-award-hearing", _of_award(hear)),
        ("record-award-statement", _of_award(award.RecordAwardStatement(received_on=on))),
        ("close-award-hearing", _of_award(award.CloseAwardHearing(reason="geklärt"))),
        ("propose-amendment", award.propose_amendment(CASE, PROGRAMME, amended)),
        ("approve-amendment", award.approve_amendment(CASE, 1)),
        ("propose-annulment", _of_award(lapse)),
        ("drop-proposal", award.drop_proposal(CASE, award.DropProposal(proposal=2, reason="noch nicht"))),
        ("propose-annulment", _of_award(lapse)),
        ("decide-annulment", award.decide_annulment(CASE, 3)),
    )
    seen = set[str]()
    for action, decided in steps:
        if action not in seen:
            yield world.point(f"bewilligt: {action}", action, decided, on)
        seen.add(action)
        world.act(action, decided, on)
        if action == "drop-proposal":
            yield world.point("Änderung nach dem Vorschlag", "request-change", _change("c9"), on)
    world.run(_of_award(award.ReceiveChange(
        change="c-3", kind="purpose", by_year=(), eligible_cents=0, ends_on=None, reason="x", requested_on=on, acted=(),
    )), on)  # fmt: skip
    late = _of_award(award.RefuseChange(change="c-3", reasons="aufgehoben"))
    yield world.point("nach der Aufhebung", "refuse-change", late, on)


def _paying_after_a_decision() -> Iterator[Point]:
    """What was decided on the award without moving its money bars from the order all the same."""
    world, on = _approved(), date(2025, 8, 4)
    world.act("dispatch-notice", DISPATCH, date(2025, 6, 12))
    world.act("record-waiver", _waiver(date(2025, 6, 13)), date(2025, 6, 13))
    world.act("request-change", _change("c-1"), date(2025, 6, 14))
    world.act("refuse-change", _of_award(award.RefuseChange(change="c-1", reasons="zu spät")), on)
    amended = award.ProposeAmendment(
        change="", by_year=SMALL.by_year, eligible_cents=SMALL.lines[0].cents, ends_on=date(2026, 6, 30),
        conditions=(), reasons="mehr Zeit",
    )  # fmt: skip
    dropped = award.drop_proposal(CASE, award.DropProposal(proposal=1, reason="noch nicht"))
    for action, decided in (
        ("propose-amendment", award.propose_amendment(CASE, PROGRAMME, amended)),
        ("drop-proposal", dropped),
        ("request-drawdown", _drawdown(1)),
        ("examine-drawdown", _of_drawdown(disbursement.ExamineDrawdown(drawdown="d1"))),
        ("certify-drawdown", _of_drawdown(disbursement.CertifyDrawdown(drawdown="d1"))),
    ):
        world.act(action, decided, on)
    yield world.point("Anordnung nach einer Entscheidung", "order-payment", disbursement.order(CASE, "d1", "p1"), on)


def _recovering() -> Iterator[Point]:
    """More is paid than is granted after the award lapsed in part: it is demanded, and the claim is met."""
    world, on = _approved(), date(2025, 8, 4)
    world.act("dispatch-notice", DISPATCH, date(2025, 6, 12))
    world.act("record-waiver", _waiver(date(2025, 6, 13)), date(2025, 6, 13))
    for action, decided in (
        ("request-drawdown", _drawdown(1)),
        ("examine-drawdown", _of_drawdown(disbursement.ExamineDrawdown(drawdown="d1"))),
        ("certify-drawdown", _of_drawdown(disbursement.CertifyDrawdown(drawdown="d1"))),
    ):
        world.act(action, decided, on)
    world.act("order-payment", disbursement.order(CASE, "d1", "p1"), on)
    world.act("seal-batch", _seal(world, 1, on), on)
    world.act("release-batch", decision(batch.decider, "b1", batch.ReleaseBatch()), on)
    world.run(decision(batch.decider, "b1", batch.StartSubmission(attempt=1)), on)
    world.run(_booking(world, 1, on), on)
    for action, decided in (("request-recall", _recall(world)),):
        yield world.point(f"Rückruf: {action}", action, decided, on)
        world.act(action, decided, on)
    dropped = _drop(world)
    yield world.point("Rückruf: drop-recall", "drop-recall", dropped, on)
    world.act("drop-recall", dropped, on)
    lapse = award.ProposeAnnulment(
        annulment=award.Annulment.LAPSE, legal_basis=award.LegalBasis.WITHOUT_OBJECT, by_year=(), eligible_cents=0,
        effective_on=on, reasons="Verzicht", discretion="keines",
    )  # fmt: skip
    world.act("propose-annulment", _of_award(lapse), on)
    world.act("decide-annulment", award.decide_annulment(CASE, 1), on)

    def propose(number: int) -> Decision:
        return recovering.propose_excess(
            CASE, PROGRAMME, f"c{number}", cents=5_000_00, waived_because="", reasons="entfallen"
        )

    steps: Sequence[tuple[str, Decision]] = (
        ("propose-repayment", propose(1)),
        ("drop-repayment", recovering.drop(CASE, PROGRAMME, 1, "Härte")),
        ("propose-repayment", propose(2)),
        ("demand-repayment", recovering.demand(CASE, PROGRAMME, 2)),
    )
    for action, decided in steps:
        yield world.point(f"Rückforderung: {decided.action}", action, decided, on)
        world.act(action, decided, on)
    yield from _claiming(world, on)


def _claiming(world: World, on: date) -> Iterator[Point]:
    book = claim.BookRepayment(
        claim="c2", repayment="r1", cents=1_000_00, received_on=on, paid_by=claim.PaidBy.TRANSFER, voucher="K 1"
    )
    defer = claim.DeferClaim(claim="c2", until_on=date(2025, 12, 31), reason="Haushaltslage")
    asked = claim.order(CASE, "c2", "o1")
    yield world.point("Annahmeanordnung", "order-collection", asked, on)
    world.act("order-collection", asked, on)
    steps: Sequence[tuple[str, claim.OfClaim]] = (
        ("book-repayment", book),
        ("defer-claim", defer),
        ("suspend-claim", claim.SuspendClaim(claim="c2", reason="erfolglos")),
        ("resume-claim", claim.ResumeClaim(claim="c2", reason="wieder Mittel")),
        ("remit-claim", claim.RemitClaim(claim="c2", remission="e1", cents=1_000_00, reason="Härte")),
        ("book-repayment", replace(book, repayment="r2", cents=3_000_00)),
    )
    for place, (action, command) in enumerate(steps):
        decided = claim.of_case(CASE, command)
        yield world.point(f"Forderung {place}: {action}", action, decided, on)
        world.act(action, decided, on)
    assess = claim.of_case(CASE, claim.AssessInterest(claim="c2", rates=shipped_base_rates()))
    yield world.point("Zinsen", "assess-interest", assess, date(2025, 9, 4))
    waive = claim.of_case(CASE, claim.WaiveInterest(claim="c2", reason="nicht zu vertreten"))
    yield world.point("Verzicht auf Zinsen", "waive-interest", waive, date(2025, 9, 4))


def _change(id: str) -> Decision:
    return change_request.request(
        RequestChange(
            change=id, case=CASE, applicant_keys=(STADTILM,), kind=ChangeKind.PURPOSE, by_year=(), eligible_cents=0,
            ends_on=None, reason="anderes Fachverfahren",
        )
    )  # fmt: skip


def _waiver(on: date) -> Decision:
    return decision(award.decider, CASE, award.RecordWaiver(declared_on=on))


def _drawdown(number: int) -> Decision:
    return drawdown.request(
        drawdown.RequestDrawdown(
            drawdown=f"d{number}", case=CASE, applicant_keys=(STADTILM,), year=2025,
            eligible_due_cents=number * 20_000_00, requested_cents=16_000_00, needed_on=date(2025, 8, 4), purpose="x",
            spent=(LineUse(line=1, cents=(number - 1) * 20_000_00),),
        )
    )  # fmt: skip


def _of_drawdown(command: Any) -> Decision:
    return decision(disbursement.decider, CASE, command)


def _seal(world: World, number: int, on: date, format: str = "iso20022") -> Decision:
    order = world.house.state(f"payment-p{number}").order
    draft = batch.draft(
        f"b{number}",
        [order],
        created_at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
        execution_on=on,
        debtor="kasse",
        writing=batch.Writing(format=format),
    )
    return batch.seal(draft, f"{number}" * 64)


def _paying() -> Iterator[Point]:
    """The first drawdown is paid by everybody's acts; the second is where they are judged."""
    world = _approved()
    world.act("dispatch-notice", DISPATCH, date(2025, 6, 12))
    world.act("record-waiver", _waiver(date(2025, 6, 13)), date(2025, 6, 13))
    yield world.point("Änderung", "request-change", _change("c1"), date(2025, 6, 14))
    for number, on in ((1, date(2025, 8, 4)), (2, date(2025, 10, 6))):
        steps: Sequence[tuple[str, Decision]] = (
            ("request-drawdown", _drawdown(number)),
            ("examine-drawdown", _of_drawdown(disbursement.ExamineDrawdown(drawdown=f"d{number}"))),
            ("certify-drawdown", disbursement.certify(CASE, f"d{number}")),
            ("order-payment", disbursement.order(CASE, f"d{number}", f"p{number}")),
        )
        if number == 2:
            changes = (
                ("propose-account", disbursement.propose_account(CASE, _account("a1"))),
                ("discard-account", disbursement.discard_account(CASE, "a1")),
                ("propose-account", disbursement.propose_account(CASE, _account("a2"))),
                ("confirm-account", disbursement.confirm_account(CASE, "a2", 5)),
            )
            for action, decided in changes:
                yield world.point(f"Bankverbindung: {action}", action, decided, date(2025, 9, 1))
                world.act(action, decided, date(2025, 9, 1))
        for action, decided in steps:
            if number == 2:
                yield world.point(f"zweiter Abruf: {action}", action, decided, on)
            world.act(action, decided, on)
        yield world.point(f"{number}. Zahlungslauf", "seal-batch", _seal(world, number, on), on)
        world.act("seal-batch", _seal(world, number, on), on)
        release = batch.release(f"b{number}", [world.house.state(f"payment-p{number}").order])
        yield world.point(f"{number}. Freigabe", "release-batch", release, on)
        world.act("release-batch", release, on)
        world.run(decision(batch.decider, f"b{number}", batch.StartSubmission(attempt=1)), on)
        world.run(_booking(world, number, on), on)
    yield from _recalling(world, date(2025, 10, 7))
    yield from _clearing(world, date(2025, 10, 7))


def _recalling(world: World, on: date) -> Iterator[Point]:
    """A payment that one person wants back, and another one too."""
    yield world.point("Antrag auf Rückruf", "request-recall", _recall(world), on)
    world.act("request-recall", _recall(world), on)
    sealing = recall.ApproveRecall(
        created_at=datetime(2025, 10, 7, 9, tzinfo=UTC), file_sha256="c" * 64, file_name="r1.xml"
    )
    agreed = recall.approve(world.house.state("recall-r1").asked, sealing)
    yield world.point("Freigabe des Rückrufs", "approve-recall", agreed, on)
    world.act("approve-recall", agreed, on)


def _drop(world: World) -> Decision:
    return recall.drop(world.house.state("recall-r1").asked, recall.DropRecall(reason="Irrtum"))


def _recall(world: World) -> Decision:
    sealed = world.house.state("batch-b1").sealed
    return recall.request("r1", sealed, (), recall.RecallGrounds.DUPLICATE, "doppelt")


def _clearing(world: World, on: date) -> Iterator[Point]:
    """A debit that nobody ordered: what one person says it was, another one agrees to."""
    line = AccountEntry(key="K-9", cents=12_00, debit=True, booked=True, booked_on=on)
    world.run(apply_booking(BookingReport(message_id="C-9", entries=(line,)), "9" * 64, []), on)
    name = next(it.partition("-")[2] for it in world.house.log if it.startswith("clearing-"))

    def proposing(proposal: str) -> Decision:
        found = clearing.ProposeResolution(
            number=1, proposal=proposal, resolution=clearing.Resolution.NOT_OURS, reason="Miete"
        )
        return decision(clearing.decider, name, found)

    declining = clearing.DeclineResolution(number=1, proposal="r1", reason="nicht belegt")
    for action, decided in (
        ("take-clearing", decision(clearing.decider, name, clearing.TakeClearing(number=1))),
        ("propose-resolution", proposing("r1")),
        ("decline-resolution", decision(clearing.decider, name, declining)),
        ("propose-resolution", proposing("r2")),
        ("approve-resolution", approve(name, 1, "r2")),
    ):
        yield world.point(f"Klärungsfall: {action}", action, decided, on)
        world.act(action, decided, on)


def _account(change: str) -> account.ProposeAccount:
    box = Sealed(origin="payout", stream=f"account-{CASE}", path="iban", subject="s-1", nonce="bm9uY2U", box="Ym94")
    return account.ProposeAccount(change=change, account_holder=box, iban=box, reason="neues Konto")


def _proving() -> Iterator[Point]:
    """What was paid is proven, sent back once, checked twice and accepted by two persons; then the award falls away."""
    world, on = _approved(), date(2026, 5, 15)
    world.act("dispatch-notice", DISPATCH, date(2025, 6, 12))
    world.act("record-waiver", _waiver(date(2025, 6, 13)), date(2025, 6, 13))
    name, lines = "n1", tuple(proof.RecognisedLine(line=it.line, cents=0, reason="nicht belegt") for it in SMALL.lines)
    found = proof.Found(
        proof=name, recognised=lines, complete=True, plausible=True, purpose_reached=False, findings="kein Beleg"
    )
    steps: Sequence[tuple[str, str, Decision]] = (
        ("submit-proof", "", _handed_in("z1", proof_of_use.ProofKind.INTERIM)),
        ("check-proof", "", proof.check(CASE, PROGRAMME, 2026, "seed", replace(found, proof="z1"))),
        ("check-proof-in-depth", "", proof.check_in_depth(CASE, PROGRAMME, "z1", lines, "nichts gesehen")),
        ("accept-interim-proof", "", proof.accept_interim(CASE, "z1", "wie geplant")),
        ("submit-proof", "", _handed_in("n0")),
        ("send-back-proof", "", proof.send_back(CASE, "n0", "unvollständig")),
        ("submit-proof", "", _handed_in(name)),
        ("check-proof", "", proof.check(CASE, PROGRAMME, 2026, "seed", found)),
        ("check-proof-in-depth", "", proof.check_in_depth(CASE, PROGRAMME, name, lines, "nichts gesehen")),
        ("accept-proof", "", proof.accept(CASE, PROGRAMME, name, "Zweck verfehlt")),
        ("accept-proof", "p-second", proof.accept(CASE, PROGRAMME, name, "Zweck verfehlt")),
    )
    for action, person, decided in steps:
        yield world.point(f"Nachweis: {action}", action, decided, on)
        world.act(action, decided, on, person)
    freeze = decision(award.decider, CASE, award.FreezePayout(reason="überzahlt"))
    yield world.point("nach dem Nachweis", "freeze-payout", freeze, on)
    for action, decided in (
        ("write-closing-note", closing.write_note(CASE, "Zweck verfehlt, nichts gezahlt")),
        ("close-case", closing.close(CASE, PROGRAMME)),
    ):
        yield world.point(f"Abschluss: {action}", action, decided, on)
        world.act(action, decided, on)
    yield world.point("nach dem Abschluss", "freeze-payout", freeze, on)


def _handed_in(name: str, kind: proof_of_use.ProofKind = proof_of_use.ProofKind.FINAL) -> Decision:
    lines = tuple(
        SpentLine(
            line=it.line, cents=it.cents, vouchers=(Voucher(number="R-1", paid_on=date(2025, 9, 1), cents=it.cents),)
        )
        for it in SMALL.lines
    )
    return proof_of_use.submit(
        proof_of_use.SubmitProof(
            proof=name,
            case=CASE,
            applicant_keys=(STADTILM,),
            kind=kind,
            lines=lines,
            covering_cents=0,
            report="erledigt",
        )
    )


def _booking(world: World, number: int, on: date) -> Decision:
    order = world.house.state(f"payment-p{number}").order
    line = AccountEntry(
        key=f"K-{number}", cents=order.cents, debit=True, booked=True, booked_on=on,
        bookings=(Booking(reference=order.reference, cents=order.cents),),
    )  # fmt: skip
    sealed = world.house.state(f"batch-b{number}").sealed
    return apply_booking(BookingReport(message_id=f"C-{number}", entries=(line,)), f"{number}" * 64, [sealed])


def points() -> Sequence[Point]:
    """Every place of the roads where a person acts in a case."""
    return [
        *_before_completeness(),
        *before_the_decision(),
        *_rejecting(),
        *_succeeding(),
        *_handling(),
        *_notifying(),
        *_budgeting(),
        *_changing(),
        *_fulfilling(),
        *_paying(),
        *_paying_after_a_decision(),
        *_proving(),
        *_recovering(),
    ]
