"""The sample shop's drawings, as inline SVG; they say nothing, so a screen reader passes them by."""

from typing import Final

import reflex as rx

HIDDEN: Final = {"aria-hidden": "true"}

# From lucide (ISC license), 24 × 24.
_SHAPES: Final = {
    "mountain": ("m8 3 4 8 5-5 5 15H2L8 3z",),
    "tent": ("M3.5 21 14 3", "M20.5 21 10 3", "M15.5 21 12 15l-3.5 6", "M2 21h20"),
    "footprints": (
        "M4 16v-2.38C4 11.5 2.97 10.5 3 8c.03-2.72 1.49-6 4.5-6C9.37 2 10 3.8 10 5.5c0 3.11-2 5.66-2 8.68V16a2 2 0 "
        "1 1-4 0Z",
        "M20 20v-2.38c0-2.12 1.03-3.12 1-5.62-.03-2.72-1.49-6-4.5-6C14.63 6 14 7.8 14 9.5c0 3.11 2 5.66 2 8.68V20a2 2 "
        "0 1 0 4 0Z",
        "M16 17h4",
        "M4 13h4",
    ),
    "backpack": (
        "M4 10a4 4 0 0 1 4-4h8a4 4 0 0 1 4 4v10a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2z",
        "M8 10h8",
        "M8 18h8",
        "M8 22v-6a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v6",
        "M9 6V4a2 2 0 0 1 2-2h2a2 2 0 0 1 2 2v2",
    ),
    "flame": (
        "M12 2c1 3 2.5 3.5 3.5 4.5A5 5 0 0 1 17 10a5 5 0 1 1-10 0c0-.3 0-.6.1-.9a2 2 0 1 0 3.3-2C8 4.5 11 2 12 2Z",
        "m5 22 14-4",
        "m5 18 14 4",
    ),
}

_LANDSCAPE: Final = (
    ("M0 250 150 160l110 60L430 96l150 110 120-70 190 120 120-70 142 80v100H0z", "fill-[#b7cdcb] dark:fill-[#2c4144]"),
    ("M0 300 180 214l140 60 190-110 180 110 170-70 292 120v80H0z", "fill-[#86a8a3] dark:fill-[#263a3a]"),
    ("M0 340 220 286l240 40 260-60 432 66v40H0z", "fill-[#3f6660] dark:fill-[#1a2a28]"),
    ("m330 322 58-70 58 70z", "fill-[#e2a65a] dark:fill-[#d39547]"),
    ("m388 252 58 70h-34z", "fill-[#b97a33] dark:fill-[#a2682a]"),
    ("m388 282 14 40h-28z", "fill-[#5c3b17] dark:fill-[#f6dca8]"),
)


def drawing(name: str, class_name: str, stroke: float = 1.75) -> rx.Component:
    """One of the line drawings; `stroke` is the width of its lines in 24ths of its size."""
    return rx.el.svg(
        *(rx.el.path(d=shape) for shape in _SHAPES[name]),
        view_box="0 0 24 24",
        class_name=class_name,
        custom_attrs={
            "fill": "none",
            "stroke": "currentColor",
            "strokeWidth": str(stroke),
            "strokeLinecap": "round",
            "strokeLinejoin": "round",
            **HIDDEN,
        },
    )


def landscape(class_name: str) -> rx.Component:
    """Mountains and a tent, at noon or, in the dark, by night; cut to the box from the top and the sides."""
    return rx.el.svg(
        rx.el.circle(cx="760", cy="96", r="34", class_name="fill-[#f7efe0] dark:fill-[#dfe6e2]"),
        *(rx.el.path(d=shape, class_name=tone) for shape, tone in _LANDSCAPE),
        view_box="0 0 1152 352",
        class_name=class_name,
        custom_attrs={"preserveAspectRatio": "xMidYMax slice", **HIDDEN},
    )
