"""/livez and /readyz: a check per dependency, registered where it is opened."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Check = Callable[[], Awaitable[None]]


class Health:
    """What this process needs to do its work. Detail is for operators: these routes are not open to the outside."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._is_draining = False

    def register(self, name: str, check: Check) -> None:
        """Adds a check; it raises where the dependency does not answer."""
        self._checks[name] = check

    def drain(self) -> None:
        """From now on nobody sends work here: the process ends."""
        self._is_draining = True

    async def _run(self, check: Check) -> str:
        try:
            async with asyncio.timeout(2):
                await check()
        except Exception as error:  # noqa: BLE001 - whatever it was, it is not ready
            return type(error).__name__
        return "ok"

    async def ready(self, _: Request) -> Response:
        """200 where everything answers, else 503; a draining process is not ready."""
        outcomes = await asyncio.gather(*(self._run(check) for check in self._checks.values()))
        checks = dict(zip(self._checks, outcomes, strict=True))
        if self._is_draining:
            checks["draining"] = "yes"
        is_ready = all(outcome == "ok" for outcome in checks.values())
        return JSONResponse({"ready": is_ready, "checks": checks}, status_code=200 if is_ready else 503)

    async def live(self, _: Request) -> Response:
        """200 while the event loop turns; looks at nothing outside."""
        return JSONResponse({"live": True})

    def routes(self) -> list[Route]:
        """The two routes."""
        return [Route("/livez", self.live), Route("/readyz", self.ready)]
