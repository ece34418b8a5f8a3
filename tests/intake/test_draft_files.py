"""Files in a draft, over the API and in a browser without script: put in, taken out, handed in, and gone afterwards."""

from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.intake.api.drafting import PATH
from services.intake.draft import DraftSaved, decider
from services.intake.draft.files import MOST_FILES, DraftFileRemoved, DraftFilesAdded
from shared.identity import DocumentReference, Erased, Role
from tests.intake.builders import PDF, PERSONAL, STADTILM, a_body, attached
from tests.intake.offices import Desk
from tests.intake.test_drafting import FIELDS, a_draft, events, is_erased
from tests.intake.test_pages import TYPED, hidden, page
from tests.servers import wait_until

ANOTHER = b"%PDF-1.7\nBeschluss des Stadtrats\n%%EOF\n"


def puts(desk: Desk, draft: str, version: int, *files: Any, key: str = "", client: Any = None) -> httpx2.Response:
    headers = {"If-Match": f'"{version}"', **({"Idempotency-Key": key} if key else {})}
    body = {"fields": FIELDS, "attachments": files}
    return (client or desk.town).put(f"{PATH}/{draft}", json=body, headers=headers)


def takes_out(desk: Desk, draft: str, version: int, file: str, client: Any = None) -> httpx2.Response:
    headers = {"If-Match": f'"{version}"'}
    return (client or desk.town).post(f"{PATH}/{draft}/files/{file}/removal", json={}, headers=headers)


def files(desk: Desk, draft: str, client: Any = None) -> list[dict[str, Any]]:
    return (client or desk.town).get(f"{PATH}/{draft}").json()["files"]


def a_draft_with_files(desk: Desk, *more: Any) -> tuple[str, list[str]]:
    body = {"fields": FIELDS, "attachments": [attached(), *more]}
    answer = desk.town.post(PATH, json=body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == 201, answer.text
    draft = answer.json()["draft"]
    return draft, [it["file"] for it in files(desk, draft)]


def documents(desk: Desk, draft: str) -> list[DocumentReference]:
    history = desk.service.house.store.history(decider.stream(draft))
    return [it.document for one in history if isinstance(one.event, DraftFilesAdded) for it in one.event.files]


def folder(desk: Desk, draft: str) -> Path:
    subject = desk.service.house.store.history(decider.stream(draft))[0].event.content.subject
    return desk.service.place.settings().documents / subject


def submits(desk: Desk, draft: str, version: int, **changes: Any) -> httpx2.Response:
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": f'"{version}"'}
    return desk.town.post(f"{PATH}/{draft}/submission", json=a_body(**changes), headers=headers)


def test_a_file_comes_back_as_it_was_and_lies_nowhere_in_clear(desk: Desk) -> None:
    draft, (file,) = a_draft_with_files(desk)
    assert files(desk, draft) == [
        {
            "file": file,
            "file_name": "beschluss.pdf",
            "kind": "council-decision",
            "media_type": "application/pdf",
            "size": len(PDF),
        }
    ]
    answer = desk.town.get(f"{PATH}/{draft}/files/{file}")
    assert (answer.content, answer.headers["content-type"]) == (PDF, "application/pdf")
    assert answer.headers["content-disposition"].startswith("attachment;")
    desk.service.settled()
    kept = [it.read_bytes() for it in desk.service.place.folder.rglob("*") if it.is_file()]
    assert not any(PERSONAL[3].encode() in it or b"beschluss.pdf" in it for it in kept)


def test_the_log_knows_no_hash_by_which_a_file_could_be_recognised(desk: Desk) -> None:
    draft, _ = a_draft_with_files(desk, attached())
    first, second = documents(desk, draft)
    assert len({first.sha256, second.sha256, sha256(PDF).hexdigest()}) == 3


def test_a_colleague_goes_on_with_the_files_and_nobody_else_sees_them(desk: Desk) -> None:
    draft, (file,) = a_draft_with_files(desk)
    colleague = desk.service.client("p-kollege", Role.APPLICANT, keys=(STADTILM,))
    assert colleague.get(f"{PATH}/{draft}/files/{file}").content == PDF
    assert puts(desk, draft, 2, attached(ANOTHER), client=colleague).status_code == 200
    assert [it["size"] for it in files(desk, draft)] == [len(PDF), len(ANOTHER)]
    for answer in (
        desk.other_town.get(f"{PATH}/{draft}/files/{file}"),
        puts(desk, draft, 3, attached(), client=desk.other_town),
        takes_out(desk, draft, 3, file, desk.other_town),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-draft")
    for role in set(Role) - {Role.SYSTEM, Role.APPLICANT}:
        client = desk.service.client(f"p-{role}", role)
        answer = client.get(f"{PATH}/{draft}/files/{file}")
        assert (answer.status_code, answer.json()["code"]) == (403, "role-not-allowed"), role
    assert len(files(desk, draft)) == 2


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (attached(b"<html>"), "attachment-of-other-type"),
        (attached(b"%PDF-1.7 /JavaScript"), "attachment-active"),
        (attached(b"%PDF-" + bytes(10_000_000)), "attachment-too-large"),
        ({**attached(), "sha512": 128 * "0"}, "attachment-altered"),
        ({**attached(), "virus_found": True}, "attachment-infected"),
        ({**attached(), "kind": "diary"}, "invalid-request"),
    ],
)
def test_what_no_application_takes_no_draft_takes(desk: Desk, file: Any, code: str) -> None:
    draft = a_draft(desk)
    answer = puts(desk, draft, 1, attached(), file)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["field"].startswith("attachments.1.")
    assert events(desk, draft) == ["DraftSaved"]
    assert len(list(folder(desk, draft).iterdir())) == 1


