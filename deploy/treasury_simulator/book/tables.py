"""What the book is written in; unique indexes forbid a second booking of a reference."""

TABLES = """
CREATE TABLE IF NOT EXISTS file (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('accepted', 'rejected', 'repeated')),
    repeats INTEGER REFERENCES file, message_id TEXT, created_at TEXT NOT NULL, code TEXT, text TEXT,
    CHECK ((state = 'repeated') = (repeats IS NOT NULL)));
CREATE UNIQUE INDEX IF NOT EXISTS one_judgement_per_content ON file (sha256) WHERE state <> 'repeated';
CREATE UNIQUE INDEX IF NOT EXISTS one_accepted_file_per_message ON file (message_id) WHERE state = 'accepted';
CREATE TABLE IF NOT EXISTS batch (
    file INTEGER NOT NULL REFERENCES file, place INTEGER NOT NULL, payment_information_id TEXT NOT NULL,
    debtor_iban TEXT NOT NULL, execution_on TEXT NOT NULL, batch_booking INTEGER NOT NULL, PRIMARY KEY (file, place));
CREATE TABLE IF NOT EXISTS payment (
    file INTEGER NOT NULL, batch INTEGER NOT NULL, place INTEGER NOT NULL, reference TEXT NOT NULL, instruction_id TEXT,
    amount_cents INTEGER NOT NULL, creditor_iban TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('booked', 'rejected', 'duplicate')), code TEXT, text TEXT,
    PRIMARY KEY (file, place), FOREIGN KEY (file, batch) REFERENCES batch);
CREATE UNIQUE INDEX IF NOT EXISTS one_order_per_reference ON payment (reference) WHERE state <> 'duplicate';
CREATE INDEX IF NOT EXISTS payments_by_reference ON payment (reference);
CREATE TABLE IF NOT EXISTS booking (
    reference TEXT PRIMARY KEY, file INTEGER NOT NULL, place INTEGER NOT NULL, amount_cents INTEGER NOT NULL,
    booked_on TEXT NOT NULL, FOREIGN KEY (file, place) REFERENCES payment);
CREATE TABLE IF NOT EXISTS answer (
    file INTEGER NOT NULL REFERENCES file, place INTEGER NOT NULL, kind TEXT NOT NULL, account_iban TEXT,
    account_sequence INTEGER, name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, written INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (file, place), UNIQUE (account_iban, account_sequence));
CREATE TABLE IF NOT EXISTS numbered (
    file INTEGER PRIMARY KEY REFERENCES file, format TEXT NOT NULL, account_iban TEXT NOT NULL, number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS recall (
    file INTEGER PRIMARY KEY REFERENCES file, original INTEGER NOT NULL REFERENCES file, wanted TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS taken_back (
    reference TEXT PRIMARY KEY, file INTEGER NOT NULL REFERENCES file, place INTEGER NOT NULL, refers_to TEXT NOT NULL,
    amount_cents INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS fault (file INTEGER PRIMARY KEY REFERENCES file, key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS due (
    file INTEGER NOT NULL, place INTEGER NOT NULL, due_on TEXT NOT NULL, PRIMARY KEY (file, place),
    FOREIGN KEY (file, place) REFERENCES answer);
CREATE TABLE IF NOT EXISTS statement (
    file INTEGER NOT NULL, place INTEGER NOT NULL, account_iban TEXT NOT NULL, number INTEGER NOT NULL,
    opening_cents INTEGER NOT NULL, closing_cents INTEGER NOT NULL, closed_on TEXT NOT NULL,
    PRIMARY KEY (file, place), UNIQUE (account_iban, number));
CREATE TABLE IF NOT EXISTS came_back (
    reference TEXT PRIMARY KEY REFERENCES booking, charges_cents INTEGER NOT NULL, on_day TEXT NOT NULL);
"""
