"""Telling clients where they get a token: protected resource metadata (RFC 9728)."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .access import SCOPE, Access

WELL_KNOWN = "/.well-known/oauth-protected-resource"
FOR_ALL = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=3600"}


def metadata_url(resource: str) -> str:
    """Where the metadata of a resource is: the well-known part stands between host and path."""
    parts = urlsplit(resource)
    return f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}{parts.path.rstrip('/')}"


def metadata_routes(resource: str, issuer: str | None, access: Access) -> list[Route]:
    """The metadata with the path of the resource behind it and without; none while no token is needed.

    Without an issuer no authorization server is named: tokens come from whoever runs the server.
    """

    async def tell(_request: Request) -> Response:
        if not access.needed:
            return JSONResponse({"error": "not_found"}, status_code=404)
        facts = {
            "resource": resource,
            **({"authorization_servers": [issuer]} if issuer else {}),
            "scopes_supported": [SCOPE],
            "bearer_methods_supported": ["header"],
            "resource_name": "Highlight reels",
        }
        return JSONResponse(facts, headers=FOR_ALL)

    suffixed = urlsplit(metadata_url(resource)).path
    return [Route(path, tell, methods=["GET"]) for path in dict.fromkeys((f"{WELL_KNOWN}/mcp", suffixed, WELL_KNOWN))]
