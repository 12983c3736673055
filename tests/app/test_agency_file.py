"""The agency file: the shipped one is whole, and a wrong one says where it is wrong."""

import copy
import tomllib
from pathlib import Path
from typing import Any

import holidays
import pytest

from layan.app.demo.agency import AgencyFileError, DemoData, parse_agency, read_agency

pytestmark = pytest.mark.usefixtures("in_english")
FILE = Path(__file__).parents[2] / "src/layan/app/demo/agency.toml"


@pytest.fixture(scope="module")
def shipped() -> DemoData:
    return read_agency(FILE)


@pytest.fixture
def data() -> dict[str, Any]:
    return copy.deepcopy(tomllib.loads(FILE.read_text(encoding="utf-8")))


def places_of(data: dict[str, Any]) -> list[str]:
    with pytest.raises(AgencyFileError) as refused:
        parse_agency(data)
    return [fault.place for fault in refused.value.faults]


def test_b4_one_building_hosts_services_of_several_agencies(shipped: DemoData) -> None:
    centre = shipped.branches[0]
    assert len({service.agency for service in centre.services}) == 6
    assert (len(centre.zones), len(centre.counters), len(centre.services)) == (4, 14, 12)


def test_b2_the_centre_has_special_and_emergency_counters(shipped: DemoData) -> None:
    centre = shipped.branches[0]
    kinds = [counter.kind for counter in centre.counters]
    assert (kinds.count("special"), kinds.count("emergency")) == (2, 1)
    emergency = next(counter for counter in centre.counters if counter.kind == "emergency")
    assert set(emergency.services) == {service.code for service in centre.services}


def test_every_text_for_customers_is_there_in_four_languages(shipped: DemoData) -> None:
    for branch in shipped.branches:
        for service in branch.services:
            for text in (service.name, service.bring, service.fee):
                assert set(text) == {"ms", "en", "zh", "ta"}
            assert len({text.count("\n") for text in service.bring.values()}) == 1, service.code
            assert set(service.guide) == {"ms", "en"}


def test_b5_b10_hours_hold_a_lunch_rule_an_evening_session_and_a_saturday_morning(shipped: DemoData) -> None:
    centre = shipped.branches[0]
    assert {weekday for rule in centre.lunch for weekday in rule.weekdays} == {1, 2, 3, 4, 5}
    extended = [block.weekday for block in centre.opening_blocks if block.kind == "extended"]
    assert sorted(extended) == [1, 2, 3, 4, 6]


def test_the_states_are_known_to_the_holidays_library(shipped: DemoData) -> None:
    for branch in shipped.branches:
        assert holidays.country_holidays(branch.country, subdiv=branch.state, years=2026)


def test_the_second_branch_rests_on_friday_and_saturday(shipped: DemoData) -> None:
    second = shipped.branches[1]
    assert second.weekend == (5, 6)
    assert not {block.weekday for block in second.opening_blocks} & {5, 6}


def test_a3_officers_have_the_skills_of_their_usual_counter_and_no_password_is_shipped(
    shipped: DemoData,
) -> None:
    counters = {
        (branch.code, counter.code): set(counter.services)
        for branch in shipped.branches
        for counter in branch.counters
    }
    for person in shipped.staff:
        if person.branch and person.counter and person.skills:
            assert set(person.skills) <= counters[person.branch, person.counter]
    assert "password =" not in FILE.read_text(encoding="utf-8")


def test_limits_of_the_branch_hold_for_a_service_that_gives_none(data: dict[str, Any]) -> None:
    services = parse_agency(data).branches[1].services
    assert {(service.wait_limit_minutes, service.queue_limit) for service in services} == {(20, 15)}


