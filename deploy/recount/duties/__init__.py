"""Who did what in each case, and which two acts of one person exclude each other, in sentences of its own.

`kinds` says what an act is, `exclusions` which two exclude each other, `topics` which event tells of which act; `acts` reads an export with them.
"""
