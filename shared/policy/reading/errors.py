"""Why a policy file is not read."""

from shared.decider import DomainError


class PolicyNotReadable(DomainError):
    """A policy file that is no TOML, or lacks a value, or holds one that nobody knows or of the wrong kind."""

    code = "policy-not-readable"
    title = "Die Regelungsdatei ist nicht lesbar oder unvollständig."
    status = 422
