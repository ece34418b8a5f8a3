"""What a page says above a form that was refused."""

from shared.problems import Problem


def _sentence(problem: Problem) -> str:
    return problem.title if problem.detail in ("", problem.title) else f"{problem.title} {problem.detail}"


def flash(problem: Problem | None) -> dict[str, str] | None:
    """The problem in a sentence; nothing without one."""
    return problem and {"tone": "danger", "title": _sentence(problem), "text": "Es wurde nichts verändert."}