def test_no_more_files_than_an_application_takes(desk: Desk) -> None:
    draft = a_draft(desk)
    assert puts(desk, draft, 1, *(MOST_FILES * [attached()])).status_code == 200
    more = puts(desk, draft, 2, attached())
    together = submits(desk, draft, 2, attachments=[attached(ANOTHER)])
    for answer in (more, together):
        assert (answer.status_code, answer.json()["code"]) == (422, "too-many-draft-files")
    assert events(desk, draft) == ["DraftSaved", "DraftFilesAdded"]


def test_the_same_request_again_puts_a_file_in_once(desk: Desk) -> None:
    draft, key = a_draft(desk), str(uuid4())
    first, second = puts(desk, draft, 1, attached(), key=key), puts(desk, draft, 1, attached(), key=key)
    assert (first.json(), first.headers["etag"]) == (second.json(), '"2"')
    without_key = puts(desk, draft, 1, attached())
    assert (without_key.status_code, without_key.json()["code"]) == (412, "draft-changed")
    assert len(files(desk, draft)) == 1
    assert len(list(folder(desk, draft).iterdir())) == 2


def test_a_file_taken_out_is_deleted_and_not_handed_in(desk: Desk) -> None:
    draft, (out, stays) = a_draft_with_files(desk, attached(ANOTHER, "offer"))
    gone = documents(desk, draft)[0]
    assert takes_out(desk, draft, 2, out).status_code == 200
    again = takes_out(desk, draft, 3, out)
    assert (again.status_code, again.headers["etag"]) == (200, '"3"')
    assert desk.town.get(f"{PATH}/{draft}/files/{out}").json()["code"] == "unknown-draft-file"
    wait_until(lambda: not (folder(desk, draft) / gone.sha256).exists(), "das Löschen der Datei")
    assert [it["file"] for it in files(desk, draft)] == [stays]
    answer = submits(desk, draft, 3, attachments=[])
    assert answer.status_code == 201, answer.text
    record = desk.town.get(answer.headers["location"]).json()
    assert [(it["kind"], it["sha256"]) for it in record["documents"]] == [("offer", sha256(ANOTHER).hexdigest())]


def test_they_are_handed_in_as_documents_of_the_application_and_only_then_seen_by_the_ministry(desk: Desk) -> None:
    draft, _ = a_draft_with_files(desk)
    desk.service.settled()
    before = desk.clerk.get("/intake/applications?limit=200").json()["items"]
    answer = submits(desk, draft, 2, attachments=[attached(ANOTHER, "offer")])
    assert answer.status_code == 201, answer.text
    case = answer.json()["case"]
    assert case not in {it["case"] for it in before}
    is_erased(desk, draft)
    for content in (PDF, ANOTHER):
        read = desk.clerk.get(f"/intake/cases/{case}/documents/{sha256(content).hexdigest()}")
        assert (read.status_code, read.content) == (200, content)
    assert {it["kind"] for it in desk.clerk.get(f"/intake/cases/{case}").json()["documents"]} == {
        "offer",
        "council-decision",
    }


def test_who_has_not_seen_a_colleagues_file_does_not_hand_it_in(desk: Desk) -> None:
    draft = a_draft(desk)
    assert puts(desk, draft, 1, attached()).status_code == 200
    answer = submits(desk, draft, 1)
    assert (answer.status_code, answer.json()["code"]) == (412, "draft-changed")
    assert events(desk, draft) == ["DraftSaved", "DraftFilesAdded"]


