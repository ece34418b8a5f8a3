"""From a request body to the command: attachments and account are checked, personal values sealed, documents stored.

Nothing personal goes further than this module unsealed. Everything here is blocking; call it in a thread.
"""

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256, sha512

from services.intake import application
from services.intake.api.bodies import ApplicationBody, AttachmentBody, MeasureBody
from services.intake.application import Declarations, Facts, SubmitApplication
from services.intake.municipality import Register
from services.intake.vocabulary import MAX_ATTACHMENT
from shared.bank_details import checked_iban
from shared.contracts import YearAmount
from shared.contracts.intake import Cooperation, Detail, ExpenditureLine, Financing, Measure, Participant
from shared.decider import replace
from shared.documents import Documents
from shared.identity import DocumentReference, Sealed
from shared.privacy import Privacy
from shared.problems import Problem
from shared.web import Ask

_BEGINNINGS: Mapping[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "application/xml": (b"<?xml",),
    "text/xml": (b"<?xml",),
}

_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|RichMedia|EmbeddedFiles)\b")
"""What makes a PDF do more than show itself. Inside compressed streams it is not seen here: a scanner's affair."""


def command(
    body: ApplicationBody, ask: Ask, privacy: Privacy, documents: Documents, register: Register, facts: Facts
) -> SubmitApplication:
    """The command of a body; `Problem` 422 with the field when account or attachments cannot be. A repeated request
    gets the same ids, so that nothing is stored twice. `facts` are what was looked up; what the account looks like is added."""
    iban = checked_iban(body.iban)
    contents = [checked_content(it, f"attachments.{index}") for index, it in enumerate(body.attachments)]
    case = ask.new_id("case")

    def sealed(path: str, text: str, whose: str) -> Sealed:
        return privacy.seal(text, stream=application.decider.stream(case), path=path, subject=subject_of(ask, whose))

    return SubmitApplication(
        case=case,
        year=ask.today.year,
        applicant_keys=ask.person.applicant_keys,
        applicant_key=body.applicant_key,
        item=body.item,
        title=body.title,
        lines=tuple(
            ExpenditureLine(line=number, category=it.category, description=it.description, year=it.year, cents=it.cents)
            for number, it in enumerate(body.lines, 1)
        ),
        financing=Financing(
            own_cents=body.financing.own_cents,
            third_party_cents=body.financing.third_party_cents,
            grant_cents=body.financing.grant_cents,
        ),
        by_year=tuple(YearAmount(year=it.year, cents=it.cents) for it in body.by_year),
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        contact_name=sealed("contact_name", body.contact_name, "contact"),
        contact_mail=sealed("contact_mail", body.contact_mail, "contact"),
        account_holder=sealed("account_holder", body.account_holder, "account"),
        iban=sealed("iban", iban, "account"),
        documents=_stored(body.attachments, contents, documents, subject_of(ask, "documents")),
        declarations=Declarations(**body.declarations.model_dump()),
        submission_sha256=submission_sha256(body, ask.request_id),
        programme=body.programme,
        on_behalf_of=body.on_behalf_of,
        cooperation=_cooperation(body),
        measures=tuple(_measure(it) for it in body.measures),
        contract_on=body.contract_on,
        representative_name=sealed("representative_name", body.representative_name, "representative")
        if body.representative_name
        else None,
        representative_office=body.representative_office or "",
        facts=replace(
            facts,
            account_abroad=not iban.startswith("DE"),
            account_of_another=_account_of_another(body, register, ask.today),
        ),
    )


def _cooperation(body: ApplicationBody) -> Cooperation | None:
    its = body.cooperation
    if its is None:
        return None
    lead = Participant(key=body.applicant_key, share_bp=its.lead_share_bp)
    partners = (Participant(key=it.key, share_bp=it.share_bp) for it in its.partners)
    return Cooperation(cost_key=its.cost_key, participants=(lead, *partners), forwards_grant=its.forwards_grant)


def _measure(it: MeasureBody) -> Measure:
    return Measure(
        title=it.title, details=tuple(Detail(code=code, text=text) for code, text in sorted(it.details.items()))
    )


def _account_of_another(body: ApplicationBody, register: Register, on: date) -> bool:
    applicant = register.find(body.applicant_key, on)
    return applicant is not None and applicant.name.casefold() not in body.account_holder.casefold()


def stored(attachments: Sequence[AttachmentBody], ask: Ask, documents: Documents) -> tuple[DocumentReference, ...]:
    """Attachments of a later request, checked as those of a submission and stored; `Problem` 422 names the field."""
    contents = [checked_content(it, f"attachments.{index}") for index, it in enumerate(attachments)]
    return _stored(attachments, contents, documents, subject_of(ask, "documents"))


def subject_of(ask: Ask, whose: str) -> str:
    """The subject of what a request brings."""
    return f"s-{ask.new_id(whose)}"


def submission_sha256(body: ApplicationBody, request_id: str) -> str:
    """SHA-256 of `intake:<person>:<Idempotency-Key>`, a newline, and what was sent of the accepted body as JSON (keys
    sorted, no white space, UTF-8).

    With the key in it, which only the applicant keeps, nobody can try out names or accounts against the recorded hash.
    """
    sent = body.model_dump(mode="json", exclude_unset=True)
    canonical = json.dumps(sent, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(f"{request_id}\n{canonical}".encode()).hexdigest()


def checked_content(attachment: AttachmentBody, path: str) -> bytes:
    """The bytes of an attachment that may be taken in; `Problem` 422 names the field."""

    def refused(code: str, title: str, field: str = "content_base64") -> Problem:
        return Problem(422, code, title, field=f"{path}.{field}")

    try:
        content = b64decode(attachment.content_base64, validate=True)
    except (NotBase64, ValueError) as error:
        raise refused("attachment-unreadable", "Die Datei ist beschädigt angekommen.") from error
    if len(content) > MAX_ATTACHMENT:
        raise refused("attachment-too-large", "Eine Datei darf höchstens 10 MB groß sein.")
    if not content.removeprefix(b"\xef\xbb\xbf").startswith(_BEGINNINGS[attachment.media_type]):
        raise refused("attachment-of-other-type", "Der Inhalt der Datei passt nicht zu ihrem Typ.", "media_type")
    if attachment.media_type.endswith("xml") and b"<!DOCTYPE" in content:
        # A document type may name entities on other machines: whoever opens the file later would fetch them.
        raise refused("attachment-active", "XML-Dateien mit einer Dokumenttyp-Deklaration werden nicht angenommen.")
    if attachment.media_type == "application/pdf" and _ACTIVE.search(content):
        raise refused(
            "attachment-active", "PDF-Dateien, die Programme enthalten oder starten, werden nicht angenommen."
        )
    if attachment.virus_found:
        raise refused("attachment-infected", "Dateien mit Schadsoftware werden nicht angenommen.", "virus_found")
    if attachment.sha512 and sha512(content).hexdigest() != attachment.sha512:
        raise refused("attachment-altered", "Die Datei ist nicht die, deren Prüfsumme Sie nennen.", "sha512")
    return content


def _stored(
    attachments: Sequence[AttachmentBody], contents: Sequence[bytes], documents: Documents, subject: str
) -> tuple[DocumentReference, ...]:
    return tuple(
        documents.put(content, kind=it.kind, media_type=it.media_type, subject=subject)
        for it, content in zip(attachments, contents, strict=True)
    )
