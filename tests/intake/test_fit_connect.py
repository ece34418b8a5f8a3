"""An envelope over FIT-Connect: verified hash by hash, accepted as an application or rejected with problems, once."""

import json
from base64 import b64encode
from hashlib import sha512
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from services.intake.fit_submission import PROBLEMS
from tests.intake.builders import PDF, PERSONAL, a_body
from tests.intake.offices import Desk

FILE = "11111111-2222-4333-8444-555555555555"


def envelope(submission: str = "", **changes: Any) -> dict[str, Any]:
    """Stadtilm's application as a portal sends it; `changes` are to the form."""
    form = {it: value for it, value in a_body(**changes).items() if it != "attachments"}
    data = json.dumps(form).encode()
    attachment = {
        "attachmentId": FILE,
        "hash": {"type": "sha512", "content": sha512(PDF).hexdigest()},
        "purpose": "attachment",
        "filename": "angebot.pdf",
        "mimeType": "application/pdf",
        "description": "offer",
    }
    return {
        "submissionId": submission or str(uuid4()),
        "metadata": {
            "$schema": "https://schema.fitko.de/fit-connect/metadata/1.0.0/metadata.schema.json",
            "contentStructure": {
                "data": {"hash": {"type": "sha512", "content": sha512(data).hexdigest()}},
                "attachments": [attachment],
            },
        },
        "data": b64encode(data).decode(),
        "attachments": {FILE: b64encode(PDF).decode()},
    }


def delivered(desk: Desk, it: dict[str, Any]) -> httpx2.Response:
    return desk.town.post("/intake/fit-connect/submissions", json=it, headers={"Idempotency-Key": str(uuid4())})


def test_an_envelope_becomes_an_application_with_its_attachment(desk: Desk) -> None:
    sent = envelope()
    answer = delivered(desk, sent)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["state"], told["problems"]) == ("accept-submission", [])
    record = desk.town.get(f"/intake/cases/{told['case']}").json()
    assert record["file_number"] == told["file_number"]
    [document] = record["documents"]
    assert document["kind"] == "offer"
    assert desk.town.get(document["url"]).content == PDF
    read = desk.town.get(answer.headers["location"]).json()
    assert (read["state"], read["case"]) == ("accept-submission", told["case"])
    assert desk.other_town.get(answer.headers["location"]).status_code == 404


def test_the_same_submission_twice_under_other_keys_is_one_application(desk: Desk) -> None:
    sent = envelope()
    first, second = delivered(desk, sent).json(), delivered(desk, sent).json()
    assert (first["case"], first["file_number"]) == (second["case"], second["file_number"])
    other = delivered(desk, envelope(sent["submissionId"], title="Etwas anderes"))
    assert (other.status_code, other.json()["code"]) == (409, "submission-id-reused")


def tampered(part: str) -> dict[str, Any]:
    it = envelope()
    structure = it["metadata"]["contentStructure"]
    match part:
        case "data":
            it["data"] = b64encode(json.dumps(a_body(title="Untergeschoben")).encode()).decode()
        case "attachment":
            it["attachments"][FILE] = b64encode(PDF + b"untergeschoben").decode()
        case "hash of data":
            structure["data"]["hash"]["content"] = 128 * "0"
        case "hash of attachment":
            structure["attachments"][0]["hash"]["content"] = 128 * "0"
        case "missing":
            it["attachments"] = {}
        case _:
            it["attachments"]["99999999-2222-4333-8444-555555555555"] = it["attachments"][FILE]
    return it


@pytest.mark.parametrize(
    ("part", "code", "instance"),
    [
        ("data", "hash-mismatch", "data"),
        ("attachment", "hash-mismatch", f"attachment:{FILE}"),
        ("hash of data", "hash-mismatch", "data"),
        ("hash of attachment", "hash-mismatch", f"attachment:{FILE}"),
        ("missing", "missing-attachment", f"attachment:{FILE}"),
        ("unannounced", "attachments-mismatch", "metadata"),
    ],
)
def test_an_envelope_whose_parts_are_not_what_its_metadata_say_is_rejected(
    desk: Desk, part: str, code: str, instance: str
) -> None:
    answer = delivered(desk, tampered(part))
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["state"], told["case"]) == ("reject-submission", "")
    assert (told["problems"][0]["type"], told["problems"][0]["instance"]) == (f"{PROBLEMS}{code}", instance)
    assert desk.town.get(answer.headers["location"]).json()["problems"] == told["problems"]


def test_data_that_break_a_rule_are_rejected_with_the_rule_and_no_personal_value(desk: Desk) -> None:
    broken: list[dict[str, Any]] = [
        {"iban": "DE89 3704"},
        {"item": "nonsense"},
        {"financing": {"own_cents": 1, "grant_cents": 1}},
    ]
    for changes in broken:
        told = delivered(desk, envelope(**changes)).json()
        assert told["state"] == "reject-submission", changes
        assert told["problems"]
        assert not any(it in json.dumps(told) for it in PERSONAL)
