"""Draws messages and forms of the stand-in as a page, for the pictures in the documentation."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any

from local.slack.mrkdwn import Run, plain, runs

Given = Mapping[str, Any]
# Glyph, and its colour; drawn with ordinary letters, so that a picture needs no emoji font.
_GLYPHS = {
    "white_check_mark": ("✓", "#fff", "#2b8a57"),
    "hourglass_flowing_sand": ("◔", "#fff", "#c98500"),
    "white_circle": ("○", "#8a8a8a", "transparent"),
    "large_green_circle": ("●", "#2b8a57", "transparent"),
    "x": ("✕", "#fff", "#c0392b"),
    "warning": ("!", "#fff", "#c98500"),
    "rotating_light": ("!", "#fff", "#c0392b"),
    "wastebasket": ("-", "#fff", "#777"),
    "heavy_minus_sign": ("-", "#777", "transparent"),
    "alarm_clock": ("◷", "#555", "transparent"),
    "stopwatch": ("◷", "#555", "transparent"),
    "link": ("↗", "#1264a3", "transparent"),
    "wave": ("☞", "#555", "transparent"),
    "grey_question": ("?", "#fff", "#999"),
    "no_entry_sign": ("⊘", "#c0392b", "transparent"),
}
_STYLE = """
body { margin: 0; padding: 20px; background: #fff; width: 640px; color: #1d1c1d;
  font: 15px/1.46 "DejaVu Sans", sans-serif; }
