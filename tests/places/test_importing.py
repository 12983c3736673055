"""Reading CSV files: each fault has its line, its column and words that say what to do."""

from contextlib import suppress
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layan.places.fault_words import _WORDS, fault_words, unreadable_words
from layan.places.importing import Fault, Kind, Known, Unreadable, check, decode, template

KNOWN = Known(
    existing=frozenset({"OLD"}),
    zones=("A", "B"),
    services=("PASSPORT", "TAX"),
    agencies=("JPN",),
    states=("SGR", "KTN"),
    taken=frozenset({"THEIRS"}),
    letters={"Z": "OLD", "Y": "OTHER"},
)


def faults(kind: Kind, text: str) -> list[tuple[int, str, str]]:
    found = check(kind, text, KNOWN).faults
    assert all(fault_words(fault) for fault in found)
    return [(fault.line, fault.column, fault.code) for fault in found]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (Kind.ZONES, "code,name_ms\nC,Dewan\n", []),
        (Kind.ZONES, "code;name_ms\nC;Dewan\n", []),
        (Kind.ZONES, "code\tname_ms\nC\tDewan\n", []),
        (Kind.ZONES, "Code , NAME_MS\nC,Dewan\n", []),
        (Kind.ZONES, "code,name_ms\nOLD,\n", []),
        (Kind.ZONES, "code,name_ms\nC,\n", [(2, "name_ms", "missing")]),
        (Kind.ZONES, "code,name_ms\n,Dewan\n", [(2, "code", "missing")]),
        (Kind.ZONES, "code,name_ms\nc d,Dewan\n", [(2, "code", "bad-code")]),
        (Kind.ZONES, "code,name_ms\nC,Dewan\n\nC,Lobi\n", [(4, "code", "repeated")]),
        (Kind.ZONES, "code,name_ms\nC,Dewan,Lobi\n", [(2, "", "too-many-cells")]),
        (Kind.ZONES, "code,name_ms\n", [(1, "", "no-rows")]),
        (Kind.ZONES, "name_ms\nDewan\n", [(1, "code", "missing-column")]),
        (Kind.ZONES, "code,nama\nC,Dewan\n", [(1, "nama", "unknown-column")]),
        (Kind.ZONES, "code,code\nC,D\n", [(1, "code", "column-twice"), (1, "code", "column-twice")]),
        (Kind.ZONES, f"code,name_ms\nC,{'x' * 2001}\n", [(2, "name_ms", "too-long")]),
        (Kind.SERVICES, "code,letter,zone,name_ms\nS,S,A,Lesen\n", []),
        (Kind.SERVICES, "code,letter,zone,name_ms\ns,s,a,Lesen\n", []),
        (Kind.SERVICES, "code,letter,zone,name_ms\nS,1,A,Lesen\n", [(2, "letter", "bad-letter")]),
        (Kind.SERVICES, "code,letter,zone,name_ms\nS,AK,A,Lesen\n", [(2, "letter", "bad-letter")]),
        (Kind.SERVICES, "code,letter,zone,name_ms\nS,S,Q,Lesen\n", [(2, "zone", "unknown-zone")]),
        (Kind.SERVICES, "code,letter,zone,name_ms\nS,Y,A,Lesen\n", [(2, "letter", "letter-taken")]),
        (Kind.SERVICES, "code,letter,zone,name_ms\nS,Z,A,Lesen\nOLD,S,,\n", []),
        (Kind.SERVICES, "code,letter,zone,name_ms\nS,S,A,Satu\nT,S,A,Dua\n", [(3, "letter", "repeated")]),
        (
            Kind.SERVICES,
            "code,letter,zone,name_ms,agency\nS,S,A,Lesen,X\n",
            [(2, "agency", "unknown-agency")],
        ),
        (Kind.SERVICES, "code,norm_minutes\nOLD,x\n", [(2, "norm_minutes", "not-a-number")]),
        (Kind.SERVICES, "code,norm_minutes\nOLD,0\n", [(2, "norm_minutes", "out-of-range")]),
        (Kind.SERVICES, "code,norm_minutes\nOLD,99999\n", [(2, "norm_minutes", "out-of-range")]),
        (Kind.SERVICES, "code,norm_minutes\nOLD,٣\n", [(2, "norm_minutes", "not-a-number")]),
        (Kind.COUNTERS, "code,zone,services\n1,A,PASSPORT|TAX\n", []),
        (Kind.COUNTERS, "code,zone,services\n1,A,VISA\n", [(2, "services", "unknown-service")]),
        (Kind.COUNTERS, "code,zone,kind\n1,A,vip\n", [(2, "kind", "not-one-of")]),
        (Kind.COUNTERS, "code,zone,groups\n1,A,senior oku\n", []),
        (Kind.COUNTERS, "code,zone,groups\n1,A,rich\n", [(2, "groups", "not-one-of")]),
        (Kind.COUNTERS, "code,zone\n1234567,A\n", [(2, "code", "bad-counter")]),
        (Kind.BRANCHES, "code,name_ms,weekend\nKB,Kota Bharu,5 6\n", []),
        (Kind.BRANCHES, "code,name_ms,weekend\nKB,Kota Bharu,8\n", [(2, "weekend", "bad-weekdays")]),
        (Kind.BRANCHES, "code,name_ms,state\nKB,Kota Bharu,XXX\n", [(2, "state", "unknown-state")]),
        (Kind.BRANCHES, "code,name_ms,time_zone\nKB,Kota Bharu,MYT\n", [(2, "time_zone", "bad-time-zone")]),
        (Kind.BRANCHES, "code,name_ms,lunch_starts,lunch_ends\nKB,K,13:00,14.00\n", []),
        (Kind.BRANCHES, "code,name_ms,lunch_starts\nKB,K,1 pm\n", [(2, "lunch_starts", "bad-time")]),
        (Kind.BRANCHES, "code,name_ms,lunch_starts\nKB,K,13:00\n", [(2, "lunch_ends", "half-lunch")]),
        (
            Kind.BRANCHES,
            "code,name_ms,lunch_starts,lunch_ends\nKB,K,14:00,13:00\n",
            [(2, "lunch_ends", "ends-before-start")],
        ),
        (Kind.BRANCHES, "code,lunch_ends\nOLD,13:00\n", [(2, "lunch_starts", "half-lunch")]),
        (Kind.BRANCHES, "code,name_ms,friday_lunch_starts,friday_lunch_ends\nKB,K,12:15,14:45\n", []),
        (
            Kind.BRANCHES,
            "code,name_ms,friday_lunch_starts\nKB,K,12:15\n",
            [(2, "friday_lunch_ends", "half-lunch")],
        ),
        (Kind.BRANCHES, "code,name_ms,lunch_counters\nKB,K,0\n", [(2, "lunch_counters", "out-of-range")]),
        (Kind.BRANCHES, "code,name_ms\ntheirs,K\n", [(2, "code", "taken")]),
    ],
)
def test_every_fault_is_found_at_its_line_and_column(kind, text, expected):
    assert faults(kind, text) == expected


