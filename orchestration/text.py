"""Numbers and bars as people read them."""

from __future__ import annotations


def signed(points: float) -> str:
    """Write points with a sign and at most two decimals: +18, −0.5; a trace of a point is +0.00."""
    text = f"{abs(points):.2f}"
    if text != "0.00":
        text = text.rstrip("0").rstrip(".")
    return ("−" if points < 0 else "+") + text


def bar(share: float, width: int = 30) -> str:
    """Draw a share (0 to 1) as a bar; anything above nothing shows at least a sliver."""
    eighths = round(share * width * 8)
    if share > 0:
        eighths = max(1, eighths)
    whole, rest = divmod(eighths, 8)
    return "█" * whole + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[rest]


def count(number: int) -> str:
    """Write a count with thin groups: 24,478."""
    return f"{number:,}"
