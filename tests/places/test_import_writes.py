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
