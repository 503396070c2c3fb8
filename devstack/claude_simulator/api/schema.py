"""The shape of a Messages request; a wrong one becomes a 400 whose message starts with the field's path."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from devstack.claude_simulator.api.errors import ApiError, invalid_request

_SAMPLING = ("temperature", "top_p", "top_k")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Open(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class CacheControl(_Strict):
    """A cache breakpoint."""

    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] | None = None


class TextBlock(_Open):
    """Plain text."""

    type: Literal["text"]
    text: str
    cache_control: CacheControl | None = None


class MediaBlock(_Open):
    """Something that is not text; the simulator only knows that it is there."""

    type: Literal["image", "document", "search_result", "thinking", "redacted_thinking"]
    cache_control: CacheControl | None = None


class ToolUseBlock(_Open):
    """A tool call of the assistant."""

    type: Literal["tool_use"]
    id: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]+$")]
    name: Annotated[str, Field(min_length=1, max_length=200)]
    input: dict[str, Any]
    cache_control: CacheControl | None = None


class ToolResultBlock(_Open):
    """What a tool gave back."""

    type: Literal["tool_result"]
    tool_use_id: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]+$")]
    content: list[Annotated[TextBlock | MediaBlock, Field(discriminator="type")]] = []
    is_error: bool | None = None
    cache_control: CacheControl | None = None

    @field_validator("content", mode="before")
    @classmethod
    def _from_string(cls, content: Any) -> Any:
        return _as_blocks(content) if content is not None else []


Block = Annotated[TextBlock | MediaBlock | ToolUseBlock | ToolResultBlock, Field(discriminator="type")]


class MessageParam(_Strict):
    """One message of the conversation."""

    role: Literal["user", "assistant", "system"]
    content: list[Block]

    @field_validator("content", mode="before")
    @classmethod
    def _from_string(cls, content: Any) -> Any:
        return _as_blocks(content)


class ToolParam(_Open):
    """A tool that may be called."""

    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,128}$")]
    description: str = ""
    input_schema: dict[str, Any]
    cache_control: CacheControl | None = None


class ToolChoice(_Strict):
    """Whether and which tool is to be called."""

    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool = False


class CountRequest(_Strict):
    """What `count_tokens` takes."""

    model: Annotated[str, Field(min_length=1, max_length=256)]
    messages: list[MessageParam]
    system: list[TextBlock] = []
    tools: list[ToolParam] = []
    tool_choice: ToolChoice | None = None
    cache_control: CacheControl | None = None
    output_config: dict[str, Any] | None = None
    thinking: dict[str, Any] | None = None
    speed: str | None = None

    @field_validator("system", mode="before")
    @classmethod
    def _from_string(cls, system: Any) -> Any:
        return _as_blocks(system)


class MessagesRequest(CountRequest):
    """What `POST /v1/messages` takes."""

    max_tokens: Annotated[int, Field(ge=1)]
    stream: bool = False
    stop_sequences: list[str] = []
    metadata: dict[str, Any] | None = None
    service_tier: Literal["auto", "standard_only"] | None = None
    container: Any = None
    diagnostics: Any = None
    inference_geo: str | None = None
    user_profile_id: str | None = None


Shape = TypeVar("Shape", bound=CountRequest)


def parse_request(shape: type[Shape], body: Any) -> Shape:
    """The request of that shape; ApiError 400 naming the first wrong field."""
    if not isinstance(body, dict):
        raise invalid_request("The request body is not valid JSON: an object is expected")
    for name in _SAMPLING:
        if name in body:
            raise invalid_request(f"`{name}` is deprecated for this model.")
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        raise _first_of(error) from None


def _first_of(error: ValidationError) -> ApiError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = ".".join(str(part) for part in first["loc"])
    return invalid_request(f"{path}: {first['msg']}" if path else first["msg"])


def _as_blocks(content: Any) -> Any:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content
