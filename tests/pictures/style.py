"""How the chats' cards look: light, and a little like each of them."""

from __future__ import annotations

STYLE = """
* { box-sizing: border-box; margin: 0; }
html { background: #fff; color: #1f2329; }
body { font: 13px/1.5 "DejaVu Sans", "WenQuanYi Zen Hei", sans-serif; }
html[lang=zh] body { font-family: "WenQuanYi Zen Hei", sans-serif; font-size: 14px; }
/* The Chinese font has no bold. */
html[lang=zh] :is(b, strong, h3, .header) { -webkit-text-stroke: .4px; }
main { width: 600px; padding: 12px 16px; }
.from { margin-bottom: 6px; font-size: 12px; }
.bot {
  margin-left: 6px; padding: 0 4px; border-radius: 3px;
  background: #e4e7ec; color: #596170; font-size: 10px;
}
.note { margin-top: 8px; color: #6b7280; font-size: 11px; }
.dot { display: inline-block; width: .8em; height: .8em; margin-right: .15em; border-radius: 50%; }
.card { border: 1px solid #dcdfe5; border-radius: 8px; overflow: hidden; overflow-wrap: anywhere; }
.card p, .card li, .card blockquote { margin: 3px 0; }
.card ul { padding-left: 20px; }
.card h3 { font-size: 1.15em; line-height: 1.4; margin-bottom: 6px; }
.card a { color: #1264c8; text-decoration: underline; margin-right: 10px; }
.card hr { border: 0; border-top: 1px solid #e6e8ec; margin: 7px 0; }
.card code, .card pre {
  font-family: "DejaVu Sans Mono", "WenQuanYi Zen Hei Mono", monospace; font-size: .92em;
}
.body { padding: 12px 14px; }
.dingtalk .body > p { margin-top: 7px; }
.dingtalk .button { padding: 8px; border-top: 1px solid #e6e8ec; color: #1b6fe0; text-align: center; }
.feishu .header, .teams .header { padding: 9px 14px; font-weight: bold; font-size: 1.1em; }
.header.blue { background: #d9e7ff; } .header.red { background: #ffd9d6; }
.header.orange { background: #ffe3c7; } .header.yellow { background: #fff1b8; }
.header.grey, .header.emphasis { background: #eceef1; }
.header.accent { background: #dbe6fb; } .header.attention { background: #fbdcdc; }
.header.warning { background: #fdeec7; }
.feishu .button, .teams .button {
  display: inline-block; margin: 8px 8px 0 0; padding: 4px 12px;
  border: 1px solid #c9ced6; border-radius: 5px;
}
.wecom blockquote { padding-left: 9px; border-left: 3px solid #d5d9e0; color: #555c66; }
.wecom code { color: #c0392b; }
.slack { padding: 10px 14px; border-radius: 4px; }
.slack code {
  padding: 0 3px; border: 1px solid #dcdfe5; border-radius: 3px;
  background: #f7f7f8; color: #c01343;
}
.teams > p, .teams > .buttons { padding: 0 14px; }
.teams > .header + p { padding-top: 8px; }
.teams > p { margin: 2px 0; } .teams > p.medium { margin-top: 9px; }
.teams > .buttons { padding-bottom: 12px; }
.webhook { padding: 10px 14px; background: #fafbfc; }
.webhook pre { white-space: pre-wrap; font-size: 11.5px; line-height: 1.45; }
"""
