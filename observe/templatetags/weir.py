"""Filters and tags of our templates; the digits are `observe/formats.py`'s."""

from __future__ import annotations

from datetime import UTC, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from observe import formats
from observe.rendering.found import Sought

register = template.Library()

register.filter("tokens", formats.count)
register.filter("exact", formats.exact)
register.filter("usd", formats.usd)
register.filter("usd_told", formats.usd_told)
register.filter("gap", formats.gap)
register.filter("percent", formats.percent)
register.filter("duration", formats.duration)
register.filter("rate", formats.rate)
register.filter("share", formats.share)
register.filter("bytes", formats.size)


@register.filter
def spaced(name: str) -> str:
    """`cache_read` → `cache read`."""
    return name.replace("_", " ")


ICON = '<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>'


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html(ICON, name)


@register.simple_tag
def signal(name: str, title: str) -> SafeString:
    """An icon that says something by itself."""
    return format_html(
        '<svg class="icon s-{0}" role="img" aria-label="{1}"><title>{1}</title>'
        '<use href="#i-{0}"/></svg>',
        name,
        title,
    )


@register.simple_tag
def when(moment: datetime, shape: str = "short") -> SafeString:
    """A time in the viewer's zone, with UTC as its title."""
    local = timezone.localtime(moment)
    utc = moment.astimezone(UTC)
    return format_html(
        '<time datetime="{}" data-shape="{}" title="{} UTC">{}</time>',
        utc.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        shape,
        utc.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
        _spelled(local, shape),
    )


def _spelled(local: datetime, shape: str) -> str:
    if shape == "long":
        return local.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    if local.date() == timezone.localtime().date():
        return local.strftime("%H:%M:%S")
    return local.strftime("%d %b %H:%M")


@register.simple_block_tag(takes_context=True)
def marked(context: template.Context, content: SafeString) -> SafeString:
    """What the page's address searched for, marked in what stands between the tags."""
    return Sought.in_query(context["request"].GET).mark(content)
