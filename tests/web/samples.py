"""Invented contexts, one or more per template: what the services' pages.py will fill in. Municipalities are real, the rest is not."""

from typing import Any

from shared.identity import ROLE_TITLES, Role

OFFICER = {"name": "Jana Vogel", "role_title": ROLE_TITLES[Role.CASE_OFFICER]}
MAYOR = {"name": "Kämmerei Stadtilm", "role_title": ROLE_TITLES[Role.APPLICANT]}
STAFF: dict[str, Any] = {"person": OFFICER, "simulated_today": "2025-07-24"}
OWN: dict[str, Any] = {
    "person": MAYOR,
    "simulated_today": "2025-10-20",
    "navigation": [{"url": "/intake/", "title": "Meine Anträge", "service": "intake"}],
    "service": "intake",
}
ROOT = "9f2c41d07be8a35c6d1f0b94e7a8c2513d6e0f7b8a9c4d5e6f708192a3b4c5d6"

MONEY_COLUMNS: list[dict[str, str]] = [
    {"key": "line", "title": "Ausgabe"},
    {"key": "reason", "title": "Begründung der Kürzung"},
    {"key": "applied", "title": "beantragt", "kind": "money"},
    {"key": "eligible", "title": "zuwendungsfähig", "kind": "money"},
]
LINES: list[dict[str, Any]] = [
    {
        "line": "Entwicklung der Schnittstelle vom Dokumentenmanagementsystem zum Fachverfahren",
        "reason": "",
        "applied": 3_800_000,
        "eligible": 3_800_000,
    },
    {"line": "Einrichtung und Tests", "reason": "", "applied": 1_200_000, "eligible": 1_200_000},
    {"line": "Einweisung von Schlüsselanwendern", "reason": "", "applied": 600_000, "eligible": 600_000},
    {"line": "Notebooks", "reason": "nicht Teil von Ziffer 2c", "applied": 850_000, "eligible": 0},
]


def entry(title: str, at: str, tone: str, who: str, role: Role, why: str, position: int, topic: str) -> dict[str, Any]:
    """One entry of a timeline with its event."""
    return {
        "title": title,
        "at": at,
        "tone": tone,
        "who": who,
        "role_title": ROLE_TITLES[role],
        "why": why,
        "event": {
            "topic": topic,
            "position": position,
            "stream": "assessment-a16070048-0017",
            "version": position - 400,
            "sha256": ROOT,
            "actor": "p-vogel",
            "cause": "intake/e1/388",
            "state": '{"code":"favourable","reasons":["Schnittstelle dient der Ziffer 2c"],"valid_on":"2025-06-23"}',
        },
    }


TIMELINE: list[dict[str, Any]] = [
    entry(
        "Zuwendung freigegeben",
        "2025-07-24T08:12:40Z",
        "success",
        "Dr. Uwe Brandt",
        Role.APPROVER,
        "Bewilligung im Rahmen der verfügbaren Mittel; Vorschlag und Prüfvermerk geteilt.",
        431,
        "review.grant-approved.v1",
    ),
    {
        **entry(
            "Mittel vorgemerkt",
            "2025-07-21T13:02:11Z",
            "info",
            "Mira Kühn",
            Role.BUDGET_OFFICER,
            "2025: 30.000,00 € aus dem Ansatz, 2026: 14.800,00 € als Verpflichtungsermächtigung.",
            420,
            "review.funds-reserved.v1",
        ),
        "valid_on": "2025-07-22",
    },
    entry(
        "Notebooks gekürzt",
        "2025-06-30T09:40:00Z",
        "warning",
        "Jana Vogel",
        Role.CASE_OFFICER,
        "8.500,00 € sind nicht zuwendungsfähig: nicht Teil von Ziffer 2c.",
        415,
        "review.eligibility-determined.v1",
    ),
    {
        "title": "Antrag vollständig",
        "at": "2025-05-28T10:00:00Z",
        "who": "Timo Lenz",
        "role_title": ROLE_TITLES[Role.INTAKE_CLERK],
    },
]

