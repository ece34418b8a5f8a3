"""Who applies, for whom, with whom, and who signs (B1, B2, B3, B12, B16)."""

from collections.abc import Iterator
from datetime import date

from services.intake.application.commands import SubmitApplication
from services.intake.application.errors import (
    CostKeyInvalid,
    DissolvedApplicant,
    InhabitantsUnknown,
    InvalidSubmission,
    LeadIsAnother,
    NameIsNoKey,
    NotAMember,
    NotAnAssociation,
    ParticipantRepeated,
    TooFewParticipants,
    UnknownApplicant,
)
from services.intake.application.found import Found, missing, warning
from services.intake.cooperation import WHOLE_BP, CostKey
from services.intake.municipality import MUNICIPAL, Kind, Municipality, Register
from services.intake.vocabulary import OFFICES
from shared.contracts.intake import Cooperation

MAYOR, DISTRICT_ADMINISTRATOR, CHAIR = "mayor", "district-administrator", "chair"
_OFFICE_OF = {
    **dict.fromkeys(MUNICIPAL, MAYOR),
    Kind.DISTRICT: DISTRICT_ADMINISTRATOR,
    Kind.ASSOCIATION: CHAIR,
    Kind.SPECIAL_PURPOSE_ASSOCIATION: CHAIR,
}


def applicant(form: SubmitApplication, on: date) -> Iterator[Found]:
    """B1: the key exists and is valid on the day of receipt."""
    if not _named(form.register, form.applicant_key, on) and (
        wrong := _invalid(form.register, form.applicant_key, "applicant_key", on)
    ):
        yield wrong


def names(form: SubmitApplication, on: date) -> Iterator[Found]:
    """B2: a name is no key."""
    keys = [("applicant_key", form.applicant_key)]
    keys += [(f"on_behalf_of.{index}", key) for index, key in enumerate(form.on_behalf_of)]
    for field, key in keys:
        if namesakes := _named(form.register, key, on):
            listed = ", ".join(f"{it.full_name} ({it.key})" for it in namesakes)
            yield NameIsNoKey(f"Gemeint sein kann: {listed}", field=field)


def members(form: SubmitApplication, on: date) -> Iterator[Found]:
    """B3: a Verwaltungsgemeinschaft may apply for its members, with their proxy."""
    if not form.on_behalf_of:
        return
    found = form.register.find(form.applicant_key, on)
    if found and found.kind != Kind.ASSOCIATION:
        yield NotAnAssociation(field="on_behalf_of")
    for index, key in enumerate(form.on_behalf_of):
        field = f"on_behalf_of.{index}"
        if key in form.on_behalf_of[:index]:
            yield ParticipantRepeated(field=field)
        elif not _named(form.register, key, on) and (wrong := _invalid(form.register, key, field, on)):
            yield wrong
        elif (member := form.register.find(key, on)) and member.association != form.applicant_key:
            yield NotAMember(field=field)
    if not any(it.kind == "proxy" for it in form.documents):
        yield missing("proxy-missing", "attachments", "Bitte reichen Sie die Vollmacht der Mitgliedsgemeinden nach.")


def cooperation(form: SubmitApplication, on: date) -> Iterator[Found]:
    """B12: at least two, one leads, none twice, the cost key is whole, the agreement is there."""
    its = form.cooperation
    if its is None:
        return
    if len(its.participants) < 2:
        yield TooFewParticipants(field="cooperation.partners")
    if its.participants and its.participants[0].key != form.applicant_key:
        yield LeadIsAnother(field="cooperation")
    for index in range(len(its.participants)):
        yield from _participant(form.register, its, index, on)
    if its.cost_key not in list(CostKey):
        yield CostKeyInvalid(field="cooperation.cost_key")
    if its.cost_key == CostKey.AGREED and sum(it.share_bp for it in its.participants) != WHOLE_BP:
        yield CostKeyInvalid(field="cooperation.lead_share_bp")
    yield from _agreement(form, its)


def _participant(register: Register, its: Cooperation, index: int, on: date) -> Iterator[Found]:
    it = its.participants[index]
    field = f"cooperation.partners.{index - 1}" if index else "cooperation"
    if any(it.key == earlier.key for earlier in its.participants[:index]):
        yield ParticipantRepeated(field=f"{field}.key")
    elif index and (wrong := _invalid(register, it.key, f"{field}.key", on)):
        yield wrong
    found = register.find(it.key, on)
    if found and its.cost_key == CostKey.INHABITANTS and not found.inhabitants:
        yield InhabitantsUnknown(field=field if not index else f"{field}.key")
    if its.cost_key == CostKey.AGREED and it.share_bp <= 0:
        yield CostKeyInvalid(field=f"{field}.share_bp" if index else "cooperation.lead_share_bp")


def _agreement(form: SubmitApplication, its: Cooperation) -> Iterator[Found]:
    if not any(it.kind == "cooperation-agreement" for it in form.documents):
        text = "Bitte reichen Sie die Vereinbarung über die Zusammenarbeit nach."
        yield missing("agreement-missing", "attachments", text)
    if its.forwards_grant is None:
        text = "Bitte sagen Sie noch, ob die leitende Kommune Mittel an die anderen weitergibt."
        yield missing("answer-missing", "cooperation.forwards_grant", text)
    elif its.forwards_grant:
        text = "Die Zuwendung soll an Beteiligte weitergegeben werden; der Bescheid muss das regeln (VV Nr. 12 zu § 44 ThürLHO)."
        yield warning("grant-forwarded", "cooperation.forwards_grant", text)


def representative(form: SubmitApplication, on: date) -> Iterator[Found]:
    """B16: who is entitled to sign is named, and the office fits the body."""
    if form.representative_name is None or not form.representative_office:
        text = "Bitte nennen Sie noch, wer für die Kommune unterschreibt, und in welchem Amt."
        yield missing("representative-missing", "representative_name", text)
        return
    found = form.register.find(form.applicant_key, on)
    usual = _OFFICE_OF.get(found.kind) if found else None
    if form.representative_office == "authorised" and not any(it.kind == "proxy" for it in form.documents):
        yield missing("proxy-missing", "attachments", "Bitte reichen Sie die Vollmacht für die Unterschrift nach.")
    elif form.representative_office != "authorised" and usual and form.representative_office != usual:
        text = f"Für diese Kommune unterschreibt sonst: {OFFICES[usual]}."
        yield warning("representative-office-unusual", "representative_office", text)


def _named(register: Register, key: str, on: date) -> list[Municipality]:
    """The bodies that are called like this, when the text is a name and no key."""
    wanted = key.strip().casefold()
    if wanted.isdecimal() or register.find(key, on):
        return []
    return [it for it in register.existing(on) if wanted in (it.name.casefold(), it.full_name.casefold())]


def _invalid(register: Register, key: str, field: str, on: date) -> InvalidSubmission | None:
    if register.find(key, on):
        return None
    if heirs := register.successors(key, on):
        listed = ", ".join(f"{it.full_name} ({it.key})" for it in heirs)
        return DissolvedApplicant(f"Rechtsnachfolge: {listed}", field=field)
    return UnknownApplicant(field=field)
