"""The libraries of the system are found without a search, those for rare fonts loaded when one of them is used."""

from __future__ import annotations

import ctypes.util
import hashlib
import importlib
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from consentkit.pdf.render import libraries
from kit.engine_pages import render
from kit.running import environment

_LOADING = """
import json, sys
started = []
sys.addaudithook(lambda event, _: started.append(event) if event in {"subprocess.Popen", "os.posix_spawn"} else None)
from consentkit.documents.printing import load_engine
load_engine()
print(json.dumps(started))
"""


def test_the_engine_is_loaded_without_starting_a_program() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _LOADING], env=environment(), capture_output=True, text=True, check=True
    )
    assert json.loads(run.stdout) == []


def test_the_search_is_there_again_afterwards_even_if_loading_fails() -> None:
    search = ctypes.util.find_library
    with pytest.raises(OSError, match="no such library"), libraries.without_search():
        assert ctypes.util.find_library("m") is None
        raise OSError("no such library")
    assert ctypes.util.find_library is search


def test_threads_that_load_the_engine_at_once_do_not_lose_the_search() -> None:
    search = ctypes.util.find_library
    inside, release = threading.Event(), threading.Event()

    def second() -> None:
        with libraries.without_search():
            inside.set()
            release.wait(30)

    thread = threading.Thread(target=second)
    with libraries.without_search():
        thread.start()
        inside.wait(0.3)  # it must not come in before we are out, and must then find the search itself
    release.set()
    thread.join()
    assert ctypes.util.find_library is search


def test_where_a_library_has_another_name_it_is_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    search = ctypes.util.find_library
    monkeypatch.setattr(libraries, "_DEFAULT_NAMES", ("libgobject-2.0.so.0", "libnowhere.so.9"))
    with libraries.without_search():
        assert ctypes.util.find_library is search


_PRINTING = """
import hashlib, json, sys
from consentkit.documents.printing import load_engine
load_engine()
from kit.engine_pages import render
loaded = []
digests = []
for text in sys.argv[1:]:
    digests.append(hashlib.sha256(render(text)).hexdigest())
    loaded.append([name for name in ("fontTools.subset", "fontTools.varLib.instancer") if name in sys.modules])
print(json.dumps([digests, loaded]))
"""


def test_what_rare_fonts_need_is_loaded_by_the_page_that_has_one_and_makes_the_same_file() -> None:
    usual, rare = "<p>Plain words</p>", "<p>Diné bizaad: \u012f\u0301</p>"
    run = subprocess.run(
        [sys.executable, "-c", _PRINTING, usual, rare],
        env={**environment(), "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    digests, loaded = json.loads(run.stdout)
    assert digests == [hashlib.sha256(render(text)).hexdigest() for text in (usual, rare)]
    assert loaded[0] == []
    assert "fontTools.varLib.instancer" in loaded[1]


def test_a_late_module_is_the_one_that_everybody_else_has(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "wave"
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(libraries, "_LATE", {name: {}})
    with libraries.late_fonts():
        late = sys.modules[name]
        assert not hasattr(late, "__path__")
    assert name not in sys.modules
    assert late.Error is importlib.import_module(name).Error
    with libraries.late_fonts():
        assert sys.modules[name] is importlib.import_module(name)  # it is there, so it is left alone
    monkeypatch.delitem(sys.modules, name)
    with libraries.late_fonts():
        assert sys.modules[name].Error is importlib.import_module(name).Error  # used at once
