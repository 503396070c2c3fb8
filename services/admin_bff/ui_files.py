"""The built dashboard: its files, and its one page for every address that the dashboard knows itself."""

import os
from pathlib import Path

from fastapi.responses import PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Scope

BUILT = Path(__file__).parent / "ui" / "dist"
_HASHED = "assets"  # the build puts the hash of the content into the names of these
_FOREVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"
_NOT_BUILT = "The dashboard is not built. `make ui` builds it; the API is there: /openapi.json\n"


class UiFiles(StaticFiles):
    """Serves the folder that the build wrote, whenever it is there."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._index = folder / "index.html"

    async def check_config(self) -> None:
        """The folder may come later."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if scope["path"].startswith("/admin/"):
            raise HTTPException(404)  # the API's, which has no such thing, whatever the method
        if path == ".":
            return await self._page(scope)
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or _is_file(path):
                raise
            return await self._page(scope)
        if isinstance(response, Response):
            hashed = path.split(os.sep, maxsplit=1)[0] == _HASHED
            response.headers["Cache-Control"] = _FOREVER if hashed else _ASK_EACH_TIME
        return response

    async def _page(self, scope: Scope) -> Response:
        if not self._index.is_file():
            return PlainTextResponse(_NOT_BUILT, status_code=503)
        response = await super().get_response("index.html", scope)
        response.headers["Cache-Control"] = _ASK_EACH_TIME
        return response


def _is_file(path: str) -> bool:
    """Whether the address looks like a file's, which is not a page of the dashboard."""
    return path.split(os.sep, maxsplit=1)[0] == _HASHED or "." in path.rpartition(os.sep)[2]
