"""A Bundle of FHIR R4, and what its references lead to.

Guarantees: nothing is fetched; a reference leads to one resource of the Bundle or is reported, also where several
resources might be meant; a file that is no Bundle of R4 with resources to read is refused by what it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from consentkit.fhir.element import FhirElement
from consentkit.fhir.json_text import JsonFile, fault, read_json
from consentkit.packets.incoming import Unreadable
from consentkit.problems import listed

MOST_ENTRIES = 5000
"""Entries that a Bundle may hold."""
TYPES = ("searchset", "collection", "batch-response", "document")
"""The types of Bundles that hold resources as they are, rather than a request or a history."""
_OTHER_TYPES = ("batch", "history", "message", "transaction", "transaction-response")

_NOT_RESTFUL = re.compile(r"^(urn:|#|$)")
_HISTORY = re.compile(r"/_history/([A-Za-z0-9.-]{1,64})$")
_RELATIVE = re.compile(r"^[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}$")


@dataclass(frozen=True)
class Resource(FhirElement):
    """A resource of a Bundle."""

    full_url: str = field(default="", repr=False)
    line: int = 1
    is_match: bool = True
    """Whether it is there for itself, and not because another one refers to it."""
    container: Resource | None = None
    """The resource that contains it."""

    @property
    def type(self) -> str:
        """Its type, such as Patient."""
        return self.text("resourceType")

    @property
    def reference(self) -> str | None:
        """How another system finds it: by its web address, or by its type and id; None where it can't."""
        if self.container is not None:
            return None
        if self.full_url.startswith(("http://", "https://")):
            return self.full_url
        name = f"{self.type}/{self.text('id')}"
        return name if not self.full_url and _RELATIVE.match(name) else None


class Bundle:
    """The resources of a Bundle."""

    def __init__(self, resources: list[Resource], *, has_more_pages: bool, failed: int = 0) -> None:
        self.resources = resources
        self.has_more_pages = has_more_pages
        """Whether it says that further pages of the search are elsewhere."""
        self.failed = failed
        """How many of its entries say that something has failed."""
        self._by_url: dict[str, list[Resource]] = defaultdict(list)
        self._by_name: dict[str, list[Resource]] = defaultdict(list)
        for one in resources:
            self._by_url[one.full_url].append(one)
            self._by_name[f"{one.type}/{one.text('id')}"].append(one)

    def of_type(self, *types: str) -> Iterator[Resource]:
        """The resources of some types, in their order."""
        return (one for one in self.resources if one.type in types)

    def resolve(self, reference: FhirElement, owner: Resource) -> Resource:
        """The resource that a Reference of another resource leads to. Raises Unreadable where there is not one."""
        target = reference.text("reference")
        if not target:
            return self._by_identifier(reference)
        if target.startswith("#"):
            return self._contained(reference, target[1:], owner)
        if re.match(r"^[A-Z][A-Za-z]+\?identifier=", target):
            return self._by_query(reference, target)
        version = _HISTORY.search(target)
        plain = _HISTORY.sub("", target)
        candidates = self._candidates(plain, owner)
        if version:
            of_version = [one for one in candidates if _version(one) in ("", version.group(1))]
            if candidates and not of_version:
                raise _unresolved(reference, "leads to another version than the one that is in the Bundle")
            candidates = of_version
        return _only(candidates, reference)

    def _candidates(self, target: str, owner: Resource) -> list[Resource]:
        """What a reference may lead to, by the rules of FHIR for Bundles."""
        if not _RELATIVE.match(target):
            return self._by_url.get(target, [])
        outermost = owner.container or owner
        if not _NOT_RESTFUL.match(outermost.full_url):
            base = outermost.full_url.rsplit("/", 2)[0]
            if exact := self._by_url.get(f"{base}/{target}"):
                return exact
            return [one for one in self._by_name.get(target, []) if not one.full_url.startswith("http")]
        return self._by_name.get(target, [])

    def _contained(self, reference: FhirElement, name: str, owner: Resource) -> Resource:
        outermost = owner.container or owner
        inner = [
            Resource(one.value, one.place, "", outermost.line, False, outermost)
            for one in outermost.elements("contained")
            if one.text("id") == name
        ]
        return _only(inner, reference) if name else outermost

    def _by_query(self, reference: FhirElement, target: str) -> Resource:
        """The resource of a conditional reference, such as `Practitioner?identifier=system|value`."""
        kind, _, token = target.partition("?identifier=")
        system, bar, value = token.partition("|")
        if not bar or not value or "&" in value:
            raise _unresolved(reference, "asks a server, and is not an identifier with its system")
        return self._identified(reference, kind, system, value)

    def _by_identifier(self, reference: FhirElement) -> Resource:
        """The resource that a Reference names by an identifier, instead of a link."""
        identifier = reference.element("identifier")
        system, value = (identifier.text("system"), identifier.text("value")) if identifier else ("", "")
        if not value or not system:
            what = "a display text" if reference.has("display") else "nothing that leads to a resource"
            raise _unresolved(reference, f"has only {what}")
        return self._identified(reference, reference.text("type"), system, value)

    def _identified(self, reference: FhirElement, kind: str, system: str, value: str) -> Resource:
        return _only([one for one in self._by_number.get((system, value), []) if kind in ("", one.type)], reference)

    @cached_property
    def _by_number(self) -> dict[tuple[str, str], list[Resource]]:
        """The resources by the systems and values of their identifiers; those whose can't be read are left out."""
        by_number: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for one in self.resources:
            with suppress(Unreadable):
                for identifier in one.concepts("identifier"):
                    by_number[identifier.text("system"), identifier.text("value")].append(one)
        return by_number


