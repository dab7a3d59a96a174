"""Layers of a foreign file (optional content, ISO 32000-1, 8.11): those that make no difference may be flattened.

Guarantees: a file passes only if each of its layers is on, on the screen and on paper and at every magnification; then
the file looks the same to everybody without its layers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from consentkit.pdf.foreign.values import array, has_entries, name_of, object_key, optional_dictionary

_DEPENDS = ("/Zoom", "/Language", "/User")
"""Entries that make a layer depend on the reader or on the magnification."""
_STATES = {"/Print": "/PrintState", "/View": "/ViewState", "/Export": "/ExportState"}


def all_on(catalog: Any) -> bool:
    """Whether the default configuration of a file switches all of its layers on. Raises Unsound."""
    properties = optional_dictionary(catalog.get("/OCProperties"))
    configuration = optional_dictionary(properties.get("/D"))
    off = array(configuration.get("/OFF"))
    match name_of(configuration, "/BaseState") or "/ON":
        case "/ON":
            return not off
        case "/OFF":
            on = {object_key(layer) for layer in array(configuration.get("/ON"))}
            return not off and all(object_key(layer) in on for layer in array(properties.get("/OCGs")))
    return False


def is_always_visible(thing: Any) -> bool:
    """Whether a layer, or a group of layers, is visible whenever its layers are on. Raises Unsound."""
    if name_of(thing, "/Type") == "/OCMD":
        return "/VE" not in thing and (name_of(thing, "/P") or "/AnyOn") in ("/AnyOn", "/AllOn")
    return all(_is_on(usage) for usage in _usages(thing))


def _usages(layer: Any) -> Iterator[Any]:
    if "/Usage" in layer:
        yield layer.get("/Usage")


def _is_on(usage: Any) -> bool:
    if not has_entries(usage) or any(name in usage for name in _DEPENDS):
        return False
    for name, state in _STATES.items():
        entry = usage.get(name)
        if entry is not None and (not has_entries(entry) or name_of(entry, state) not in ("", "/ON")):
            return False
    return True
