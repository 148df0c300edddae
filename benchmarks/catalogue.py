"""What can be done in the generated events: 7 activity types on 2,000 assets, some popular."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

_PAGES = {
    "/pricing": 6,
    "/demo": 4,
    "/product": 120,
    "/integrations": 150,
    "/docs": 300,
    "/blog": 450,
    "/customers": 80,
    "/security": 20,
    "/careers": 30,
    "/events": 40,
}
_RESOURCES = {"buyers-guide": 20, "roi-calculator": 10, "security-paper": 20, "checklist": 250}
_MAILS = {"newsletter": 250, "nurture": 100, "invitation": 50}
_WEBINARS = {"webinar/product": 40, "webinar/industry": 60}

# Share of a session's events after the first, and the mean duration in seconds (0: has none).
_TYPES = {
    "page_view": (0.60, 50),
    "email_open": (0.19, 0),
    "email_click": (0.07, 0),
    "content_download": (0.07, 0),
    "form_submission": (0.04, 0),
    "webinar_attendance": (0.03, 1_500),
}
_SESSION_SECONDS = 300
_WITHOUT_ASSET = 0.01
_POPULARITY = 0.8


def _names(folders: dict[str, int]) -> list[str]:
    return [
        f"{folder}/{number:03d}" for folder, count in folders.items() for number in range(count)
    ]


class Catalogue:
    """Every (activity type, asset) there is, as numbered things that can be drawn.

    `mean_seconds[thing]` is the mean duration of its events, 0 where they have none.
    """

    def __init__(self) -> None:
        pages, resources = _names(_PAGES), _names(_RESOURCES)
        mails, webinars = _names(_MAILS), _names(_WEBINARS)
        self._assets = [*pages, *resources, *mails, *webinars]
        forms = [page for page in pages if page.startswith(("/demo", "/pricing", "/events"))]
        used = {
            "session": pages,
            "page_view": pages,
            "email_open": mails,
            "email_click": mails,
            "content_download": resources,
            "form_submission": forms,
            "webinar_attendance": webinars,
        }
        self._types = list(used)
        types, assets, weights = [], [], []
        for number, (name, pool) in enumerate(used.items()):
            # Popularity goes by rank; ranks are spread evenly so that no folder has all of them.
            rank = (np.arange(len(pool)) * 7_919) % len(pool) + 1
            share = rank**-_POPULARITY
            total = _TYPES[name][0] if name in _TYPES else 1.0
            share = share / share.sum() * total * (1 - _WITHOUT_ASSET)
            types.append(np.full(len(pool) + 1, number))
            assets.append(np.array([self._assets.index(asset) for asset in pool] + [-1]))
            weights.append(np.append(share, total * _WITHOUT_ASSET))
        self._first = len(weights[0])
        self._type_of = np.concatenate(types).astype(np.int8)
        self._asset_of = np.concatenate(assets).astype(np.int16)
        self._opening = np.cumsum(weights[0])
        self._later = np.cumsum(np.concatenate(weights[1:]))
        seconds = [_SESSION_SECONDS] + [_TYPES[name][1] for name in self._types[1:]]
        self.mean_seconds = np.array(seconds, dtype=float)[self._type_of]

    def draw(self, rng: np.random.Generator, is_first: np.ndarray) -> np.ndarray:
        """Draw a thing for each event; the first event of a session is the session itself."""
        chance = rng.random(len(is_first))
        opening = np.searchsorted(self._opening[:-1], chance * self._opening[-1], side="right")
        later = np.searchsorted(self._later[:-1], chance * self._later[-1], side="right")
        return np.where(is_first, opening, later + self._first)

    def event_types(self, things: np.ndarray) -> pa.Array:
        """The activity types of things."""
        return pa.DictionaryArray.from_arrays(pa.array(self._type_of[things]), self._types)

    def assets(self, things: np.ndarray) -> pa.Array:
        """The assets of things, null where there is none."""
        numbers = self._asset_of[things]
        return pa.DictionaryArray.from_arrays(pa.array(numbers, mask=numbers < 0), self._assets)
