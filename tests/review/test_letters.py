"""Letters beside the notices: what they say, that the same event is the same bytes, and how they leave the house."""

from collections.abc import Callable, Iterator
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from services.review import assessment, correspondence
from services.review.api.letter_reading import PAGES
from services.review.assessment import HearingOpened, HearingSubject, RejectionGround
from services.review.award import (
    Annulment,
    AnnulmentProposed,
    AwardHearingOpened,
    Channel,
    Grant,
    GrantAmended,
    GrantRevoked,
    LegalBasis,
)
from services.review.correspondence import (
    DispatchLetter,
    LetterDispatched,
    LetterIsDispatched,
    LetterKind,
    NotByPortal,
)
from services.review.letters import (
    Account,
    Authority,
    CourtUnknown,
    Head,
    amendment_letter,
    annulment_letter,
    award_hearing_letter,
    hearing_letter,
    rejection_letter,
)
from services.review.wiring import blueprint
from shared.calendar import days_after
from shared.contracts import Acted
from shared.decider import RefusedAttempt, replace
from shared.identity import Role
from shared.letters import render
from tests.conftest import StartNats
from tests.review.builders import CASE, LETTER, award_d1, cents, officer, opened_house
from tests.review.road import Road
from tests.review.test_api import place
from tests.service import serving
from tests.web.test_letters import words

ON = date(2025, 7, 31)
HEAD = Head(
    authority=Authority(name="Ministerium", street="Musterweg 1", place="99096 Erfurt", mail="m@ministerium.example",
        account=Account(holder="Freistaat Thüringen", iban="DE65820000000082001589"),
    ),
    file_number="EG-2025-00001", applicant_key="16070048", applicant_name="Stadt Stadtilm",
    project="Schnittstelle DMS", demonstration=True,
)  # fmt: skip
HEARING = HearingOpened(
    number=1, about=HearingSubject.CUT, announced="Notebooks gehören nicht zu Ziffer 2c.", granted_cents=44_800_00,
    deadline=days_after(ON, 14), opened_by="p-officer", opened_on=ON,
)  # fmt: skip
AWARD_HEARING = AwardHearingOpened(
    number=1, annulment=Annulment.REVOCATION, legal_basis=LegalBasis.PURPOSE_MISSED, facts="Der Zweck ist verfehlt.",
    deadline=days_after(ON, 14), limit_months=12, opened_by="p-officer", opened_on=ON,
)  # fmt: skip
REJECTION = assessment.ApplicationRejectedFormally(
    file_number="EG-2025-00001", grounds=(RejectionGround.PROJECT_STARTED,), reasons=("Der Vertrag ist vom 2. Mai.",),
    rejected_by="p-approver", rejected_on=ON,
)  # fmt: skip
REVOKED = GrantRevoked(
    decided=AnnulmentProposed(
        number=1, annulment=Annulment.REVOCATION, legal_basis=LegalBasis.PURPOSE_MISSED, by_year=cents(y2025=20_000_00),
        eligible_cents=0, effective_on=date(2025, 8, 20), reasons="Zweck verfehlt", discretion="kein milderes Mittel",
        proposed_by="p-officer", proposed_on=ON,
    ),
    lost=cents(y2025=10_000_00, y2026=14_800_00), decided_by="p-approver", decided_on=ON, waits=True,
)  # fmt: skip
SEND = DispatchLetter(
    kind=LetterKind.HEARING, number=1, letter=LETTER, channel=Channel.ELECTRONIC, service_on_working_day=False, acted=()
)


def granted() -> Grant:
    house = opened_house()
    award_d1(house)
    return house.state(f"award-{CASE}").grant


def text_of(template: str, values: Any) -> str:
    """What a person reads; the soft hyphens of the page are not the letter's."""
    return words(render(PAGES / template, values)).replace("\N{NO-BREAK SPACE}", " ").replace("\N{SOFT HYPHEN}", "")


# ---- What they say --------------------------------------------------------------------------------------------------


