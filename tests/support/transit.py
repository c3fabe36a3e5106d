"""A key service on loopback that speaks as much of Vault's transit engine as the store asks."""

import json
import secrets
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from attrs import define, field

TOKEN = "made-up-token"


@define
class Service:
    """Keeps what it encrypted by the ciphertext it gave; *ails* makes it answer wrongly, or not at all."""

    url: str = ""
    kept: dict[str, str] = field(factory=dict)
    asked: list[tuple[str, str]] = field(factory=list)
    ails: str = ""
    over: Event = field(factory=Event)

    def answer(self, act: str, said: dict[str, str]) -> tuple[int, bytes]:
        if self.ails == "silent":
            self.over.wait()
        if self.ails:
            return {"sealed": (503, b'{"errors":["Vault is sealed"]}'), "html": (200, b"<html>")}.get(
                self.ails, (200, json.dumps({"data": {"plaintext": "%%", "ciphertext": 7}}).encode())
            )
        if act == "encrypt":
            given = f"vault:v1:{b64encode(secrets.token_bytes(48)).decode()}"
            self.kept[given] = said["plaintext"]
            return 200, json.dumps({"data": {"ciphertext": given}}).encode()
        found = self.kept.get(said["ciphertext"])
        if found is None:
            return 400, b'{"errors":["cipher: message authentication failed"]}'
        return 200, json.dumps({"data": {"plaintext": found}}).encode()


@contextmanager
def serving() -> Iterator[Service]:
    """The service, on a port of its own; it is gone afterwards."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            act, name = self.path.removeprefix("/v1/transit/").split("/")
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            service.asked.append((act, name))
            denied = self.headers["X-Vault-Token"] != TOKEN
            status, body = (403, b'{"errors":["permission denied"]}') if denied else service.answer(act, said)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}/v1/transit/ihs"
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield service
    finally:
        service.over.set()
        server.shutdown()
        server.server_close()