.channel { font-weight: bold; border-bottom: 1px solid #ddd; padding-bottom: 8px; }
.typed { color: #616061; margin: 12px 0; font-family: "DejaVu Sans Mono", monospace;
  font-size: 13px; }
.message { display: flex; gap: 10px; margin: 14px 0; }
.thread { margin-left: 46px; border-left: 3px solid #e4e4e4; padding-left: 12px; }
.face { flex: none; width: 36px; height: 36px; border-radius: 8px; background: #3d5a80;
  color: #fff; text-align: center; font: bold 20px/36px sans-serif; }
.who b { margin-right: 6px; } .app { background: #e8e8e8; border-radius: 3px; padding: 1px 4px;
  font-size: 10px; color: #616061; vertical-align: 2px; }
.note { color: #616061; font-size: 12px; margin-left: 6px; }
.header { font-size: 18px; font-weight: bold; margin: 4px 0; }
.section { margin: 6px 0; } .context { margin: 6px 0; color: #616061; font-size: 13px; }
code { background: #f5f2f3; border: 1px solid #ddd; border-radius: 3px; color: #b3174b;
  padding: 0 3px; font-size: 12px; }
.mention { background: #e8f1fa; color: #1264a3; border-radius: 3px; padding: 0 2px; }
a { color: #1264a3; text-decoration: none; }
.glyph { display: inline-block; width: 17px; height: 17px; border-radius: 4px; font-size: 12px;
  line-height: 17px; text-align: center; font-weight: bold; vertical-align: 1px; }
.button { display: inline-block; border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px;
  margin: 6px 8px 0 0; font-weight: bold; font-size: 13px; }
.primary { background: #007a5a; border-color: #007a5a; color: #fff; }
.danger { border-color: #e01e5a; color: #e01e5a; }
.form { border: 1px solid #ccc; border-radius: 8px; width: 520px; }
.form .title { font-weight: bold; font-size: 20px; padding: 14px 20px;
  border-bottom: 1px solid #e4e4e4; }
.form .body { padding: 6px 20px 10px; } .label { font-weight: bold; margin: 12px 0 4px; }
.field { border: 1px solid #999; border-radius: 4px; padding: 6px 10px; }
.chosen { background: #e8f1fa; border-radius: 3px; padding: 1px 6px; margin-right: 6px; }
.hint, .optional { color: #616061; font-size: 12px; font-weight: normal; }
.foot { border-top: 1px solid #e4e4e4; padding: 4px 20px 12px; text-align: right; }
"""


def page(*parts: str) -> str:
    """Put drawn parts on a page of their own, with nothing loaded from anywhere."""
    return f"<!doctype html><meta charset=utf-8><style>{_STYLE}</style>{''.join(parts)}"


def channel(name: str, typed: str = "") -> str:
    """Draw the head of a channel, and what a person types there."""
    return f"<div class=channel># {escape(name)}</div>{command(typed) if typed else ''}"


def command(text: str) -> str:
    """Draw what a person types."""
    return f"<div class=typed>{escape(text)}</div>"


def message(given: Given, now: datetime, *, thread: bool = False, only_you: bool = False) -> str:
    """Draw a message, in a thread or for one person only where it is."""
    note = "<span class=note>Only visible to you</span>" if only_you else ""
    head = f"<div class=who><b>Demo</b><span class=app>APP</span>{note}</div>"
    body = "".join(_block(block, now) for block in given["blocks"])
    kind = "message thread" if thread else "message"
    return f"<div class='{kind}'><div class=face>D</div><div>{head}{body}</div></div>"


def form(view: Given, now: datetime) -> str:
    """Draw a modal as it opens."""
    body = "".join(_block(block, now) for block in view["blocks"])
    close, submit = (escape(view[name]["text"]) for name in ("close", "submit"))
    return (
        f"<div class=form><div class=title>{escape(view['title']['text'])}</div>"
        f"<div class=body>{body}</div><div class=foot><span class=button>{close}</span>"
        f"<span class='button primary'>{submit}</span></div></div>"
    )


def _block(block: Given, now: datetime) -> str:
    match block["type"]:
        case "header":
            return f"<div class=header>{escape(plain(block['text']['text']))}</div>"
        case "section":
            return f"<div class=section>{_formatted(block['text']['text'], now)}</div>"
        case "context":
            return f"<div class=context>{_formatted(block['elements'][0]['text'], now)}</div>"
        case "actions":
            return f"<div>{''.join(_button(e) for e in block['elements'])}</div>"
        case "input":
            return _input(block)
        case _:
            return ""


def _button(element: Given) -> str:
    style = element.get("style", "")
    return f"<span class='button {style}'>{escape(element['text']['text'])}</span>"


def _input(block: Given) -> str:
    optional = " <span class=optional>(optional)</span>" if block.get("optional") else ""
    hint = f"<div class=hint>{escape(block['hint']['text'])}</div>" if "hint" in block else ""
    label = f"<div class=label>{escape(block['label']['text'])}{optional}</div>"
    return f"{label}<div class=field>{_value(block['element'])}</div>{hint}"


def _value(element: Given) -> str:
    chosen: Iterable[Given] = element.get("initial_options", [])
    if "initial_option" in element:
        return f"{escape(element['initial_option']['text']['text'])} ▾"
    if chosen:
        names = (escape(option["text"]["text"]) for option in chosen)
        return "".join(f"<span class=chosen>{name} ✕</span>" for name in names)
    if element.get("initial_value"):
        return escape(element["initial_value"])
    return f"<span class=hint>{escape(element['placeholder']['text'])}</span>"


def _formatted(text: str, now: datetime) -> str:
    return "".join(_run(run) for run in runs(text, now)).replace("\n", "<br>")


def _run(run: Run) -> str:
    text = escape(run.text)
    match run.kind:
        case "bold":
            return f"<b>{text}</b>"
        case "code":
            return f"<code>{text}</code>"
        case "link":
            return f"<a>{text}</a>"
        case "mention":
            return f"<span class=mention>{text}</span>"
        case "emoji":
            glyph, colour, ground = _GLYPHS.get(run.text, (f":{run.text}:", "#555", "transparent"))
            return f"<span class=glyph style='color:{colour};background:{ground}'>{glyph}</span>"
        case _:
            return text