def test_cells_become_values_and_empty_cells_are_left_out():
    text = "code,zone,kind,groups,services\n12,b,Special,senior|oku,TAX PASSPORT TAX\nOLD,,,,\n"
    new, old = check(Kind.COUNTERS, text, KNOWN).rows
    assert new.is_new
    assert new.values == {
        "code": "12",
        "zone": "B",
        "kind": "special",
        "groups": ["senior", "oku"],
        "services": ["TAX", "PASSPORT"],
    }
    assert not old.is_new
    assert old.values == {"code": "OLD"}


def test_of_a_list_the_part_that_is_wrong_is_named():
    text = "code,zone,services,groups\n1,A,PASSPORT|VISA,senior rich\n"
    found = {fault.column: fault.value for fault in check(Kind.COUNTERS, text, KNOWN).faults}
    assert found == {"services": "VISA", "groups": "rich"}


def test_codes_and_letters_are_read_in_capitals_and_shown_as_typed():
    (row,) = check(Kind.SERVICES, "code,letter,zone,name_ms\nvisa,v,a,Visa\n", KNOWN).rows
    assert (row.code, row.values["code"], row.values["letter"], row.values["zone"]) == (
        "VISA",
        "VISA",
        "V",
        "A",
    )
    assert row.given["code"] == "visa"


def test_times_and_weekdays_are_read_as_people_write_them():
    text = "code,name_ms,lunch_starts,lunch_ends,weekend\nKB,K,1:30,14.00,6;5\n"
    (row,) = check(Kind.BRANCHES, text, KNOWN).rows
    assert (row.values["lunch_starts"], row.values["lunch_ends"]) == (time(1, 30), time(14))
    assert row.values["weekend"] == [5, 6]


def test_a_quoted_cell_may_hold_lines_and_the_line_named_is_where_the_row_ends():
    text = 'code,name_ms,directions_ms\nC,Dewan,"satu\ndua"\nD,,\n'
    checked = check(Kind.ZONES, text, KNOWN)
    assert checked.rows[0].values["directions_ms"] == "satu\ndua"
    assert [fault.line for fault in checked.faults] == [4]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"  \r\n ", "empty"),
        ("code,name_ms\nC,Dewan Café".encode("latin-1"), "encoding"),
        ("code,name_ms\nC,Dewan".encode("utf-16"), "encoding"),
        (b"code\0", "encoding"),
        (b"x" * 256_001, "too-large"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data, code):
    with pytest.raises(Unreadable) as found:
        decode(data)
    assert found.value.code == code
    assert unreadable_words(code)


def test_a_byte_order_mark_is_no_part_of_the_first_column():
    assert decode(b"\xef\xbb\xbfcode,name_ms") == "code,name_ms"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('code,name_ms\nC,"Dewan', "quotes"),
        ("code,name_ms\n" + "C,D\n" * 501, "too-many-rows"),
        (" \n", "empty"),
    ],
)
def test_a_text_that_is_no_table_says_why(text, code):
    with pytest.raises(Unreadable) as found:
        check(Kind.ZONES, text, KNOWN)
    assert found.value.code == code


@pytest.mark.parametrize("kind", list(Kind))
def test_each_template_reads_back_without_faults(kind):
    text = decode(template(kind).encode())
    assert check(kind, text, KNOWN).faults == ()


@pytest.mark.parametrize("code", sorted(_WORDS))
def test_every_fault_has_words_that_can_be_filled_in(code):
    assert fault_words(Fault(1, "x", code, "value", ("one", "two")))


@given(st.sampled_from(list(Kind)), st.text(max_size=300))
def test_no_text_whatever_breaks_the_reader(kind, text):
    try:
        checked = check(kind, text, KNOWN)
    except Unreadable:
        return
    assert checked.faults or checked.rows


@given(st.binary(max_size=200))
def test_no_bytes_whatever_break_the_decoder(data):
    with suppress(Unreadable):
        assert decode(data).strip()
