"""A member of staff adds a passkey and signs in with it, without a password, in a real browser."""

from django.contrib.auth.hashers import Argon2PasswordHasher
from playwright.sync_api import Page, expect

from layan.people.api import Role
from tests.builders import a_branch, a_user
from tests.journeys.conftest import Browse, Server
from tests.journeys.staff import CONSOLE, Snap, look

#: A device with a fingerprint reader that knows its owner.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def give_device(page: Page) -> tuple[object, str]:
    """Give the browser an authenticator of its own; return its session and id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session, made["authenticatorId"]


def test_a_passkey_signs_in_without_a_password(server: Server, browse: Browse, snap: Snap):
    here = a_branch()
    user = a_user("siti", Role.OFFICER, here)
    # The suite itself takes a quicker hash than the office does.
    user.password = Argon2PasswordHasher().encode("correct horse battery", "salt" * 4)
    user.save()
    page = browse(*CONSOLE, locale="en-GB", extra_http_headers={"Accept-Language": "en"})
    session, device = give_device(page)
    # A passkey belongs to a name, not to a number: 127.0.0.1 can have none.
    home = f"http://localhost:{server.port}"
    page.goto(f"{home}/accounts/login/")
    page.get_by_label("Username").fill("siti")
    page.get_by_label("Password").fill("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Choose a counter")).to_be_visible()

    page.goto(f"{home}/account")
    page.get_by_role("link", name="Two-step sign-in").click()
    look(page, snap, "two-step")
    page.get_by_role("link", name="Add a key").click()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_label("Password").fill("correct horse battery")
    page.keyboard.press("Enter")
    page.get_by_label("Name of this key").fill("Siti's laptop")
    page.get_by_label("without a password").check()
    look(page, snap, "passkeys-add")
    page.get_by_role("button", name="Add a key").click()
    expect(page.get_by_text("The key was added.")).to_be_visible()
    page.goto(f"{home}/accounts/two-step/webauthn/")
    expect(page.get_by_role("heading", name="Siti's laptop")).to_be_visible()
    expect(page.get_by_text("signs in without a password")).to_be_visible()
    look(page, snap, "passkeys-one")
    held = session.send("WebAuthn.getCredentials", {"authenticatorId": device})
    assert len(held["credentials"]) == 1

    page.context.clear_cookies()
    page.goto(f"{home}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Choose a counter")).to_be_visible()
    expect(page.locator("header")).to_contain_text(user.display_name)

    # Whoever picks the device up is not its owner.
    page.context.clear_cookies()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto(f"{home}/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The key was not used")).to_be_visible()
    look(page, snap, "passkey-refused")
    page.goto(f"{home}/start")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_where_passkeys_cannot_work_the_page_says_so(server: Server, browse: Browse):
    page = browse(*CONSOLE, locale="en-GB", extra_http_headers={"Accept-Language": "en"})
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("Passkeys work only at an address that begins with https")).to_be_visible()
