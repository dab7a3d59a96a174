"""What is compared, scenario by scenario.

Guarantees: a scenario is a function that is given a bench and returns contenders; all of them print the same content,
and only `Contender.work` is measured. To add one, write a function under `@scenario` in a module that is named here.
"""

from __future__ import annotations

from benchmarks.scenarios import documents, lists, packets, scaling
from benchmarks.scenarios.bench import SCENARIOS, Bench, Scenario

__all__ = ["SCENARIOS", "Bench", "Scenario", "documents", "lists", "packets", "scaling"]
