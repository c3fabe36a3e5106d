"""A TCP proxy between a store and its server that breaks what passes through it when it is told to."""

import socket
import struct
from contextlib import suppress
from threading import Lock, Thread

PASS, REFUSE, SILENT = "pass", "refuse", "silent"


class Pair:
    """One connection's two ends; of a muted one nothing more is heard."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server, self.muted = client, server, False

    def cut(self) -> None:
        for end in (self.client, self.server):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
            end.close()


class Proxy:
    """Passes bytes until it is told to `refuse` new connections, to be `silent` on all, or to cut at a request."""

    def __init__(self, port: int) -> None:
        self.mode = PASS
        self._upstream = ("127.0.0.1", port)
        self._at: tuple[bytes, bool, str] | None = None
        self._pairs: list[Pair] = []
        self._lock = Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def cut_at(self, request: bytes, *, delivered: bool, then: str = PASS) -> None:
        """Break the connection that sends *request*: once the server has answered it, unheard, or before it had it."""
        self._at = request, delivered, then

    def reset(self) -> None:
        """Break every connection."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            pair.cut()

    def close(self) -> None:
        self._listening.close()
        self.reset()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self.mode == REFUSE:
                    client.close()
                    continue
                pair = Pair(client, socket.create_connection(self._upstream))
                with self._lock:
                    self._pairs.append(pair)
                for pass_on in (self._requests, self._replies):
                    Thread(target=pass_on, args=(pair,), daemon=True).start()

    def _requests(self, pair: Pair) -> None:
        with suppress(OSError):
            while data := pair.client.recv(65536):
                if self._at and self._at[0] in data:
                    (_, delivered, self.mode), self._at = self._at, None
                    if not delivered:
                        break
                    pair.muted = True
                    pair.server.sendall(data)
                elif self.mode != SILENT:
                    pair.server.sendall(data)
        pair.cut()

    def _replies(self, pair: Pair) -> None:
        with suppress(OSError):
            while data := pair.server.recv(65536):
                if pair.muted and self.mode != SILENT:
                    break
                if self.mode != SILENT:
                    pair.client.sendall(data)
        pair.cut()
