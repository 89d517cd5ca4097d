"""Arguments that several tools take."""

from typing import Annotated

from pydantic import Field

SessionId = Annotated[str | None, Field(description="Default: your latest session", min_length=1, max_length=200)]
WaitS = Annotated[float, Field(ge=0, le=25, description="Seconds to wait for the end")]
