"""Ways to reach into a tagged PDF and plant a fault there: its elements in order, its content, its bookmarks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String


class NotThere(LookupError):
    """The file does not hold what the fault needs."""


def pick(found: list[Any], number: int = 0) -> Any:
    """One of several, counted from 0, or from the end if negative."""
    try:
        return found[number]
    except IndexError as error:
        raise NotThere from error


def kids(element: Any) -> list[Any]:
    """What an element holds."""
    held = element.get("/K", Array())
    return list(held) if isinstance(held, Array) else [held]


def is_element(kid: Any) -> bool:
    return isinstance(kid, Dictionary) and "/S" in kid


def walk(element: Any) -> Iterator[Any]:
    """All elements below one, in reading order."""
    for kid in kids(element):
        if is_element(kid):
            yield kid
            yield from walk(kid)


def document(pdf: Pdf) -> Any:
    """The Document element."""
    return kids(pdf.Root.StructTreeRoot)[0]


def all_of(pdf: Pdf, *roles: str) -> list[Any]:
    """The elements of some roles, in reading order."""
    return [element for element in walk(document(pdf)) if str(element.S)[1:] in roles]


def of(pdf: Pdf, role: str, number: int = 0) -> Any:
    """One of the elements of a role."""
    return pick(all_of(pdf, role), number)


def texts(pdf: Pdf, role: str = "P") -> list[Any]:
    """The elements of a role that hold nothing but text on one page, so that they can be moved."""
    return [
        element
        for element in all_of(pdf, role)
        if kids(element) and all(isinstance(kid, int) for kid in kids(element)) and "/Pg" in element
    ]


def below(parent: Any, role: str) -> list[Any]:
    """The elements of a role below one."""
    return [element for element in walk(parent) if f"/{role}" == element.S]


def replace_kid(kid: Any, others: list[Any]) -> None:
    """Put others where an element was."""
    parent = kid.P
    held = []
    for old in kids(parent):
        held += others if is_element(old) and old.objgen == kid.objgen else [old]
    parent.K = Array(held)
    for other in others:
        if is_element(other):
            other.P = parent


def swap(first: Any, second: Any) -> None:
    """Let two elements change places in the tree."""
    if first.objgen == second.objgen:
        raise NotThere
    places = [(parent, kids(parent)) for parent in {first.P.objgen: first.P, second.P.objgen: second.P}.values()]
    parents = first.P, second.P
    for parent, held in places:
        parent.K = Array([_other(kid, first, second) for kid in held])
    second.P, first.P = parents


def _other(kid: Any, first: Any, second: Any) -> Any:
    if is_element(kid) and kid.objgen == first.objgen:
        return second
    return first if is_element(kid) and kid.objgen == second.objgen else kid


def role(element: Any, name: str) -> None:
    """Turn an element into one of another role."""
    element.S = Name(f"/{name}")


def drop(owner: Any, name: str) -> None:
    """Take an entry away that is there."""
    if f"/{name}" not in owner:
        raise NotThere
    del owner[f"/{name}"]


# --- annotations and fields ---


def notes(pdf: Pdf, subtype: str) -> list[Any]:
    """The annotations of a kind, page by page."""
    return [note for page in pdf.pages for note in page.get("/Annots", []) if note.Subtype == f"/{subtype}"]


def fields(pdf: Pdf, kind: str = "", *, filled: bool = False) -> list[Any]:
    """The widgets in the bodies of the papers that are fields of their own; of a type, if one is given."""
    return [
        note
        for note in notes(pdf, "Widget")
        if "/T" in note and (not kind or note.get("/FT") == f"/{kind}") and ("/V" in note) >= filled
    ]


def form_of(pdf: Pdf, note: Any) -> Any:
    """The Form element that names a widget."""
    for element in all_of(pdf, "Form"):
        if any(isinstance(kid, Dictionary) and kid.get("/Obj", kid).objgen == note.objgen for kid in kids(element)):
            return element
    raise NotThere


# --- bookmarks ---


def bookmarks(pdf: Pdf) -> list[Any]:
    """All bookmarks in their order."""
    return list(_bookmarks(pdf.Root.Outlines))


def _bookmarks(parent: Any) -> Iterator[Any]:
    entry = parent.get("/First")
    while entry is not None:
        yield entry
        yield from _bookmarks(entry)
        entry = entry.get("/Next")


def unhang(mark: Any) -> None:
    """Take a bookmark between two others out of its chain."""
    if "/Prev" not in mark or "/Next" not in mark:
        raise NotThere
    mark.Prev.Next, mark.Next.Prev = mark.Next, mark.Prev


# --- content ---


def contents(page: Any) -> list[Any]:
    """The content streams of a page."""
    held = page.obj.Contents
    return list(held) if isinstance(held, Array) else [held]


def rewrite(pdf: Pdf, pattern: bytes, replacement: bytes | Callable[[re.Match[bytes]], bytes], page: int = 1) -> None:
    """Change the first match in the content of a page."""
    for stream in contents(pdf.pages[page]):
        changed, count = re.subn(pattern, replacement, stream.read_bytes(), count=1, flags=re.DOTALL)
        if count:
            stream.write(changed)
            return
    raise NotThere


def sequence(mcid: int) -> bytes:
    """A pattern for a marked-content sequence: its head, its inside and its end."""
    return rb"(/Span\s*<</MCID %d>>\s*BDC\s)(.*?)(\sEMC)" % mcid


def page_of(pdf: Pdf, element: Any) -> int:
    """The page that an element names, counted from 0."""
    return next(number for number, page in enumerate(pdf.pages) if page.obj.objgen == element.Pg.objgen)


def paint(pdf: Pdf, element: Any, operators: bytes) -> None:
    """Put operators before the text that the first mark of an element draws, and before no other."""

    def around(match: re.Match[bytes]) -> bytes:
        return match[1] + b"q\n" + match[2].replace(b"BT", operators + b"\nBT", 1) + b"\nQ" + match[3]

    rewrite(pdf, sequence(int(kids(element)[0])), around, page_of(pdf, element))


def forget(pdf: Pdf, element: Any, *, becomes: bytes | None) -> None:
    """Take an element out of the tree, and its marks with it: they become artifacts, or draw nothing any more."""
    page = page_of(pdf, element)
    owners = parent_entry(pdf, int(pdf.pages[page].obj.StructParents))
    for mark in kids(element):
        new = rb"\2" if becomes is None else becomes + rb" BDC \2 EMC"
        rewrite(pdf, sequence(int(mark)), b"" if becomes is None else new, page)
        owners[int(mark)] = None
    replace_kid(element, [])


def parent_entry(pdf: Pdf, key: int) -> Any:
    """What a key of the parent tree leads to."""
    numbers = pdf.Root.StructTreeRoot.ParentTree.Nums
    for place in range(0, len(numbers), 2):
        if int(numbers[place]) == key:
            return numbers[place + 1]
    raise NotThere


def metadata(pdf: Pdf, pattern: bytes, replacement: bytes) -> None:
    """Change the metadata packet."""
    stream = pdf.Root.Metadata
    changed, count = re.subn(pattern, replacement, stream.read_bytes(), count=1, flags=re.DOTALL)
    if not count:
        raise NotThere
    stream.write(changed)


def font_maps(pdf: Pdf) -> list[Any]:
    """The fonts of page contents that say what their glyphs mean."""
    found = {
        font.objgen: font
        for page in pdf.pages
        for _, font in page.Resources.get("/Font", Dictionary()).items()
        if "/ToUnicode" in font
    }
    return list(found.values())


def write_map(pdf: Pdf, font: Any, change: Callable[[bytes], bytes]) -> None:
    """Give a font a map of its own, changed."""
    old = font.ToUnicode.read_bytes()
    new = change(old)
    if new == old:
        raise NotThere
    font.ToUnicode = pdf.make_indirect(pikepdf.Stream(pdf, new))


def text(value: str) -> String:
    return String(value)