ACTIONS: list[dict[str, Any]] = [
    {
        "id": "bescheid",
        "title": "Zuwendungsbescheid versenden",
        "submit": "Bescheid versenden",
        "url": "/review/cases/0017/dispatch",
        "text": "Der Bescheid geht der Kommune elektronisch zu und gilt am vierten Tag danach als bekannt gegeben.",
        "if_match": '"31"',
        "idempotency_key": "0190f5de-5c1f-7c00-9e10-2b6f4f1f0a11",
        "open": True,
        "fields": [
            {
                "name": "reason",
                "label": "Begründung",
                "kind": "textarea",
                "required": True,
                "hint": "Steht im Bescheid.",
            },
            {
                "name": "dispatched_on",
                "label": "Versand am",
                "kind": "date",
                "required": True,
                "value": "2025-07-25",
                "width": "date",
            },
        ],
        "documents": [{"text": "Vorschau des Bescheids (PDF)", "url": "/review/cases/0017/letter.pdf"}],
        "consequence": "Mit dem Versand werden 44.800,00 € festgelegt: 2025 30.000,00 €, 2026 14.800,00 €.",
    },
    {
        "id": "freigabe",
        "title": "Zuwendung als zweite Person freigeben",
        "submit": "Freigeben",
        "url": "/review/cases/0017/approve",
        "fields": [],
        "disabled_reason": "Sie haben den Vorschlag gemacht. Freigeben muss eine andere Person (Vier-Augen-Prinzip).",
    },
    {
        "id": "rueckgabe",
        "title": "An die fachliche Prüfung zurückgeben",
        "submit": "Zurückgeben",
        "url": "/review/cases/0017/return",
        "tone": "secondary",
        "fields": [
            {
                "name": "why",
                "label": "Grund",
                "kind": "select",
                "required": True,
                "options": [{"value": "a", "text": "Votum unvollständig"}, {"value": "b", "text": "Neue Unterlagen"}],
            },
            {"name": "cents", "label": "Betrag, um den es geht", "kind": "money", "value": "8.50,00"},
            {
                "name": "kind",
                "label": "Dringlichkeit",
                "kind": "radio",
                "value": "low",
                "options": [{"value": "low", "text": "normal"}, {"value": "high", "text": "eilig"}],
            },
            {"name": "informed", "label": "Die Kommune ist unterrichtet.", "kind": "checkbox", "required": True},
        ],
        "errors": [{"field": "cents", "text": "Geben Sie den Betrag so ein: 8.500,00"}],
    },
]

QUEUE_COLUMNS: list[dict[str, Any]] = [
    {"key": "case", "title": "Aktenzeichen", "kind": "link", "fit": True},
    {"key": "recipient", "title": "Kommune"},
    {"key": "heading", "title": "Vorhaben"},
    {"key": "status", "title": "Stand", "kind": "badge"},
    {"key": "due_on", "title": "Frist", "kind": "date"},
    {"key": "holder", "title": "Bei", "fit": True},
    {"key": "cents", "title": "Beantragt", "kind": "money"},
]

_TOWNS = [
    "Stadt Stadtilm",
    "Stadt Arnstadt",
    "Gemeinde Amt Wachsenburg",
    "Stadt Berga-Wünschendorf",
    "Stadt Schmalkalden",
    "Stadt Bad Frankenhausen/Kyffhäuser",
    "Verwaltungsgemeinschaft Riechheimer Berg",
    "Stadt Mühlhausen/Thüringen",
    "Stadt Heilbad Heiligenstadt",
    "Stadt Ilmenau",
    "Stadt Greiz",
]
_PROJECTS = [
    "Schnittstelle DMS–Fachverfahren",
    "Notfallplan und Datensicherung",
    "Digitales Gewerberegister",
    "Prozessaufnahme Bauamt",
    "Sicherheitskonzept nach Grundschutz",
    "Online-Terminvergabe",
]
_STATES = [
    ("Votum fehlt", "warning"),
    ("zur Freigabe", "info"),
    ("vollständig", "neutral"),
    ("Mittel vorgemerkt", "info"),
]


