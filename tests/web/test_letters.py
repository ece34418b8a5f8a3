"""The award letter: readable by people, screen readers and machines, and the same bytes for the same decision."""

import json
import subprocess
import sys
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from shared.letters import render

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "services/review/pages/award_letter.typ"
VALUES: dict[str, Any] = {
    "authority": {
        "name": "Ministerium für Digitales",
        "street": "Musterweg 1",
        "place": "99096 Erfurt",
        "mail": "foerderung@ministerium.example",
    },
    "recipient": {"name": "Stadt Stadtilm", "street": "Musterstraße 2", "place": "99326 Stadtilm"},
    "file_number": "16/2025/0017-42",
    "date": "2025-07-25",
    "project": "Schnittstelle vom Dokumentenmanagement zum Fachverfahren",
    "purpose": "Die Stadt verbindet ihr Dokumentenmanagement mit dem Fachverfahren.",
    "item": "Ziffer 2c, Schnittstellen",
    "guideline": "ThürEGovRL",
    "budget_title": "1605-63371",
    "granted_cents": 4_480_000,
    "eligible_cents": 5_600_000,
    "applied_cents": 6_450_000,
    "rate_bp": 8000,
    "financing_type": "share",
    "financing_title": "Anteilfinanzierung",
    "payout_only_when_final": True,
    "by_year": [{"year": 2025, "cents": 3_000_000}, {"year": 2026, "cents": 1_480_005}],
    "lines": [
        {
            "line": 1,
            "description": "Entwicklung",
            "applied_cents": 5_600_000,
            "eligible_cents": 5_600_000,
            "reason": "",
        },
        {
            "line": 2,
            "description": "Notebooks",
            "applied_cents": 850_000,
            "eligible_cents": 0,
            "reason": "nicht Teil von Ziffer 2c",
        },
    ],
    "starts_on": "2025-08-01",
    "ends_on": "2026-03-31",
    "proof_due_on": "2026-09-30",
    "drawdown_months": 2,
    "conditions": ["Die Schnittstelle ist anderen Kommunen zur Nachnutzung bereitzustellen."],
    "court": {"name": "Verwaltungsgericht Weimar", "street": "Musterplatz 3", "place": "99425 Weimar"},
    "demonstration": True,
}


@pytest.fixture(scope="module")
def letter() -> bytes:
    return render(TEMPLATE, VALUES)


def words(raw: bytes) -> str:
    """The text of the pages, told by the fonts' own tables from glyph to character."""
    with pikepdf.open(BytesIO(raw)) as pdf:
        return " ".join(_page(it) for it in pdf.pages)


def _page(page: pikepdf.Page) -> str:
    fonts = {str(name): _characters(font) for name, font in page.Resources.Font.items()}
    text: list[str] = []
    known: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            known = fonts[str(operands[0])]
        elif str(operator) in ("TJ", "Tj"):
            parts = operands[0] if str(operator) == "TJ" else operands
            for part in parts:
                if isinstance(part, pikepdf.String):
                    raw = bytes(part)
                    text += [known.get(int.from_bytes(raw[at : at + 2]), "?") for at in range(0, len(raw), 2)]
    return "".join(text)


def _characters(font: Any) -> dict[int, str]:
    found: dict[int, str] = {}
    mode = ""
    for line in font.ToUnicode.read_bytes().decode().splitlines():
        if line.endswith(("beginbfchar", "beginbfrange")):
            mode = line.split()[-1]
        elif line.startswith("end"):
            mode = ""
        elif mode:
            codes = [it.strip("<>") for it in line.split()]
            target = bytes.fromhex(codes[-1]).decode("utf-16-be")
            last = codes[0] if mode == "beginbfchar" else codes[1]
            for step, glyph in enumerate(range(int(codes[0], 16), int(last, 16) + 1)):
                found[glyph] = target[:-1] + chr(ord(target[-1]) + step)
    return found


def test_the_letter_says_who_gets_how_much_for_what_and_until_when(letter: bytes) -> None:
    text = words(letter).replace("\N{NO-BREAK SPACE}", " ")
    for expected in (
        "16/2025/0017-42",
        "Stadt Stadtilm",
        "44.800,00 €",
        "80 %",
        "56.000,00 €",
        "14.800,05 €",
        "31.03.2026",
    ):
        assert expected in text, expected


def test_the_letter_names_its_financing_and_when_money_can_be_called() -> None:
    share = words(render(TEMPLATE, VALUES)).replace("\N{SOFT HYPHEN}", "").replace("\N{NO-BREAK SPACE}", " ")
    assert "Anteilfinanzierung gewährt, mit 80 % der" in share
    fixed = {"financing_type": "fixed", "financing_title": "Festbetragsfinanzierung", "payout_only_when_final": False}
    text = words(render(TEMPLATE, VALUES | fixed)).replace("\N{SOFT HYPHEN}", "")
    assert "Festbetragsfinanzierung gewährt, mit einem festen Betrag" in text
    assert "wenn dieser Bescheid bekannt gegeben ist" in text
    assert "Danach können Sie Mittel abrufen" not in text


def test_the_letter_gives_reasons_for_each_cut_and_instructs_about_remedies(letter: bytes) -> None:
    text = words(letter).replace("\N{NO-BREAK SPACE}", " ")
    assert "8.500,00 € nicht zuwendungsfähig. Grund: nicht Teil von Ziffer 2c" in text
    assert "innerhalb eines Monats nach Bekanntgabe Klage" in text
    assert "Weimar" in text


def test_the_same_decision_gives_the_same_bytes_even_in_another_process(letter: bytes, tmp_path: Path) -> None:
    values = tmp_path / "values.json"
    values.write_text(json.dumps(VALUES))
    program = (
        "import json, sys; from hashlib import sha256; from pathlib import Path; from shared.letters import render;"
        "print(sha256(render(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))).hexdigest())"
    )
    again = subprocess.run(
        [sys.executable, "-c", program, str(TEMPLATE), str(values)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"TZ": "Pacific/Auckland", "PYTHONPATH": str(ROOT)},
    )
    assert again.stdout.strip() == sha256(letter).hexdigest()
    assert render(TEMPLATE, {**VALUES, "granted_cents": 1}) != letter


def test_the_letter_is_german_tagged_and_claims_pdf_a_and_pdf_ua(letter: bytes) -> None:
    with pikepdf.open(BytesIO(letter)) as pdf:
        assert str(pdf.Root.Lang).lower().startswith("de")
        assert pdf.Root.MarkInfo.Marked
        metadata = bytes(pdf.Root.Metadata.read_bytes()).decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "Zuwendungsbescheid 16/2025/0017-42" in metadata


def test_the_letter_carries_its_own_values(letter: bytes) -> None:
    with pikepdf.open(BytesIO(letter)) as pdf:
        assert json.loads(pdf.attachments["bescheid.json"].get_file().read_bytes()) == VALUES


def test_a_letter_without_its_recipient_is_not_made() -> None:
    with pytest.raises(Exception, match="recipient"):
        render(TEMPLATE, {key: it for key, it in VALUES.items() if key != "recipient"})


def test_what_a_municipality_typed_is_text_and_not_typesetting() -> None:
    hostile = "#panic(1) *fett* $x$ \\ [kein Befehl]"
    assert "#panic(1) *fett* $x$ \\ [kein Befehl]" in words(render(TEMPLATE, {**VALUES, "purpose": hostile}))
