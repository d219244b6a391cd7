"""A path to Redis whose connections can be forgotten, as by a machine between that is replaced.

    path = ScriptedRedis(port)     # to the Redis on this port; in threads of this process
    path.port                      # where clients find it
    path.connections               # how many there are
    path.forget()                  # they are half open: what clients send is lost, and they hear
                                   # nothing more, no end either; new ones work
    path.close()
"""

import socket
import threading

HOST = "127.0.0.1"
CHUNK = 1 << 16


class ScriptedRedis:
    """Thread-safe."""

    def __init__(self, port):
        self._to = port
        self._lock = threading.Lock()
        self._live = set()    # (client, server)
        self._forgotten = []  # the same; the clients' side stays open
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def connections(self):
        with self._lock:
            return len(self._live)

    def forget(self):
        with self._lock:
            self._forgotten += self._live
            self._live.clear()
            for _, server in self._forgotten:
                _end(server)

    def close(self):
        _end(self._listener)
        with self._lock:
            for pair in [*self._live, *self._forgotten]:
                for side in pair:
                    _end(side)

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection((HOST, self._to))
            except OSError:
                _end(client)
                client.close()
                continue
            pair = client, server
            with self._lock:
                self._live.add(pair)
            for source, target in (pair, pair[::-1]):
                threading.Thread(target=self._carry, args=(source, target, pair),
                                 daemon=True).start()

    def _carry(self, source, target, pair):
        try:
            while data := source.recv(CHUNK):
                target.sendall(data)
        except OSError:
            pass
        with self._lock:
            if pair not in self._live:
                return  # forgotten: nobody is told
            self._live.discard(pair)
        for side in pair:
            _end(side)


def _end(connection):
    """Also for who waits for it in another thread, whom close() alone would not wake."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
