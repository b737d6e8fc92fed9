"""An address where connections hang until somebody answers the door."""

import socket
import threading


class Blackhole:
    """Its queue is full: whoever connects waits. `open` lets them in and keeps what they send."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._fillers = []
        self._bytes = b""

    def __enter__(self):
        for _ in range(2):  # the kernel takes one more than the backlog
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(self._listener.getsockname())
            self._fillers.append(filler)
        return self

    def __exit__(self, *_error):
        for one in (*self._fillers, self._listener):
            one.close()

    def open(self):
        self._own = {one.getsockname() for one in self._fillers}
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        try:
            while True:
                guest, _ = self._listener.accept()
                threading.Thread(target=self._listen_to, args=(guest,), daemon=True).start()
        except OSError:
            return

    def _listen_to(self, guest):
        with guest:
            while part := guest.recv(65536):
                self._bytes += part

    def received(self):
        return self._bytes
