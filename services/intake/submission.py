"""From a request body to the command: attachments and account are checked, personal values sealed, documents stored.

Nothing personal goes further than this module unsealed. Everything here is blocking; call it in a thread.
"""

import json
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from services.intake import application
from services.intake.application import Declarations, SubmitApplication, Submitted
from services.intake.bodies import ApplicationBody, AttachmentBody
from shared.contracts import YearAmount
from shared.contracts.intake import ExpenditureLine, Financing
from shared.documents import Documents
from shared.identity import DocumentReference, Erased, Sealed
from shared.privacy import Privacy
from shared.problems import FieldError, Problem
from shared.web import Ask

_ITS_KIND = re.compile("^(Stadt|Landkreis|Verwaltungsgemeinschaft) ")
"""What a full name says beside the name; an account is seldom held under both."""

MAX_ATTACHMENT = 10_000_000
"""Bytes of one attachment at most."""

_BEGINNINGS: Mapping[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "application/xml": (b"<?xml",),
    "text/xml": (b"<?xml",),
}


def command(body: ApplicationBody, ask: Ask, privacy: Privacy, documents: Documents) -> SubmitApplication:
    """The command of a body; `Problem` 422 with the field when account or attachments cannot be. A repeated request
    gets the same ids, so that nothing is stored twice."""
    iban = checked_iban(body.iban)
    contents = [_content(it, f"attachments.{index}") for index, it in enumerate(body.attachments)]
    case = ask.new_id("case")

    def sealed(path: str, text: str, whose: str) -> Sealed:
        return privacy.seal(text, stream=application.decider.stream(case), path=path, subject=_subject(ask, whose))

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
        documents=_stored(body.attachments, contents, documents, _subject(ask, "documents")),
        declarations=Declarations(**body.declarations.model_dump()),
        submission_sha256=submission_sha256(body, ask.request_id),
    )


def _subject(ask: Ask, whose: str) -> str:
    return f"s-{ask.new_id(whose)}"


def submission_sha256(body: ApplicationBody, request_id: str) -> str:
    """SHA-256 of `intake:<person>:<Idempotency-Key>`, a newline, and the accepted body as JSON (keys sorted, no white space, UTF-8).

    With the key in it, which only the applicant keeps, nobody can try out names or accounts against the recorded hash.
    """
    canonical = json.dumps(body.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(f"{request_id}\n{canonical}".encode()).hexdigest()


def checked_iban(text: str) -> str:
    """The IBAN without spaces, its check digits (ISO 7064 MOD 97-10) and form verified."""
    try:
        return str(IBAN(text))
    except (SchwiftyException, ValueError) as error:
        title = "Diese IBAN stimmt nicht. Bitte schreiben Sie sie noch einmal ab."
        raise Problem(422, "iban-invalid", title, field="iban") from error


def _content(attachment: AttachmentBody, path: str) -> bytes:
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
    return content


def _stored(
    attachments: Sequence[AttachmentBody], contents: Sequence[bytes], documents: Documents, subject: str
) -> tuple[DocumentReference, ...]:
    return tuple(
        documents.put(content, kind=it.kind, media_type=it.media_type, subject=subject)
        for it, content in zip(attachments, contents, strict=True)
    )


def warnings(submitted: Submitted, open_seal: Callable[[Sealed], str | Erased]) -> Sequence[FieldError]:
    """What a clerk will look at, although the application was taken: account abroad, account of somebody else (B17)."""
    found: list[FieldError] = []
    iban, holder = open_seal(submitted.form.iban), open_seal(submitted.form.account_holder)
    if isinstance(iban, str) and not iban.startswith("DE"):
        found.append(FieldError(field="iban", code="iban-foreign", message="Erwartet wird ein Konto in Deutschland."))
    name = _ITS_KIND.sub("", submitted.form.applicant_name)
    if isinstance(holder, str) and name.casefold() not in holder.casefold():
        message = "Das Konto scheint nicht der Kommune zu gehören."
        found.append(FieldError(field="account_holder", code="account-holder-differs", message=message))
    return found
