"""The pages in a real Chromium: live without a reload, nothing blocked, nothing run from outside.

``FULLROUTE_PICTURES`` names a folder to keep pictures of every page in, to be looked at.
"""

import os
import shutil
from pathlib import Path

import pytest

from gateway.usecases import setup
from tests.world import LANE, SHIPPED

pytestmark = pytest.mark.full

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
WAIT_MILLISECONDS = 10_000


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def window(chromium, house, place):
    """A logged-in window; whatever its console complains of fails the test."""
    context = chromium.new_context(viewport=DESK, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(WAIT_MILLISECONDS)
    complaints = []
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: complaints.append(str(one)))
    page.goto(f"{place}/")
    page.fill("#key", house.keys["exporter"])
    page.click("main button")
    page.wait_for_url("**/pages/validate")
    yield page
    assert complaints == []
    context.close()


def picture(page, name):
    folder = os.environ.get("FULLROUTE_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def validated(page, raw, tmp_path):
    file = tmp_path / "declaration.xml"
    file.write_bytes(raw)
    page.set_input_files("#file", file)
    page.click("main form button")
    page.wait_for_selector(".outcome")


def test_a_dropped_declaration_is_answered_in_three_languages(window, tmp_path):
    picture(window, "validate-empty")
    raw = SHIPPED.read_bytes().replace(b'<NationalCode country="VN">85322400</NationalCode>', b"")
    validated(window, raw, tmp_path)
    assert window.locator(".offices li").count() == 4
    assert window.locator(".offices li.trouble").count() == 1
    assert window.locator("svg.strip").is_visible()
    picture(window, "validate-refused")
    window.goto(window.url + "?lang=zh")
    validated(window, raw, tmp_path)
    assert "不通过" in window.inner_text(".offices")
    picture(window, "validate-refused-zh")
    window.set_viewport_size(PHONE)
    assert not window.locator("svg.strip").is_visible()
    fits(window)
    picture(window, "validate-phone")


def fits(page):
    """Nothing is wider than the window."""
    widths = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]


def test_a_finding_leads_to_its_line(window, tmp_path):
    validated(window, SHIPPED.read_bytes().replace(b"0800901187", b"0800901188"), tmp_path)
    window.click(".findings a")
    assert window.locator("li:target").inner_text().strip().endswith("0800901188</ID>")
    picture(window, "validate-line")


def test_a_movement_moves_without_a_reload(window, house, place):
    reference = house.world.submit(house.world.declaration()).movement
    window.goto(f"{place}/pages/movements/{reference}")
    window.wait_for_selector("#pulse:not([hidden])")
    assert window.locator(".column").count() == 4
    picture(window, "movement-begun")
    window.evaluate("window.stayed = true")
    house.world.run()
    window.wait_for_selector(".column.here:has-text('The importer')")
    assert "CN008001" in window.inner_text(".columns")
    window.get_by_text("released").first.wait_for()
    assert window.evaluate("window.stayed") is True
    picture(window, "movement-released")
    window.emulate_media(color_scheme="dark")
    picture(window, "movement-dark")
    window.emulate_media(media="print", color_scheme="light")
    picture(window, "movement-print")
    window.emulate_media(media="screen")
    window.set_viewport_size(PHONE)
    fits(window)
    picture(window, "movement-phone")


def test_without_javascript_everything_is_there(chromium, house, place, tmp_path):
    context = chromium.new_context(java_script_enabled=False, viewport=DESK, locale="vi-VN")
    page = context.new_page()
    page.goto(f"{place}/pages/login")
    picture(page, "login-vi")
    page.fill("#key", house.keys["exporter"])
    page.click("main button")
    validated(page, SHIPPED.read_bytes(), tmp_path)
    assert (
        page.locator(".offices li.done").count() + page.locator(".offices li.unsure").count() == 4
    )
    picture(page, "validate-vi")
    for name in ("movements", "trips"):
        page.set_viewport_size(DESK)
        page.goto(f"{place}/pages/{name}")
        picture(page, f"{name}-vi")
        page.set_viewport_size(PHONE)
        fits(page)
        picture(page, f"{name}-vi-phone")
    context.close()


def test_a_planted_script_does_not_run(window, tmp_path):
    hostile = "&lt;script&gt;window.taken=1&lt;/script&gt;&lt;img src=x onerror=window.taken=1&gt;"
    raw = SHIPPED.read_text("utf-8").replace("CQ-2026-000117", hostile)
    validated(window, raw.encode(), tmp_path)
    assert window.evaluate("window.taken === undefined")


TABLET = {"width": 1024, "height": 768}
SIDE = {"zh-CN": ("放行", "821"), "vi-VN": ("ĐI", "045"), "en-GB": ("GO", "906")}
"""By locale: what *go* is, and the number of a truck of its own."""


@pytest.fixture(scope="module")
def gate(house):
    """A lane at the gate of exit; the truck of this module's declarations is not expected yet."""
    setup.add_lane(house.world.ports, LANE)


def at_the_gate(chromium, house, place, locale, **kwargs):
    context = chromium.new_context(
        java_script_enabled=False, viewport=TABLET, locale=locale, **kwargs
    )
    page = context.new_page()
    page.set_default_timeout(WAIT_MILLISECONDS)
    page.goto(f"{place}/pages/login")
    page.fill("#key", house.keys["officer"])
    page.click("main button")
    page.click("a.gate")
    return page


def ask(page, read):
    for name, text in read.items():
        page.fill(f"#{name}", text)
    page.click("button.big")


@pytest.mark.usefixtures("gate")
@pytest.mark.parametrize("locale", SIDE)
def test_a_lane_on_a_tablet_without_javascript(chromium, house, place, locale):
    word, number = SIDE[locale]
    texts = {
        "CQ-2026-000117": f"CQ-2026-700{number}",
        "桂A8D217": f"桂A9U{number}",
        "桂AK217挂": f"桂B9{number}挂",
        "YYG2611240001": f"YYG-{number}",
    }
    house.world.submit(house.world.declaration(texts=texts), key=locale)
    house.world.run()
    page = at_the_gate(chromium, house, place, locale)
    picture(page, f"lane-form-{locale}")
    plates = f"{texts['桂A8D217']}, {texts['桂AK217挂']}"
    asked = {"plates": plates, "seals": "CQ8801172, ES20261123A7", "weight": "19500"}
    ask(page, asked)
    assert page.inner_text(".word h2").strip().endswith(word)
    assert page.locator(".word.done").is_visible()
    assert page.locator(".word h2").bounding_box()["height"] >= 100  # read from a cab
    fits(page)
    picture(page, f"lane-go-{locale}")
    page.click(".facts a.button")
    ask(page, {**asked, "seals": "CQ8801172, OTHER99"})
    assert "OTHER99" in page.inner_text(".word")
    assert page.locator(".word.trouble").is_visible()
    picture(page, f"lane-stop-{locale}")
    page.set_viewport_size(PHONE)
    fits(page)
    page.set_viewport_size(TABLET)
    page.click(".facts a.button")
    ask(page, {"plates": texts["桂A8D217"][1:]})
    assert page.locator(".word.unsure").is_visible()
    page.emulate_media(color_scheme="dark")
    page.click("details summary")
    page.fill("#reason", "looked at")
    picture(page, f"lane-refer-dark-{locale}")
    page.context.close()
