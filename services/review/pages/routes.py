"""Die Seiten der Prüfung: every address, and the forms of every decision; each form is the API's own action."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.review import municipal_tie
from services.review.api import actions
from services.review.api.budget_reading import day_asked, entry_asked, sheet_of, statement_of, waiting_list
from services.review.pages import budgets as budget_pages
from services.review.pages import early_starts
from services.review.pages.budgets import BUDGETS, QUEUE
from services.review.pages.case import case_page
from services.review.pages.case_content import timeline_of
from services.review.pages.flash import flash
from services.review.pages.forms import Rejected
from services.review.pages.policies import POLICIES, policies_page, policy_page
from services.review.pages.queue import queue_page
from services.review.pages.successions import PATH as SUCCESSIONS
from services.review.pages.successions import successions_page
from shared.access import Person, allowed_role
from shared.forms import Typed, submitted
from shared.operations import READERS
from shared.pages import form_errors, page_router, problem_page
from shared.problems import Problem
from shared.service import House
from shared.web import Action, checked_cursor

LINES = 2_000
"""Entries on one page of a budget's list."""


def pages(house: House) -> APIRouter:
    """Everything a person of the ministry sees of review."""
    router = page_router(house)
    offered = [it for it in actions(house) if "{early_start}" not in it.path]

    def permit(request: Request, action: str) -> Person:
        person = house.gate.person(request)
        allowed_role(person, READERS, action)
        return person

    async def queue(request: Request) -> Response:
        person = permit(request, "list-cases")
        return await queue_page(house, request, person)

    async def case(request: Request) -> Response:
        person = permit(request, "read-case")
        return await case_page(house, request, person, str(request.path_params["case"]), offered)

    async def budget_list(request: Request) -> Response:
        person = permit(request, "list-budgets")
        return await budget_pages.budgets_page(house, request, person)

    async def budget(request: Request) -> Response:
        person = permit(request, "read-budget")
        found = await sheet_of(house, str(request.path_params["title"]), str(request.path_params["year"]))
        return await budget_pages.budget_page(house, request, person, found, offered)

    async def statement(request: Request) -> Response:
        permit(request, "read-statement")
        path, asked = request.path_params, request.query_params
        on, after = day_asked(asked.get("on", "")), entry_asked(asked.get("after", ""))
        found = await statement_of(house, str(path["title"]), str(path["year"]), on, after=after, limit=LINES)
        return budget_pages.statement_page(house, request, found)

    async def waiting(request: Request) -> Response:
        permit(request, "list-waiting")
        found = await waiting_list(house, after=checked_cursor(request.query_params.get("after", "")))
        return budget_pages.waiting_page(house, request, found)

    async def policy_list(request: Request) -> Response:
        return await policies_page(house, request, permit(request, "list-policies"))

    async def policy(request: Request) -> Response:
        permit(request, "read-policy")
        return await policy_page(house, request, str(request.path_params["sha256"]))

    async def successions(request: Request) -> Response:
        permit(request, "list-cases")
        return await successions_page(house, request)

    for path, endpoint in (
        (QUEUE, queue),
        (SUCCESSIONS, successions),
        ("/review/cases/{case}", case),
        (POLICIES, policy_list),
        (f"{POLICIES}/{{sha256}}", policy),
        (BUDGETS, budget_list),
        (f"{BUDGETS}/{{title}}/{{year}}", budget),
        (f"{BUDGETS}/{{title}}/{{year}}/statement", statement),
        (budget_pages.WAITING, waiting),
    ):
        router.add_api_route(path, endpoint, methods=["GET"], response_class=Response)
    early_starts.add_pages(house, router, timeline_of)
    for action in offered:
        path = "/review/forms" + action.path.removeprefix("/review")
        router.add_api_route(path, _form_route(house, action, offered), methods=["POST"], response_class=Response)
    return router


def _form_route(house: House, action: Action, offered: Sequence[Action]) -> Any:
    async def send(request: Request) -> Response:
        try:
            return await submitted(house, action, request)
        except Typed as problem:
            if problem.status in (401, 403, 404) and not problem.errors and problem.code != "attempt-refused":
                return problem_page(house, request, problem)
            await house.seen(house.writer.head.position)  # a refusal may be an event, and the page shows it
            rejected = Rejected(action=action.name, errors=form_errors(problem, action.body), typed=problem.typed)
            return await _again(house, request, problem, rejected, offered)

    return send


async def _again(
    house: House, request: Request, problem: Problem, rejected: Rejected, offered: Sequence[Action]
) -> Response:
    """The page the form was sent from, with what was typed and what is wrong with it."""
    person = house.gate.person(request)
    if rejected.action == "publish-policy":
        return await policies_page(house, request, person, rejected, problem)
    if rejected.action in (municipal_tie.ACTION, "assign-cases"):
        return await queue_page(house, request, person, rejected, problem)
    if "case" not in request.path_params:
        return await budget_pages.again(house, request, person, offered, rejected, flash(problem), problem.status)
    case = str(request.path_params["case"])
    return await case_page(house, request, person, case, offered, rejected, problem)
