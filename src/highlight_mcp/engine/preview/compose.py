"""One picture of a clip as the reel shows it: turned, mirrored, cropped and fitted to the frame."""

from PIL import Image, ImageEnhance, ImageFilter

from ...timeline.model import Clip

_TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
_MIRRORS = {"horizontal": Image.Transpose.FLIP_LEFT_RIGHT, "vertical": Image.Transpose.FLIP_TOP_BOTTOM}
_BLUR_SHARE, _BACKDROP = 60, 0.7


def composed(clip: Clip, picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """`picture` is the upright source picture; `size` is (width, height) of the result."""
    return fitted(clip, reshaped(clip, picture), size)


def reshaped(clip: Clip, picture: Image.Image) -> Image.Image:
    """The picture after the clip's own turn, mirror and crop, in this order."""
    if clip.rotate:
        picture = picture.transpose(_TURNS[clip.rotate])
    if clip.flip:
        picture = picture.transpose(_MIRRORS[clip.flip])
    if clip.crop is None:
        return picture
    width, height = picture.size
    left, top = round(clip.crop.x * width), round(clip.crop.y * height)
    right = min(width, max(left + 1, round((clip.crop.x + clip.crop.width) * width)))
    bottom = min(height, max(top + 1, round((clip.crop.y + clip.crop.height) * height)))
    return picture.crop((min(left, width - 1), min(top, height - 1), right, bottom))


def fitted(clip: Clip, picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture in a frame of another shape: `cover` cuts around the focus, `pad` and `blur` add borders."""
    if clip.fit == "cover":
        return _covering(picture, size, 0.5 if clip.focus is None else clip.focus)
    if clip.fit == "blur":
        blurred = _covering(picture, size, 0.5).filter(ImageFilter.GaussianBlur(max(size) / _BLUR_SHARE))
        canvas = ImageEnhance.Brightness(blurred).enhance(_BACKDROP)
    else:
        canvas = Image.new("RGB", size)
    inside = _scaled(picture, min(size[0] / picture.width, size[1] / picture.height))
    canvas.paste(inside, ((size[0] - inside.width) // 2, (size[1] - inside.height) // 2))
    return canvas


def _covering(picture: Image.Image, size: tuple[int, int], focus: float) -> Image.Image:
    large = _scaled(picture, max(size[0] / picture.width, size[1] / picture.height))
    left = round(min(max(focus * large.width - size[0] / 2, 0), max(0, large.width - size[0])))
    top = max(0, (large.height - size[1]) // 2)
    return large.crop((left, top, left + size[0], top + size[1]))


def _scaled(picture: Image.Image, factor: float) -> Image.Image:
    return picture.resize((max(1, round(picture.width * factor)), max(1, round(picture.height * factor))))
