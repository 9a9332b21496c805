"""What Reflex is told: the app's name, Tailwind v4 with daisyUI, state in memory, compressed assets."""

import reflex as rx

THEME_COLORS = {
    name: f"var(--{name})"
    for name in ("muted", "line", "rule", "edge", "side", "ink", "soft", "ok", "ok-soft")
    + ("warn", "warn-soft", "bad", "bad-soft", "info", "info-soft")
}

config = rx.Config(
    app_name="handoff_app",
    state_manager_mode="memory",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_compression_formats=["brotli", "gzip"],
    disable_plugins=[rx.plugins.SitemapPlugin],
    plugins=[
        rx.plugins.TailwindV4Plugin(
            {
                "theme": {"extend": {"colors": THEME_COLORS, "boxShadow": {"pop": "var(--pop)"}}},
                "plugins": [
                    {
                        "name": "daisyui",
                        "import": {"name": "default as daisyui", "from": "daisyui@5.8.1"},
                        "call": "daisyui",
                        "args": {"themes": False, "logs": False},
                    }
                ],
            }
        )
    ],
)
