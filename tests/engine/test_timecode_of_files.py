"""The timecode that a recording brings along."""

from pathlib import Path

import av
import numpy as np
import pytest

from highlight_mcp.engine.media.probe import probe


def recording(path: Path, timecode: str | None) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        if timecode is not None:
            stream.metadata["timecode"] = timecode
        for _ in range(25):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("timecode", ["01:00:00:00", "10:11:12:13", None])
def test_the_timecode_of_a_recording_is_known(tmp_path: Path, timecode: str | None) -> None:
    assert probe(recording(tmp_path / "a.mov", timecode)).timecode == timecode