def queue_row(number: int) -> dict[str, Any]:
    """One line of the queue, the same for the same number."""
    text, tone = _STATES[number % len(_STATES)]
    return {
        "case": {"text": f"16/2025/{number:04d}-{number % 89 + 10}", "url": f"/review/cases/{number}"},
        "recipient": _TOWNS[number % len(_TOWNS)],
        "heading": _PROJECTS[number % len(_PROJECTS)],
        "status": {"text": text, "tone": tone},
        "due_on": f"2025-07-{number % 27 + 1:02d}",
        "holder": "Jana Vogel" if number % 3 else "",
        "cents": 1_234_567 * (number % 9 + 1) + 25_000,
    }


QUEUE: dict[str, Any] = {
    **STAFF,
    "page_title": "Prüfung",
    "service": "review",
    "heading": "Arbeitsvorrat",
    "lead": "Ihre Vorgänge zuerst, nach Dringlichkeit.",
    "columns": QUEUE_COLUMNS,
    "tiles": [
        {"title": "Meine Vorgänge", "value": 14},
        {"title": "Überfällig", "value": 3, "note": "davon 1 kritisch"},
        {"title": "Noch frei 2025", "value": 412_345_600, "kind": "money", "note": "von 10.000.000,00 €"},
        {"title": "Bearbeitungszeit", "value": "38 Tage", "note": "Median der letzten 90 Tage"},
    ],
    "search": {"url": "/review/", "value": "", "kept": [{"name": "status", "value": "open"}]},
    "filters": [
        {
            "title": "Zuständig",
            "options": [
                {"text": "meine", "url": "?mine=1", "active": True, "count": 14},
                {"text": "alle", "url": "?mine=0", "active": False, "count": 84},
            ],
        },
        {
            "title": "Stand",
            "options": [
                {"text": "offen", "url": "?s=open", "active": True},
                {"text": "Votum fehlt", "url": "?s=opinion", "active": False, "count": 5},
                {"text": "zur Freigabe", "url": "?s=approval", "active": False, "count": 4},
            ],
        },
    ],
    "groups": [
        {"title": "Kritisch überfällig", "tone": "danger", "rows": [queue_row(3)]},
        {"title": "Überfällig", "tone": "warning", "rows": [queue_row(number) for number in (4, 5)]},
        {"title": "Bald fällig", "tone": "info", "rows": [queue_row(number) for number in range(6, 12)]},
        {"title": "Noch Zeit", "rows": [queue_row(number) for number in range(12, 20)]},
    ],
    "pages": {"previous": None, "next": "?after=20", "text": "1 bis 17 von 84"},
    "links": [{"text": "Diese Liste als Excel-Datei", "url": "/review/queue.xlsx"}],
}

