"""Every action that the services offer has its row in shared/duties.toml, with the same roles, and no row is for nothing."""

from importlib import import_module
from typing import Any

import pytest

from shared.duties import FILE, MATRIX, UnsoundMatrix, read
from tests.architecture.reading import SERVICES

TEXT = FILE.read_text(encoding="utf-8")


def offered() -> dict[str, frozenset[str]]:
    """Name and roles of each action, as the OpenAPI descriptions tell them."""
    described = [import_module(f"services.{service}.wiring").openapi() for service in SERVICES]
    operations: list[dict[str, Any]] = [
        it for api in described for path in api["paths"].values() for it in path.values()
    ]
    return {it["operationId"]: frozenset(it["x-roles"]) for it in operations if "x-roles" in it}


def test_every_action_has_its_row_in_the_matrix_and_every_row_its_action() -> None:
    assert offered() == MATRIX.roles, (
        "eine neue Handlung braucht in shared/duties.toml eine Zeile: Mitwirkung und Rollen"
    )


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (changed('between = ["opinion"]', 'between = ["opinon"]'), "gibt es nicht"),
        (changed('roles = ["expert"]', 'roles = ["auditor"]'), "ohne Rechte"),
        (changed('roles = ["expert"]', "roles = []"), "keine Rolle"),
        (changed('part = "opinion"', 'part = "meinung"'), "unbekannte Mitwirkung"),
        (changed("one_way = true\n", ""), "sagt, warum"),
        (changed('code = "budget-apart"', 'code = "four-eyes"'), "denselben Namen"),
        (changed('and = ["order"]', 'and = ["order", "outside"]'), "zu keinem Vorgang"),
        (changed('and = ["order"]', 'and = ["order", "preparation"]'), "sagen dasselbe"),
        (changed('source = "§ 9 ThürLHO"', 'source = ""'), "ohne Quelle"),
        (changed('title = "Matrix', 'name = "Matrix'), "KeyError"),
    ],
)
def test_an_unsound_matrix_is_not_loaded(text: str, why: str) -> None:
    with pytest.raises(UnsoundMatrix, match=why):
        read(text)
