"""What goes wrong during the demo, and in which step."""

from stack import SERVICES


class Faults:
    """Each strikes once, during a call of its step."""

    def __init__(self, kills, flushes):
        self._kills = list(kills)       # (service, step)
        self._flushes = set(flushes)    # steps
        self._killed, self._flushed = set(), set()

    def pending(self, step):
        return any(at == step for _, at in self._kills) or step in self._flushes

    def flushes(self, step):
        return step in self._flushed

    def killed(self, *names):
        return bool(self._killed.intersection(names))

    def take(self, step, stack):
        """What to do during a call of this step, or None."""
        if not self.pending(step):
            return None
        services = [service for service, at in self._kills if at == step]
        flush = step in self._flushes
        self._kills = [kill for kill in self._kills if kill[1] != step]
        self._flushes.discard(step)

        def strike():
            if flush:
                self._flushed.add(step)
                stack.flush_redis()
            for service in services:
                self._killed.add(service)
                stack.kill(service)
                stack.processes[service].start()
                if service not in SERVICES:  # those the client's retries wait for
                    stack.wait_ready((service,))
        return strike