def test_nobody_can_read_a_file_once_the_draft_is_thrown_away(desk: Desk) -> None:
    """The control: as long as the key is there, the same bytes in the same place are readable."""
    draft, (file,) = a_draft_with_files(desk)
    (document,) = documents(desk, draft)
    lies = folder(desk, draft) / document.sha256
    box, house = lies.read_bytes(), desk.service.house
    content = house.documents.get(document)
    assert isinstance(content, bytes)
    assert content.endswith(PDF)
    assert desk.town.post(f"{PATH}/{draft}/discarding", json={}, headers={"If-Match": '"2"'}).status_code == 200
    is_erased(desk, draft)
    assert not lies.exists()
    lies.write_bytes(box)
    assert isinstance(house.documents.get(document), Erased)
    lies.unlink()
    assert desk.town.get(f"{PATH}/{draft}/files/{file}").json()["code"] == "draft-over"
    history = desk.service.house.store.history(decider.stream(draft))
    (name,) = [it.file_name for one in history if isinstance(one.event, DraftFilesAdded) for it in one.event.files]
    assert isinstance(house.privacy.open(name), Erased)


def test_a_file_that_was_lost_is_named_and_can_be_replaced(desk: Desk) -> None:
    draft, (file,) = a_draft_with_files(desk)
    (folder(desk, draft) / documents(desk, draft)[0].sha256).unlink()
    for answer in (submits(desk, draft, 2), desk.town.get(f"{PATH}/{draft}/files/{file}")):
        assert (answer.status_code, answer.json()["code"]) == (409, "draft-file-damaged")
    assert takes_out(desk, draft, 2, file).status_code == 200
    assert puts(desk, draft, 3, attached()).status_code == 200
    assert submits(desk, draft, 4).status_code == 201


def test_events_of_files_prolong_the_draft_and_name_its_municipality(desk: Desk) -> None:
    draft, (file,) = a_draft_with_files(desk)
    takes_out(desk, draft, 2, file)
    history = [it.event for it in desk.service.house.store.history(decider.stream(draft))]
    assert [type(it) for it in history] == [DraftSaved, DraftFilesAdded, DraftFileRemoved]
    assert {it.applicant_key for it in history} == {STADTILM}
    assert len({it.kept_until_on for it in history}) == 1


# ---- In a browser without script -----------------------------------------------------------------------------------


def posts(desk: Desk, path: str, typed: dict[str, str], *contents: bytes) -> httpx2.Response:
    chosen: Any = {
        f"attachments.{it}": (f"datei-{it}.pdf", content, "application/pdf") for it, content in enumerate(contents)
    }
    return desk.town.post(path, data=typed, files=chosen or {"attachments.0": ("", b"", "")})


def test_without_script_the_button_that_saves_takes_the_files_along(desk: Desk) -> None:
    form = page(desk.town, "/intake/new")
    typed = {**TYPED, **hidden(form.text, "/intake/forms/applications"), "attachments.0.kind": "offer"}
    answer = posts(desk, "/intake/forms/drafts", typed, PDF)
    assert answer.status_code == 303, answer.text
    draft = answer.headers["location"].removeprefix(f"{PATH}/").partition("?")[0]
    shown = page(desk.town, f"{PATH}/{draft}")
    (file,) = files(desk, draft)
    assert (file["kind"], file["file_name"]) == ("offer", "datei-0.pdf")
    assert f'href="{PATH}/{draft}/files/{file["file"]}"' in shown.text
    assert "attachments.0.kind" not in desk.town.get(f"{PATH}/{draft}").json()["fields"]
    own = f"/intake/forms/drafts/{draft}"
    more = {**typed, **hidden(shown.text, f"{own}/submission"), "attachments.0.kind": "budget-extract"}
    assert posts(desk, own, more, ANOTHER).status_code == 303
    removal = f"{own}/files/{file['file']}/removal"
    gone = desk.town.post(removal, data=hidden(page(desk.town, f"{PATH}/{draft}").text, removal))
    assert (gone.status_code, gone.headers["location"]) == (303, f"{PATH}/{draft}?done=saved")
    last = page(desk.town, f"{PATH}/{draft}")
    assert file["file"] not in last.text
    sent = {**typed, **hidden(last.text, f"{own}/submission"), "attachments.0.kind": ""}
    done = posts(desk, f"{own}/submission", sent)
    assert done.status_code == 303, done.text
    record = desk.clerk.get(f"/intake/cases/{done.headers['location'].split('/')[3].partition('?')[0]}").json()
    assert [(it["kind"], it["sha256"]) for it in record["documents"]] == [
        ("budget-extract", sha256(ANOTHER).hexdigest())
    ]


def test_a_file_that_is_refused_loses_nothing_that_was_typed(desk: Desk) -> None:
    draft = a_draft(desk)
    typed = {"title": "Nicht verloren", "If-Match": '"1"', "attachments.0.kind": "offer"}
    answer = posts(desk, f"/intake/forms/drafts/{draft}", typed, b"kein PDF")
    assert answer.status_code == 422
    assert 'value="Nicht verloren"' in answer.text
    assert "Der Inhalt der Datei passt nicht zu ihrem Typ." in answer.text
    assert events(desk, draft) == ["DraftSaved"]
