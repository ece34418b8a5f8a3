"""How the architecture tests read the tree: files, imports, names, classes."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "review", "payout", "ledger")
AROUND = frozenset(
    {"__init__", "__main__", "api", "reactions", "publications", "views", "words", "pages", "settings", "wiring"}
)
"""The names that every service has around its nouns."""


def sources(*folders: str) -> list[Path]:
    """Every Python file below these folders of the project."""
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"), str(file))


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(file: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file; `from a import b` yields `a` and `a.b`."""
    for node in ast.walk(tree(file)):
        match node:
            case ast.Import(names=names):
                yield from (it.name for it in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                package = module_name(file).split(".") + ([""] if file.stem == "__init__" else [])
                module = (
                    ".".join([*package[: len(package) - level], *([module] if module else [])]) if level else module
                )
                yield str(module)
                yield from (f"{module}.{it.name}" for it in names)
            case _:
                pass


def identifiers(file: Path) -> Iterator[tuple[str, int]]:
    """Every name that a file gives to something, with its line: what it merely uses was named elsewhere."""
    for node in ast.walk(tree(file)):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node.lineno
            case ast.arg(arg=name) | ast.TypeAlias(name=ast.Name(id=name)):
                yield name, node.lineno
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case _:
                pass


_word = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def words(identifier: str) -> list[str]:
    """`FundsAssigned`, `funds_assigned` and `FUNDS_ASSIGNED` are the same words."""
    if identifier.isupper():
        identifier = identifier.lower()
    return [it.lower() for it in _word.findall(identifier)]


def classes(file: Path) -> Iterator[tuple[ast.ClassDef, set[str]]]:
    """Every class of a file with the names of its decorators."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ClassDef):
            called = (it.func if isinstance(it, ast.Call) else it for it in node.decorator_list)
            yield node, {it.id for it in called if isinstance(it, ast.Name)}


def service_of(file: Path) -> str:
    """The service that a file belongs to."""
    return file.relative_to(ROOT).parts[1]


def noun_name(file: Path) -> str:
    """`budget` for budget.py and for every file of the package budget/."""
    return file.relative_to(ROOT).with_suffix("").parts[2]


def _files_of(module: str) -> Iterator[Path]:
    """The file of a module, and the packages' files that are read before it; none when it is no module."""
    parts = module.split(".")
    for length in range(3, len(parts) + 1):
        place = ROOT.joinpath(*parts[:length])
        yield from (it for it in (place.with_suffix(".py"), place / "__init__.py") if it.is_file())


def with_neighbours(noun: Path) -> set[Path]:
    """A noun's file and the files of its own service that it stands on."""
    found, to_read = set[Path](), [noun]
    own = f"services.{service_of(noun)}."
    while to_read:
        file = to_read.pop()
        if file in found:
            continue
        found.add(file)
        to_read += [it for name in imports(file) if name.startswith(own) for it in _files_of(name)]
    return found


def its_table(file: Path) -> list[Path]:
    """The table that ships beside a file and that it reads."""
    return [it for it in file.parent.glob("*.csv") if it.name in file.read_text("utf-8")]


def nouns() -> list[Path]:
    """The files of the nouns: what the services are about. A noun is a file that defines events, or a package with such a file."""
    telling = [
        file
        for file in sources(*(f"services/{name}" for name in SERVICES))
        if any("event" in decorators for _, decorators in classes(file))
    ]
    whole = [sources(str(it.parent.relative_to(ROOT))) if it.parent.name not in SERVICES else [it] for it in telling]
    return sorted({file for files in whole for file in files})
