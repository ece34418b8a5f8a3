"""Gebietsstand: the register of bodies that may apply, as directories, changes of territory and persons made it.

One stream holds what was learned after the facts that ship (municipality.py); each event carries the bodies as they
are from a day on, so that folding needs no rule. What was known when, the log itself says; what was valid when, the
bodies say. What a change does is told in territorial_change.py, in what a directory differs in directory_difference.py.
"""

from datetime import date
from typing import ClassVar, assert_never

from services.intake.directory_difference import begun, disappeared
from services.intake.municipality import Ended, Kind, Municipality, Register, shipped
from services.intake.territorial_change import ChangeKind, Effect, OfficialChange, Unit, effect, heir_key
from shared.decider import Context, Decider, DomainError, event, replace, value

REGISTER = "thueringen"
"""The register's id: there is one, that of the Land."""


@value
class Directory:
    """An official directory as it was read and checked: whose file (SHA-256), of which day, under which attribution."""

    sha256: str
    form: str
    territory_on: date
    attribution: str
    bodies: tuple[Municipality, ...]


# ---- Commands ------------------------------------------------------------------------------------------------------


@value
class PreviewDirectory:
    directory: Directory


@value
class AcceptDirectory:
    sha256: str


@value
class DiscardDirectory:
    sha256: str


@value
class RecordChanges:
    """Records of an official list, by the SHA-256 of the file they came in (empty when a person typed one)."""

    records: tuple[OfficialChange, ...]
    sha256: str
    attribution: str


@value
class RegisterSpecialPurposeAssociation:
    key: str
    name: str
    district: str
    begins_on: date


type Command = PreviewDirectory | AcceptDirectory | DiscardDirectory | RecordChanges | RegisterSpecialPurposeAssociation


# ---- Events --------------------------------------------------------------------------------------------------------


@event("intake.directory-previewed")
class DirectoryPreviewed:
    """An official directory (Gemeindeverzeichnis) was read and compared: `begun` are the bodies that would be other or
    new from its day on, `disappeared` the keys it no longer holds. Nothing is changed yet."""

    sha256: str
    form: str
    territory_on: date
    attribution: str
    bodies: int
    begun: tuple[Municipality, ...]
    disappeared: tuple[str, ...]
    previewed_by: str


@event("intake.directory-accepted")
class DirectoryAccepted:
    """The directory previewed last was made the register's state from its day on (Gebietsstand übernommen)."""

    sha256: str
    territory_on: date
    attribution: str
    begun: int
    accepted_by: str


@event("intake.directory-discarded")
class DirectoryDiscarded:
    """The directory previewed last was put aside: nothing changed."""

    sha256: str
    discarded_by: str


@event("intake.territorial-change-recorded")
class TerritorialChangeRecorded:
    """One record of the official list of changes (Gebietsänderung), with the bodies that ceased and those that are other
    from its day on; both are empty when the register knew it already."""

    record: OfficialChange
    sha256: str
    attribution: str
    ended: tuple[Ended, ...]
    begun: tuple[Municipality, ...]
    recorded_by: str


@event("intake.special-purpose-association-registered")
class SpecialPurposeAssociationRegistered:
    """A Zweckverband may apply from a day on, under a free key: there is no official one."""

    body: Municipality
    registered_by: str


type Event = (
    DirectoryPreviewed
    | DirectoryAccepted
    | DirectoryDiscarded
    | TerritorialChangeRecorded
    | SpecialPurposeAssociationRegistered
)


# ---- States --------------------------------------------------------------------------------------------------------


@value
class Territory:
    """The register, the records it already holds, and the directory that waits to be accepted."""

    register: Register
    known: frozenset[tuple[str, ...]] = frozenset()
    changes: tuple[OfficialChange, ...] = ()
    directories: tuple[DirectoryAccepted, ...] = ()
    previewed: DirectoryPreviewed | None = None
    stale: bool = False
    """Whether the register changed since the preview."""


# ---- Errors --------------------------------------------------------------------------------------------------------


class NothingPreviewed(DomainError):
    code = "no-directory-previewed"
    title = "Es liegt kein Verzeichnis zur Übernahme vor. Bitte laden Sie es zuerst hoch."


class OtherDirectoryPreviewed(DomainError):
    code = "other-directory-previewed"
    title = "Inzwischen wurde ein anderes Verzeichnis hochgeladen. Bitte prüfen Sie dessen Unterschiede."


class RegisterChangedSincePreview(DomainError):
    code = "register-changed-since-preview"
    title = "Das Register hat sich seit dem Vergleich geändert. Bitte laden Sie das Verzeichnis noch einmal hoch."


class DisappearedWithoutSuccession(DomainError):
    """`detail` names the keys: who takes over is never guessed."""

    code = "disappeared-without-succession"
    title = "Körperschaften fehlen im Verzeichnis, ohne dass eine Gebietsänderung ihre Rechtsnachfolge nennt."


class KeyTaken(DomainError):
    code = "key-taken"
    title = "Diesen Schlüssel trägt schon eine andere Körperschaft."


class UnknownDistrict(DomainError):
    code = "unknown-district"
    title = "Diesen Landkreis gibt es nicht."
    status: ClassVar[int] = 422


# ---- Decide --------------------------------------------------------------------------------------------------------


def decide(command: Command, territory: Territory, context: Context) -> list[Event]:
    match command:
        case PreviewDirectory():
            return _previewed(command.directory, territory, context)
        case AcceptDirectory():
            return _accepted(command.sha256, territory, context)
        case DiscardDirectory():
            if territory.previewed is None or territory.previewed.sha256 != command.sha256:
                return []
            return [DirectoryDiscarded(sha256=command.sha256, discarded_by=context.actor)]
        case RecordChanges():
            return _recorded(command, territory, context)
        case RegisterSpecialPurposeAssociation():
            return _registered(command, territory, context)
        case _ as missing:
            assert_never(missing)


