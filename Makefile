# The same words for people and for CI. `make` alone lists them.
# On a fresh clone everything needed comes into .tools/ and .venv/; nothing is installed elsewhere.

UV_VERSION := 0.13.9
UV := .tools/uv-$(UV_VERSION)/bin/uv
PYTHON := .venv/bin/python
READY := .venv/.synced

# Only what this project says decides, never a virtual environment or uv setting that happens to be active.
unexport VIRTUAL_ENV UV_PROJECT_ENVIRONMENT PYTHONPATH PYTHONHOME
# A house of many processes would compile every library anew at each start.
unexport PYTHONDONTWRITEBYTECODE
# Offices put their own certificate into the machine's store; a machine without a store is served by uv's own.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem),)
export UV_SYSTEM_CERTS := 1
endif
export UV_NO_PROGRESS := 1

.DEFAULT_GOAL := help
.PHONY: help demo up test campaign check bench verify docs format generate browser clean
.DELETE_ON_ERROR:

help: ## diese Liste
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

$(READY): Makefile deploy/toolchain.sh pyproject.toml uv.lock
	@sh deploy/toolchain.sh $(UV_VERSION)
	@UV_PYTHON="$$(cat .tools/python-path)" $(UV) sync --locked --quiet --compile-bytecode
	@touch $@

demo: $(READY) ## drei Programmjahre in var/demo/, von den Anträgen zum Geld; RESUME=1 setzt nach einem Abbruch fort, TREASURY=hkr-xml schreibt der Kasse anders
	@$(PYTHON) -m deploy.demo $(if $(filter-out 0,$(RESUME)),--resume) $(if $(TREASURY),--treasury $(TREASURY))

up: $(READY) ## alles auf http://127.0.0.1:8080 mit den Daten der Vorführung
	@test -f var/demo/summary.json || $(PYTHON) -m deploy.demo
	@$(PYTHON) -m deploy.embedded var/demo --port 8080

test: $(READY) browser ## alle Tests (PYTEST="-k name" wählt aus)
	@$(PYTHON) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile $(PYTEST)

campaign: $(READY) ## EXAMPLES=3000 Leben je Substantiv und beschädigte Dateien je Art, SEEDS=10000 simulierte Welten, dann Fehlerversuche am echten Haus und an der Kasse, je MINUTES=10 lang
	@EXAMPLES=$(or $(EXAMPLES),3000) $(PYTHON) -m pytest tests/nouns tests/payout/test_mutated_files.py
	@$(PYTHON) -m tests.simulation --seeds $(or $(SEEDS),10000) --from $(or $(FROM),1) --minutes $(or $(MINUTES),0)
	@$(PYTHON) -m tests.faults.campaign --minutes $(or $(MINUTES),10)

check: $(READY) ## Format, Regeln, Typen, Importgrenzen, erzeugte Dokumente
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/pyright
	.venv/bin/lint-imports --no-logo
	$(PYTHON) -m docs.generate --check

bench: $(READY) ## Verhältnisse zu Serienteilen, Verwandten und Untergrenzen, in einem Lauf gemessen
	@$(PYTHON) -m tests.benchmarks

verify: $(READY) ## die Ausfuhr der Vorführung mit dem unabhängigen Prüfprogramm nachrechnen
	@$(PYTHON) -I services/ledger/verify.py var/demo/ledger-export

docs: $(READY) generate ## die Dokumentation als Seiten in var/site/
	@$(UV) run --quiet --isolated --locked --only-group docs zensical build

generate: $(READY) ## Ereigniskatalog, OpenAPI und AsyncAPI aus dem Code neu schreiben
	@$(PYTHON) -m docs.generate

format: $(READY) ## formatieren und beheben, was sich von selbst beheben lässt
	.venv/bin/ruff check --fix-only --quiet .
	.venv/bin/ruff format .

browser: # without one the browser tests skip and say so
	@command -v chromium >/dev/null 2>&1 || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1 || \
		{ (apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium) >/dev/null 2>&1 \
			|| echo "Chromium ließ sich nicht installieren; die Browsertests werden übersprungen."; }

clean: ## was Läufe hinterlassen haben (nicht .venv und .tools)
	rm -rf var .pytest_cache .ruff_cache .hypothesis .import_linter_cache
