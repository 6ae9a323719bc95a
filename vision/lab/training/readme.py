"""README.md of a package of single pictures."""

from __future__ import annotations

from typing import Any

SAME = (
    "The checkpoint and the thresholds were chosen on the same pictures: expect slightly worse on "
    "others."
)


def readme(card: dict[str, Any]) -> str:
    """The page beside a card: what the model is for, and which figure is which."""
    height, width = card["input"]["shape"][2:]
    measured = _apart(card) if "report" in card["metrics"] else _together(card)
    return f"""# {card["name"]} {card["version"]}

Finds {", ".join(card["classes"])} in single pictures of {width} x {height} px.

**Licence.** {card["licence"]}

Trained on {card["data"].get("name", "the data given")}, split by group: no part is in two splits.
{measured}
The backbone began with ImageNet weights of EfficientNet-lite0 (Apache-2.0).
"""


def _together(card: dict[str, Any]) -> str:
    figures = card["metrics"]["validation"]
    rows = "\n".join(f"| {name} | {figures[f'AP50_{name}']:.3f} |" for name in card["classes"])
    value, strict = figures["mAP50"], figures["mAP50_95"]
    return f"""mAP50 on the validation groups: {value:.3f}, mAP50-95 {strict:.3f}.

| class | AP50 |
| --- | --- |
{rows}

{SAME}"""


def _apart(card: dict[str, Any]) -> str:
    metrics = card["metrics"]
    rows = "\n".join(_row(name, metrics[name]) for name in ("report", "selection"))
    return f"""
| pictures | parts | mAP50 (95 % interval) | defective parts passed | good parts refused |
| --- | --- | --- | --- | --- |
{rows}

`report`: {metrics["which"]["report"]}.
`selection`: {metrics["which"]["selection"]}.
"""


def _row(name: str, figures: dict[str, Any] | None) -> str:
    if figures is None:
        return f"| {name} | 0 | not measured: the label set holds no part apart | | |"
    between = figures["mAP50_interval"]
    told = "" if between is None else f" ({between[0]:.2f} to {between[1]:.2f})"
    value = figures["mAP50"]
    shares = [f"{figures[k]['count']} of {figures[k]['of']}" for k in ("escapes", "false_rejects")]
    share = "not told: no defect in them" if value is None else f"{value:.3f}{told}"
    return f"| {name} | {figures['parts']} | {share} | {shares[0]} | {shares[1]} |"
