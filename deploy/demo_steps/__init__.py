"""What each step of a case is over HTTP: who reads what, and says which command."""

from deploy.demo_steps.refusing import Contradiction
from deploy.demo_steps.steps import Steps
from deploy.demo_steps.taking_in import trace_of

__all__ = ["Contradiction", "Steps", "trace_of"]
