"""Bodies of requests: read whole before anything is done with them, within bounds of size and time."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.admin_bff.problems import MEDIA_TYPE, ProblemResponse
from services.common.http.body import BodyBrokenError, BodyTooLargeError, TooLargeResponse, read_body

LARGEST = 64 * 1024


class BoundedBodies:
    """Answers 413 to what is larger than LARGEST bytes, and 400 to what does not come whole or in time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        try:
            body = await read_body(Request(scope, receive), LARGEST)
        except BodyTooLargeError:
            problem = ProblemResponse(413, "BODY_TOO_LARGE", f"a body may have {LARGEST} bytes at most")
            await TooLargeResponse(bytes(problem.body), MEDIA_TYPE)(scope, receive, send)
            return
        except BodyBrokenError:
            await ProblemResponse(400, "BODY_INCOMPLETE", "the body did not come whole, or not in time")(
                scope, receive, send
            )
            return
        told = False

        async def replay() -> Message:
            nonlocal told
            if told:
                return await receive()
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)
