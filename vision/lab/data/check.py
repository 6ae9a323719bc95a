"""Looking for what makes a data set lie: leaks between splits, broken pictures, odd ones out."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vision.lab.data.findings import Finding, Kind, Severity
from vision.lab.data.open import usable
from vision.lab.data.reading import Watch, unwatched
from vision.lab.data.similar import Detail, detail_of, near_pairs
from vision.lab.data.split import Split
from vision.lab.data.types import DataSet, Sample
from vision.pictures import UnreadableError, header_of, read_grey

TINY_PX = 3.0
"""Side [px] below which a box is asked about."""


@dataclass(frozen=True, eq=False)
class _Seen:
    """What one look at a picture leaves behind."""

    sample: Sample
    kind: str
    digest: bytes
    detail: Detail


def check(
    data: DataSet,
    findings: Iterable[Finding] = (),
    split: Split | None = None,
    watch: Watch = unwatched,
) -> list[Finding]:
    """All findings, errors first: those of the reading (from `survey`) and those made here.

    Every picture is decoded once. With a split, pictures alike count between splits; without one,
    between groups.
    """
    told = list(findings)
    found = list(told)
    seen = [s for sample in watch(data.samples, "pictures") if (s := _look(sample, found))]
    found += _sizes(data.samples)
    found += _depths(seen)
    found += _tiny(data.samples)
    found += _good(usable(data, found))
    found += [] if any(finding.lost for finding in told) else _empty_classes(data)
    same = _same(seen, split)
    found += same
    found += _nearly(seen, split, {name for finding in same for name in finding.samples})
    kinds = list(Kind)
    return sorted(found, key=lambda f: (f.severity is not Severity.ERROR, kinds.index(f.kind)))


def _look(sample: Sample, found: list[Finding]) -> _Seen | None:
    """Decode a picture; tells what is wrong with the file itself."""
    try:
        kind = header_of(sample.image).words
        pixels = read_grey(sample.image)
    except UnreadableError as error:
        found.append(_error(Kind.UNREADABLE, sample, str(error), error.remedy))
        return None
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
        found.append(_error(Kind.UNREADABLE, sample, what, "restore the picture or remove it"))
        return None
    digest = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).digest()
    return _Seen(sample, kind, digest, detail_of(pixels))


def _sizes(samples: Sequence[Sample]) -> list[Finding]:
    counts = Counter(sample.size for sample in samples)
    if len(counts) < 2:
        return []
    (common, number), *others = counts.most_common()
    odd = sorted((s for s in samples if s.size != common), key=lambda s: counts[s.size])
    listed = ", ".join(f"{w}x{h} ({n})" for (h, w), n in others[:6])
    more = f" and {len(others) - 6} more" if len(others) > 6 else ""
    what = f"{number} of {len(samples)} are {common[1]}x{common[0]}, others {listed}{more}"
    return [_warning(Kind.SIZE, odd, what, "see whether one camera and one view took them all")]


def _depths(seen: Sequence[_Seen]) -> list[Finding]:
    counts = Counter(s.kind for s in seen)
    if len(counts) < 2:
        return []
    common, number = counts.most_common(1)[0]
    found = []
    for kind, odd in counts.most_common()[1:]:
        samples = [s.sample for s in seen if s.kind == kind]
        what = f"{odd} are {kind}, but {number} of {len(seen)} are {common}"
        found.append(_warning(Kind.DEPTH, samples, what, "export all pictures alike"))
    return found


def _tiny(samples: Sequence[Sample]) -> list[Finding]:
    """Specks of a mask or slips of the hand: too small to be learnt or matched."""
    counts = {s.name: int(((s.boxes[:, 2:] - s.boxes[:, :2]).min(axis=1) < TINY_PX).sum())
              for s in samples if len(s.boxes)}  # fmt: skip
    having = [s for s in samples if counts.get(s.name)]
    if not having:
        return []
    number, having_first = sum(counts.values()), sorted(having, key=lambda s: -counts[s.name])
    what = f"{number} boxes in {len(having)} pictures are under {TINY_PX:g} px wide or high"
    remedy = "see whether they are specks of a mask or slips, and remove those"
    return [_warning(Kind.BOX_TINY, having_first, what, remedy)]


def _good(data: DataSet) -> list[Finding]:
    if any(sample.good or sample.golden is not None for sample in data.samples):
        return []
    what = "every picture has a defect: what a good part looks like cannot be learnt or tested"
    return [Finding(Kind.NO_GOOD, Severity.WARNING, data.root, what, "add pictures of good parts")]


def _empty_classes(data: DataSet) -> list[Finding]:
    """Classes that no box has, such as the root that some exporters write."""
    used = {int(label) for sample in data.samples for label in sample.labels}
    empty = [name for index, name in enumerate(data.classes) if index not in used]
    if not empty:
        return []
    what = f"no box has the class {', '.join(map(repr, empty))}"
    remedy = "add pictures of it, or remove the class"
    return [Finding(Kind.CLASS_EMPTY, Severity.WARNING, data.root, what, remedy)]


def _same(seen: Sequence[_Seen], split: Split | None) -> list[Finding]:
    """Pictures with the very same pixels."""
    by_digest: dict[bytes, list[Sample]] = defaultdict(list)
    for s in seen:
        by_digest[s.digest].append(s.sample)
    found = []
    for samples in (group for group in by_digest.values() if len(group) > 1):
        splits = _splits(samples, split)
        labels = {(s.boxes.tobytes(), s.labels.tobytes()) for s in samples}
        labelled = "" if len(labels) == 1 else ", but labelled differently"
        what = f"the same pixels as in {_names(samples[1:])}{labelled}"
        if len(splits) > 1:
            what += f"; splits {', '.join(splits)}"
            found.append(_error(Kind.LEAK, samples[0], what, "keep one of them", samples))
        else:
            found.append(_warning(Kind.DUPLICATE, samples, what, "keep one of them"))
    return found


def _nearly(seen: Sequence[_Seen], split: Split | None, known: set[str]) -> list[Finding]:
    """Clusters of pictures that are nearly the same, where they cross splits or groups."""
    part = {s.sample.group: s.sample.group for s in seen}
    if split is not None:
        part = {group: name for name, groups in split.groups.items() for group in groups}
    samples = [s.sample for s in seen]
    crossing = [
        pair
        for pair in near_pairs([s.detail for s in seen])
        if part[samples[pair.first].group] != part[samples[pair.second].group]
        and not (samples[pair.first].name in known and samples[pair.second].name in known)
    ]
    found = []
    for cluster in _clusters([(pair.first, pair.second) for pair in crossing]):
        pairs = [pair for pair in crossing if pair.first in cluster]
        best = pairs[0]
        order = list(dict.fromkeys(i for p in pairs for i in (p.first, p.second)))
        members = [samples[i] for i in order]
        way = f", {best.way}" if best.way else ""
        what = f"nearly the same as {_names(members[1:])} (detail {best.alike:.2f} alike{way})"
        if split is not None:
            what += f"; splits {', '.join(_splits(members, split))}"
            remedy = "if they show one part, give it one group and split again"
            found.append(_warning(Kind.NEAR_LEAK, members, what, remedy))
        else:
            remedy = "if they show one part, give it one group before splitting"
            found.append(_warning(Kind.NEAR_DUPLICATE, members, what, remedy))
    return found


def _clusters(pairs: Sequence[tuple[int, int]]) -> list[set[int]]:
    """Connected sets of indices, in the order of their first pair."""
    home: dict[int, set[int]] = {}
    for first, second in pairs:
        joined = home.get(first, {first}) | home.get(second, {second})
        home |= dict.fromkeys(joined, joined)
    return list({id(cluster): cluster for cluster in home.values()}.values())


def _splits(samples: Sequence[Sample], split: Split | None) -> list[str]:
    if split is None:
        return []
    return list(dict.fromkeys(split.split_of(sample.group) for sample in samples))


def _names(samples: Sequence[Sample]) -> str:
    rest = f" and {len(samples) - 3} more" if len(samples) > 3 else ""
    return ", ".join(sample.name for sample in samples[:3]) + rest


def _error(
    kind: Kind, sample: Sample, what: str, remedy: str, samples: Sequence[Sample] = ()
) -> Finding:
    names = tuple(s.name for s in samples or (sample,))
    return Finding(kind, Severity.ERROR, sample.image, what, remedy, names)


def _warning(kind: Kind, samples: Sequence[Sample], what: str, remedy: str) -> Finding:
    names = tuple(s.name for s in samples)
    return Finding(kind, Severity.WARNING, samples[0].image, what, remedy, names)
