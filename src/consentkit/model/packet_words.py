"""The words of what a packet adds to its papers: the cover, the foot of its pages, the pages left blank."""

from typing import Annotated

from consentkit.model.placeholders import takes
from consentkit.model.values import Line, Record


class CoverWords(Record):
    """Words of the first page of a packet."""

    heading: Line
    check: Line
    """What to do first: check that the name on the pages is right."""
    visit: Line
    date: Line
    time: Line
    clinician: Line
    supervisor: Line
    place: Line
    in_person: Line
    telehealth: Line
    representative: Line
    interpreter: Line
    witness: Line
    sign_here: Line
    """What heads the papers to sign."""
    read: Line
    """What heads the papers to read."""
    keep: Line
    """What heads the papers to keep."""
    paper: Line
    page: Line
    who: Line
    """What heads the column of those who sign."""
    initials: Line
    from_to: Annotated[Line, takes("first", "last")]
    kind_of: Annotated[Line, takes("title", "kind", "code")]
    """How a document is named in the list."""
    copy_for_clinic: Annotated[Line, takes("title")]
    """How the clinic's copy of a paper is named that the patient keeps."""
    desk: Line
    """What heads, for the front desk, what comes back."""
    desk_pages: Annotated[Line, takes("pages")]
    desk_signatures: Annotated[Line, takes("number")]
    desk_dates: Annotated[Line, takes("number")]
    desk_initials: Annotated[Line, takes("number")]
    language_help: Line
    """A sentence in this language that says that help with language is free. A cover has it in every language."""


class PacketWords(Record):
    """Words that are used in packets only."""

    page_of: Annotated[Line, takes("page", "pages")]
    """The number of a page within the packet."""
    packet: Annotated[Line, takes("packet")]
    printed: Annotated[Line, takes("number", "time")]
    """Which set of a visit this is, and when it was printed."""
    blank_page: Line
    """The text of a page that is left blank so that the next paper starts on a fresh sheet."""
    clinic_copy: Line
    """What is at the head of the clinic's copy of a paper that the patient keeps."""
    cover: CoverWords
