"""Dear work in fair turns: whoever asks for much waits behind whoever asks for little."""

import asyncio
from collections import OrderedDict, deque

_Lane = OrderedDict[str, deque[asyncio.Future[None]]]


class Turns:
    """A few places at once. Those who wait are served one of each asker in turn, those who are known first."""

    def __init__(self, at_once: int, wait_seconds: float) -> None:
        self._free = at_once
        self._wait_seconds = wait_seconds
        self._known: _Lane = OrderedDict()
        self._others: _Lane = OrderedDict()

    async def take(self, asker: str, *, is_known: bool = False) -> None:
        """One of the places, or TimeoutError: who waits for longer is gone anyway."""
        if self._free:
            self._free -= 1
            return
        lane = self._known if is_known else self._others
        place = asyncio.get_running_loop().create_future()
        lane.setdefault(asker, deque()).append(place)
        try:
            async with asyncio.timeout(self._wait_seconds):
                await place
        except BaseException:
            if place.done() and not place.cancelled():
                self.give_back()  # it was given in the moment in which it was given up
            place.cancel()
            raise

    def give_back(self) -> None:
        """The place goes to the next who still waits."""
        for lane in (self._known, self._others):
            while lane:
                asker, places = lane.popitem(last=False)
                place = places.popleft()
                if places:
                    lane[asker] = places
                if not place.done():
                    place.set_result(None)
                    return
        self._free += 1