CASE: dict[str, Any] = {
    **STAFF,
    "page_title": "16/2025/0017-42",
    "service": "review",
    "flash": {"tone": "success", "title": "Ihr Vorschlag ist gespeichert."},
    "file_number": "16/2025/0017-42",
    "heading": "Schnittstelle vom Dokumentenmanagement zum Fachverfahren",
    "recipient": "Stadt Stadtilm",
    "status": {"text": "freigegeben, Bescheid offen", "tone": "info"},
    "deadline": {"text": "Bescheid bis", "on": "2025-07-25", "tone": "warning", "note": "morgen"},
    "holder": "Jana Vogel",
    "next_step": {
        "title": "Nächster Schritt: Bescheid versenden",
        "text": "Die Zuwendung ist freigegeben, die Mittel sind vorgemerkt.",
    },
    "tasks": [
        {"text": "Vollständigkeit", "status": {"text": "erledigt", "tone": "success"}, "done": True},
        {"text": "Fachliches Votum", "status": {"text": "erledigt", "tone": "success"}, "done": True},
        {"text": "Zuwendungsfähige Ausgaben", "status": {"text": "erledigt", "tone": "success"}, "done": True},
        {
            "text": "Bescheid versenden",
            "url": "#bescheid",
            "hint": "Vorschau ansehen, dann versenden",
            "status": {"text": "offen", "tone": "neutral"},
            "done": False,
        },
    ],
    "actions": ACTIONS,
    "money": {"applied": 5_160_000, "granted": 4_480_000, "ordered": 3_000_000, "settled": 1_920_000},
    "facts": [
        {"key": "Gemeindeschlüssel", "value": "16070048", "kind": "code"},
        {"key": "Einwohner", "value": "8.408"},
        {"key": "Ziffer", "value": "2c Schnittstellen"},
        {"key": "Eingegangen", "value": "2025-05-12T07:31:00Z", "kind": "instant"},
        {"key": "Zeitraum", "value": "01.08.2025 bis 31.03.2026"},
        {"key": "Fördersatz", "value": "80 %"},
        {"key": "Bestandskraft", "value": None, "kind": "date"},
    ],
    "tables": [
        {
            "caption": "Ausgaben",
            "columns": MONEY_COLUMNS,
            "rows": LINES,
            "footer": {"line": "Summe", "applied": 6_450_000, "eligible": 5_600_000},
        },
        {"caption": "Mittelabrufe", "columns": MONEY_COLUMNS, "rows": [], "empty": "Noch kein Mittelabruf."},
    ],
    "timeline": TIMELINE,
    "letters": [{"text": "Zuwendungsbescheid (Entwurf)", "url": "/review/cases/0017/letter.pdf", "note": "PDF, 84 kB"}],
    "back": {"text": "Arbeitsvorrat", "url": "/review/"},
}

PAYMENTS: dict[str, Any] = {
    **STAFF,
    "page_title": "Zahlungen",
    "service": "payout",
    "heading": "Zahlungen",
    "lead": "Was angeordnet ist, was die Kasse hat und was sie dazu gemeldet hat.",
    "tiles": [
        {"title": "Angeordnet, noch nicht übergeben", "value": 6_120_000, "kind": "money", "note": "4 Anordnungen"},
        {"title": "Bei der Kasse", "value": 12_400_000, "kind": "money", "note": "2 Stapel"},
        {"title": "Gezahlt 2025", "value": 214_567_890, "kind": "money"},
        {"title": "Zurückgewiesen", "value": 1, "note": "Konto erloschen"},
    ],
    "actions": [
        {
            "id": "stapel",
            "title": "Stapel bilden und versiegeln",
            "submit": "Stapel bilden",
            "url": "/payout/batches",
            "fields": [],
            "idempotency_key": "k1",
            "text": "Alle offenen Anordnungen kommen in eine Datei für die Landeshauptkasse.",
            "consequence": "4 Zahlungen, zusammen 61.200,00 €.",
        },
    ],
    "orders": {
        "rows": [
            {
                "order": {"text": "FS25-0007-1X", "url": "/payout/payments/7"},
                "recipient": "Stadt Stadtilm",
                "title": "0916 883 71",
                "year": 2025,
                "ordered_on": "2025-08-06",
                "status": {"text": "gezahlt", "tone": "success"},
                "cents": 1_920_000,
            },
            {
                "order": {"text": "FS25-0019-K4", "url": "/payout/payments/19"},
                "recipient": "Verwaltungsgemeinschaft Riechheimer Berg",
                "title": "0916 883 71",
                "year": 2025,
                "ordered_on": "2025-10-16",
                "status": {"text": "bei der Kasse", "tone": "info"},
                "cents": 1_080_000,
            },
            {
                "order": {"text": "FS25-0021-9Q", "url": "/payout/payments/21"},
                "recipient": "Stadt Bad Frankenhausen/Kyffhäuser",
                "title": "0916 883 71",
                "year": 2025,
                "ordered_on": "2025-10-17",
                "status": {"text": "zurückgewiesen", "tone": "danger"},
                "cents": 98_765_432,
            },
        ],
        "pages": {"previous": "?before=7", "next": None, "text": "3 von 3"},
    },
    "batches": {
        "rows": [
            {
                "batch": {"text": "S-2025-031", "url": "/payout/batches/31"},
                "created_on": "2025-08-07",
                "file_sha256": ROOT,
                "status": {"text": "vollständig gezahlt", "tone": "success"},
                "count": 12,
                "cents": 48_120_000,
            },
            {
                "batch": {"text": "S-2025-032", "url": "/payout/batches/32"},
                "created_on": "2025-10-17",
                "file_sha256": ROOT,
                "status": {"text": "übergeben", "tone": "info"},
                "count": 4,
                "cents": 6_120_000,
            },
        ]
    },
    "reports": {
        "rows": [
            {
                "file": {"text": "FS-S-2025-031-ack.xml", "url": "/payout/reports/1"},
                "kind": "pain.002.001.10",
                "read_at": "2025-08-07T15:01:02Z",
                "entries": 12,
                "outcome": {"text": "angenommen", "tone": "success"},
            },
            {
                "file": {"text": "FS-2025-08-08.xml", "url": "/payout/reports/1"},
                "kind": "camt.054.001.08",
                "read_at": "2025-08-08T05:30:00Z",
                "entries": 12,
                "outcome": {"text": "zugeordnet", "tone": "success"},
            },
            {
                "file": {"text": "unbekannt.xml", "url": "/payout/reports/1"},
                "kind": "",
                "read_at": "2025-08-09T05:30:00Z",
                "entries": 0,
                "outcome": {"text": "in Quarantäne", "tone": "danger"},
            },
        ]
    },
}

