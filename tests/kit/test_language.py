"""The language in which a refusal is told before Django has a say."""

import pytest

from layan.kit.asgi import language_of


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,en;q=0.5", "zh-hans"),
        ("de-DE,ta;q=0.3", "ta"),
        # Malay first, as the pages have it.
        ("", "ms"),
        ("de", "ms"),
        ("\xff;q=x,,", "ms"),
    ],
)
def test_a_refusal_speaks_the_language_asked_for_and_malay_otherwise(asked, told):
    scope = {"headers": [(b"accept-language", asked.encode("latin-1"))] if asked else []}
    assert language_of(scope) == told
