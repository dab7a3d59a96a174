"""Keys are taken out of a file in whichever style it is written, and nothing else is."""

from __future__ import annotations

import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from consentkit.reading.edits import without_keys
from consentkit.reading.yaml_file import parse

NAMES = ("issued", "last", "by", "next")
TEXTS = st.text(st.sampled_from("aé漢 .:,-#'\"{}[]0\n"), max_size=30).map(lambda text: f"x{text}x")


@given(
    st.permutations(NAMES),
    st.lists(TEXTS, min_size=4, max_size=4),
    st.sampled_from([None, "'", '"', "|", ">"]),
    st.booleans(),
    st.integers(2, 6),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_keys_are_left_out_of_a_mapping_in_any_style(
    names: list[str], texts: list[str], style: str | None, is_flow: bool, indent: int, is_first: bool, line_end: str
) -> None:
    review = dict(zip(names, texts, strict=True))
    data = {"review": review, "title": "A  title"} if is_first else {"title": "A  title", "review": review}
    options = {"default_style": style, "default_flow_style": is_flow, "indent": indent, "width": 20}
    written = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, **options).replace("\n", line_end)
    parsed = parse(written, "text.yaml")
    assume(not parsed.problems)  # such a file is refused as a whole
    left = without_keys(written, parsed, "review", ("last", "by"))
    assert left is not None
    read_back = parse(left, "text.yaml").data
    kept = {name: value for name, value in parsed.data["review"].items() if name in ("issued", "next")}
    assert read_back == {**parsed.data, "review": kept}
    assert without_keys(left, parse(left, "text.yaml"), "review", ("last", "by")) == left