LEDGER: dict[str, Any] = {
    **STAFF,
    "person": {"name": "Prof. Ines Albrecht", "role_title": ROLE_TITLES[Role.AUDITOR]},
    "service": "ledger",
    "state": {"tone": "success", "text": "Alle Ereignisse der drei Dienste sind lückenlos da, jede Kette stimmt."},
    "size": 18432,
    "root": ROOT,
    "checkpoint": {
        "size": 18420,
        "root": ROOT,
        "signed_at": "2025-07-24T08:15:00Z",
        "key": "foerderstrom.example/pruefkette+8f3a1c2d",
        "text": "foerderstrom.example/pruefkette\n18420\nnyxB0HvoozXG0fC5Tn\n\n— foerderstrom.example/pruefkette jzocLQ…",
    },
    "services": [
        {
            "service": "Antragseingang",
            "epoch": "e1",
            "head": 6120,
            "received": 6120,
            "lag": 0,
            "last_at": "2025-07-24T08:12:00Z",
            "chain": ROOT,
            "status": {"text": "stimmt", "tone": "success"},
        },
        {
            "service": "Prüfung",
            "epoch": "e1",
            "head": 9004,
            "received": 9001,
            "lag": 3,
            "last_at": "2025-07-24T08:12:40Z",
            "chain": ROOT,
            "status": {"text": "holt auf", "tone": "info"},
        },
        {
            "service": "Auszahlung",
            "epoch": "e2",
            "head": 3311,
            "received": 3311,
            "lag": 0,
            "last_at": "2025-07-24T08:10:00Z",
            "chain": ROOT,
            "status": {"text": "stimmt", "tone": "success"},
        },
    ],
    "checkpoints": [
        {"signed_at": "2025-07-24T08:15:00Z", "root": ROOT, "signers": "Prüfkette", "size": 18420},
        {"signed_at": "2025-07-24T08:00:00Z", "root": ROOT, "signers": "Prüfkette", "size": 18311},
    ],
    "exports": [{"text": "Ausfuhr der ganzen Prüfkette", "url": "/ledger/export.tar", "note": "etwa 14 MB"}],
}

