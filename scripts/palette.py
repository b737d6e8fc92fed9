"""Small PNGs: at most 256 colours, chosen so that flat areas stay exact. Pure functions."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

COLOURS = 256
SIGNATURE = b"\x89PNG\r\n\x1a\n"

Pixels = NDArray[np.uint8]  # height x width x 3


def png(pixels: Pixels) -> bytes:
    """Return the picture as a PNG with a palette; the same pixels are the same bytes."""
    colours, counts, places = _counted(pixels)
    palette = _chosen(colours, counts)
    nearest = np.concatenate(
        [_distances(part, palette).argmin(axis=1) for part in _parts(colours)]
    ).astype(np.uint8)
    height, width = pixels.shape[:2]
    lines = nearest[places].reshape(height, width)
    return _encoded(np.rint(palette).astype(np.uint8), lines)


def size(picture: bytes) -> tuple[int, int]:
    """Return width and height of a PNG. Raises ValueError for anything that is none."""
    if picture[:8] != SIGNATURE or picture[12:16] != b"IHDR":
        raise ValueError("This is not a PNG.")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def _counted(pixels: Pixels) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the different colours, how many pixels have each, and which one each pixel has."""
    wide = pixels.reshape(-1, 3).astype(np.uint32)
    packed = wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2]
    values, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    colours = np.stack([values >> 16, values >> 8 & 255, values & 255], axis=1)
    return colours.astype(np.float64), counts, places.reshape(-1)


def _chosen(colours: NDArray[np.float64], counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Choose the palette: first the most frequent colour, then always that whose pixels,

    taken together, are farthest from what there is. A small red badge is so kept as well as a
    large grey area; with 256 colours or fewer every one is exact.
    """
    chosen = [int(counts.argmax())]
    distance = _distances(colours, colours[chosen])[:, 0]
    while len(chosen) < COLOURS and distance.any():
        chosen.append(int((distance * counts).argmax()))
        distance = np.minimum(distance, _distances(colours, colours[chosen[-1:]])[:, 0])
    return colours[chosen]


def _distances(colours: NDArray[np.float64], palette: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the squared distance of each colour from each of the palette."""
    return ((colours[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2)


def _parts(colours: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Divide many colours, so that their distances never take much memory."""
    return [colours[start : start + 4_096] for start in range(0, len(colours), 4_096)]


def _encoded(palette: Pixels, lines: Pixels) -> bytes:
    height, width = lines.shape
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)  # eight bits of a palette
    raw = np.concatenate([np.zeros((height, 1), np.uint8), lines], axis=1).tobytes()
    return b"".join(
        [
            SIGNATURE,
            _chunk(b"IHDR", head),
            _chunk(b"PLTE", palette.tobytes()),
            _chunk(b"IDAT", zlib.compress(raw, 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
