"""One English word per legal term, and no second one: docs/glossary.toml, held against the code."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.reading import ROOT, classes, identifiers, module_name, noun_name, nouns, sources, words

GLOSSARY: dict[str, Any] = tomllib.loads((ROOT / "docs/glossary.toml").read_text("utf-8"))
TERMS: list[dict[str, Any]] = GLOSSARY["term"]
ORDINARY = frozenset((ROOT / "docs/ordinary-words.txt").read_text("utf-8").split())
"""Words of everyday English that class names may use and that mean nothing special in grant law."""
GERMAN = frozenset(GLOSSARY["words"]["german"])
FORBIDDEN = {tuple(words(it)): term["code"] for term in TERMS for it in term["forbidden"]}
EVERYWHERE = sources("services", "shared", "deploy")


def stems(word: str) -> set[str]:
    """A word and what it may be a form of: `ordered` of order, `municipalities` of municipality."""
    found = {word, word.removeprefix("un")}
    if word.startswith("un") and len(word) > 5:
        found |= stems(word.removeprefix("un"))
    for ending, instead in (
        ("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("d", ""), ("ies", "y"), ("ied", "y"), ("ing", ""), ("ing", "e"),
        ("tion", "te"), ("al", ""), ("sal", "se"), ("er", ""), ("er", "e"),
    ):  # fmt: skip
        if word.endswith(ending) and len(word) > len(ending) + 2:
            found.add(word.removesuffix(ending) + instead)
    doubled = word.removesuffix("ed").removesuffix("ing")
    if len(doubled) > 3 and doubled != word and doubled[-1] == doubled[-2]:
        found.add(doubled[:-1])
    return found


KNOWN = ORDINARY | {stem for term in TERMS for word in words(term["code"]) for stem in stems(word)}


def unknown(identifier: str) -> list[str]:
    return [word for word in words(identifier) if not word.isdigit() and not stems(word) & KNOWN]


def second_word(identifier: str) -> str:
    """What is wrong with an identifier, or nothing."""
    its = words(identifier)
    for length in range(1, len(its) + 1):
        for start in range(len(its) - length + 1):
            if instead := FORBIDDEN.get(tuple(its[start : start + length])):
                return f"'{'_'.join(its[start : start + length])}' heißt hier '{instead}'"
    if german := [word for word in its if word in GERMAN]:
        return f"'{german[0]}' ist ein deutsches Wort"
    if not identifier.isascii():
        return "enthält Zeichen außerhalb von ASCII"
    return ""


def test_a_term_has_one_word_and_a_word_has_one_term() -> None:
    for key in ("german", "code"):
        counted = Counter(term[key] for term in TERMS)
        assert [it for it, times in counted.items() if times > 1] == []
    assert all(term["source"] for term in TERMS)


def test_no_word_is_both_right_and_forbidden() -> None:
    codes = {tuple(words(term["code"])) for term in TERMS}
    assert codes & set(FORBIDDEN) == set()
    assert {word for it in FORBIDDEN if len(it) == 1 for word in it} & ORDINARY == set()


@pytest.mark.parametrize("file", nouns(), ids=module_name)
def test_events_commands_and_nouns_are_named_in_the_words_of_the_glossary(file: Path) -> None:
    named = [
        node.name
        for node, decorators in classes(file)
        if decorators & {"event", "value"} and not node.name.startswith("_")
    ]
    strange = {name: its for name in (*named, noun_name(file)) if (its := unknown(name))}
    assert strange == {}, "ein Fachwort gehört in docs/glossary.toml, ein Alltagswort in docs/ordinary-words.txt"


@pytest.mark.parametrize("file", sources("shared/contracts"), ids=module_name)
def test_contracts_are_named_in_the_words_of_the_glossary(file: Path) -> None:
    assert {node.name: its for node, _ in classes(file) if (its := unknown(node.name))} == {}


def test_no_identifier_uses_a_second_word_or_a_german_one() -> None:
    wrong = [
        f"{module_name(file)}:{line} {name}: {why}"
        for file in EVERYWHERE
        for name, line in identifiers(file)
        if (why := second_word(name))
    ]
    assert wrong == []


def test_no_name_says_nothing() -> None:
    empty = {"manager", "helper", "helpers", "util", "utils", "base", "impl", "data", "info"}
    wrong = [
        f"{module_name(file)}: {node.name}"
        for file in EVERYWHERE
        for node, _ in classes(file)
        if empty & set(words(node.name))
    ]
    assert wrong == []
    assert [str(file.relative_to(ROOT)) for file in EVERYWHERE if empty & set(words(file.stem))] == []


@pytest.mark.parametrize(
    "name", ["subsidy_cents", "UsageReportSubmitted", "antrag_id", "AntragSubmitted", "höhe_cents", "fiscal_year"]
)
def test_a_second_word_would_be_noticed(name: str) -> None:
    assert second_word(name)


def test_a_word_of_no_glossary_would_be_noticed() -> None:
    assert unknown("ZweckbindungExpired") == ["zweckbindung"]
    assert unknown("FundsAssigned") == []
