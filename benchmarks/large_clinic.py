"""A clinic with thousands of procedures: copies of a shipped one, under codes of their own.

Guarantees: each file is as long as a real one; only the look is as plain as can be, so that making all documents once
takes minutes and not an hour. How a document looks has no part in recognising that it has not changed.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.content import ONE
from consentkit.resources import shipped

_TEMPLATE = """<!doctype html>
<html lang="{{ words.language }}">
<head><meta charset="utf-8"><title>{{ procedure.title }}</title></head>
<body>
<h1>{{ procedure.title }}</h1>
{% macro listing(items) %}{% for item in items %}<p>{{ item }}</p>{% endfor %}{% endmacro %}
{{ listing(procedure.risks.common) }}{{ listing(procedure.risks.uncommon) }}{{ listing(procedure.risks.rare) }}
{{ listing(procedure.benefits["items"]) }}
{% for choice in procedure.alternatives["items"] -%}
<p>{{ choice.name }}</p>{{ listing(choice.good) }}{{ listing(choice.less_good) }}
{%- endfor %}
</body>
</html>
"""
_STYLE = 'html { font: 10pt "Atkinson Hyperlegible"; } h1, p { margin: 0; }\n'


def code(number: int) -> str:
    """The code of a procedure, counted from 1."""
    return f"S-{number:05}"


def file_of(clinic: Path, number: int) -> Path:
    """The file of a procedure."""
    return clinic / "procedures" / f"{code(number)}.yaml"


def make_large_clinic(clinic: Path, procedures: int) -> None:
    """Write the clinic's folder, with a service list of all its procedures."""
    for folder in ("procedures", "templates"):
        (clinic / folder).mkdir(parents=True, exist_ok=True)
    (clinic / "clinic.yaml").write_text("name: Large Clinic\n", encoding="utf-8")
    (clinic / "templates" / "consent.html").write_text(_TEMPLATE, encoding="utf-8")
    (clinic / "templates" / "print.css").write_text(_STYLE, encoding="utf-8")
    text = (shipped("procedures") / f"{ONE}.yaml").read_text(encoding="utf-8")
    line = f'code: "{ONE}"\n'
    assert line in text
    for number in range(1, procedures + 1):
        own = text.replace(line, f'code: "{code(number)}"\n', 1)
        file_of(clinic, number).write_text(own, encoding="utf-8")
    codes = "\n".join(f"  - {code(number)}" for number in range(1, procedures + 1))
    (clinic / "services.yaml").write_text(f"services:\n{codes}\n", encoding="utf-8")
