"""A proxy between two who speak TCP, which holds up what passes through it.

    proxy = TcpProxy("127.0.0.1:50051")    # in a thread of its own
    proxy.address                          # what the client is given
    proxy.stall(True, ["answers"])         # requests pass, answers do not, until stall(False)
    proxy.cut_all()                        # every connection ends, now
    proxy.counts["requests"]               # bytes that passed
    proxy.close()

What is held up passes later, as packets that are lost in one direction are sent again once the path
is whole: TCP leaves nothing out of a stream. To lose it for good, end the connections before the
stall does.

`Listener` is what a proxy of a certain protocol begins with (postgres_proxy.py): it says where the
other side is and carries the bytes of a connection itself.
"""

import asyncio
import collections
import threading

HOST = "127.0.0.1"
CHUNK = 1 << 16
DIRECTIONS = ("requests", "answers")  # to the server, and back


class Listener:
    """Listens on a free port of this machine from the beginning until close()."""

    def __init__(self):
        self.counts = collections.Counter()
        self.gates = {direction: asyncio.Event() for direction in DIRECTIONS}  # closed by a stall
        for gate in self.gates.values():
            gate.set()
        self._tasks = set()  # one for each connection
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = self._call(self._listen())

    @property
    def address(self):
        """host:port"""
        return f"{HOST}:{self.port}"

    def cut_all(self):
        """Ends every connection."""
        self.counts["cut_all"] += 1
        self._call(self._end_all())

    def stall(self, stalled, directions=DIRECTIONS):
        """Holds everything that passes in these directions, or lets it go on."""
        async def hold():
            for direction in directions:
                (self.gates[direction].clear if stalled else self.gates[direction].set)()
        self.counts["stall"] += stalled
        self._call(hold())

    def close(self):
        """Ends everything."""
        async def end():
            self._server.close()
            await self._end_all()
        self._call(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # ----- for who begins with it -----

    async def open(self):
        """A connection to the server, as (reader, writer)."""
        raise NotImplementedError

    async def carry(self, client, server):
        """Carries the bytes of a connection; when it returns or raises, both sides are ended."""
        raise NotImplementedError

    @staticmethod
    async def until_one_ends(*pumps):
        """Runs them until one has ended."""
        tasks = [asyncio.ensure_future(pump) for pump in pumps]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # ----- its own -----

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _listen(self):
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        return self._server.sockets[0].getsockname()[1]

    async def _end_all(self):
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, *client):
        self._tasks.add(asyncio.current_task())
        sides = [client]
        try:
            sides.append(await self.open())
            await self.carry(*sides)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(asyncio.current_task())
            for _, writer in sides:
                writer.transport.abort()  # without a word


class TcpProxy(Listener):
    """Whatever is spoken."""

    def __init__(self, upstream):
        """`upstream` is host:port."""
        self._upstream = upstream.rsplit(":", 1)
        super().__init__()

    async def open(self):
        return await asyncio.open_connection(*self._upstream)

    async def carry(self, client, server):
        await self.until_one_ends(self._pump("requests", client[0], server[1]),
                                  self._pump("answers", server[0], client[1]))

    async def _pump(self, direction, reader, writer):
        while data := await reader.read(CHUNK):
            await self.gates[direction].wait()
            self.counts[direction] += len(data)
            writer.write(data)
            await writer.drain()
