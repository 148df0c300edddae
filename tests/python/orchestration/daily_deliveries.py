"""What the loaders of a random company deliver day by day, the unpleasant things included.

Every day has all kinds of deliveries; which rows and files they meet is random. Ids never vanish
from a file that keeps its name: such events stay, which one run on an empty warehouse cannot know.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq

sys.path.append(str(Path(__file__).resolve().parents[1] / "reference"))

from landing_rows import CONTRACT
from random_landing import FILES, RandomLanding
from random_seeds import write_random_seeds

Row = dict[str, Any]
File = tuple[str, str]

SOUND = "_sound"
"""Where a broken row remembers what it should have been."""
LANDED = "_landed"
"""Says of a broken row that it has been delivered, so that a run has seen it."""


class DailyCompany:
    """A landing folder that changes from day to day; the same seed, the same days."""

    def __init__(self, seed: int, landing: Path, seeds: Path, days: int) -> None:
        self.random = Random(seed)
        self.folder = landing / "custom"
        self.seeds = seeds
        last_day = date(2024, 2, 20) + timedelta(days=self.random.randint(0, 30))
        self.days = [last_day - timedelta(days=back) for back in reversed(range(days))]
        self.make = RandomLanding(self.random, last_day, odd_types=True)
        self.files: dict[File, list[Row]] = {}
        self.unreadable: set[File] = set()
        self.closed: set[File] = set()
        self.changed: set[File] = set()
        self.done: Counter[str] = Counter()
        write_random_seeds(self.random, seeds)

    def deliver(self, number: int, may_break_files: bool) -> set[str]:
        """Land what day `number` (from 1) brings; return the files that were written."""
        self.changed = set()
        files = self._event_files()
        # Most files stay as they are: what is new has to meet what is only kept.
        self.closed = set(self.random.sample(files, len(files) * 2 // 3))
        if number == 1:
            self._first_day()
        else:
            for delivery in self._deliveries(may_break_files):
                self.done[delivery.__name__.lstrip("_")] += 1
                delivery()
        for file in sorted(self.changed - self.unreadable):
            self._write(file)
        return {"/".join(file) for file in self.changed}

    def edit_weights(self, anew: bool) -> None:
        """Have lower points for every activity, or other models, rules, groups and tiers."""
        if anew:
            write_random_seeds(self.random, self.seeds)
            return
        path = self.seeds / "engagement_rules.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(row | {"points": round(float(row["points"]) * 0.8, 2)} for row in rows)

    # --- days ---------------------------------------------------------------------------------

    def _first_day(self) -> None:
        for table, rows in self.make.tables().items():
            rows = rows[:60]
            names = self.random.sample(FILES, 6 if table == "events" else 2)
            for number, row in enumerate(rows):
                # The lead that must exist is in the first file, which keeps every column.
                self._add(table, names[0] if number == 0 else self._pick(names), row)
        for delivery in (self._new_events, *[self._broken_rows] * 3):
            delivery()

    def _deliveries(self, may_break_files: bool) -> list[Callable[[], None]]:
        deliveries = [
            *(self._mend_files, self._new_events, self._late_events, self._empty_file),
            *(self._repeat_in_another_file, self._repeat_in_the_same_file),
            *(self._correct_by_delivery, self._correct_in_place, self._correct_in_place),
            *(self._void, self._void, self._unvoid, self._broken_rows, self._mend_rows),
            *(self._break_in_place, self._drop_broken_rows, self._shuffle_rows),
            *(self._new_leads, self._merge_leads, self._delete_lead, self._recreate_lead),
            *(self._new_links, self._other_tables),
        ]
        return [*deliveries, self._break_files] if may_break_files else deliveries

    # --- events -------------------------------------------------------------------------------

    def _new_events(self) -> None:
        name = self._new_name("events")
        for _ in range(self.random.randint(8, 16)):
            self._add("events", name, self.make.event())

    def _late_events(self) -> None:
        name = self._new_name("events")
        for _ in range(3):
            early = self.make.end - timedelta(days=self.random.randint(25, 60), minutes=7)
            self._add("events", name, self.make.event() | {"occurred_at": early})

    def _empty_file(self) -> None:
        """An empty file; one of an earlier day gets its first rows."""
        for file in [file for file in self._event_files() if not self.files[file]][:1]:
            self._add(*file, self.make.event())
        self._touch(("events", self._new_name("events")))

    def _repeat_in_another_file(self) -> None:
        for _ in range(3):
            _, row = self._sound_event()
            self._add("events", self._pick(self._open_files())[1], dict(row))

    def _repeat_in_the_same_file(self) -> None:
        for _ in range(2):
            file, row = self._sound_event(self._open_files())
            self._add(*file, row | self._correction(row))

    def _correct_by_delivery(self) -> None:
        name = self._new_name("events")
        for _ in range(4):
            _, row = self._sound_event()
            self._add("events", name, row | self._correction(row))

    def _correct_in_place(self) -> None:
        file, row = self._sound_event(self._open_files())
        row |= self._correction(row)
        self._touch(file)

    def _void(self) -> None:
        _, row = self._sound_event()
        self._add(*self._pick(self._open_files()), self._later(row) | {"is_deleted": True})

    def _unvoid(self) -> None:
        _, row = self._sound_event(wanted=lambda row: row["is_deleted"])
        self._add(*self._pick(self._open_files()), self._later(row) | {"is_deleted": False})

    def _broken_rows(self) -> None:
        for file in (self._pick(self._open_files()), ("events", self._new_name("events"))):
            sound = self.make.event() | {"occurred_at": self.make.moment()}
            self._add(*file, sound | self.make.flaw(sound) | {SOUND: sound})

    def _mend_rows(self) -> None:
        broken = self._landed_broken_rows()
        for file, row in self.random.sample(broken, min(2, len(broken))):
            rows = self.files[file]
            sound = row[SOUND]
            rows[next(n for n, other in enumerate(rows) if other is row)] = sound
            self._touch(file)

    def _break_in_place(self) -> None:
        """A good row is rewritten as a broken one of the same id."""
        file, row = self._sound_event(self._open_files())
        sound = dict(row)
        flaw = self.make.flaw(row)
        if "event_id" not in flaw:
            row |= flaw | {SOUND: sound}
            self._touch(file)

    def _drop_broken_rows(self) -> None:
        """A file is rewritten without one of its broken rows, which nothing needs to remember."""
        broken = self._landed_broken_rows()
        for file, row in self.random.sample(broken, min(2, len(broken))):
            ids = Counter(other["event_id"] for other in self.files[file])
            if ids[row["event_id"]] == 1:
                self.files[file] = [other for other in self.files[file] if other is not row]
                self._touch(file)

    def _landed_broken_rows(self) -> list[tuple[File, Row]]:
        return [
            (file, row)
            for file in self._open_files()
            for row in self.files[file]
            if row.get(LANDED)
        ]

    def _shuffle_rows(self) -> None:
        file = self._pick(self._open_files())
        self.random.shuffle(self.files[file])
        self._touch(file)

    def _break_files(self) -> None:
        """Files become unreadable, or lose a column that they need, until a later day."""
        for file in self.random.sample(self._event_files(), 2):
            if file not in self.changed:
                self.unreadable.add(file)
                self._touch(file)
        for number, file in enumerate(sorted(self.unreadable)):
            path = self.folder.joinpath(*file)
            if number == 0:
                path.write_bytes(b"PAR1 and then nothing")
            else:
                pq.write_table(pq.ParquetFile(path).read().drop_columns(["occurred_at"]), path)

    def _mend_files(self) -> None:
        for file in sorted(self.unreadable):
            self._touch(file)
        self.unreadable = set()

    def _correction(self, row: Row) -> Row:
        """Some cells of a later, an earlier or an undated delivery of the same event."""
        other = self.make.event()
        parts = [
            *(("occurred_at",), ("lead_id", "email", "anonymous_id"), ("event_type", "asset")),
            *(("is_automated", "user_agent"), ("duration_seconds",), ("is_deleted",)),
        ]
        changed = {c: other[c] for part in self.random.sample(parts, 2) for c in part}
        loaded_at = row["loaded_at"] or self.make.end
        step = timedelta(hours=self.random.randint(1, 50))
        return changed | {
            "loaded_at": self._pick(
                [None, loaded_at - step, loaded_at + step, loaded_at + step, row["loaded_at"]]
            )
        }

    def _later(self, row: Row) -> Row:
        loaded_at = [
            other["loaded_at"]
            for file in self._event_files()
            for other in self.files[file]
            if other["event_id"] == row["event_id"] and other["loaded_at"]
        ]
        return row | {"loaded_at": max(loaded_at, default=self.make.end) + timedelta(hours=1)}

    # --- other tables -------------------------------------------------------------------------

    def _new_leads(self) -> None:
        name = self._new_name("leads")
        for number in range(2):
            new = self.make.lead(f"new{len(self.files)}-{number}")
            self.make.lead_ids.append(new["lead_id"])
            self._add("leads", name, new)

    def _merge_leads(self) -> None:
        """A record gets the e-mail of another one."""
        one, other = self.random.sample(self._leads(), 2)
        merged = self._updated(one) | {"email": self.make.email() or other["email"]}
        self._add("leads", self._new_name("leads"), merged)
        file, row = self._place_of(one)
        row |= {"email": other["email"]}
        self._touch(file)

    def _delete_lead(self) -> None:
        lead = self._updated(self._pick(self._leads())) | {"is_deleted": True}
        self._add("leads", self._new_name("leads"), lead)

    def _recreate_lead(self) -> None:
        deleted = [row for row in self._leads() if row["is_deleted"]]
        if deleted:
            lead = self._updated(self._pick(deleted)) | {"is_deleted": False}
            self._add("leads", self._new_name("leads"), lead)

    def _new_links(self) -> None:
        name = self._new_name("identities")
        for _ in range(3):
            self._add("identities", name, self.make.identity())

    def _other_tables(self) -> None:
        self._add("lead_attributes", self._new_name("lead_attributes"), self.make.lead_attributes())
        self._add("accounts", self._pick(["a.parquet", "b.parquet"]), self.make.account())
        self._add("conversions", "daily.parquet", self.make.conversion())
        if self.make.chance(0.3):
            self._add("privacy_requests", "daily.parquet", self.make.privacy_request())

    def _leads(self) -> list[Row]:
        """Every landed record but the first, which must stay: nobody to score is another test."""
        first, *others = [row for file in self._files("leads") for row in self.files[file]]
        return [row for row in others if row["lead_id"] not in (None, " ", first["lead_id"])]

    def _place_of(self, wanted: Row) -> tuple[File, Row]:
        return next(
            (file, row)
            for file in self._files("leads")
            for row in self.files[file]
            if row is wanted
        )

    def _updated(self, lead: Row) -> Row:
        return lead | {"updated_at": self.make.end + timedelta(minutes=len(self.files))}

    # --- files --------------------------------------------------------------------------------

    def _pick(self, choices: Any) -> Any:
        return self.random.choice(list(choices))

    def _files(self, table: str) -> list[File]:
        return [file for file in self.files if file[0] == table]

    def _event_files(self) -> list[File]:
        return [file for file in self._files("events") if file not in self.unreadable]

    def _open_files(self) -> list[File]:
        """Event files that are rewritten today, or new."""
        return [file for file in self._event_files() if file not in self.closed]

    def _sound_event(
        self,
        files: list[File] | None = None,
        wanted: Callable[[Row], bool] = lambda row: True,
    ) -> tuple[File, Row]:
        """A landed event with an id; the row itself, so that it can be changed in place."""
        return self._pick(
            (file, row)
            for file in files or self._event_files()
            for row in self.files[file]
            if (row["event_id"] or "").startswith("e")
            and row["occurred_at"]
            and not row.get(SOUND)
            and wanted(row)
        )

    def _new_name(self, table: str) -> str:
        free = [name for name in FILES if (table, name) not in self.files]
        if free and self.make.chance(0.5):
            return self._pick(free)
        return f"{self._pick('aMz')}/{len(self.files)}.parquet"

    def _add(self, table: str, name: str, row: Row) -> None:
        self.files.setdefault((table, name), []).append(row)
        self._touch((table, name))

    def _touch(self, file: File) -> None:
        self.files.setdefault(file, [])
        self.changed.add(file)

    def _write(self, file: File) -> None:
        path = self.folder.joinpath(*file)
        is_new = not path.exists()
        rows = [
            {c: v for c, v in row.items() if c not in (SOUND, LANDED)} for row in self.files[file]
        ]
        columns = dict.fromkeys([*CONTRACT[file[0]], *(c for row in rows for c in row)])
        rows = [{c: row.get(c) for c in columns} for row in rows]
        table = self._table(file, rows, is_new)
        for row in self.files[file]:
            # A file may lack an optional column, and with it what is broken in the row.
            if row.get(SOUND):
                row[LANDED] = _flaws(row) <= set(table.column_names)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)

    def _table(self, file: File, rows: list[Row], is_new: bool) -> Any:
        """A cell that cannot be typed comes in new files only: the row would vanish from others."""
        with_untypable = self.make.with_untypable
        if not is_new:
            self.make.with_untypable = lambda texts: texts  # type: ignore[method-assign]
        try:
            return self.make.as_table(file[0], rows, keep_all=file == next(iter(self.files)))
        finally:
            self.make.with_untypable = with_untypable  # type: ignore[method-assign]


def _flaws(row: Row) -> set[str]:
    """The columns in which a broken row differs from the sound one that it was made of."""
    return {column for column, value in row[SOUND].items() if row[column] != value}
