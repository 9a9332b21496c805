import reflex as rx


def shop() -> rx.Component:
    return rx.el.main(rx.el.script(src="/widget.js", custom_attrs={"async": True}))
