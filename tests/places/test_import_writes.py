"""Writing an imported file: all of it or nothing, on record, and what was there is kept."""

import pytest

from layan.kit.events import read
from layan.places import models
from layan.places.importing import Checked, Fault, Kind, check
from layan.places.imports import import_at_branch, import_branches, known_at_branch, known_in_agency
from tests.builders import BuiltBranch, a_branch

pytestmark = pytest.mark.django_db(transaction=True)


def at_branch(built: BuiltBranch, kind: Kind, text: str) -> Checked:
    checked = check(kind, text, known_at_branch(built.branch, kind))
    import_at_branch(branch=built.branch, checked=checked, actor="user:1")
    return checked


def test_zones_services_and_counters_come_from_files_and_are_seen_at_once():
    built = a_branch()
    at_branch(built, Kind.ZONES, "code,name_ms,name_en\nLOBI,Lobi,Lobby\n")
    at_branch(built, Kind.SERVICES, "code,letter,zone,name_ms,norm_minutes\nVISA,V,LOBI,Visa,25\n")
    at_branch(built, Kind.COUNTERS, "code,zone,services\n9,LOBI,VISA PASSPORT\n")
    service = built.place.service_codes["VISA"]
    counter = built.place.counter_codes["9"]
    assert (service.letter, service.norm_minutes, service.agency_code) == ("V", 25, "AG-UTC-A")
    assert counter.offers == {service.id: 1, built.services["A"].pk: 2}
    assert built.place.zone_codes["LOBI"].name == {"ms": "Lobi", "en": "Lobby"}


def test_a_known_code_is_changed_and_its_other_texts_stay():
    built = a_branch()
    at_branch(built, Kind.SERVICES, "code,name_en,bring_ms\nPASSPORT,Travel document,Kad pengenalan\n")
    service = built.place.service_codes["PASSPORT"]
    assert service.name["en"] == "Travel document"
    assert service.name["ms"] == "Pasport"
    assert service.bring == {"ms": "Kad pengenalan"}
    assert service.letter == "A"


def test_two_services_may_exchange_their_letters():
    built = a_branch()
    at_branch(built, Kind.SERVICES, "code,letter\nPASSPORT,B\nLICENCE,A\n")
    codes = built.place.service_codes
    assert (codes["PASSPORT"].letter, codes["LICENCE"].letter) == ("B", "A")


def test_the_import_is_one_event_with_its_actor():
    built = a_branch()
    before = built.place.version
    at_branch(built, Kind.ZONES, "code,name_ms\nX,Satu\nY,Dua\n")
    *_, last = read(built.id)
    assert (last.type, last.actor) == ("layout.changed", "user:1")
    assert built.place.version == before + 1


def test_a_file_with_faults_is_not_written():
    built = a_branch()
    bad = Checked(Kind.ZONES, (), (Fault(2, "code", "missing"),))
    with pytest.raises(ValueError, match="faults"):
        import_at_branch(branch=built.branch, checked=bad, actor="user:1")


def test_branches_come_with_their_log_and_others_codes_are_refused():
    built, other = a_branch(), a_branch("UTC-B")
    agency = built.branch.agency
    text = "code,name_ms,state,weekend\nKB,Kota Bharu,KTN,5 6\n"
    import_branches(
        agency=agency, checked=check(Kind.BRANCHES, text, known_in_agency(agency)), actor="user:1"
    )
    made = models.Branch.objects.get(code="KB")
    assert (made.state, made.weekend, made.agency) == ("KTN", [5, 6], agency)
    assert [line.type for line in read(made.pk)] == ["layout.changed"]
    checked = check(Kind.BRANCHES, f"code,name_ms\n{other.code},X\n", known_in_agency(agency))
    assert [fault.code for fault in checked.faults] == ["taken"]


def branches(agency: models.Agency, text: str) -> models.Branch:
    checked = check(Kind.BRANCHES, text, known_in_agency(agency))
    import_branches(agency=agency, checked=checked, actor="user:1")
    return models.Branch.objects.get(code="KJG")


def lunches(branch: models.Branch) -> list[str]:
    return [f"{rule} x{rule.counters}" for rule in branch.lunch_rules.all()]


def test_b5_a_branch_gets_its_lunch_on_working_days_and_its_own_on_friday():
    agency = models.Agency.objects.create(code="A", name={"ms": "Agensi"})
    columns = "code,name_ms,lunch_starts,lunch_ends,lunch_counters,friday_lunch_starts,friday_lunch_ends\n"
    branch = branches(agency, columns + "KJG,Kajang,13:00,14:00,2,12:15,14:45\n")
    working = [f"{weekday} 13:00-14:00 x2" for weekday in (1, 2, 3, 4)]
    assert lunches(branch) == [*working, "5 12:15-14:45 x2"]


def test_b5_empty_cells_keep_a_branch_s_lunch():
    agency = models.Agency.objects.create(code="A", name={"ms": "Agensi"})
    branches(agency, "code,name_ms,weekend,lunch_starts,lunch_ends\nKJG,Kajang,3 4 5 6 7,13:00,14:00\n")
    branches(agency, "code,address\nKJG,Jalan 1\n")
    branch = branches(agency, "code,lunch_counters\nKJG,3\n")
    assert lunches(branch) == ["1 13:00-14:00 x3", "2 13:00-14:00 x3"]
    branch = branches(agency, "code,lunch_starts,lunch_ends\nKJG,12:30,14:00\n")
    assert lunches(branch) == ["1 12:30-14:00 x3", "2 12:30-14:00 x3"]
