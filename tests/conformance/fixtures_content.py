"""Tools, resources and prompts with fixed contents, as the conformance suite asks for them.

The tools are served as those of the product are: same validation, same results, same errors.
"""

import base64
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.types import (
    AudioContent,
    ContentBlock,
    EmbeddedResource,
    ImageContent,
    TextResourceContents,
)

from highlight_mcp.contract.errors import ApiError, error_info
from highlight_mcp.messages import verbatim
from highlight_mcp.server.arguments import Arguments
from highlight_mcp.server.context import ToolContext
from highlight_mcp.server.outputs import ToolOutput
from highlight_mcp.server.tool import Reply, Tool, registered

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
SILENCE = base64.b64encode(
    b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0"
).decode()
DIALECT_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


class Nothing(Arguments):
    """No arguments."""


class Said(ToolOutput):
    """A text."""

    text: str | None = None

    def lines(self) -> list[str]:
        return [self.text] if self.text else []


def add_content(server: MCPServer[Any]) -> None:
    """Register them."""
    for tool in (*_block_tools(), _tool("test_error_handling", "Always fails.", _fails)):
        server._tool_manager._tools[tool.name] = registered(tool)
    dialect = registered(_tool("json_schema_2020_12_tool", "Has a schema with every keyword.", _says("ok")))
    server._tool_manager._tools[dialect.name] = dialect.model_copy(update={"parameters": DIALECT_SCHEMA})
    _add_resources(server)
    _add_prompts(server)


def _block_tools() -> list[Tool[Nothing]]:
    image = ImageContent(data=PIXEL, mime_type="image/png")
    audio = AudioContent(data=SILENCE, mime_type="audio/wav")
    embedded = _embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")
    mixed = _embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
    return [
        _tool("test_simple_text", "Says one sentence.", _says("This is a simple text response for testing.")),
        _tool("test_image_content", "Shows a pixel.", _says("A pixel.", image)),
        _tool("test_audio_content", "Plays silence.", _says("Silence.", audio)),
        _tool("test_embedded_resource", "Holds a resource.", _says("A resource.", embedded)),
        _tool("test_multiple_content_types", "Text, picture, resource.", _says("Several:", image, mixed)),
    ]


def _tool(name: str, description: str, run: Any) -> Tool[Nothing]:
    return Tool(
        name=name,
        title=name,
        description=description,
        arguments=Nothing,
        result=Said,
        run=run,
        read_only=True,
    )


def _says(text: str, *blocks: ContentBlock) -> Any:
    async def run(_call: ToolContext, _asked: Nothing) -> Reply:
        return Reply(Said(text=text), blocks)

    return run


async def _fails(_call: ToolContext, _asked: Nothing) -> Reply:
    raise ApiError(error_info("bad_request", verbatim("This tool intentionally returns an error for testing")))


def _embedded(uri: str, mime_type: str, text: str) -> EmbeddedResource:
    return EmbeddedResource(resource=TextResourceContents(uri=uri, mime_type=mime_type, text=text))


def _add_resources(server: MCPServer[Any]) -> None:
    @server.resource("test://static-text", name="static-text", mime_type="text/plain", description="A text.")
    def static_text() -> str:
        return "This is the content of the static text resource."

    @server.resource("test://static-binary", name="static-binary", mime_type="image/png", description="A pixel.")
    def static_binary() -> bytes:
        return base64.b64decode(PIXEL)

    @server.resource("test://watched-resource", name="watched", mime_type="text/plain", description="May change.")
    def watched() -> str:
        return "Watched."

    @server.resource("test://template/{id}/data", name="template", mime_type="application/json")
    def template(id: str) -> dict[str, Any]:  # noqa: A002 - the suite names the parameter
        """Data of one id."""
        return {"id": id, "templateTest": True, "data": f"Data for ID: {id}"}


def _add_prompts(server: MCPServer[Any]) -> None:
    @server.prompt()
    def test_simple_prompt() -> str:
        """A prompt without arguments."""
        return "This is a simple prompt for testing."

    @server.prompt()
    def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
        """A prompt with two arguments."""
        return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"

    @server.prompt()
    def test_prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:  # noqa: N803 - as the suite has it
        """A prompt that holds a resource."""
        resource = _embedded(resourceUri, "text/plain", "Embedded resource content for testing.")
        return [UserMessage(resource), UserMessage("Please process the embedded resource above.")]

    @server.prompt()
    def test_prompt_with_image() -> list[UserMessage]:
        """A prompt that holds a picture."""
        picture = ImageContent(data=PIXEL, mime_type="image/png")
        return [UserMessage(picture), UserMessage("Please analyze the image above.")]
