"""The hand-over of money between review and payout, in earnest but for the wires: the real nouns, reactions and contracts of both,
and between them two lanes that keep their order, deliver late, and deliver again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.payout import disbursement as disbursements
from services.payout import publications as payout_publications
from services.payout import reactions as payout_reactions
from services.review import award as awards
from services.review import publications as review_publications
from services.review import reactions as review_reactions
from shared.contracts import YearAmount, plus
from shared.contracts.intake import DrawdownRequested, LineUse
from shared.contracts.payout import FundsReturned
from shared.contracts.review import FundsAssigned, FundsSupplemented
from shared.decider import Context, Decision, DomainError, decision
from shared.identity import Role
from tests.review.builders import BUDGET, CASE, PROGRAMME, House, assign_d1, opened_house, system
from tests.scenario import acting

ON = date(2025, 8, 4)


def cents_of(by_year: Sequence[YearAmount]) -> dict[int, int]:
    return {it.year: it.cents for it in by_year}


@dataclass
class Lane:
    """What a publisher told, in order; the consumer has followed it up to `position`."""

    told: list[Any] = field(default_factory=list)
    position: int = 0

    @property
    def waiting(self) -> list[Any]:
        return self.told[self.position :]


@dataclass
class Handover:
    """Both services at work on example d1, whose money has just been assigned, on its way to payout."""

    review: House = field(default_factory=opened_house)
    payout: House = field(default_factory=House)
    to_payout: Lane = field(default_factory=Lane)
    to_review: Lane = field(default_factory=Lane)
    drawdowns: int = 0
    payments: int = 0

    def __post_init__(self) -> None:
        self._tell(self.to_payout, review_publications.publish, assign_d1(self.review), self.review)

    # ---- What people and services do

    def in_review(self, decided: Decision, context: Context) -> bool:
        return self._do(self.review, self.to_payout, review_publications.publish, decided, context)

    def in_payout(self, decided: Decision, context: Context) -> bool:
        return self._do(self.payout, self.to_review, payout_publications.publish, decided, context)

    def _do(self, house: House, lane: Lane, publish: Any, decided: Decision, context: Context) -> bool:
        """Whether something was recorded; what the nouns forbid by name is not done."""
        try:
            recorded = house.perform(decided, context)
        except DomainError:
            return False
        self._tell(lane, publish, recorded, house)
        return bool(recorded)

    def _tell(self, lane: Lane, publish: Any, recorded: Any, house: House) -> None:
        for stream, events in recorded.items():
            before = house.log[stream][: -len(events)]
            state = house.nouns[stream].fold(before)
            for it in events:
                state = house.nouns[stream].evolve(state, it)
                if contract := publish(it, state):
                    lane.told.append(contract)

    def deliver_to_payout(self, back: int = 0) -> None:
        """The next message, or one that was delivered before once more."""
        self._deliver(
            self.to_payout, self.payout, payout_reactions.react, self.to_review, payout_publications.publish, back
        )

    def all_to_payout(self) -> None:
        """Every message that waits."""
        while self.to_payout.waiting:
            self.deliver_to_payout()

    def deliver_to_review(self, back: int = 0) -> None:
        self._deliver(
            self.to_review, self.review, review_reactions.react, self.to_payout, review_publications.publish, back
        )

    def _deliver(self, lane: Lane, house: House, react: Any, answers: Lane, publish: Any, back: int) -> None:
        if back:
            if back > lane.position:
                return
            message = lane.told[lane.position - back]
        elif lane.waiting:
            message = lane.told[lane.position]
            lane.position += 1
        else:
            return
        decided = react(message, CASE)
        if decided is not None:
            self._tell(answers, publish, house.perform(decided, system(ON)), house)

    # ---- What people do

    def propose_amendment(self, by_year: tuple[YearAmount, ...]) -> None:
        award = self.award
        command = awards.ProposeAmendment(
            change="", by_year=by_year, eligible_cents=max(56_000_00, sum(it.cents for it in by_year) * 5 // 4 + 1),
            ends_on=award.grant.ends_on, conditions=award.grant.conditions, reasons="Umplanung",
        )  # fmt: skip
        if self.in_review(
            awards.propose_amendment(CASE, PROGRAMME, command), acting("p-officer", Role.CASE_OFFICER, ON)
        ):
            number = self.award.course.proposals
            done = self.in_review(awards.approve_amendment(CASE, number, "sofort"), APPROVER)
            if not done or self.award.course.proposal:
                self._drop()

    def propose_lapse(self) -> None:
        command = awards.ProposeAnnulment(
            annulment=awards.Annulment.LAPSE, legal_basis=awards.LegalBasis.WITHOUT_OBJECT, by_year=(),
            eligible_cents=0, effective_on=ON, reasons="Verzicht", discretion="keines",
        )  # fmt: skip
        if self.in_review(decision(awards.decider, CASE, command), acting("p-officer", Role.CASE_OFFICER, ON)):
            number = self.award.course.proposals
            if not self.in_review(awards.decide_annulment(CASE, number), APPROVER):
                self._drop()

    def _drop(self) -> None:
        command = awards.DropProposal(proposal=self.award.course.proposals, reason="nicht möglich")
        self.in_review(awards.drop_proposal(CASE, command), APPROVER)

    def freeze(self, *, wanted: bool) -> None:
        command = awards.FreezePayout(reason="Prüfung") if wanted else awards.LiftPayoutFreeze(reason="geklärt")
        self.in_review(decision(awards.decider, CASE, command), acting("p-officer", Role.CASE_OFFICER, ON))

    def draw(self, cents: int, year: int = 2025) -> None:
        self.drawdowns += 1
        asked = DrawdownRequested(
            drawdown=f"d{self.drawdowns}",
            year=year,
            eligible_due_cents=56_000_00,
            requested_cents=cents,
            requested_on=ON,
            needed_on=ON,
            purpose="Rechnung des Anbieters",
            spent=(LineUse(line=1, cents=1),),
        )
        decided = payout_reactions.react(asked, CASE)
        assert decided is not None
        self.in_payout(decided, system(ON))

    def work_on(self, number: int) -> None:
        """The next act on a drawdown: examined, certified, ordered."""
        drawdown = f"d{number}"
        for command, context in (
            (disbursements.ExamineDrawdown(drawdown=drawdown), acting("p-examiner", Role.CASE_OFFICER, ON)),
            (disbursements.CertifyDrawdown(drawdown=drawdown), acting("p-certifier", Role.CERTIFIER, ON)),
        ):
            if self.in_payout(decision(disbursements.decider, CASE, command), context):
                return
        self.payments += 1
        ordered = disbursements.OrderDrawdown(drawdown=drawdown, payment=f"p{self.payments}")
        self.in_payout(decision(disbursements.decider, CASE, ordered), acting("p-orderer", Role.ORDERING_OFFICER, ON))

    def answer(self, number: int, *, paid: bool) -> None:
        """The treasury pays an order, or refuses it for good."""
        found = [it for it in self.plan.drawdowns if it.id == f"d{number}"]
        if not found or not isinstance(found[0].stage, disbursements.Ordered):
            return
        fields: Any = {"case": CASE, "drawdown": found[0].id, "payment": found[0].stage.payment}
        command: Any = disbursements.NoteSettlement(**fields, settled_on=ON)
        if not paid:
            command = disbursements.NoteRejection(**fields, reason="AC04")
        self.in_payout(decision(disbursements.decider, CASE, command), system(ON))

    # ---- Whose money it is

    @property
    def award(self) -> Any:
        return self.review.state(f"award-{CASE}")

    @property
    def plan(self) -> disbursements.Disbursement:
        return disbursements.decider.fold(self.payout.log.get(f"disbursement-{CASE}", []))

    def owned(self) -> dict[str, dict[int, int]]:
        """Cents per year by who owns them: payout, a message on its way, or review, which holds them until a return."""
        plan = self.plan
        owned = plan.plan.by_year if isinstance(plan, disbursements.Open) else ()
        on_the_way: tuple[YearAmount, ...] = ()
        for it in (*self.to_payout.waiting, *self.to_review.waiting):
            if isinstance(it, FundsAssigned | FundsSupplemented | FundsReturned):
                on_the_way = plus(on_the_way, it.by_year)
        held: tuple[YearAmount, ...] = ()
        for one in self.award.course.reductions:
            if one.pending:
                held = plus(held, one.then)
        return {"payout": cents_of(owned), "on the way": cents_of(on_the_way), "review": cents_of(held)}

    def committed(self) -> dict[int, int]:
        """Cents per year that the budget holds for the case, paid ones too."""
        return {it.year: it.cents for it in self.review.state(f"budget-{BUDGET}").position(CASE).committed if it.cents}

    def check(self) -> None:
        """Every committed cent has exactly one owner, every owned cent is committed, and no more is ordered than owned."""
        total: dict[int, int] = {}
        for owned in self.owned().values():
            for year, cents in owned.items():
                total[year] = total.get(year, 0) + cents
        assert {year: cents for year, cents in total.items() if cents} == self.committed(), self.owned()
        plan = self.plan
        if isinstance(plan, disbursements.Open):
            assert all(it.cents >= 0 for it in disbursements.unordered(plan)), "mehr angeordnet, als der Plan hat"
            known = self.award.course.reductions
            asked = sum((part.cents for one in known for part in one.asked), 0)
            returned = sum((part.cents for part in plan.changes.returned), 0)
            assert returned <= asked


APPROVER = acting("p-approver", Role.APPROVER, ON)
