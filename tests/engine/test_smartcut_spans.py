"""What of a group of pictures is copied: a beginning, shown without a gap, to which nothing is missing."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from highlight_mcp.engine.smartcut.bits import BitField, BitReader, escaped, unescaped
from highlight_mcp.engine.smartcut.spans import GroupPicture, GroupPlan, plan_group

USES = st.sampled_from(("copy", "encode", "drop"))


def group(stored: str, kept: str = "", touched: str = "") -> list[GroupPicture]:
    """Pictures named by when they are shown, a capital where others refer to them: `"AeCbDd"`; all kept by default."""
    pictures = []
    for name in stored:
        use = "encode" if name in touched else "copy" if not kept or name in kept else "drop"
        pictures.append(GroupPicture(ord(name.lower()), name.isupper(), use))  # type: ignore[arg-type]
    return pictures


def copied(pictures: Sequence[GroupPicture], plan: GroupPlan) -> str:
    return "".join(chr(pictures[place].stamp) for place in plan.copied)


def test_a_group_that_is_shown_whole_is_copied_whole() -> None:
    pictures = group("BEcdHfg")
    plan = plan_group(pictures, follows_whole=False)
    assert copied(pictures, plan) == "becdhfg" and plan.is_whole and not plan.trailing


def test_a_tail_is_copied_up_to_the_last_picture_that_needs_nothing_behind_it() -> None:
    """`f` and `g` refer to `H`, which is not shown: they are encoded, all before is copied."""
    pictures = group("BEcdHfg", kept="BEcdfg")
    plan = plan_group(pictures, follows_whole=False)
    assert copied(pictures, plan) == "becd"
    assert [chr(pictures[place].stamp) for place in plan.trailing] == ["f", "g"]


def test_pictures_to_which_nothing_refers_may_be_missing_between_copied_ones() -> None:
    pictures = group("BDcFe", kept="BD")
    assert copied(pictures, plan_group(pictures, follows_whole=False)) == "bd"


def test_what_leads_a_group_is_encoded_unless_the_group_before_was_copied_whole() -> None:
    pictures = group("Dbc" + "Gef")
    alone, going_on = plan_group(pictures, follows_whole=False), plan_group(pictures, follows_whole=True)
    assert [chr(pictures[place].stamp) for place in alone.leading] == ["b", "c"]
    assert copied(pictures, alone) == "dgef" and not alone.goes_on and not alone.is_whole
    assert copied(pictures, going_on) == "dbcgef" and going_on.goes_on and going_on.is_whole


def test_nothing_is_copied_behind_leading_pictures_that_others_refer_to() -> None:
    pictures = group("DBc" + "Gef")
    assert plan_group(pictures, follows_whole=False).copied == ()


def test_a_title_in_a_group_lets_only_what_is_before_it_be_copied() -> None:
    pictures = group("ABCDEF", touched="CD")
    plan = plan_group(pictures, follows_whole=True)
    assert copied(pictures, plan) == "ab" and len(plan.trailing) == 4


@given(
    st.permutations(range(9)).flatmap(
        lambda stamps: st.tuples(*(st.tuples(st.just(stamp), st.booleans(), USES) for stamp in stamps))
    ),
    st.booleans(),
)
def test_every_picture_has_one_place_and_nothing_that_is_copied_misses_what_it_may_refer_to(
    facts: tuple[tuple[int, bool, str], ...], follows_whole: bool
) -> None:
    pictures = [GroupPicture(stamp, reference, use) for stamp, reference, use in facts]  # type: ignore[arg-type]
    plan = plan_group(pictures, follows_whole)
    used = [place for place, each in enumerate(pictures) if each.use != "drop"]
    assert sorted((*plan.leading, *plan.copied, *plan.trailing)) == used
    assert all(pictures[place].use == "copy" for place in plan.copied)
    order = [*plan.leading, *sorted(plan.copied, key=lambda place: pictures[place].stamp), *plan.trailing]
    assert order == sorted(used, key=lambda place: pictures[place].stamp)
    if plan.copied:
        assert plan.copied[0] == 0 and list(plan.copied) == sorted(plan.copied)
        own = [each for each in range(plan.copied[-1]) if plan.goes_on or pictures[each].stamp >= pictures[0].stamp]
        assert all(place in plan.copied or not pictures[place].is_reference for place in own)
    assert plan.is_whole == (len(plan.copied) == len(pictures))


@given(st.lists(st.sampled_from((0, 0, 0, 1, 2, 3, 255))).map(lambda values: bytes((*values, 128))))
def test_a_payload_comes_back_from_its_unit_and_holds_no_start_code(payload: bytes) -> None:
    unit = escaped(payload)
    assert unescaped(unit) == payload
    assert not any(start in unit for start in (b"\0\0\0", b"\0\0\1", b"\0\0\2"))


@given(st.binary(min_size=4, max_size=40), st.integers(0, 20), st.integers(1, 11), st.integers(0))
def test_a_field_is_written_where_it_is_read_and_nowhere_else(payload: bytes, at: int, width: int, value: int) -> None:
    field = BitField(at, width)
    made = field.written(payload, value % (1 << width))
    read = BitReader(made)
    before = read.bits(at)
    assert read.bits(width) == value % (1 << width)
    assert before == BitReader(payload).bits(at) and made[4:] == payload[4:]
