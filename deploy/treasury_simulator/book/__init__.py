"""The treasury's own book: files and payments (`whole`), answers, requests to take back and claims on pages of their own."""

from deploy.treasury_simulator.book.entries import Answer, BatchEntry, FileEntry, PaymentEntry, Standing
from deploy.treasury_simulator.book.whole import Book

__all__ = ["Answer", "BatchEntry", "Book", "FileEntry", "PaymentEntry", "Standing"]
