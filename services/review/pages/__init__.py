"""Die Seiten der Prüfung: queue, case, budgets and policies with the forms of every decision; the templates lie beside."""
