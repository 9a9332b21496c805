"""A page of HTML: its words without menu and footer, where it leads, and what it asks of those who read it."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

_TRACKING: Final = frozenset({"gclid", "fbclid", "msclkid", "mc_cid", "mc_eid"})
_SHORTEST: Final = 40  # characters of main text; below it the whole page is taken
_SHORT: Final = 400  # below it extraction may take the menu along
_WHOLE: Final = 0.9  # of a part's words; paragraphs, headings, items and rows that hold so many leave nothing out
_AROUND: Final = """.//script | .//style | .//noscript | .//template | .//nav | .//footer | .//aside | .//dialog
    | .//*[contains(concat(@id, ' ', @class), 'cookie') or contains(concat(@id, ' ', @class), 'consent')]
        [not(self::body or self::main or self::article)]
    | .//header[not(ancestor::main or ancestor::article)]"""


@dataclass(frozen=True)
class Html:
    """What was read. `canonical` is the address that the page wants to be known by, `links` where it leads."""

    title: str
    text: str
    canonical: str = ""
    links: tuple[str, ...] = ()
    unwanted: bool = False  # the page asks not to be indexed


def read(content: bytes | str, url: str = "") -> Html:
    """The page's main text as Markdown without decoration; empty if there is none. Never raises for broken HTML."""
    from trafilatura import extract  # takes a third of a second and 30 MB: only when something is read

    tree = _tree(content)
    if tree is None:
        return Html("", "")
    head = _Head(tree, url)
    text = extract(tree, url=url or None, output_format="markdown", include_comments=False, favor_recall=True) or ""
    text = text.replace("**", "").replace("__", "")
    if len(text) < _SHORT:
        part = _main(tree)
        own = _all_of(part)
        if own and (len(text) < _SHORTEST or len(own.split()) >= _WHOLE * len(part.text_content().split())):
            text = own
    return Html(head.title, text.strip(), head.canonical, head.links, head.unwanted)


def whole(content: str) -> Html:
    """All of the text of a document that is nothing but its main part."""
    tree = _tree(content)
    title = " ".join((tree.findtext(".//h1") or "").split()) if tree is not None else ""
    return Html(title, _all_of(tree) if tree is not None else "")


def same_site(url: str, other: str) -> bool:
    """Whether both are on one host, with `www.` or without."""
    return _host(url) == _host(other)


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower().removeprefix("www.")


def tidy(url: str) -> str:
    """The address without what does not tell pages apart: fragment, tracking, an empty path."""
    parts = urlsplit(url)
    query = [(k, v) for k, v in parse_qsl(parts.query) if not k.startswith("utm_") and k not in _TRACKING]
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path or "/", urlencode(query), ""))


def _tree(content: bytes | str) -> Any:
    """The parsed page, whatever its encoding; None if there is nothing."""
    from lxml import etree, html
    from trafilatura.utils import decode_file

    text = content if isinstance(content, str) else decode_file(content)
    try:
        parser = html.HTMLParser(encoding="utf-8")
        return html.document_fromstring(text.replace("\x00", "").encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None


class _Head:
    """What stands in the head, and the links of the body."""

    def __init__(self, tree: Any, url: str) -> None:
        self.title = " ".join((tree.findtext(".//title") or tree.findtext(".//h1") or "").split())
        robots = " ".join(tag.get("content", "") for tag in tree.xpath("//meta[@name='robots']")).lower()
        self.unwanted = "noindex" in robots or "none" in robots.replace(",", " ").split()
        base = (tree.xpath("string(//base/@href)") or "").strip()
        here = _joined(url, base) or url
        self.canonical = _joined(here, (tree.xpath("string(//link[@rel='canonical']/@href)") or "").strip())
        follow = "nofollow" not in robots and "none" not in robots.replace(",", " ").split()
        anchors = tree.xpath("//a[@href]") if follow else []
        found = (_joined(here, a.get("href")) for a in anchors if "nofollow" not in (a.get("rel") or ""))
        self.links = tuple(dict.fromkeys(filter(None, found)))


def _joined(base: str, href: str) -> str:
    """An absolute web address, or nothing."""
    try:
        found = urljoin(base, href) if href else ""
        return tidy(found) if urlsplit(found).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _main(tree: Any) -> Any:
    """What the page says is its main part, or all of its body."""
    found = tree.xpath("//main | //*[@role='main']") or tree.xpath("//article")
    body = tree.find(".//body")
    return found[0] if len(found) == 1 else tree if body is None else body


def _all_of(tree: Any) -> str:
    """Every paragraph, heading, item and row of a page, or of its main part, without what stands around it."""
    for unread in tree.xpath(_AROUND):
        unread.drop_tree() if hasattr(unread, "drop_tree") else unread.getparent().remove(unread)
    pieces, taken = [], set[Any]()
    for part in tree.iter("h1", "h2", "h3", "h4", "p", "li", "tr", "blockquote", "pre"):
        if part.tag != "li" and any(above in taken for above in part.iterancestors()):
            continue  # its words stand in what is around it
        if part.tag == "tr" and part.find(".//table") is not None:
            continue  # it only arranges the page
        words = " ".join(" ".join(_own(part)).split())
        if words:
            taken.add(part)
            marks = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "li": "- "}
            pieces.append(marks.get(part.tag, "") + words)
    return "\n\n".join(pieces)


def _own(part: Any) -> list[str]:
    """Its texts, without those of the items of a list within it, which stand for themselves."""
    within = len(list(part.iterancestors("li"))) + (part.tag == "li")
    found: list[str] = part.xpath(".//text()[count(ancestor::li) = $within]", within=within)
    return found