def read_bundle(data: bytes, name: str) -> Bundle:
    """Read a Bundle. Raises InvalidInput for what is wrong with it as a whole."""
    file = read_json(data, name)
    root = FhirElement(file.data, "Bundle")
    try:
        _require_bundle(root, name)
        resources = list(_resources(root, file))
        pages = list(_pages(root))
        has_more = any(link.text("relation") == "next" for page in pages for link in page.elements("link"))
        failed = sum(_has_failed(entry) for page in pages for entry in page.elements("entry"))
        for one in resources:
            _ = one.type, one.text("id"), one.full_url
        if len(resources) > MOST_ENTRIES:
            raise fault(name, f"has more than {MOST_ENTRIES:,} entries; export fewer days at a time")
        if newer := next(filter(None, map(_sign_of_r5, [root, *resources])), None):
            raise fault(name, "is FHIR R5; export it as R4 (fhirVersion 4.0)", newer)
        return Bundle(_without_copies(resources), has_more_pages=has_more, failed=failed)
    except Unreadable as unreadable:
        raise fault(name, unreadable.message, unreadable.place) from None


def _require_bundle(root: FhirElement, name: str) -> None:
    kind = root.text("resourceType")
    if not kind:
        raise fault(name, "is no FHIR: it has no `resourceType`; name a Bundle of FHIR R4")
    if kind != "Bundle":
        raise fault(name, "is a single resource and no Bundle; export it with the resources that it refers to")
    kind = root.text("type")
    if kind not in TYPES:
        what = f"is of the type `{kind}`" if kind in _OTHER_TYPES else "has no type of R4"
        raise fault(name, f"{what}; only these types hold visits: {listed(TYPES)}", "Bundle.type")


def _resources(root: FhirElement, file: JsonFile | None, line: int = 1) -> Iterator[Resource]:
    """The resources of a Bundle, and of the Bundles in it, as in the response to a batch."""
    for number, entry in enumerate(root.elements("entry")):
        resource, search = entry.element("resource"), entry.element("search")
        begins = file.entry_lines[number] if file and number < len(file.entry_lines) else line
        mode = search.text("mode") if search else ""
        if resource is None or mode == "outcome":
            continue
        if resource.text("resourceType") == "Bundle":
            yield from _resources(resource, None, begins)
            continue
        yield Resource(resource.value, resource.place, entry.text("fullUrl"), begins, mode != "include")


def _pages(root: FhirElement) -> Iterator[FhirElement]:
    """A Bundle and the Bundles in it."""
    yield root
    for entry in root.elements("entry"):
        resource = entry.element("resource")
        if resource and resource.text("resourceType") == "Bundle":
            yield from _pages(resource)


def _has_failed(entry: FhirElement) -> bool:
    """Whether an entry says that a request, or a part of a search, has failed."""
    response, resource = entry.element("response"), entry.element("resource")
    if response and response.text("status")[:1] in ("4", "5"):
        return True
    if resource is None or resource.text("resourceType") != "OperationOutcome":
        return False
    return any(one.text("severity") in ("fatal", "error") for one in resource.elements("issue"))


def _without_copies(resources: list[Resource]) -> list[Resource]:
    """Each resource once: pages of searches may have it again. One that is there for itself goes before a copy."""
    known: dict[tuple[str, str, str], list[Resource]] = defaultdict(list)
    for one in sorted(resources, key=lambda one: not one.is_match):
        same = known[one.type, one.text("id"), one.full_url]
        if not one.text("id") or all(one.value != other.value for other in same):
            same.append(one)
    kept = {one.place for same in known.values() for one in same}
    return [one for one in resources if one.place in kept]


def _sign_of_r5(element: FhirElement) -> str | None:
    """The place of something that only FHIR R5 has."""
    value, kind = element.value, element.value.get("resourceType")
    meta = value.get("meta")
    profiles = meta.get("profile") if isinstance(meta, Mapping) else None
    if str(value.get("fhirVersion", "")).startswith("5"):
        return element.at("fhirVersion")
    if isinstance(profiles, list) and any(isinstance(one, str) and "/fhir/5.0/" in one for one in profiles):
        return element.at("meta.profile")
    if kind == "Appointment":
        return next((element.at(key) for key in ("subject", "virtualService", "class", "reason") if key in value), None)
    if kind == "Encounter":
        newer = "actualPeriod", "plannedStartDate", "virtualService", "reason"
        in_list = isinstance(value.get("class"), list)
        return element.at("class") if in_list else next((element.at(key) for key in newer if key in value), None)
    if kind == "ServiceRequest" and isinstance(value.get("code"), Mapping):
        return element.at("code.concept") if "concept" in value["code"] else None
    return None


def _only(candidates: list[Resource], reference: FhirElement) -> Resource:
    """The one resource that a reference leads to. Copies of it that are all the same count as one."""
    if not candidates:
        raise _unresolved(reference, "leads to nothing in the Bundle, and nothing is fetched")
    if any(one.value != candidates[0].value for one in candidates[1:]):
        raise _unresolved(reference, "may mean several resources of the Bundle")
    return candidates[0]


def _unresolved(reference: FhirElement, message: str) -> Unreadable:
    place = reference.at("reference") if reference.has("reference") else reference.place
    return Unreadable(place, f"{message}; export the resource with the Bundle")


def _version(resource: Resource) -> str:
    meta = resource.element("meta")
    return meta.text("versionId") if meta else ""
