"""YAML as people write it here: plain data in which every scalar stays text, with a position for every key and value.

Guarantees: nothing is retyped (00100, no and 12:30 arrive as written), no key vanishes, no text is dropped as a comment
(`yaml_losses`), only mappings, lists and text are built, and the cost is bounded by the size of the file. Whatever is
refused becomes a Problem; no exception of the YAML library gets out. For a file that is read discreetly, no problem
quotes a value, nor a key that could be one. YAML 1.1 would read 00100 as 64, `no` as false and 12:30 as 750, hence the
reading on parser events.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import yaml
from yaml import AliasEvent, MappingEndEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from consentkit.problems import Problem, quoted, shortened
from consentkit.reading import characters
from consentkit.reading.yaml_advice import diagnosis
from consentkit.reading.yaml_losses import Loss, Watch, losses
from consentkit.reading.yaml_losses import Position as Position  # noqa: PLC0414

Data = str | list["Data"] | dict[str, "Data"]
DataPath = tuple[str | int, ...]
NextEvent = Callable[[], yaml.Event]

DEEPEST = 20
"""The most levels of nesting; a procedure needs 5."""
MOST_NODES = 5000
"""The most keys, values and list items in a file; the longest shipped procedure has under 500."""
MOST_REFUSED = 10
"""How many refused characters are reported one by one; a file with more is not text."""

_QUOTATION_MARKS = frozenset("'\"")
_KEY = re.compile(r"[a-z_]{1,40}")
"""What a key looks like; anything else may be a value in the wrong place."""
_NULLS = {"~", "null", "Null", "NULL"}

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's parser is about ten times as fast


class YamlFile(NamedTuple):
    """The content of one file: its data, and the place of everything in it."""

    name: str
    """The file as it is named in messages."""
    data: dict[str, Data]
    values: dict[DataPath, Position]
    """Line and column, both counted from 1, at which the value of a path begins."""
    keys: dict[DataPath, Position]
    """Line and column at which the key of a path begins."""
    unread: frozenset[DataPath]
    """Paths whose value was refused, so that nothing more can be said about it."""
    problems: tuple[Problem, ...]
    """Everything that is wrong with the file as YAML."""
    discreet: bool = False
    """Whether problems must not quote the file, since it is about a person."""


def parse(text: str, name: str, *, most_nodes: int = MOST_NODES, discreet: bool = False) -> YamlFile:
    """Read one document. Never raises for the content of the text: look at `problems`."""
    reader = _YamlReader(name, most_nodes=most_nodes, discreet=discreet)
    reader.read(text.replace("\r\n", "\n").replace("\r", "\n"))
    problems = tuple(dict.fromkeys(reader.problems))
    return YamlFile(name, reader.root, reader.values, reader.keys, frozenset(reader.unread), problems, discreet)


class _Stop(Exception):
    """Nothing after this point can be understood."""


@dataclass(eq=False, repr=False)
class _YamlReader:
    name: str
    problems: list[Problem] = field(default_factory=list)
    root: dict[str, Data] = field(default_factory=dict)
    values: dict[DataPath, Position] = field(default_factory=dict)
    keys: dict[DataPath, Position] = field(default_factory=dict)
    unread: set[DataPath] = field(default_factory=set)
    nodes: int = 0
    most_nodes: int = MOST_NODES
    discreet: bool = False
    watch: Watch = field(default_factory=lambda: Watch(""))

    def read(self, text: str) -> None:
        text = self._visible(text)
        refused, self.watch = list(self.problems), Watch(text)
        if self._is_read_to_its_end(text, refused) and not self.watch.needs_scan:
            return
        lost = list(losses(text, _Loader))
        if any(loss.swallows_entries for loss in lost):  # nothing has been read as it was meant
            self._start_again(refused)
        self._report_lost(lost)

    def _start_again(self, problems: Sequence[Problem]) -> None:
        """Forget what has been read, but for these problems."""
        self.problems, self.root, self.values, self.keys, self.unread = list(problems), {}, {}, {}, set()
        self.nodes = 0

    def _is_read_to_its_end(self, text: str, refused: Sequence[Problem]) -> bool:
        """Read a text; report where it can't be understood any further."""
        try:
            try:
                self._document(_Loader(text).get_event)  # without a step between that costs as much as the rest
            except yaml.MarkedYAMLError:
                self._start_again(refused)
                self._document(partial(next, _events(text)))
        except _Stop:
            return False
        except yaml.MarkedYAMLError as error:
            self._report(*diagnosis(error, text, discreet=self.discreet))
            return False
        except (yaml.YAMLError, ValueError, RecursionError, UnicodeError):
            self._report(None, "can't be read as YAML; look for broken quotation marks or brackets")
            return False
        return True

    def _report_lost(self, lost: Sequence[Loss]) -> None:
        """Report text that YAML would drop, at the value that it is dropped from."""
        paths = {place: path for places in (self.values, self.keys) for path, place in places.items()} if lost else {}
        for loss in lost:
            path = next((paths[place] for place in loss.values if place in paths), ())
            if path in self.values:
                self.unread.add(path)
            self.problems.append(Problem(self.name, *loss.position, dotted(path, discreet=self.discreet), loss.message))

    def _visible(self, text: str) -> str:
        """Report refused characters and take them out, so that the rest of the file is checked too."""
        refused = list(characters.refused(text))
        for index, description in refused[:MOST_REFUSED]:
            self._refuse(text, index, f"contains {description}; delete it")
        if len(refused) > MOST_REFUSED:
            message = f"contains {len(refused) - MOST_REFUSED:,} more such characters; save the file as text in UTF-8"
            self._refuse(text, refused[MOST_REFUSED][0], message)
        if not refused:
            return text
        places = {index for index, _ in refused}
        return "".join(" " if index in places else char for index, char in enumerate(text))

    def _refuse(self, text: str, index: int, message: str) -> None:
        line, before = text.count("\n", 0, index) + 1, text.rfind("\n", 0, index) + 1
        self.problems.append(Problem(self.name, line, index - before + 1, "", message))

    def _document(self, next_event: NextEvent) -> None:
        next_event()  # start of stream
        start = next_event()
        if isinstance(start, yaml.StreamEndEvent):
            self._stop(None, "is empty; fill it in, line by line, as `key: value`")
        if start.version or start.tags:
            self._report(start.start_mark, "has a line that begins with `%`; delete it")
        event = next_event()
        if isinstance(event, ScalarEvent) and not event.value:
            self._stop(None, "is empty; fill it in, line by line, as `key: value`")
        if not isinstance(event, yaml.MappingStartEvent):
            self._stop(event.start_mark, "must consist of keys and values, such as `key: value`")
        data = self._node(event, next_event, ())
        assert isinstance(data, dict)
        self.root = data
        next_event()  # end of document
        after = next_event()
        if isinstance(after, yaml.DocumentStartEvent):
            self._stop(
                after.start_mark, "contains a second document; put it into a file of its own or delete the `---`"
            )

    def _node(self, event: yaml.Event, next_event: NextEvent, path: DataPath) -> Data:
        start = event.start_mark
        self.nodes += 1
        if self.nodes > self.most_nodes or len(path) > DEEPEST:
            self._stop_at_limit(start, path)
        self.values.setdefault(path, (start.line + 1, start.column + 1))
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path)
        if isinstance(event, AliasEvent):
            self._report(start, f"uses {self._alias(event)}; write the text out", path)
            self.unread.add(path)
            return ""
        if event.anchor or event.tag:
            self._look_over(event, path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(event, next_event, path)
        return self._mapping(event, next_event, path)

    def _look_over(self, event: yaml.Event, path: DataPath) -> None:
        """Report what is not allowed before a key or a value."""
        if event.anchor:
            self._report(event.start_mark, f"sets {self._named('anchor', '&' + event.anchor)}; delete it", path)
        if event.tag:
            self._report(event.start_mark, f"has {self._tag(event)}; delete it, or quote the text", path)
        if isinstance(event, ScalarEvent) and event.style == '"':  # the only style that knows escapes
            for description in dict.fromkeys(description for _, description in characters.refused(event.value)):
                self._report(event.start_mark, f"contains an escape for {description}; delete it", path)

    def _stop_at_limit(self, mark: yaml.Mark, path: DataPath) -> None:
        if self.nodes > self.most_nodes:
            self._stop(mark, f"contains more than {self.most_nodes:,} entries; split it up")
        if len(path) > DEEPEST:
            self._stop(mark, f"is nested more than {DEEPEST} levels deep; make it flatter")

    def _scalar(self, event: ScalarEvent, path: DataPath) -> str:
        if event.anchor or event.tag or event.style:
            self._look_over_text(event, path)
        text = _with_empty_lines(event)
        if not event.style and text in _NULLS:  # an author means "nothing", and `null` must not be printed
            advice = "write the text, or delete the line; to print the word, put it in quotation marks"
            word = "a word" if self.discreet else quoted(text) + ","
            self._report(event.start_mark, f"is {word} which means nothing; {advice}", path)
            self.unread.add(path)
        return text

    def _look_over_text(self, event: ScalarEvent, path: DataPath) -> None:
        if event.style in _QUOTATION_MARKS:
            self.watch.see_quoted(event)
        self._look_over(event, path)

    def _sequence(self, start: SequenceStartEvent, next_event: NextEvent, path: DataPath) -> list[Data]:
        items: list[Data] = []
        while not isinstance(event := next_event(), SequenceEndEvent):
            items.append(self._node(event, next_event, (*path, len(items))))
        if start.flow_style:
            self.watch.see_brackets(start, event)
        return items

    def _mapping(self, start: yaml.MappingStartEvent, next_event: NextEvent, path: DataPath) -> dict[str, Data]:
        entries: dict[str, Data] = {}
        while not isinstance(event := next_event(), MappingEndEvent):
            key = self._key(event, path)
            if key is None:
                self._skip(next_event, path)
                continue
            here = (*path, key)
            if key in entries:
                first = self.keys[here][0]
                self._report(event.start_mark, f"appears a second time, first on line {first}; keep one", here)
                self._skip(next_event, here)
                continue
            mark = event.start_mark
            self.keys[here] = mark.line + 1, mark.column + 1
            entries[key] = self._node(next_event(), next_event, here)
        if start.flow_style:
            self.watch.see_brackets(start, event)
        return entries

    def _skip(self, next_event: NextEvent, path: DataPath) -> None:
        """Read a value for its problems only, so that the first one under this path keeps its position."""
        kept = self.values, self.keys, self.unread
        self.values, self.keys, self.unread = {}, {}, set()
        try:
            self._node(next_event(), next_event, path)
        finally:
            self.values, self.keys, self.unread = kept

    def _key(self, event: yaml.Event, path: DataPath) -> str | None:
        """The text of a key; None where a problem has been reported instead."""
        self.nodes += 1
        if self.nodes > self.most_nodes or len(path) > DEEPEST:
            self._stop_at_limit(event.start_mark, path)
        if not isinstance(event, ScalarEvent):
            if isinstance(event, AliasEvent):
                self._report(event.start_mark, f"uses {self._alias(event)} as a key; write the key out", path)
                return None
            advice = "write `key: value`, or put text that begins with a bracket in quotation marks"
            self._stop(event.start_mark, f"has a key that is not text; {advice}", path)
        if event.anchor or event.tag or event.style:
            self._look_over_text(event, path)
        key: str = event.value
        if key == "<<":
            self._report(event.start_mark, "uses the merge key `<<`; write the keys out", path)
            return None
        if not key.strip():
            self._report(event.start_mark, "has no key before the colon; write one", path)
            return None
        return key

    def _report(self, mark: yaml.Mark | None, message: str, path: DataPath = ()) -> None:
        line, column = _position(mark) if mark else (None, None)
        self.problems.append(Problem(self.name, line, column, dotted(path, discreet=self.discreet), message))

    def _tag(self, event: yaml.NodeEvent) -> str:
        return self._named("tag", event.tag.replace("tag:yaml.org,2002:", "!!"))

    def _alias(self, event: yaml.AliasEvent) -> str:
        return self._named("alias", f"*{event.anchor}")

    def _named(self, noun: str, text: str) -> str:
        """Something in the file, by its name where names may be quoted."""
        if self.discreet:
            return f"a {noun}" if noun == "tag" else f"an {noun}"
        return f"the {noun} {quoted(text)}"

    def _stop(self, mark: yaml.Mark | None, message: str, path: DataPath = ()) -> None:
        self._report(mark, message, path)
        raise _Stop


def dotted(path: DataPath, *, discreet: bool = False) -> str:
    """Write a path as people write it: `risks.common[2]`, list items counted from 1.

    A discreet one has `…` instead of what does not look like a key.
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            name = "…" if discreet and not looks_like_a_key(part) else shortened(part)
            text += f".{name}" if text else name
    return text


def looks_like_a_key(text: str) -> bool:
    """Whether a text may be quoted as a key even where it could be part of somebody's particulars."""
    return _KEY.fullmatch(text) is not None


def _events(text: str) -> Iterator[yaml.Event]:
    """The parser's events; in a text that is too deep, those up to our own limit before the parser's complaint.

    Its scanner reads up to 1,024 characters ahead of the events, and since PyYAML 6.0.4 it gives up at 1,000 levels:
    it would fail, with an error that helps nobody, before the event at which our limit applies.
    """
    delivered = 0
    try:
        for event in yaml.parse(text, Loader=_Loader):
            delivered += 1
            yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        yield from _events_of_what_is_too_deep(text[: mark.index] if mark else "")[delivered:]
        raise


def _events_of_what_is_too_deep(text: str) -> list[yaml.Event]:
    """The events up to the first that is deeper than the limit; none where the text is flat enough."""
    events: list[yaml.Event] = []
    depth = 0
    with contextlib.suppress(yaml.YAMLError):
        for event in yaml.parse(text, Loader=_Loader):
            events.append(event)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST + 1:  # the mapping around everything is not a level
                return events
    return []


def _position(mark: yaml.Mark) -> Position:
    return mark.line + 1, mark.column + 1


def _with_empty_lines(event: yaml.ScalarEvent) -> str:
    """A text with its empty lines as the author sees them, since they separate paragraphs.

    Where YAML folds lines (everywhere but after `|`), it turns one empty line into a lone line feed.
    """
    text: str = event.value
    if "\n" not in text or event.style == "|" or event.start_mark.line == event.end_mark.line:
        return text
    lines = text.split("\n")
    pairs = pairwise(lines)
    # Lines that are indented more in a text after `>` keep their line feeds; no empty line was there.
    feeds = ["\n" if before.startswith(" ") or after.startswith(" ") else "\n\n" for before, after in pairs]
    return "".join(line + feed for line, feed in zip(lines, [*feeds, ""], strict=True))
