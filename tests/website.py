"""A website on loopback: pages by path, and who asked for what."""

import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Website:
    """Serves `pages`: a path with its body, or with (status, headers, body); everything else is 404."""

    def __init__(self, **pages: object) -> None:
        self.pages: dict[str, object] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                status, headers, body = site._answer(self.path)
                self.send_response(status)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _answer(self, path: str) -> tuple[int, Mapping[str, str], bytes]:
        found = self.pages.get(path, (404, {}, b"gone"))
        status, headers, body = found if isinstance(found, tuple) else (200, {}, found)
        return status, headers, body if isinstance(body, bytes) else str(body).encode()


def page(title: str, text: str, *links: str, head: str = "") -> str:
    """A page with a menu, its text, and links."""
    menu = "".join(f'<a href="{link}">{link}</a> ' for link in links)
    return (
        f"<html><head><title>{title}</title>{head}</head><body><nav>{menu}</nav><main><h1>{title}</h1><p>{text}</p>"
        f"<p>Everything else about {title} stands here too, in a sentence of its own.</p></main>"
        "<footer>Imprint and cookies</footer></body></html>"
    )
