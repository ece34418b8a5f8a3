"""One case as intake tells it: everything a client needs to read and to act, folded from the log."""

from services.intake.api.case_record.next_actions import next_actions
from services.intake.api.case_record.shapes import CaseRecord, Document, NextAction, Requested
from services.intake.api.case_record.telling import case_record, file_name

__all__ = ["CaseRecord", "Document", "NextAction", "Requested", "case_record", "file_name", "next_actions"]
