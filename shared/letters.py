"""Letters as PDF: one Typst template and its values become the same bytes every time."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

FONTS = Path(__file__).parent / "fonts"


def render(template: Path, values: Mapping[str, Any]) -> bytes:
    """The letter as PDF/A-3a (for the archive; it may carry its data) and PDF/UA-1 (for readers who hear or feel it).

    The template reads the values as JSON text in `sys.inputs.values`.

    Same template, values and fonts: same bytes, because neither clock nor system fonts are asked; the letter's hash
    can stand in an event. Raises `typst.TypstError` when a value that the template names is missing.
    """
    return typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"values": json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))},
        pdf_standards=["a-3a", "ua-1"],
        format="pdf",
    )
