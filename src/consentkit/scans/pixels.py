"""What OpenCV does for this room: the one module that talks to it, with types that are plain.

Guarantees: a picture that is handed in is never changed; OpenCV runs in the thread that calls it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from consentkit.scans.page import Gray

Bits: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.float32]
Transform: TypeAlias = NDArray[np.float64]
"""3 by 3 numbers that say where the points of one picture are in another (a homography)."""
Points: TypeAlias = NDArray[np.float32]
"""Rows of x and y."""

cv2.setNumThreads(1)  # threads do not survive a fork, and a machine that files scans has other work


def blurred(picture: Any, sigma: float) -> Any:
    """Blur with a Gaussian, given in pixels."""
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def resized(picture: Any, factor: float) -> Any:
    """Enlarge or reduce; reduced pixels are the mean of what they stand for."""
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, None, fx=factor, fy=factor, interpolation=way)


def fitted(picture: Any, columns: int, rows: int) -> Any:
    """Enlarge smoothly to a size."""
    return cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_LINEAR)


def warped(picture: Gray, transform: Transform, columns: int, rows: int) -> Gray:
    """A picture as seen from another: `transform` leads from that one into `picture`. White where there is nothing."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    out = cv2.warpPerspective(
        _smoothed(picture, transform), transform, (columns, rows), flags=flags, borderValue=(255,)
    )
    return cast("Gray", out)


def drawn_from(picture: Gray, grid: Floats, step: int, columns: int, rows: int, transform: Transform) -> Gray:
    """The same, where `grid` has the places in `picture` of every few rows and columns, from the first on."""
    high, wide = grid.shape[:2]
    scaled = np.diag([step, step, 1.0])[:2]
    size = (columns, rows)
    across, down = (
        cv2.warpAffine(np.ascontiguousarray(grid[:high, :wide, axis]), scaled, size, borderMode=cv2.BORDER_REPLICATE)
        for axis in (0, 1)
    )
    out = cv2.remap(_smoothed(picture, transform), across, down, cv2.INTER_LINEAR, borderValue=(255,))
    return cast("Gray", out)


def _smoothed(picture: Gray, transform: Transform) -> Gray:
    """A picture that is reduced is smoothed before, or every second pixel of it would be left out."""
    scale = float(np.hypot(transform[0, 0], transform[1, 0]))
    return cast("Gray", blurred(picture, 0.35 * scale)) if scale > 1.3 else picture


def moved(points: Points, transform: Transform) -> Points:
    """Where points go."""
    return cast("Points", cv2.perspectiveTransform(points[None].astype(np.float32), transform)[0])


def correlation(picture: Any, pattern: Any) -> Floats:
    """How alike a pattern and each place of a picture are, from -1 to 1: normalised cross-correlation."""
    return cast("Floats", cv2.matchTemplate(picture, pattern, cv2.TM_CCOEFF_NORMED))


def best_place(alike: Floats) -> tuple[float, int, int]:
    """The greatest likeness, and its column and row."""
    _, best, _, (column, row) = cv2.minMaxLoc(alike)
    return float(best), int(column), int(row)


def affine_of(source: Points, target: Points, within: float) -> tuple[Transform, Bits] | None:
    """The affine transform that most pairs of points agree with within that many pixels, and which do; or None."""
    solved, agree = cv2.estimateAffine2D(source, target, method=cv2.RANSAC, ransacReprojThreshold=within)
    return None if solved is None else (_three_rows(solved), agree[:, 0] == 1)


def similarity_of(source: Points, target: Points) -> Transform | None:
    """How a shape was moved, turned and scaled to become another."""
    solved, _ = cv2.estimateAffinePartial2D(source, target, method=cv2.LMEDS)
    return None if solved is None else _three_rows(solved)


def homography_of(source: Points, target: Points, within: float) -> tuple[Transform, Bits] | None:
    """The homography that most pairs of points agree with within that many pixels, and which do; or None."""
    solved, agree = cv2.findHomography(source, target, cv2.RANSAC, within)
    return None if solved is None or not np.isfinite(solved).all() else (cast("Transform", solved), agree[:, 0] == 1)


def _three_rows(affine: Any) -> Transform:
    return cast("Transform", np.vstack([affine, [0, 0, 1]]))


def grown(bits: Bits, radius: int) -> Bits:
    """Everything within that many pixels of what is set."""
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return cv2.dilate(bits.astype(np.uint8), shape) > 0


def brightest(picture: Gray, side: int) -> Gray:
    """For each pixel the brightest of a square around it."""
    return cast("Gray", cv2.dilate(picture, np.ones((side, side), np.uint8)))


def darkest(picture: Gray, side: int) -> Gray:
    """For each pixel the darkest of a square around it."""
    return cast("Gray", cv2.erode(picture, np.ones((side, side), np.uint8)))


def mean_of(picture: Any, columns: int, rows: int) -> Any:
    """For each pixel the mean of a rectangle around it."""
    return cv2.blur(picture, (columns, rows))


def median_of(picture: Gray, side: int) -> Gray:
    """For each pixel the median of a square around it."""
    return cast("Gray", cv2.medianBlur(picture, side))


def thickness(bits: Bits) -> Floats:
    """For each pixel that is set, how far the nearest one is that is not."""
    return cast("Floats", cv2.distanceTransform(bits.astype(np.uint8), cv2.DIST_L2, 3))


@dataclass(frozen=True)
class Pieces:
    """The pixels of a picture that hang together."""

    labels: NDArray[np.int32]
    """For each pixel the number of its piece; 0 is what is not set."""
    left: NDArray[np.int32]
    top: NDArray[np.int32]
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    area: NDArray[np.int32]
    """By the number of the piece, in pixels."""

    @property
    def count(self) -> int:
        """How many numbers there are, 0 included."""
        return len(self.area)


def pieces_of(bits: Bits) -> Pieces:
    """The pieces of what is set; pixels that touch at a corner hang together."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(bits.astype(np.uint8), connectivity=8)
    return Pieces(cast("NDArray[np.int32]", labels), *(cast("NDArray[np.int32]", stats[:, n]) for n in range(5)))


def png(gray: Gray) -> bytes:
    """A picture in PNG."""
    done, data = cv2.imencode(".png", gray)
    if not done:
        raise ValueError("a picture can't be written as PNG")
    return bytes(data)


def features(gray: Gray, most: int) -> tuple[Points, Any]:
    """Places of a picture that look like no other, and what they look like (SIFT, Lowe 2004)."""
    opencv: Any = cv2  # whose types leave this out
    places, looks = opencv.SIFT_create(nfeatures=most).detectAndCompute(gray, None)
    return np.array([place.pt for place in places], np.float32).reshape(-1, 2), looks


def alike_pairs(looks: Any, others: Any, ratio: float) -> list[tuple[int, int]]:
    """Pairs of places that look alike, and clearly more so than the next best (Lowe's ratio)."""
    pairs: Sequence[Any] = cv2.BFMatcher(cv2.NORM_L2).knnMatch(looks, others, k=2)
    clear = (pair for pair in pairs if len(pair) == 2 and pair[0].distance < ratio * pair[1].distance)
    return [(best.queryIdx, best.trainIdx) for best, _ in clear]
