"""What the form offers to choose from: items of the guideline, kinds of expenditure and of attachments, with their German names.

Which items are open on a day is policy and review's affair; here only what exists, so that nobody applies for nothing.
"""

from collections.abc import Mapping

ITEMS: Mapping[str, str] = {
    "2c": "Standardisierte Schnittstellen neu entwickeln oder nachnutzen (Ziffer 2c)",
    "2f": "Schulungen und Weiterbildungen (Ziffer 2f)",
    "document-management": "Dokumentenmanagementsystem einführen und betreiben",
    "digital-services": "Elektronische Dienste und Fachverfahren",
    "e-invoicing": "Anwendungen für die E-Rechnung",
    "information-security": "Informationssicherheit und Cyberresilienz",
    "digital-strategy": "Kommunale digitale Agenda und E-Government-Strategie",
    "project-planning": "Projektplanung und interne Prozessoptimierung",
}
"""Ziffer 2 of the guideline; only 2c and 2f have a published letter."""

ITEM_CODES: Mapping[str, str] = {"interfaces": "2c", "training": "2f"}
"""Other names under which an item may be applied for."""

CATEGORIES: Mapping[str, str] = {
    "development": "Entwicklung",
    "set-up": "Einrichtung",
    "licence": "Lizenz",
    "training": "Schulung",
    "consulting": "Beratung",
    "hardware": "Geräte",
    "other": "Sonstiges",
}

ATTACHMENT_KINDS: Mapping[str, str] = {
    "offer": "Angebot",
    "council-decision": "Beschluss",
    "budget-extract": "Auszug aus dem Haushaltsplan",
    "proxy": "Vollmacht",
    "cooperation-agreement": "Vereinbarung über die Zusammenarbeit",
    "supervisory-statement": "Stellungnahme der Kommunalaufsicht",
    "other": "Sonstige Unterlage",
}

MEDIA_TYPES: Mapping[str, str] = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/xml": "xml",
    "text/xml": "xml",
}
"""Media types that an attachment may have, with the ending of its file name."""

OFFICES: Mapping[str, str] = {
    "mayor": "Bürgermeisterin oder Bürgermeister",
    "district-administrator": "Landrätin oder Landrat",
    "chair": "Vorsitz der Verwaltungsgemeinschaft oder des Verbands",
    "authorised": "durch Vollmacht",
}
"""The offices that entitle to sign for a municipality (§§ 31, 48, 107 ThürKO, § 34 ThürKGG)."""

COST_KEYS: Mapping[str, str] = {
    "inhabitants": "nach Einwohnern",
    "equal": "zu gleichen Teilen",
    "agreed": "wie vereinbart",
}
"""How participants in a cooperation share its cost."""

MAX_ATTACHMENT = 10_000_000
"""Bytes of one attachment at most."""
