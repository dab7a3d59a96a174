"""The libraries of the system are found without a search, or with one where they have other names."""

from __future__ import annotations

import ctypes.util
import json
import subprocess
import sys
import threading

import pytest

from consentkit.pdf.render import libraries
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
