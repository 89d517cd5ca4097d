"""The tools, one module each; this is the order in which they are listed."""

from typing import Any

from ..tool import Tool
from .cancel import CANCEL
from .credits import CREDITS
from .edit import EDIT
from .export import EXPORT
from .get_state import GET_STATE
from .preview import PREVIEW
from .upload import UPLOAD

TOOLS: tuple[Tool[Any], ...] = (UPLOAD, EDIT, GET_STATE, CREDITS, EXPORT, PREVIEW, CANCEL)
