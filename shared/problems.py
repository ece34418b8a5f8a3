"""Every error that leaves the house: `application/problem+json` (RFC 9457) with a German title, the field and a stable code."""

from collections.abc import Mapping, Sequence
from typing import Any

from eventsourcing.persistence import PersistenceError
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.decider import DomainError, FieldError, value
from shared.writer import NotWriting

__all__ = [
    "CONTENT_TYPE",
    "FieldError",
    "Possible",
    "Problem",
    "invalid",
    "not_writing",
    "of_domain_error",
    "of_error",
    "of_http_error",
]

CONTENT_TYPE = "application/problem+json"


@value
class Possible:
    """Something that can be done now, where what was asked for cannot."""

    action: str
    title: str


class Problem(Exception):
    """An answer that is an error. `possible` is what can be done now; None where that is not the question."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        *,
        detail: str = "",
        field: str = "",
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        possible: Sequence[Possible] | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.errors = list(errors) or ([FieldError(field=field, code=code, message=title)] if field else [])
        self.headers = dict(headers or {})
        self.possible = possible

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "type": f"urn:foerderstrom:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        if self.detail and self.detail != self.title:
            found["detail"] = self.detail
        if self.errors:
            found["errors"] = [_error(it) for it in self.errors]
        if self.possible is not None:
            found["possible"] = [{"action": it.action, "title": it.title} for it in self.possible]
        return found

    def with_possible(self, possible: Sequence[Possible]) -> "Problem":
        """The same problem, which says in its detail and in fields what can be done now."""
        listed = ", ".join(f"„{it.title}“" for it in possible)
        now = f"Jetzt möglich: {listed}." if listed else "Jetzt ist hier nichts zu tun."
        told = f"{self.detail.removesuffix('.')}. {now}" if self.detail else now
        return Problem(
            self.status, self.code, self.title,
            detail=told, errors=self.errors, headers=self.headers, possible=possible,
        )  # fmt: skip

    def response(self) -> JSONResponse:
        return JSONResponse(self.body(), self.status, headers=self.headers, media_type=CONTENT_TYPE)


def _error(it: FieldError) -> dict[str, str]:
    found = {"field": it.field, "code": it.code, "message": it.message}
    return {**found, "severity": it.severity} if it.severity else found


_MESSAGES = {
    "missing": "Diese Angabe fehlt.",
    "int_type": "Hier wird eine ganze Zahl erwartet (Beträge in Cent).",
    "int_from_float": "Hier wird eine ganze Zahl erwartet (Beträge in Cent).",
    "greater_than_equal": "Der Wert ist zu klein.",
    "greater_than": "Der Wert ist zu klein.",
    "less_than_equal": "Der Wert ist zu groß.",
    "string_too_short": "Der Text ist zu kurz.",
    "string_too_long": "Der Text ist zu lang.",
    "string_type": "Hier wird ein Text erwartet.",
    "string_pattern_mismatch": "Der Text hat nicht die erwartete Form.",
    "date_from_datetime_parsing": "Hier wird ein Datum erwartet (JJJJ-MM-TT).",
    "date_parsing": "Hier wird ein Datum erwartet (JJJJ-MM-TT).",
    "date_type": "Hier wird ein Datum erwartet (JJJJ-MM-TT).",
    "bool_type": "Hier wird Ja oder Nein erwartet.",
    "literal_error": "Dieser Wert ist nicht vorgesehen.",
    "enum": "Dieser Wert ist nicht vorgesehen.",
    "extra_forbidden": "Diese Angabe ist nicht vorgesehen.",
    "too_short": "Es fehlen Einträge.",
    "too_long": "Es sind zu viele Einträge.",
    "list_type": "Hier wird eine Liste erwartet.",
    "tuple_type": "Hier wird eine Liste erwartet.",
    "model_attributes_type": "Hier wird ein Objekt erwartet.",
}


def invalid(errors: Sequence[Any]) -> Problem:
    """A request whose fields are wrong, from pydantic's errors; the values themselves are never repeated."""
    if any(it["type"] == "json_invalid" for it in errors):
        return Problem(400, "malformed-json", "Die Anfrage ist kein gültiges JSON.")
    fields: list[FieldError] = []
    for it in errors:
        path = ".".join(str(step) for step in it["loc"] if step not in ("body", "query", "path", "header"))
        kind = str(it["type"])
        own = str(it.get("ctx", {}).get("error", "")) if kind == "value_error" else ""
        fields.append(
            FieldError(
                field=path,
                code=kind.replace("_", "-"),
                message=own or _MESSAGES.get(kind, "Diese Angabe ist nicht gültig."),
            )
        )
    return Problem(422, "invalid-request", "Bitte prüfen Sie Ihre Angaben.", errors=fields)


def of_domain_error(error: DomainError) -> Problem:
    return Problem(error.status, error.code, error.title, detail=error.detail, field=error.field, errors=error.errors)


def of_http_error(status: int) -> Problem:
    titles = {
        404: ("not-found", "Das gibt es hier nicht."),
        405: ("method-not-allowed", "So kann diese Adresse nicht aufgerufen werden."),
        413: ("too-large", "Die Anfrage ist zu groß."),
    }
    code, title = titles.get(status, ("request-failed", "Die Anfrage konnte nicht bearbeitet werden."))
    return Problem(status, code, title)


def not_writing(detail: str) -> Problem:
    """The service takes no commands just now."""
    title = "Der Dienst nimmt gerade keine Eingaben an. Bitte versuchen Sie es gleich noch einmal."
    return Problem(503, "not-writing", title, detail=detail, headers={"Retry-After": "2"})


def of_error(error: Exception) -> Problem:
    """The one place where an exception becomes a problem."""
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return invalid(error.errors())
        case DomainError():
            return of_domain_error(error)
        case HTTPException():
            return of_http_error(error.status_code)
        case NotWriting():
            return not_writing(str(error))
        case PersistenceError():
            title = "Der Bestand ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal."
            return Problem(503, "store-unavailable", title, headers={"Retry-After": "2"})
        case _:
            # The server's own log names the fault; whoever asked learns only that it was not theirs.
            return Problem(500, "internal-error", "Hier ist ein Fehler passiert. Er ist gemeldet.")
