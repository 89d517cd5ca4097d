"""How much things move, against what is usual in the minutes around."""

import numpy as np

from ..signals.pictures import Pictures
from ..signals.rolling import Floats, rolling_percentile
from ..signals.steadiness import steadiness, unusual

_WINDOW_S = 180  # s; flat
_FAINT = 0.01  # coarse pixels per 0.1 s; flat


class Movement:
    """How fast things move in the looks, the camera aside; `steady` 0..1 says where it can be told."""

    def __init__(self, pictures: Pictures) -> None:
        known = np.isfinite(pictures.flow)
        self.at_ms = pictures.at_ms[known]
        self.motion: Floats = pictures.flow[known]
        self.steady: Floats = unusual(steadiness(pictures)[known])
        span = float(self.at_ms[-1] - self.at_ms[0]) / 1000.0 if len(self.at_ms) > 1 else 1.0
        window = max(5, round(_WINDOW_S * len(self.at_ms) / max(span, 1.0)))
        self.usual = rolling_percentile(self.motion, window, 50.0) if len(self.motion) else self.motion

    def __len__(self) -> int:
        return len(self.at_ms)

    def ratios(self) -> Floats:
        """Motion of each look over the usual one, 1 = usual."""
        return ((self.motion + _FAINT) / (self.usual + _FAINT)).astype(np.float32)

    def rise(self, start_ms: int, end_ms: int) -> float:
        """Upper quartile of the ratio within a range; 1 where nothing was seen."""
        inside = (self.at_ms >= start_ms) & (self.at_ms < end_ms)
        if not inside.any():
            return 1.0
        return float(np.percentile(self.ratios()[inside], 75))
