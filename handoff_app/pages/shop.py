"""The sample shop at `/`: a customer's site as it would be, with the chat loaded by the one line that sites paste."""

import reflex as rx

from handoff_app.pages.shared.parts import HIDDEN, icon

_PRODUCTS = (
    ("Ridge 4 tent", "489 €", "tent", "bg-[#e9ece4]"),
    ("Fell boots", "189 €", "footprints", "bg-[#f0e7db]"),
    ("Carry 45 pack", "159 €", "backpack", "bg-[#e1eaec]"),
    ("Ember stove", "74 €", "flame-kindling", "bg-[#f1e4df]"),
)
_HILLS = (
    ("#b7cdcb", "M0 250 150 160l110 60L430 96l150 110 120-70 190 120 120-70 142 80v100H0z"),
    ("#86a8a3", "M0 300 180 214l140 60 190-110 180 110 170-70 292 120v80H0z"),
    ("#3f6660", "M0 340 220 286l240 40 260-60 432 66v40H0z"),
    ("#e2a65a", "m330 322 58-70 58 70z"),
    ("#b97a33", "m388 252 58 70h-34z"),
    ("#5c3b17", "m388 282 14 40h-28z"),
)


def shop() -> rx.Component:
    """The page `/`."""
    return rx.el.div(
        _navigation(),
        rx.el.main(_hero(), _products(), _newcomer(), class_name="mx-auto max-w-6xl px-5"),
        rx.el.script(src="/widget.js", custom_attrs={"async": True}),
        class_name="staff min-h-dvh bg-[#fbfaf7] text-[#22312d] antialiased",
        style={"color_scheme": "light"},
    )


def _navigation() -> rx.Component:
    places = ("Tents", "Boots", "Kitchen", "Repairs")
    return rx.el.header(
        rx.el.b(icon("mountain", "size-5 shrink-0"), "Acme Outdoor", class_name="flex items-center gap-2 text-base"),
        rx.el.nav(
            *(rx.el.a(place, href="#new", class_name="hover:underline max-sm:hidden") for place in places),
            class_name="flex gap-8",
            custom_attrs={"aria-label": "Shop"},
        ),
        rx.el.span(
            icon("search", "size-5 shrink-0"), icon("shopping-bag", "size-5 shrink-0"), class_name="ms-auto flex gap-6"
        ),
        class_name="mx-auto flex h-16 max-w-6xl items-center gap-8 px-5 text-sm",
    )


def _hero() -> rx.Component:
    return rx.el.section(
        rx.el.svg(
            rx.el.circle(cx="760", cy="96", r="34", fill="#f7efe0"),
            *(rx.el.path(fill=colour, d=shape) for colour, shape in _HILLS),
            view_box="0 0 1152 352",
            class_name="absolute inset-0 size-full",
            custom_attrs={"preserveAspectRatio": "xMidYMax slice", **HIDDEN},
        ),
        rx.el.div(
            rx.el.h1(
                "Made to be repaired, not replaced.",
                class_name="text-3xl/10 font-semibold tracking-tight sm:text-4xl/11",
            ),
            rx.el.p(
                "Tents, boots and packs with spare parts for twenty years.",
                class_name="mt-3 text-[15px]/6 text-[#22312d]",
            ),
            rx.el.a(
                "Shop tents",
                href="#new",
                class_name="mt-6 inline-flex h-11 items-center rounded-lg bg-[#22312d] px-5 text-sm font-medium "
                "text-white",
            ),
            class_name="relative max-w-md p-8 sm:p-12",
        ),
        class_name="relative h-88 overflow-hidden rounded-2xl bg-[#dbe7e6]",
    )


def _products() -> rx.Component:
    return rx.el.section(
        rx.el.h2("New this autumn", id="new", class_name="text-lg font-semibold"),
        rx.el.ul(
            *(
                rx.el.li(
                    rx.el.div(
                        icon(name, "size-16 shrink-0 opacity-70 [stroke-width:1]"),
                        class_name=f"grid aspect-[4/3] place-items-center rounded-lg {tone}",
                    ),
                    rx.el.p(
                        rx.el.span(title),
                        rx.el.span(price, class_name="text-[#5c6360]"),
                        class_name="mt-2.5 flex justify-between text-sm",
                    ),
                )
                for title, price, name, tone in _PRODUCTS
            ),
            class_name="mt-4 grid grid-cols-2 gap-5 lg:grid-cols-4",
        ),
        class_name="pt-8",
    )


def _newcomer() -> rx.Component:
    return rx.el.p(
        "This is a sample shop. Ask the chat something, then ",
        rx.el.a("answer it in the inbox", href="/inbox", class_name="font-medium underline"),
        ".",
        class_name="py-10 pe-20 text-sm/6 text-[#4b5350]",
    )