def test_a_hearing_tells_facts_law_amount_and_the_last_day_for_a_statement():
    text = text_of("hearing_letter.typ", hearing_letter(HEAD, HEARING))
    for expected in ("nur zum Teil", "Notebooks gehören nicht", "§§ 23 und 44", "44.800,00 €", "14.08.2025", "§ 28"):
        assert expected in text, expected
    assert "Klage" not in text, "gegen eine Anhörung gibt es keinen Rechtsbehelf"


def test_a_hearing_that_is_sent_again_tells_its_period_from_its_service():
    text = text_of("hearing_letter.typ", hearing_letter(HEAD, HEARING, again=True))
    assert f"innerhalb von {HEARING.length} Tagen nach der Bekanntgabe" in text
    assert "14.08.2025" not in text


def test_a_hearing_on_an_award_tells_the_provision_and_what_is_granted():
    text = text_of("hearing_letter.typ", award_hearing_letter(HEAD, AWARD_HEARING, granted()))
    for expected in ("zu widerrufen", "Der Zweck ist verfehlt.", "§ 49 Absatz 3 Nummer 1", "30.000,00 €", "14.08.2025"):
        assert expected in text, expected


def test_a_revocation_tells_what_falls_away_by_which_law_and_how_it_can_be_contested():
    text = text_of("annulment_letter.typ", annulment_letter(HEAD, REVOKED))
    for expected in (
        "Widerruf", "20.000,00 €", "44.800,00 €", "24.800,00 €", "§ 49 Absatz 3 Nummer 1", "Zweck verfehlt",
        "kein milderes Mittel", "seit dem 20.08.2025", "Weimar",
    ):  # fmt: skip
        assert expected in text, expected
    assert "Sofortige Vollziehung" not in text
    at_once = annulment_letter(HEAD, replace(REVOKED, immediate="Das Geld würde ausgegeben."))
    assert "Nummer 4 VwGO" in text_of("annulment_letter.typ", at_once)


def test_an_amendment_tells_what_was_granted_and_what_is_now():
    text = text_of("amendment_letter.typ", amendment_letter(HEAD, amended()))
    for expected in ("Änderungsbescheid", "20.000,00 €", "44.800,00 €", "14.800,00 €", "weniger Bedarf", "Weimar"):
        assert expected in text, expected


def amended() -> GrantAmended:
    grant = replace(granted(), by_year=cents(y2025=20_000_00), granted_cents=20_000_00)
    return GrantAmended(
        number=1, change="", grant=grant, less=cents(y2025=10_000_00, y2026=14_800_00), more=(),
        reasons="weniger Bedarf", approved_by="p-approver", approved_on=ON,
    )  # fmt: skip


def test_a_formal_rejection_tells_its_grounds_and_the_competent_court():
    text = text_of("rejection_letter.typ", rejection_letter(HEAD, REJECTION, date(2025, 5, 12)))
    for expected in (
        "12.05.2025",
        "als unzulässig",
        "begonnen",
        "Der Vertrag ist vom 2. Mai.",
        "Weimar",
        "eines Monats",
    ):
        assert expected in text, expected
    with pytest.raises(CourtUnknown):
        rejection_letter(replace(HEAD, applicant_key="09162000"), REJECTION, date(2025, 5, 12))


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("hearing_letter.typ", lambda: hearing_letter(HEAD, HEARING)),
        ("hearing_letter.typ", lambda: award_hearing_letter(HEAD, AWARD_HEARING, granted())),
        ("annulment_letter.typ", lambda: annulment_letter(HEAD, REVOKED)),
        ("amendment_letter.typ", lambda: amendment_letter(HEAD, amended())),
        ("rejection_letter.typ", lambda: rejection_letter(HEAD, REJECTION, date(2025, 5, 12))),
    ],
)
def test_the_same_event_is_the_same_bytes_and_another_is_not(template: str, values: Callable[[], Any]):
    first = render(PAGES / template, values())
    assert render(PAGES / template, values()) == first
    assert render(PAGES / template, {**values(), "date": "2025-08-01"}) != first
    with pikepdf.open(BytesIO(first)) as pdf:
        metadata = bytes(pdf.Root.Metadata.read_bytes()).decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata


# ---- How they leave -------------------------------------------------------------------------------------------------


