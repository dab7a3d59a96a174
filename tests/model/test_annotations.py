"""Records have types as annotations: from each text, pydantic would have to make the type again as they are loaded."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

import consentkit.model
from consentkit.model.values import Record


def records_below(record: type[Record]) -> Iterator[type[Record]]:
    for one in record.__subclasses__():
        yield one
        yield from records_below(one)


def test_no_annotation_of_a_record_is_a_text() -> None:
    for module in pkgutil.iter_modules(consentkit.model.__path__, "consentkit.model."):
        import_module(module.name)
    records = [one for one in records_below(Record) if one.__module__.startswith("consentkit.model.")]
    assert len(records) > 90
    as_text = {
        one for one in records for kind in vars(one).get("__annotations__", {}).values() if isinstance(kind, str)
    }
    assert as_text == set()
