"""What came of the year: counted, compared with what had to come of it, and told to a person."""

from deploy.demo_report.complaining import complaints
from deploy.demo_report.expecting import expected
from deploy.demo_report.results import Account, ClaimFound, Outcome, Proof, Recount, Result
from deploy.demo_report.showing import show
from deploy.demo_report.summing import summary

__all__ = [
    "Account",
    "ClaimFound",
    "Outcome",
    "Proof",
    "Recount",
    "Result",
    "complaints",
    "expected",
    "show",
    "summary",
]
