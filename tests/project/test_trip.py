"""The way of a code through the program is counted as docs/development.md says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consentkit.library import procedures
from consentkit.library.procedures import Library
from consentkit.model.identity import Identity
from consentkit.resources import shipped
from kit.trip import Call, carries, trip


@pytest.mark.parametrize(
    ("value", "is_carried"),
    [
        ("90837", True),
        (Path("library/90837.yaml"), True),
        ("library/90837.yaml", True),
        ((["90837"],), True),
        ({"code": "90837"}, True),
        (Identity("90837", "en", "consent"), True),
        ("90837.pdf", False),
        ("908370", False),
        ([[["90837"]]], False),
        (90837, False),
    ],
)
def test_a_value_carries_a_code_by_itself_or_not_far_inside(value: object, is_carried: bool) -> None:
    assert carries(value, "90837") == is_carried


def test_each_function_that_gets_the_code_is_a_stop_and_no_other() -> None:
    library = Library((shipped("procedures"),))
    calls = trip(lambda: library.path("90837"), "90837")
    assert calls[0] == Call("library.procedures", "Library.path", by_itself=True)
    assert {call.module for call in calls} == {"library.procedures"}


def test_a_generator_is_called_once_however_often_it_goes_on() -> None:
    module = Path(procedures.__file__)
    code = compile("def each(code):\n    for number in range(3):\n        yield number\n", str(module), "exec")
    names: dict[str, Any] = {}
    exec(code, names)
    calls = trip(lambda: (list(names["each"]("90837")), list(names["each"]("90837"))), "90837")
    assert calls == 2 * [Call("library.procedures", "each", by_itself=True)]