def _previewed(it: Directory, territory: Territory, context: Context) -> list[Event]:
    waiting = territory.previewed
    if waiting is not None and waiting.sha256 == it.sha256 and not territory.stale:
        return []
    return [
        DirectoryPreviewed(
            sha256=it.sha256,
            form=it.form,
            territory_on=it.territory_on,
            attribution=it.attribution,
            bodies=len(it.bodies),
            begun=begun(it.bodies, territory.register, it.territory_on),
            disappeared=disappeared(it.bodies, territory.register, it.territory_on),
            previewed_by=context.actor,
        )
    ]


def _accepted(sha256: str, territory: Territory, context: Context) -> list[Event]:
    waiting = territory.previewed
    if waiting is None:
        if territory.directories and territory.directories[-1].sha256 == sha256:
            return []
        raise NothingPreviewed
    if waiting.sha256 != sha256:
        raise OtherDirectoryPreviewed
    if territory.stale:
        raise RegisterChangedSincePreview
    if waiting.disappeared:
        raise DisappearedWithoutSuccession(", ".join(waiting.disappeared))
    return [
        DirectoryAccepted(
            sha256=sha256, territory_on=waiting.territory_on, attribution=waiting.attribution,
            begun=len(waiting.begun), accepted_by=context.actor,
        )
    ]  # fmt: skip


def _recorded(command: RecordChanges, territory: Territory, context: Context) -> list[Event]:
    found: list[Event] = []
    # An association is named after a member that its own record may have to make first.
    for record in sorted(command.records, key=lambda it: it.unit is Unit.ASSOCIATION):
        if _identity(record) in territory.known:
            continue
        its = effect(record, territory.register)
        event = TerritorialChangeRecorded(
            record=record, sha256=command.sha256, attribution=command.attribution, ended=its.ended, begun=its.begun,
            recorded_by=context.actor,
        )  # fmt: skip
        territory = evolve(territory, event)
        found.append(event)
    return found


def _registered(command: RegisterSpecialPurposeAssociation, territory: Territory, context: Context) -> list[Event]:
    body = Municipality(
        key=command.key, name=command.name, kind=Kind.SPECIAL_PURPOSE_ASSOCIATION, district=command.district,
        inhabitants=None, begins_on=command.begins_on, ends_on=date.max,
    )  # fmt: skip
    versions = territory.register.bodies.get(command.key, ())
    if body in versions:
        return []
    if versions:
        raise KeyTaken(command.key, field="key")
    if territory.register.body(command.district, command.begins_on) is None and not any(
        it.district == command.district for it in territory.register.known(command.begins_on)
    ):
        raise UnknownDistrict(command.district, field="district")
    return [SpecialPurposeAssociationRegistered(body=body, registered_by=context.actor)]


def _identity(it: OfficialChange) -> tuple[str, ...]:
    """What makes a record this record: the same Kennziffer speaks of several bodies."""
    return it.reference, it.unit, it.kind, it.old_key, it.new_key, it.effective_on.isoformat()


# ---- Evolve --------------------------------------------------------------------------------------------------------


def evolve(territory: Territory, it: Event) -> Territory:
    match it:
        case DirectoryPreviewed():
            return replace(territory, previewed=it, stale=False)
        case DirectoryDiscarded():
            return replace(territory, previewed=None, stale=False)
        case DirectoryAccepted():
            waiting = territory.previewed.begun if territory.previewed else ()
            register = _with(territory.register, Effect(begun=waiting), it.territory_on)
            accepted = (*territory.directories, it)
            return replace(territory, register=register, directories=accepted, previewed=None, stale=False)
        case TerritorialChangeRecorded():
            register = _with(territory.register, Effect(ended=it.ended, begun=it.begun), it.record.effective_on)
            return replace(
                territory,
                register=register,
                known=territory.known | {_identity(it.record)},
                changes=(*territory.changes, it.record),
                stale=territory.stale or bool(it.ended or it.begun),
            )
        case SpecialPurposeAssociationRegistered():
            return replace(territory, register=territory.register.with_body(it.body))
        case _ as missing:
            assert_never(missing)


def _with(register: Register, its: Effect, on: date) -> Register:
    for ended in its.ended:
        register = register.without(ended, on)
    for body in its.begun:
        register = register.with_body(body)
    return register


def heir_of(it: TerritorialChangeRecorded, territory: Territory) -> Municipality | None:
    """Who takes over by this record, when it ends a body that may apply; None when it does not."""
    record = it.record
    ends = record.kind is ChangeKind.DISSOLUTION or (
        record.kind is ChangeKind.KEY_CHANGE and record.old_key != record.new_key
    )
    former = territory.register.bodies.get(record.old_key, ())
    if not ends or not former or not former[-1].may_apply:
        return None
    key = heir_key(record)
    heir = territory.register.body(key, record.effective_on)
    if heir is not None and not heir.may_apply:
        heir = territory.register.find(heir.served_by, record.effective_on)
    return heir


decider = Decider[Command, Event, Territory](
    name="territory",
    per_case=False,
    initial=Territory(register=shipped()),
    decide=decide,
    evolve=evolve,
    events=[
        DirectoryPreviewed, DirectoryAccepted, DirectoryDiscarded, TerritorialChangeRecorded,
        SpecialPurposeAssociationRegistered,
    ],
)  # fmt: skip
