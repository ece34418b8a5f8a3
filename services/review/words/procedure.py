"""Hearing, hold and formal rejection in the words of the timeline."""

from services.review import assessment as a
from services.review.assessment import DISPENSATION_TITLES, HOLD_TITLES, REJECTION_TITLES, HearingSubject
from services.review.words import Words

SUBJECTS = {HearingSubject.REFUSAL: "zur Ablehnung", HearingSubject.CUT: "zur Kürzung"}


def tell_of_procedure(it: object) -> Words | None:
    """What the timeline says of a step beside the road; None when it is none."""
    match it:
        case a.HearingOpened():
            why = f"{it.announced} Stellungnahme bis {it.deadline.ends_on:%d.%m.%Y}: {it.deadline.rule}."
            return Words(title=f"Anhörung {SUBJECTS[it.about]} eröffnet", tone="info", why=why)
        case a.StatementReceived():
            late = " nach Ablauf der Frist" if it.late else ""
            why = f"eingegangen am {it.received_on:%d.%m.%Y}{late}. {it.consideration}"
            return Words(title="Stellungnahme gewürdigt", tone="info", why=why)
        case a.HearingExtended():
            why = f"bis {it.deadline.ends_on:%d.%m.%Y}: {it.deadline.rule}"
            return Words(title="Frist zur Stellungnahme verlängert", tone="info", why=why)
        case a.HearingDeadlineExpired():
            return Words(title="Anhörungsfrist abgelaufen", why=f"ohne Stellungnahme seit {it.expired_on:%d.%m.%Y}")
        case a.HearingServiceFailed():
            why = "Entschieden wird erst, wenn das Schreiben bekannt gegeben und die Frist neu gelaufen ist."
            return Words(title="Anhörung nicht bekannt gegeben", tone="warning", why=why)
        case a.HearingRestarted():
            why = f"Stellungnahme bis {it.deadline.ends_on:%d.%m.%Y}: {it.deadline.rule}."
            return Words(title="Frist der Anhörung läuft neu", tone="info", why=why)
        case a.HearingDispensed():
            why = f"{DISPENSATION_TITLES[it.ground]}: {it.reasons}"
            return Words(title="Von der Anhörung abgesehen", tone="warning", why=why)
        case a.CasePutOnHold():
            why = f"{HOLD_TITLES[it.reason]} {it.text} Wiedervorlage am {it.deadline.ends_on:%d.%m.%Y}."
            return Words(title="Zurückgestellt", tone="warning", why=why)
        case a.CaseResubmitted():
            return Words(title="Wiedervorlage", tone="warning", why=f"gesetzt auf den {it.due_on:%d.%m.%Y}")
        case a.CaseResumed():
            return Words(title="Bearbeitung wieder aufgenommen", tone="info", why=it.reason)
        case a.WarningsAcknowledged():
            return Words(title="Hinweise gewürdigt", tone="info", why=it.consideration)
        case a.FormalRejectionProposed():
            return Words(title="Formale Ablehnung vorgeschlagen", tone="warning", why=_because(it.grounds, it.reasons))
        case a.ApplicationRejectedFormally():
            return Words(title="Antrag als unzulässig abgelehnt", tone="danger", why=_because(it.grounds, it.reasons))
        case _:
            return None


def _because(grounds: tuple[a.RejectionGround, ...], reasons: tuple[str, ...]) -> str:
    return " ".join((*(REJECTION_TITLES[it] for it in grounds), *reasons))
