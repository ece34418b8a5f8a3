"""Die Antragsrunden der Vorführung: on which days the steps of a case fall, from the first summer of the guideline on."""

from datetime import date

from deploy.demo_plan import Days

LATE_SUMMER_2024 = Days(
    submitted=date(2024, 8, 5),
    completed=date(2024, 8, 12),
    opined=date(2024, 9, 2),
    proposed=date(2024, 9, 16),
    reserved=date(2024, 9, 23),
    approved=date(2024, 10, 7),
    waived=date(2024, 10, 21),
    drawdowns=(date(2024, 11, 4), date(2024, 12, 2), date(2025, 1, 13), date(2025, 2, 17)),
    year_end=date(2024, 12, 10),
)
AUTUMN_2024 = Days(
    submitted=date(2024, 9, 16),
    completed=date(2024, 9, 23),
    opined=date(2024, 10, 7),
    proposed=date(2024, 10, 21),
    reserved=date(2024, 11, 4),
    approved=date(2024, 11, 18),
    waived=date(2024, 11, 25),
    drawdowns=(date(2024, 12, 2), date(2024, 12, 9), date(2025, 1, 20), date(2025, 3, 10)),
    year_end=date(2024, 12, 10),
)
WINTER_2025 = Days(
    submitted=date(2025, 1, 13),
    completed=date(2025, 1, 20),
    opined=date(2025, 2, 3),
    proposed=date(2025, 2, 17),
    reserved=date(2025, 2, 24),
    approved=date(2025, 3, 10),
    waived=date(2025, 3, 24),
    drawdowns=(date(2025, 4, 7), date(2025, 6, 23), date(2026, 1, 12), date(2026, 2, 16)),
    year_end=date(2025, 12, 10),
)
SPRING_2025 = Days(
    submitted=date(2025, 5, 5),
    completed=date(2025, 5, 12),
    opined=date(2025, 5, 28),
    proposed=date(2025, 6, 23),
    reserved=date(2025, 6, 30),
    approved=date(2025, 7, 21),
    waived=date(2025, 7, 31),
    drawdowns=(date(2025, 8, 4), date(2025, 10, 15), date(2026, 1, 12), date(2026, 2, 16)),
    year_end=date(2025, 12, 10),
)
D1 = Days(
    submitted=date(2025, 5, 12),
    completed=date(2025, 5, 28),
    opined=date(2025, 6, 23),
    proposed=date(2025, 6, 30),
    reserved=date(2025, 7, 21),
    approved=date(2025, 7, 25),
    waived=date(2025, 7, 31),
    drawdowns=(date(2025, 8, 4), date(2025, 10, 15), date(2026, 1, 12), date(2026, 2, 16)),
    year_end=date(2025, 12, 10),
)
SUMMER_2025 = Days(
    submitted=date(2025, 6, 23),
    completed=date(2025, 6, 30),
    opined=date(2025, 7, 21),
    proposed=date(2025, 7, 25),
    reserved=date(2025, 8, 4),
    approved=date(2025, 8, 18),
    waived=date(2025, 8, 25),
    drawdowns=(date(2025, 9, 15), date(2025, 11, 17), date(2026, 1, 12), date(2026, 2, 16)),
    year_end=date(2025, 12, 10),
)
AUTUMN_2025 = Days(
    submitted=date(2025, 8, 18),
    completed=date(2025, 8, 25),
    opined=date(2025, 9, 15),
    proposed=date(2025, 10, 6),
    reserved=date(2025, 10, 15),
    approved=date(2025, 11, 3),
    waived=date(2025, 11, 17),
    drawdowns=(date(2025, 12, 1), date(2025, 12, 10), date(2026, 1, 26), date(2026, 2, 16)),
    year_end=date(2025, 12, 10),
)
WINTER_2026 = Days(
    submitted=date(2026, 1, 12),
    completed=date(2026, 1, 19),
    opined=date(2026, 2, 2),
    proposed=date(2026, 2, 9),
    reserved=date(2026, 2, 16),
    approved=date(2026, 3, 16),
    waived=date(2026, 3, 30),
    drawdowns=(date(2026, 4, 20), date(2026, 6, 15), date(2027, 1, 11), date(2027, 2, 15)),
    year_end=date(2026, 12, 10),
)
SPRING_2026 = Days(
    submitted=date(2026, 3, 23),
    completed=date(2026, 3, 30),
    opined=date(2026, 4, 20),
    proposed=date(2026, 4, 27),
    reserved=date(2026, 5, 4),
    approved=date(2026, 5, 18),
    waived=date(2026, 6, 1),
    drawdowns=(date(2026, 6, 15), date(2026, 9, 14), date(2027, 1, 11), date(2027, 2, 15)),
    year_end=date(2026, 12, 10),
)
