"""Icons of the registry: drawn for it on a grid of 20 x 20, stroke 1.5, round ends.

Plain data, so that pages (`{% icon %}`) and pictures draw the same shapes. `currentColor` takes the
colour of the text around; the class `ico-cut` marks a stroke that cuts through a filled disc.
"""

from typing import Final

PATHS: Final[dict[str, str]] = {
    # States of a cluster: each has its own shape, so that nothing depends on colour.
    "draft": '<circle cx="10" cy="10" r="6.5" stroke-dasharray="2.6 2.5"/>',
    "submitted": '<circle cx="10" cy="10" r="6.5"/><path d="M10 13V7m-2.6 2.4L10 6.8l2.6 2.6"/>',
    "returned": '<path d="M8 5 4.5 8.5 8 12"/><path d="M4.5 8.5H12a3.5 3.5 0 0 1 0 7H9"/>',
    "approved": '<circle cx="10" cy="10" r="6.5"/><path d="m7.2 10.2 2 2 3.8-4.2"/>',
    "running": '<circle cx="10" cy="10" r="6.5"/><path d="M8.4 7.2v5.6l4.4-2.8z" fill="currentColor"/>',
    "paused": '<circle cx="10" cy="10" r="6.5"/><path d="M8.3 7.5v5M11.7 7.5v5"/>',
    "concluded": (
        '<circle cx="10" cy="10" r="7.2" fill="currentColor" stroke="none"/>'
        '<path d="m6.8 10.3 2.2 2.2 4.2-4.7" class="ico-cut" stroke="#fff"/>'
    ),
    "declined": '<circle cx="10" cy="10" r="6.5"/><path d="M6.8 10h6.4"/>',
    "discontinued": (
        '<path d="M7.3 3.5h5.4l3.8 3.8v5.4l-3.8 3.8H7.3l-3.8-3.8V7.3z"/><path d="m7.8 7.8 4.4 4.4m0-4.4-4.4 4.4"/>'
    ),
    "withdrawn": '<circle cx="10" cy="10" r="6.5" stroke-dasharray="2.6 2.5"/><path d="M6.8 10h6.4"/>',
    "merged": (
        '<circle cx="5.5" cy="5.5" r="2.2"/>'
        '<circle cx="5.5" cy="14.5" r="2.2"/>'
        '<circle cx="14" cy="10" r="3"/>'
        '<path d="M7.6 6.4l3.8 2.1M7.6 13.6l3.8-2.1"/>'
    ),
    # Steps of a chain.
    "need": (
        '<path d="M4 5.5h12v8H9.5L6.5 16v-2.5H4z"/>'
        '<path d="M8.4 8.3a1.7 1.7 0 1 1 2.2 1.8c-.5.2-.6.5-.6.9M10 12.2v.1" stroke-width="1.3"/>'
    ),
    "result": '<path d="M10 3.2 16 6.5v7L10 16.8 4 13.5v-7z"/><path d="M4.2 6.6 10 9.8l5.8-3.2M10 9.8v6.8"/>',
    "cluster": (
        '<circle cx="7" cy="7.2" r="3"/><circle cx="13.6" cy="8.6" r="2.4"/><circle cx="9.6" cy="14" r="2.6"/>'
    ),
    "outcome": '<path d="M5 16.5v-13"/><path d="M5 4.5h9.5l-2 3 2 3H5"/>',
    "uptake": (
        '<path d="M10 16.5V9.5"/>'
        '<path d="M10 10C10 6.5 7.5 4.8 4 4.8c0 3.4 2.2 5.2 6 5.2z"/>'
        '<path d="M10 12.3c0-2.7 2-4.2 5.5-4.2 0 2.8-2 4.2-5.5 4.2z"/>'
    ),
    "policy": '<path d="M5.5 3.5h6.5L15 6.5v10H5.5z"/><path d="M8 8.2h4.5M8 10.8h4.5M8 13.4h2.8"/>',
    # Verdicts and signs.
    "check": '<path d="m4.5 10.5 3.8 3.8 7.2-8.3"/>',
    "cross": '<path d="m5.5 5.5 9 9m0-9-9 9"/>',
    "open": '<circle cx="10" cy="10" r="6.5"/>',
    "warn": '<path d="M10 3.5 17.5 16h-15z"/><path d="M10 8.3v3.4M10 13.8v.1"/>',
    "info": '<circle cx="10" cy="10" r="6.8"/><path d="M10 9.4v4M10 6.6v.1"/>',
    "lock": ('<rect x="5" y="9" width="10" height="7.5" rx="1.2"/><path d="M7.3 9V6.8a2.7 2.7 0 0 1 5.4 0V9"/>'),
    "bulb": (
        '<path d="M7.6 13.2c0-1.5-2.3-2.6-2.3-5.4a4.7 4.7 0 0 1 9.4 0c0 2.8-2.3 3.9-2.3 5.4z"/><path d="M8 16.4h4"/>'
    ),
    # Actions and directions.
    "search": '<circle cx="8.8" cy="8.8" r="5"/><path d="m12.6 12.6 4 4"/>',
    "down": '<path d="m5.5 8 4.5 4.5L14.5 8"/>',
    "up": '<path d="m5.5 12 4.5-4.5L14.5 12"/>',
    "left": '<path d="M12 5.5 7.5 10l4.5 4.5"/>',
    "right": '<path d="m8 5.5 4.5 4.5L8 14.5"/>',
    "plus": '<path d="M10 4.5v11M4.5 10h11"/>',
    "edit": '<path d="m4 16 .7-3.3L13 4.4l2.6 2.6-8.3 8.3z"/>',
    "undo": '<path d="M8 5 4.5 8.5 8 12"/><path d="M4.5 8.5H12a3.5 3.5 0 0 1 0 7H9"/>',
    "download": '<path d="M10 3.5v8.8m-3.4-3.3L10 12.4 13.4 9M4 16.2h12"/>',
    "menu": '<path d="M3.5 6h13M3.5 10h13M3.5 14h13"/>',
    "leave": '<path d="M11.5 4H5v12h6.5M9 10h8m-2.8-2.8L17 10l-2.8 2.8"/>',
    # Things.
    "people": (
        '<circle cx="7.5" cy="7" r="2.6"/>'
        '<path d="M3 15.8c.3-2.9 2-4.3 4.5-4.3s4.2 1.4 4.5 4.3"/>'
        '<path d="M12.6 4.7a2.4 2.4 0 0 1 .3 4.7M13.8 11.8c1.9.4 3 1.7 3.2 4"/>'
    ),
    "person": '<circle cx="10" cy="6.8" r="2.9"/><path d="M4.5 16.5c.4-3.3 2.5-5 5.5-5s5.1 1.7 5.5 5"/>',
    "external": (
        '<circle cx="7.5" cy="7" r="2.6"/>'
        '<path d="M3 15.8c.3-2.9 2-4.3 4.5-4.3 1 0 1.9.2 2.6.7M13 16.5l4-4m0 3.3v-3.3h-3.3"/>'
    ),
    "org": '<path d="M4.5 16.5v-12h7v12M11.5 8.5h4v8M2.8 16.5h14.4M7 7.5h2M7 10.3h2M7 13.1h2"/>',
    "calendar": '<rect x="3.5" y="4.8" width="13" height="11.7" rx="1.5"/><path d="M3.5 8.5h13M7 3v3M13 3v3"/>',
    "clock": '<circle cx="10" cy="10" r="6.8"/><path d="M10 6.2V10l2.6 1.6"/>',
    "file": '<path d="M5.5 3.5h6L15 7v9.5H5.5z"/><path d="M11.3 3.7V7.2H15"/>',
    "mail": '<rect x="3" y="4.8" width="14" height="10.6" rx="1.2"/><path d="m3.5 6 6.5 5 6.5-5"/>',
    "link": (
        '<path d="M8.5 11.5 11.5 8.5M9 6.5l1.6-1.6a3 3 0 0 1 4.3 4.3L13.3 10.8M11 13.5l-1.6 1.6a3 3 0 '
        '0 1-4.3-4.3L6.7 9.2"/>'
    ),
    "bell": ('<path d="M5.3 13.5c1-1 1.2-2.2 1.2-4.5a3.5 3.5 0 0 1 7 0c0 2.3.2 3.5 1.2 4.5z"/><path d="M8.6 16h2.8"/>'),
    "key": '<circle cx="6.8" cy="10" r="3.3"/><path d="M10.1 10h6.9v3M13.8 10v2.4"/>',
    "globe": ('<circle cx="10" cy="10" r="6.8"/><path d="M3.2 10h13.6M10 3.2c4 4 4 9.6 0 13.6-4-4-4-9.6 0-13.6z"/>'),
    "flag": '<path d="M5 16.5v-13M5 4.5h9.5l-2 3 2 3H5"/>',
    "map": ('<path d="m3.5 5.5 4.3-1.7 4.4 1.7 4.3-1.7v10.7l-4.3 1.7-4.4-1.7-4.3 1.7zM7.8 3.8v10.7M12.2 5.5v10.7"/>'),
    "list": '<path d="M7.5 5.5h9M7.5 10h9M7.5 14.5h9M3.8 5.5h.1M3.8 10h.1M3.8 14.5h.1"/>',
    "grid": '<path d="M4 4h5v5H4zM11 4h5v5h-5zM4 11h5v5H4zM11 11h5v5h-5z"/>',
    "table": '<path d="M3.5 4.5h13v11h-13zM3.5 8.2h13M8.5 8.2v7.3"/>',
    "timeline": '<path d="M3.5 5h7M7 10h9M5 15h6"/>',
}
