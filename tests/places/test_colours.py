"""An agency's colour shows on its pages, and can be read whatever it is."""

import re

import pytest
from django.test import Client
from hypothesis import example, given
from hypothesis import strategies as st

from layan.places import api
from layan.places.colours import MIST, WHITE, contrast, contrast_with_white, theme
from layan.places.models import Agency
from tests.builders import a_branch

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06X}")


def test_the_contrast_is_that_of_the_guidelines():
    assert contrast_with_white("#000000") == pytest.approx(21)
    assert contrast_with_white("#767676") == pytest.approx(4.54, abs=0.01)
    assert contrast(WHITE, WHITE) == 1


@given(COLOURS)
@example("#FFFFFF")
@example("#FFFF00")
@example("#000000")
def test_every_colour_gives_words_that_can_be_read(colour):
    made = theme(colour)
    assert contrast(made["on-primary"], made["primary"]) >= 4.5
    assert contrast(made["primary"], MIST) >= 4.5
    assert contrast(made["primary"], made["primary-ground"]) >= 4.5
    assert contrast(made["on-primary"], made["primary-deep"]) >= 7


def test_a_readable_colour_is_kept_as_it_is():
    assert theme("#0F6B6B")["primary"] == "#0F6B6B"


@pytest.mark.django_db
def test_a_branch_s_pages_wear_its_agency_s_colour(client: Client):
    built = a_branch(public_kiosk=True)
    Agency.objects.update(primary_colour="#7A1F3D")
    api.layout_changed(branch_id=built.id, what="agency")
    for path in ("/b/UTC-A", "/kiosk/UTC-A", "/board/UTC-A/HALL"):
        sheet = re.search(r'<link rel="stylesheet" href="([^"]*theme\.css[^"]*)"', text(client, path))
        assert sheet is not None, path
        assert "--primary: #7A1F3D;" in text(client, sheet[1])


@pytest.mark.django_db
def test_several_agencies_in_one_house_are_told_apart_by_name_and_mark(client: Client):
    built = a_branch(public_kiosk=True)
    assert "data-agency" not in text(client, "/kiosk/UTC-A/services")
    other = Agency.objects.create(code="TAXES", name={"ms": "Hasil"}, primary_colour="#2E6B34")
    service = built.services["C"]
    service.agency = other
    service.save()
    api.layout_changed(branch_id=built.id, what="service")
    assert 'data-agency="TAXES">Hasil' in text(client, "/kiosk/UTC-A/services")
    assert '[data-agency="TAXES"] { --agency: #2E6B34; }' in text(client, "/b/UTC-A/theme.css")


@pytest.mark.django_db
def test_an_unknown_branch_has_no_theme(client: Client):
    assert client.get("/b/NOWHERE/theme.css").status_code == 404


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()