def test_all_faults_are_found_in_one_reading_and_named_by_their_place(data: dict[str, Any]) -> None:
    branch = data["branches"][0]
    del branch["services"][0]["name"]["ta"]
    branch["services"][1]["letter"] = "C"
    branch["services"][2]["zone"] = "Z"
    branch["counters"][3]["services"].append("NOSUCH")
    branch["opening_blocks"][0]["opens"] = "25:00"
    branch["opening_blocks"][1]["closes"] = "16:00"
    branch["lunch"][0]["weekdays"] = [1, 8]
    branch["special_days"][0]["date"] = "2026-02-30"
    data["agencies"][1]["colour"] = "#000000"
    data["staff"][0]["role"] = "boss"
    assert sorted(places_of(data)) == [
        "agencies[1].colour",
        "branches[0].counters[3].services[3]",
        "branches[0].lunch[0].weekdays",
        "branches[0].opening_blocks[0].opens",
        "branches[0].opening_blocks[1].closes",
        "branches[0].services[0].name.ta",
        "branches[0].services[2].letter",
        "branches[0].services[2].zone",
        "branches[0].special_days[0].date",
        "staff[0].role",
    ]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda d: d["branches"][0].update(time_zone="Asia/Nowhere"), "branches[0].time_zone"),
        (lambda d: d["branches"][0].update(late_minutes=-1), "branches[0].late_minutes"),
        (lambda d: d["branches"][0].update(late_minutes=True), "branches[0].late_minutes"),
        (lambda d: d["branches"][0].update(public_kiosk="yes"), "branches[0].public_kiosk"),
        (lambda d: d["branches"][0].update(code="sentosa"), "branches[0].code"),
        (lambda d: d["branches"][0]["limits"].update(queue_limit=0), "branches[0].limits.queue_limit"),
        (lambda d: d["branches"][0]["counters"][0].update(groups=["oku"]), "branches[0].counters[0].groups"),
        (lambda d: d["branches"][0]["counters"][4].pop("groups"), "branches[0].counters[4].groups"),
        (lambda d: d["branches"][0]["counters"][0].update(services=[]), "branches[0].counters[0].services"),
        (lambda d: d["branches"][0]["counters"][1].update(code="1"), "branches[0].counters[1].code"),
        (lambda d: d["branches"][0]["services"][0]["bring"].update(ms=[""]), "branches[0].services[0].bring.ms[0]"),
        (lambda d: d["branches"][0].update(zones="A"), "branches[0].zones"),
        (lambda d: d["branches"][0]["opening_blocks"].append({"weekdays": [1], "opens": "09:00", "closes": "10:00"}), "branches[0].opening_blocks[3].weekdays"),
        (lambda d: d["branches"][1]["services"].append(d["branches"][0]["services"][0] | {"agency": "MPS", "letter": "Z"}), "branches[1].services[4]"),
        (lambda d: d["staff"][0].update(agency="MPS"), "staff[0].branch"),
        (lambda d: d["staff"][3].update(agency="XYZ"), "staff[3].agency"),
        (lambda d: d["staff"][0].update(branch="XYZ"), "staff[0].branch"),
        (lambda d: d["staff"][5].update(skills=["TAKSIRAN", "NOSUCH"]), "staff[5].skills[1]"),
        (lambda d: d["staff"][1].update(username="aminah"), "staff[1].username"),
        (lambda d: d["agencies"][0].pop("code"), "agencies[0].code"),
        (lambda d: d.update(agencies=[]), "agencies"),
        (lambda d: d.update(extra=1), "extra"),
    ],
)  # fmt: skip
def test_a_fault_names_its_place(data: dict[str, Any], change: Any, place: str) -> None:
    change(data)
    assert place in places_of(data)


def test_a_file_that_is_not_toml_says_the_line(tmp_path: Path) -> None:
    file = tmp_path / "agency.toml"
    file.write_text("[[agencies]]\ncode = \n", encoding="utf-8")
    with pytest.raises(AgencyFileError, match="line 2"):
        read_agency(file)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "agency.toml"
    file.write_bytes(b"# caf\xe9\n")
    with pytest.raises(AgencyFileError, match="utf-8"):
        read_agency(file)
