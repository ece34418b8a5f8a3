"""Auszahlung for people: the payments desk, a case with its plan and history, a batch; every act as a form."""

from collections.abc import Awaitable, Callable
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.payout.api.acts import actions
from services.payout.api.lookup import known_hold
from services.payout.api.reads import ClearingAbout, FileStatus, PaymentStatus, ReportOutcome
from services.payout.pages.batch import batch_page
from services.payout.pages.case import case_of_page, case_page
from services.payout.pages.clearing import clearing_page, item_page
from services.payout.pages.closing import day_of_page, day_page, days_page
from services.payout.pages.desk import desk_page
from services.payout.pages.expected import expected_file_page, expected_page
from services.payout.pages.files import file_page, files_page, preview_page
from services.payout.pages.forms import Failed, form_path
from services.payout.pages.lists import KINDS, Kind, list_page
from services.payout.pages.years import year_of_page, year_page, years_page
from shared.forms import Typed, submitted
from shared.pages import page_router, problem_page
from shared.problems import Problem
from shared.service import House
from shared.web import Action, checked_cursor


def pages(house: House) -> APIRouter:
    """The routes of all pages, and of the forms on them."""
    router = page_router(house)
    acts = {it.name: it for it in actions(house)}

    @router.get("/payout/")
    async def desk(request: Request, status: PaymentStatus | None = None, after: str = "") -> Response:
        return await desk_page(house, acts, request, status=status, after=checked_cursor(after))

    @router.get("/payout/cases/{case}")
    async def case(request: Request, case: str) -> Response:
        return await case_page(house, acts, request, case)

    @router.get("/payout/batches/{batch}")
    async def batch(request: Request, batch: str) -> Response:
        return await batch_page(house, acts, request, batch)

    @router.get("/payout/batches/{batch}/preview")
    async def preview(request: Request, batch: str) -> Response:
        return await preview_page(house, request, batch)

    @router.get("/payout/reports")
    async def reports(request: Request, status: ReportOutcome | None = None, after: str = "") -> Response:
        return await files_page(house, request, status, checked_cursor(after))

    @router.get("/payout/reports/{sha256}")
    async def report(request: Request, sha256: str) -> Response:
        return await file_page(house, request, sha256)

    @router.get("/payout/days")
    async def days(request: Request, after: str = "") -> Response:
        return await days_page(house, acts, request, after=checked_cursor(after))

    @router.get("/payout/days/{day}")
    async def one_day(request: Request, day: date) -> Response:
        return await day_page(house, acts, request, day)

    @router.get("/payout/expected-files")
    async def expected_files(request: Request, status: FileStatus | None = None, after: str = "") -> Response:
        return await expected_page(house, request, status, checked_cursor(after))

    @router.get("/payout/expected-files/{expectation}")
    async def expected_file(request: Request, expectation: str) -> Response:
        return await expected_file_page(house, acts, request, expectation)

    @router.get("/payout/clearing")
    async def clearing(
        request: Request, about: ClearingAbout | None = None, owner: str | None = None, after: str = ""
    ) -> Response:
        return await clearing_page(house, request, about, owner, checked_cursor(after))

    @router.get("/payout/clearing/{clearing}/items/{number}")
    async def clearing_item(request: Request, clearing: str, number: str) -> Response:
        return await item_page(house, acts, request, clearing, number)

    @router.get("/payout/years")
    async def years(request: Request) -> Response:
        return await years_page(house, request)

    @router.get("/payout/years/{title}/{year}")
    async def one_year(request: Request, title: str, year: int) -> Response:
        return await year_page(house, acts, request, title, year)

    for kind in KINDS.values():
        router.add_api_route(f"/payout/{kind.name}", _listed(house, kind), methods=["GET"])

    async def again(request: Request, failed: Failed) -> Response:
        path = request.path_params
        if "case" in path:
            return await case_page(house, acts, request, path["case"], failed)
        if "batch" in path:
            return await batch_page(house, acts, request, path["batch"], failed)
        if "clearing" in path:
            return await item_page(house, acts, request, path["clearing"], path["number"], failed)
        if "expectation" in path:
            return await expected_file_page(house, acts, request, path["expectation"], failed)
        if "day" in path:
            return await day_page(house, acts, request, date.fromisoformat(path["day"]), failed)
        if "hold" in path:
            placed = await known_hold(house, path["hold"])
            return await case_page(house, acts, request, case_of_page(failed.problem.back) or placed.case, failed)
        if failed.action == "close-day" and (day := day_of_page(failed.problem.back)):
            return await day_page(house, acts, request, day, failed)
        if failed.action == "seal-year" and (shown := year_of_page(failed.problem.back)):
            return await year_page(house, acts, request, *shown, failed)
        if failed.action in ("close-day", "seal-year"):
            return await days_page(house, acts, request, failed)
        return await desk_page(house, acts, request, failed=failed)

    for action in acts.values():
        router.add_api_route(form_path(action.path), _posted(house, action, again), methods=["POST"])
    return router


def _listed(house: House, kind: Kind) -> Callable[..., Awaitable[Response]]:
    async def listed(request: Request, status: str | None = None, after: str = "") -> Response:
        if status is not None and status not in kind.badges:
            raise Problem(422, "unknown-status", "Diesen Stand gibt es nicht.", field="status")
        return await list_page(house, request, kind, status, checked_cursor(after))

    return listed


def _about(request: Request) -> str:
    """The drawdown, claim, hold or request to cancel that a form was about."""
    return next(
        (request.path_params[it] for it in ("drawdown", "claim", "recall", "hold") if it in request.path_params), ""
    )


def _is_of_what_was_typed(action: Action, problem: Typed) -> bool:
    """Whether it is a field of the form that names something unknown, and not the page's own address."""
    return any(it.field.partition(".")[0] in action.body.model_fields for it in problem.errors)


def _posted(
    house: House, action: Action, again: Callable[[Request, Failed], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    async def posted(request: Request) -> Response:
        try:
            return await submitted(house, action, request)
        except Typed as problem:
            if problem.status == 401 or (problem.status == 404 and not _is_of_what_was_typed(action, problem)):
                raise
            shown = await again(request, Failed(action.name, _about(request), problem))
            # Overtaken by somebody else, the form may be there no more: then the reason is told by itself.
            return shown if b"fs-errors" in shown.body else problem_page(house, request, problem)

    return posted