STATUS: dict[str, Any] = {
    **OWN,
    "page_title": "Wo steht mein Antrag?",
    "file_number": "16/2025/0017-42",
    "heading": "Schnittstelle vom Dokumentenmanagement zum Fachverfahren",
    "status": {"text": "bewilligt, Auszahlung läuft", "tone": "success"},
    "next_step": {
        "title": "Ihr zweiter Abruf wird ausgezahlt",
        "text": "Die Kasse hat den Auftrag über 10.800,00 € angenommen. Das Geld ist in der Regel zwei Bankarbeitstage später auf Ihrem Konto.",
        "by": "die Landeshauptkasse",
        "on": "2025-10-22",
    },
    "steps": [
        {"title": "Eingegangen", "state": "done", "on": "2025-05-12"},
        {"title": "Vollständig", "state": "done", "on": "2025-05-28"},
        {
            "title": "Geprüft und bewilligt",
            "state": "done",
            "on": "2025-07-25",
            "text": "44.800,00 €, Notebooks gekürzt",
        },
        {"title": "Auszahlung", "state": "current", "text": "30.000,00 € von 44.800,00 €"},
        {"title": "Verwendungsnachweis", "state": "open", "text": "bis 30.09.2026"},
    ],
    "facts": [{"key": "Kommune", "value": "Stadt Stadtilm"}, {"key": "Zeitraum", "value": "01.08.2025 bis 31.03.2026"}],
    "money": {"applied": 5_160_000, "granted": 4_480_000, "ordered": 3_000_000, "settled": 1_920_000},
    "drawdowns": [
        {
            "drawdown": "1. Abruf",
            "requested_on": "2025-08-04",
            "status": {"text": "gutgeschrieben", "tone": "success"},
            "settled_on": "2025-08-08",
            "requested_cents": 1_920_000,
            "accepted_cents": 1_920_000,
        },
        {
            "drawdown": "2. Abruf",
            "requested_on": "2025-10-15",
            "status": {"text": "angeordnet", "tone": "info"},
            "settled_on": None,
            "requested_cents": 1_280_000,
            "accepted_cents": 1_080_000,
        },
    ],
    "actions": [
        {
            "id": "abruf",
            "title": "Mittel abrufen",
            "submit": "Mittel abrufen",
            "url": "/intake/cases/17/drawdowns",
            "idempotency_key": "k2",
            "if_match": '"9"',
            "open": True,
            "text": "Rufen Sie nur ab, was Sie innerhalb von zwei Monaten für fällige Rechnungen brauchen.",
            "fields": [
                {
                    "name": "eligible_due_euros",
                    "label": "Fällige Ausgaben bisher",
                    "kind": "money",
                    "required": True,
                    "hint": "Alle Rechnungen seit Beginn, zusammengezählt.",
                },
                {"name": "requested_euros", "label": "Jetzt abrufen", "kind": "money", "required": True},
            ],
        },
        {
            "id": "ruecknahme",
            "title": "Antrag zurücknehmen",
            "submit": "Zurücknehmen",
            "url": "/intake/cases/17/withdraw",
            "fields": [],
            "disabled_reason": "Über den Antrag ist schon entschieden.",
        },
    ],
    "letters": [{"text": "Zuwendungsbescheid", "url": "/intake/cases/17/letter.pdf", "note": "PDF, 25.07.2025"}],
    "receipt": {"sha256": ROOT, "at": "2025-05-12T07:31:00Z"},
    "timeline": [
        {
            "title": "2. Mittelabruf gekürzt",
            "at": "2025-10-16T09:00:00Z",
            "tone": "warning",
            "why": "Im Jahr 2025 sind noch 10.800,00 € verfügbar. Den Rest können Sie ab Januar 2026 abrufen.",
        },
        {
            "title": "1. Mittelabruf gutgeschrieben",
            "at": "2025-08-08T06:00:00Z",
            "tone": "success",
            "who": "Landeshauptkasse",
        },
    ],
    "back": {"text": "Meine Anträge", "url": "/intake/"},
}

