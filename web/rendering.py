"""How a page is made: a template, the words of its language, and headers that let nothing else in."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal, format_percent
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request

from domain.wib import WIB
from web import menu, wording
from web.language import Language, language_of, translations
from web.site import site_of

TEMPLATES = Path(__file__).parent / "templates"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{basemap}; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""No inline script or style, nothing from anywhere else; a basemap, where one is named, shows pictures."""

HEADERS = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(), payment=()",
    "Cache-Control": "no-store",
}


def page(request: Request, template: str, status: int = 200, **facts: Any) -> HTMLResponse:
    """A whole page, or the part of one that a template is, in the language of the browser."""
    said = environment(language_of(request)).get_template(template).render(**around(request), **facts)
    return HTMLResponse(said, status, headers(request))


def headers(request: Request) -> dict[str, str]:
    """What every page is sent with."""
    basemap = site_of(request).basemap
    origin = f" {'/'.join(basemap.split('/')[:3]).replace('{s}', '*')}" if basemap else ""
    return {**HEADERS, "Content-Security-Policy": POLICY.format(basemap=origin)}


def around(request: Request) -> dict[str, Any]:
    """What every template knows: where it is, for whom, and what time it is."""
    site = site_of(request)
    return {
        "path": request.url.path,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "seat": getattr(request.state, "seat", None),
        "now": site.clock(),
        "city": site.city,
        "asset": site.assets.address,
        "basemap": site.basemap,
        "is_part": request.headers.get("hx-request") == "true",
    }


@cache
def environment(language: Language) -> Environment:
    """The templates, speaking a language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    words = translations(language)
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined] # of the extension
    made.globals["language"] = language.value
    made.filters |= _filters(language)
    made.globals |= {
        "word": wording.Words(words.gettext, words.ngettext),
        "public_menu": menu.PUBLIC,
        "rooms": menu.ROOMS,
        "more_places": menu.MORE,
    }
    return made


def _filters(language: Language) -> Mapping[str, Any]:
    locale = language.value
    hours = "HH.mm" if language is Language.INDONESIAN else "HH:mm"
    return {
        "moment": lambda at: format_datetime(at, f"d MMM y, {hours}", tzinfo=WIB, locale=locale),
        "day": lambda at: format_date(
            at.astimezone(WIB) if isinstance(at, datetime) else at, "d MMMM y", locale
        ),
        "month": lambda day: format_date(day, "MMMM y", locale),
        "short_day": lambda day: format_date(day, "d MMM", locale),
        "clock": lambda at: format_time(at, hours, tzinfo=WIB, locale=locale),
        "iso": lambda at: Markup(at.astimezone(WIB).isoformat(timespec="seconds")),  # noqa: S704 - digits
        "number": lambda value: format_decimal(value, locale=locale),
        "percent": lambda value: format_percent(value, locale=locale),
    }
