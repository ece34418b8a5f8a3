"""Prüfkette (ledger): receives the exact stored bytes of every event of all services, in order, and proves them.

Owns the Merkle log (RFC 6962), its signed checkpoints (C2SP tlog-checkpoint, Ed25519), the export that the
Rechnungshof takes away, and `verify.py`, which recomputes all of it offline. It decides no case and changes none.
"""