SIGN_IN: dict[str, Any] = {
    "action": "/sign-in",
    "next": "/review/",
    "simulated_today": "2025-07-24",
    "groups": [
        {
            "title": ROLE_TITLES[Role.APPLICANT],
            "people": [
                {"id": "p-stadtilm", "name": "Kämmerei Stadtilm", "note": "Stadt Stadtilm"},
                {"id": "p-arnstadt", "name": "Hauptamt Arnstadt", "note": "Stadt Arnstadt"},
            ],
        },
        {
            "title": ROLE_TITLES[Role.CASE_OFFICER],
            "text": "Prüft, kürzt, schlägt vor.",
            "people": [{"id": "p-vogel", "name": "Jana Vogel"}, {"id": "p-hahn", "name": "Leon Hahn"}],
        },
        {
            "title": ROLE_TITLES[Role.APPROVER],
            "text": "Gibt frei, was andere vorgeschlagen haben.",
            "people": [{"id": "p-brandt", "name": "Dr. Uwe Brandt"}],
        },
        {
            "title": ROLE_TITLES[Role.AUDITOR],
            "text": "Liest alles, ändert nichts.",
            "people": [{"id": "p-albrecht", "name": "Prof. Ines Albrecht"}],
        },
    ],
}

PROBLEM: dict[str, Any] = {
    **STAFF,
    "problem": {
        "status": 412,
        "title": "Der Vorgang wurde inzwischen weiterbearbeitet.",
        "detail": "Dr. Uwe Brandt hat um 10:12 Uhr die Zuwendung freigegeben. Ihre Eingabe bezog sich auf den Stand davor.",
        "code": "stale-version",
        "field": "If-Match",
        "instance": "0190f5de",
    },
    "advice": ["Sehen Sie sich den neuen Stand an.", "Entscheiden Sie dann noch einmal; Ihre Begründung steht unten."],
    "typed": [{"key": "Begründung", "value": "Kürzung der Notebooks, weil nicht Teil von Ziffer 2c."}],
    "back": {"text": "Zum Vorgang", "url": "/review/cases/0017"},
}

NOT_FOUND: dict[str, Any] = {
    "problem": {"status": 404, "title": "Diesen Vorgang gibt es hier nicht.", "code": "not-found"}
}
EMPTY_QUEUE: dict[str, Any] = {
    "page_title": "Antragseingang",
    "heading": "Antragseingang",
    "columns": QUEUE_COLUMNS,
    "groups": [],
    "actions": [],
}
NO_CHECKPOINT: dict[str, Any] = {
    "state": {"tone": "danger", "text": "Die Prüfkette ist noch leer."},
    "size": 0,
    "root": ROOT,
    "checkpoint": None,
    "services": [],
}
NEW_CASE: dict[str, Any] = {
    "page_title": "16/2025/0018-13",
    "file_number": "16/2025/0018-13",
    "heading": "Notfallplan",
    "recipient": "Stadt Greiz",
    "status": {"text": "eingegangen"},
    "facts": [],
    "timeline": [],
    "money": {"applied": 100_000, "granted": None, "ordered": None, "settled": None},
}

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "queue": ("queue.html", QUEUE),
    "queue-empty": ("queue.html", EMPTY_QUEUE),
    "case": ("case.html", CASE),
    "case-new": ("case.html", NEW_CASE),
    "payments": ("payments.html", PAYMENTS),
    "ledger": ("ledger.html", LEDGER),
    "ledger-empty": ("ledger.html", NO_CHECKPOINT),
    "status": ("status.html", STATUS),
    "signin": ("signin.html", SIGN_IN),
    "problem": ("problem.html", PROBLEM),
    "problem-not-found": ("problem.html", NOT_FOUND),
}
"""Name of the sample → (template, context)."""
