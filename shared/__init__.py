"""Contracts and machinery that every service stands on; cannot tell who imports it."""
