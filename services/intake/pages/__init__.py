"""Die Seiten des Antragseingangs: what each shows, its forms, and the words of both; the templates lie beside."""
