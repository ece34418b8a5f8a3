"""Every page renders from what its head comment asks for, and nothing in it runs or paints by itself."""

import re
from datetime import UTC, date, datetime

import pytest
from jinja2 import UndefinedError

from shared.rendering import (
    CONTENT_SECURITY_POLICY,
    STATIC,
    TEMPLATES,
    environment,
    german_date,
    german_instant,
    money,
    percent,
)
from tests.web.samples import CASE, PAGES

pages = environment()
ATTACK = "<script>alert('x')</script>\" onclick=\"alert(1)"


def shown(name: str) -> str:
    template, context = PAGES[name]
    return pages.get_template(template).render(context)


def test_every_template_has_a_sample() -> None:
    assert {template for template, _ in PAGES.values()} == {it.name for it in TEMPLATES.glob("*.html")} - {
        "base.html",
        "macros.html",
    }


@pytest.mark.parametrize("name", PAGES)
def test_every_page_renders_and_is_german(name: str) -> None:
    page = shown(name)
    assert '<html lang="de">' in page
    assert len(re.findall(r"<h1\b", page)) == 1
    assert "None" not in re.sub(r"<[^>]*>", "", page)


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_labels_point_somewhere(name: str) -> None:
    page = shown(name)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    referred = re.findall(r'\b(?:for|aria-labelledby)="([^"]+)"', page)
    referred += [it for text in re.findall(r'aria-describedby="([^"]+)"', page) for it in text.split()]
    referred += re.findall(r'href="#([^"]+)"', page)
    assert set(referred) <= set(ids)


def test_a_name_that_the_template_expects_but_nobody_gave_is_an_error() -> None:
    incomplete = {key: it for key, it in CASE.items() if key != "recipient"}
    with pytest.raises(UndefinedError):
        pages.get_template("case.html").render(incomplete)


INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)|\bhx-on|\bdata:", re.IGNORECASE)


@pytest.mark.parametrize("name", sorted(it.name for it in TEMPLATES.glob("*.html")))
def test_no_template_holds_inline_script_or_style(name: str) -> None:
    assert INLINE.findall(re.sub(r"{#.*?#}", "", (TEMPLATES / name).read_text(), flags=re.DOTALL)) == []


def test_what_looks_for_inline_script_finds_it() -> None:
    for attack in ('<p style="color: red">', "<script>1</script>", "<a onclick=x>"):
        assert INLINE.search(attack), attack


def test_the_policy_allows_no_inline_script_or_style_and_no_foreign_source() -> None:
    assert "default-src 'self'" in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "data:" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("key", ["heading", "recipient", "holder"])
def test_what_a_municipality_typed_never_becomes_markup(key: str) -> None:
    page = pages.get_template("case.html").render({**CASE, key: ATTACK})
    assert "<script>alert" not in page
    assert 'onclick="alert' not in page


def test_a_decision_carries_the_version_that_was_seen_and_a_key_of_its_own() -> None:
    form = re.search(r'<form method="post" action="/review/cases/0017/dispatch">.*?</form>', shown("case"), re.DOTALL)
    assert form is not None
    assert 'name="If-Match" value="&#34;31&#34;"' in form.group()
    assert 'name="Idempotency-Key"' in form.group()


def test_a_person_who_may_not_decide_reads_why_and_gets_no_form() -> None:
    page = shown("case")
    assert "Vier-Augen-Prinzip" in page
    assert "/review/cases/0017/approve" not in page


def test_addresses_of_static_files_change_with_their_bytes() -> None:
    found = re.findall(r'(?:href|src)="/static/([^"?]+)\?v=([0-9a-f]{12})"', shown("queue"))
    assert {"foerderstrom.css", "vendor/kern/kern.min.css", "vendor/htmx/htmx.min.js"} <= {path for path, _ in found}
    assert all((STATIC / path).is_file() for path, _ in found)


def test_money_and_time_are_told_in_german() -> None:
    assert money(-4_480_000) == "\N{MINUS SIGN}44.800,00\N{NO-BREAK SPACE}€"
    assert german_date(date(2025, 7, 25)) == german_date("2025-07-25") == "25.07.2025"
    assert german_instant("2025-07-25T22:30:00Z") == "26.07.2025, 00:30 Uhr"
    assert german_date(datetime(2025, 7, 25, 22, 30, tzinfo=UTC)) == "26.07.2025"
    with pytest.raises(ValueError, match="Zeitzone"):
        german_instant("2025-07-25T22:30:00")


def test_a_bar_is_full_only_when_everything_is_there() -> None:
    assert [percent(99_999, 100_000), percent(100_000, 100_000), percent(1, 0), percent(-1, 5)] == [99, 100, 0, 0]
