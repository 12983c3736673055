"""The office in which random commands are given: three counters, three people, three services."""

from layan.people.api import Role
from layan.places import models as places
from layan.places.api import layout_changed
from tests.builders import a_branch, a_person
from tests.queueing.conftest import staff
from tests.queueing.plain_model import PlainOffice

LETTERS = "ABC"
COUNTERS = {"1": {"A": 1, "B": 2}, "2": {"A": 1, "B": 1, "C": 2}, "3": {"A": 1, "B": 1, "C": 1}}
SPECIAL = "3"
STAFF = {"aminah": Role.OFFICER, "bala": Role.OFFICER, "chong": Role.SUPERVISOR}
SKILLS = {"bala": {"A", "B"}}


class Office:
    """What stays the same from example to example; each example's changes are rolled back."""

    def __init__(self, kind: str) -> None:
        self.built = a_branch("ANY", policy=kind)
        for code, gives in COUNTERS.items():
            places.CounterService.objects.filter(counter=self.built.counters[code]).delete()
            for letter, preference in gives.items():
                places.CounterService.objects.create(
                    counter=self.built.counters[code],
                    service=self.built.services[letter],
                    preference=preference,
                )
        layout_changed(branch_id=self.built.id, what="counters")
        self.people = {
            name: staff(self.built, name, role, skills="".join(sorted(SKILLS.get(name, set()))))
            for name, role in STAFF.items()
        }
        self.names = {person.user_id: name for name, person in self.people.items()}
        self.kiosk = a_person(Role.KIOSK, self.built, actor="token:1")
        self.letters = {built.pk: letter for letter, built in self.built.services.items()}
        self.codes = {built.pk: code for code, built in self.built.counters.items()}

    def model(self) -> PlainOffice:
        counters = {code: (gives, code == SPECIAL) for code, gives in COUNTERS.items()}
        return PlainOffice(counters, SKILLS, {"chong"}, self.built.branch.policy)
