"""The sample shop at `/`: a website as a customer would have it, with the chat put in by its one line."""

from typing import Final

import reflex as rx

from handoff_app.pages.shop_art import drawing, landscape

_PLACES: Final = (("Tents", "#tents"), ("Boots", "#boots"), ("Kitchen", "#stoves"), ("Repairs", "#repairs"))

_PRODUCTS: Final = (
    ("tents", "Ridge 4 tent", "489 €", "tent", "bg-[#e9ece4] dark:bg-[#232a24]"),
    ("boots", "Fell boots", "189 €", "footprints", "bg-[#f0e7db] dark:bg-[#2e2821]"),
    ("packs", "Carry 45 pack", "159 €", "backpack", "bg-[#e1eaec] dark:bg-[#212b2e]"),
    ("stoves", "Ember stove", "74 €", "flame", "bg-[#f1e4df] dark:bg-[#2f2522]"),
)

# Where the links below the chat's answers lead.
_HELP: Final = (
    ("shipping", "Shipping", "4.90 € in the EU, free above 60 €. 2 to 4 working days."),
    ("orders", "Orders", "Track, change or cancel an order in your account."),
    ("returns", "Returns", "60 days, free within the EU. Boots may have been worn."),
    ("payment", "Payment", "Cards, PayPal, Apple Pay, direct debit, invoice, gift cards."),
    ("sizes", "Sizes", "Boots run half a size small; clothing follows EU sizes."),
    ("warranty", "Warranty", "20 years on tents, packs and stoves, 5 on boots and clothing."),
    ("repairs", "Repairs", "A zip 25 €, new soles 75 €, ready in about two weeks."),
    ("spare-parts", "Spare parts", "Poles, pegs and buckles, for twenty years."),
    ("care", "Care", "Wash down alone at 30 °C, and dry it on low."),
    ("shop", "Our shop", "Am Wall 12, Bremen. Monday to Saturday, 10:00 to 18:00."),
    ("privacy", "Privacy", "Download or delete your data in your account."),
)

_SECOND: Final = "text-[#4b5350] dark:text-[#a9b5b1]"


def shop() -> rx.Component:
    """The page `/`."""
    return rx.el.div(
        _navigation(),
        rx.el.main(_hero(), _products(), _help(), class_name="mx-auto max-w-6xl px-4 sm:px-6"),
        _footer(),
        rx.el.script(src="/widget.js", custom_attrs={"async": True}),
        class_name="min-h-dvh bg-[#fbfaf7] font-sans text-[#22312d] antialiased dark:bg-[#141918] dark:text-[#e4ebe8]",
    )


def _navigation() -> rx.Component:
    return rx.el.header(
        rx.el.a(
            drawing("mountain", "size-5 shrink-0"),
            "Acme Outdoor",
            href="/",
            class_name="flex h-11 items-center gap-2 text-base font-semibold",
        ),
        rx.el.nav(
            *(
                rx.el.a(name, href=href, class_name="flex h-11 items-center hover:underline underline-offset-4")
                for name, href in _PLACES
            ),
            class_name="flex flex-wrap gap-x-6 sm:gap-x-8",
            custom_attrs={"aria-label": "Shop"},
        ),
        class_name="mx-auto flex min-h-16 max-w-6xl flex-wrap items-center gap-x-8 px-4 py-2.5 text-sm sm:px-6 sm:py-0",
    )


def _hero() -> rx.Component:
    return rx.el.section(
        landscape("absolute inset-x-0 bottom-0 h-60 w-full sm:inset-0 sm:size-full"),
        rx.el.div(
            rx.el.h1(
                "Made to be repaired, not replaced.",
                id="hero",
                class_name="text-3xl/9 font-semibold tracking-tight sm:text-4xl/11",
            ),
            rx.el.p(
                "Tents, boots and packs with spare parts for twenty years.",
                class_name="mt-3 text-[15px]/6 text-[#3b4d48] dark:text-[#d3deda]",
            ),
            rx.el.a(
                "Shop tents",
                href="#tents",
                class_name="mt-6 inline-flex h-11 items-center rounded-lg bg-[#22312d] px-5 text-sm font-medium "
                "text-white dark:bg-[#e4ebe8] dark:text-[#141918]",
            ),
            class_name="relative max-w-md p-6 pb-60 sm:p-12",
        ),
        class_name="relative overflow-hidden rounded-2xl bg-[#dbe7e6] sm:h-88 dark:bg-[#1f2e31]",
        custom_attrs={"aria-labelledby": "hero"},
    )


def _products() -> rx.Component:
    return rx.el.section(
        rx.el.h2("New this autumn", id="new", class_name="text-lg font-semibold"),
        rx.el.ul(
            *(_product(*product) for product in _PRODUCTS),
            class_name="mt-4 grid grid-cols-2 gap-5 lg:grid-cols-4",
        ),
        class_name="pt-8 sm:px-1",
        custom_attrs={"aria-labelledby": "new"},
    )


def _product(id: str, name: str, price: str, shape: str, tone: str) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            drawing(shape, "size-16 shrink-0 opacity-70", stroke=1),
            class_name=f"grid aspect-[4/3] place-items-center rounded-lg {tone}",
        ),
        rx.el.div(
            rx.el.h3(name),
            rx.el.p(price, class_name=_SECOND),
            class_name="mt-2.5 flex flex-wrap justify-between gap-x-2 text-sm",
        ),
        id=id,
        class_name="scroll-mt-4",
    )


def _help() -> rx.Component:
    return rx.el.section(
        rx.el.h2("Good to know", id="help", class_name="text-lg font-semibold"),
        rx.el.dl(
            *(_topic(*topic) for topic in _HELP),
            class_name="mt-4 grid gap-x-5 gap-y-4 text-sm/5.5 sm:grid-cols-2 lg:grid-cols-4",
        ),
        class_name="pt-10 sm:px-1",
        custom_attrs={"aria-labelledby": "help"},
    )


def _topic(id: str, name: str, words: str) -> rx.Component:
    return rx.el.div(
        rx.el.dt(name, class_name="font-medium"),
        rx.el.dd(words, class_name=_SECOND),
        id=id,
        class_name="-mx-2 scroll-mt-4 rounded-lg px-2 py-1 target:bg-[#e9ece4] dark:target:bg-[#232a24]",
    )


def _footer() -> rx.Component:
    return rx.el.footer(
        rx.el.p(
            "This is a sample shop. Ask the chat something, then ",
            rx.el.a("answer it in the inbox", href="/inbox", class_name="font-medium underline underline-offset-4"),
            ".",
        ),
        class_name=f"mx-auto mt-10 max-w-6xl px-4 pt-6 pe-24 pb-10 text-sm/6 sm:px-7 sm:pe-24 {_SECOND}",
    )