def test_a_letter_leaves_once_and_says_when_it_counts_as_served():
    (sent,) = correspondence.decide(SEND, correspondence.Correspondence(), officer(ON))
    assert isinstance(sent, LetterDispatched)
    assert (sent.letter, sent.deemed_served_on, sent.remedy_ends_on) == (LETTER, date(2025, 8, 4), None)
    state = correspondence.decider.fold([sent])
    assert correspondence.decide(SEND, state, officer(ON)) == []
    with pytest.raises(LetterIsDispatched):
        correspondence.decide(replace(SEND, channel=Channel.POST), state, officer(ON))


def test_a_formal_rejection_can_be_contested_within_a_month_of_its_service():
    send = replace(SEND, kind=LetterKind.REJECTION)
    (sent,) = correspondence.decide(send, correspondence.Correspondence(), officer(ON))
    assert isinstance(sent, LetterDispatched)
    assert sent.remedy_ends_on == date(2025, 9, 4)
    assert "§ 74 VwGO" in sent.remedy_rule


def test_a_letter_beside_the_notices_is_not_laid_ready_in_a_portal():
    with pytest.raises(NotByPortal):
        correspondence.decide(replace(SEND, channel=Channel.PORTAL), correspondence.Correspondence(), officer(ON))


def test_who_acts_for_the_municipality_sends_it_nothing_in_the_case():
    submitted = Acted(person="p-officer", role=Role.APPLICANT, action="submit-application")
    with pytest.raises(RefusedAttempt):
        correspondence.decide(replace(SEND, acted=(submitted,)), correspondence.Correspondence(), officer(ON))


# ---- Over the interface ---------------------------------------------------------------------------------------------


@pytest.fixture
def road(tmp_path: Path, start_nats: StartNats) -> Iterator[Road]:
    with serving(blueprint, place(tmp_path, start_nats)) as service:
        yield Road(service)


def test_the_letter_of_a_hearing_is_previewed_sent_and_then_stays_as_it_was_sent(road: Road):
    case = road.receive()
    road.do(case, "refusal-proposal", {"reasons": ["kein Standard"]})
    road.do(case, "hearing", {"about": "refusal", "announced": "Das Vorhaben folgt keinem Standard."})
    (told,) = road.read(case)["letters"]
    assert (told["letter"], told["dispatched_on"]) == ("hearing-1", None)
    path = f"/review/cases/{case}/letters/hearing-1"
    own = road.person("p-a-16070048", Role.APPLICANT, keys=("16070048",))
    preview = road.auditor.get(path).content
    assert preview.startswith(b"%PDF")
    assert own.get(path).status_code == 404
    road.do(case, "letters", {"letter": "hearing-1"})
    (sent,) = road.read(case)["letters"]
    assert sent["sha256"] == sha256(preview).hexdigest()
    assert own.get(path).content == preview
    foreign = road.person("p-a-16051000", Role.APPLICANT, keys=("16051000",))
    assert foreign.get(path).status_code == 404
    assert "dispatch-letter" not in [it["name"] for it in road.read(case)["actions"]]
    road.do(case, "hearing/extension", {"days": 30})
    assert road.auditor.get(path).content == preview, "what was sent does not change with the deadline"
    unknown = road.act(case, "letters", {"letter": "hearing-2"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no-letter")


def test_the_page_offers_the_letter_and_its_dispatch(road: Road):
    case = road.receive()
    road.do(case, "refusal-proposal", {"reasons": ["kein Standard"]})
    road.do(case, "hearing", {"about": "refusal", "announced": "Das Vorhaben folgt keinem Standard."})
    page = {"Accept": "text/html"}
    client = road.person("p-officer", Role.CASE_OFFICER)
    text = client.get(f"/review/cases/{case}", headers=page).text
    assert f'action="/review/forms/cases/{case}/letters"' in text
    assert f"/review/cases/{case}/letters/hearing-1" in text
    road.do(case, "letters", {"letter": "hearing-1", "channel": "post"})
    road.service.settled()
    text = client.get(f"/review/cases/{case}", headers=page).text
    assert "Anhörung versandt (Post)" in text
