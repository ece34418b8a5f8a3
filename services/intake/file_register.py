"""Aktenzeichen: the running number of each year's applications, without gaps, one stream per year.

Written only together with the application's own stream (application.submit): a number exists exactly when
its application does.
"""

from typing import assert_never

from shared.decider import Context, Decider, DomainError, event, value


@value
class AssignFileNumber:
    """Give a case the next number of the register of `year`."""

    case: str
    year: int


type Command = AssignFileNumber


@event("intake.file-number-assigned")
class FileNumberAssigned:
    """A case got the next running number of its year's register (Aktenzeichen vergeben)."""

    case: str
    number: int
    file_number: str


type Event = FileNumberAssigned


@value
class FileRegister:
    """The last entry; the case only to recognise a repeated command, older cases are known by their own stream."""

    number: int = 0
    file_number: str = ""
    case: str = ""


class YearChanged(DomainError):
    """The year ended between the request and its recording: asked again, it is entered in the new year."""

    code = "year-changed"
    title = "Das Jahr hat gewechselt. Bitte senden Sie die Anfrage noch einmal."


def decide(command: Command, register: FileRegister, context: Context) -> list[Event]:
    match command:
        case AssignFileNumber():
            if register.case == command.case:
                return []
            if command.year != context.valid_on.year:
                raise YearChanged(field="year")
            number = register.number + 1
            file_number = f"EG-{command.year}-{number:05d}"
            return [FileNumberAssigned(case=command.case, number=number, file_number=file_number)]
        case _ as missing:
            assert_never(missing)


def evolve(register: FileRegister, it: Event) -> FileRegister:
    match it:
        case FileNumberAssigned():
            return FileRegister(number=it.number, file_number=it.file_number, case=it.case)
        case _ as missing:
            assert_never(missing)


decider = Decider[Command, Event, FileRegister](
    name="register", per_case=False, initial=FileRegister(), decide=decide, evolve=evolve, events=[FileNumberAssigned]
)
