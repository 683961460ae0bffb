"""All the robots, and one way in for every message: `Chats`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from fakealiyun.chats import dingtalk, feishu, receiver, slack, teams, wecom
from fakealiyun.chats.faults import ChatFault, ChatFaultKind, failed
from fakealiyun.chats.pacing import Pace
from fakealiyun.chats.robots import KINDS, Kind, Post, Received, Refusal, Refused, Robot, in_json
from fakealiyun.clock import Clock, RunningClock
from fakealiyun.wire.answers import Answer
from fakealiyun.wire.request import HttpRequest


class Chat(NamedTuple):
    """What a kind of robots is.

    Attributes
    ----------
    address
        Its path and query, with a place for the token.
    take
        How it takes messages.
    limits, blocked
        As for `Pace`.
    signs
        Whether messages can be signed.
    """

    address: str
    take: Callable[[Robot, Post], Answer]
    limits: tuple[tuple[int, float], ...] = ()
    blocked: float = 0.0
    signs: bool = False


#: The kinds of robots there are.
CHATS: dict[Kind, Chat] = {
    "dingtalk": Chat(
        "/robot/send?access_token={}", dingtalk.take, dingtalk.LIMITS, dingtalk.BLOCKED, signs=True
    ),
    "feishu": Chat("/open-apis/bot/v2/hook/{}", feishu.take, feishu.LIMITS, signs=True),
    "lark": Chat("/open-apis/bot/v2/hook/{}", feishu.take, feishu.LIMITS, signs=True),
    "wecom": Chat("/cgi-bin/webhook/send?key={}", wecom.take, wecom.LIMITS),
    "slack": Chat("/services/T0EXAMPLE/B0EXAMPLE/{}", slack.take, slack.LIMITS),
    "teams": Chat(
        "/workflows/example/triggers/manual/paths/invoke"
        "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={}",
        teams.take,
        teams.LIMITS,
    ),
    "teams_connector": Chat(
        "/webhookb2/example/IncomingWebhook/{}/example", teams.take_by_connector, teams.LIMITS
    ),
    "webhook": Chat("/hooks/{}", receiver.take, signs=True),
}


class Chats:
    """Chats with one robot of each kind, called like its kind; `add` makes more.

    Parameters
    ----------
    clock
        Time of signatures and of limits; the machine's, if none is given.

    Examples
    --------
    >>> chats = Chats()
    >>> chats.robot("slack").received
    []
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or RunningClock()
        self._robots: dict[str, Robot] = {}
        self._faults: list[tuple[str, ChatFault]] = []
        self._lock = threading.Lock()
        for kind in KINDS:
            self.add(kind, kind, secret=f"SEC-example-{kind}" if CHATS[kind].signs else None)

    # -- robots --------------------------------------------------------------------------------------------

    def add(
        self,
        name: str,
        kind: Kind,
        *,
        secret: str | None = None,
        keywords: tuple[str, ...] = (),
        sources: tuple[str, ...] = (),
    ) -> Robot:
        """Make a robot, or make one anew.

        Parameters
        ----------
        secret
            What messages have to be signed with; ``None`` for chats that sign nothing, or where it is off.
        keywords, sources
            One of the words that messages must hold; the addresses that they may come from.

        Raises
        ------
        ValueError
            There is no such kind of robots, it has no signature, or the secret is none.
        """
        if kind not in CHATS:
            raise ValueError(f"A robot is one of {', '.join(KINDS)}.")
        chat = CHATS[kind]
        if secret is not None and not chat.signs:
            raise ValueError(f"Messages to a robot of kind {kind} are not signed.")
        if secret is not None and kind == "webhook":
            receiver.check_secret(secret)
        robot = Robot(
            name,
            kind,
            f"example-token-{name}",
            secret,
            tuple(keywords),
            tuple(sources),
            Pace(chat.limits, chat.blocked),
        )
        with self._lock:
            self._robots[name] = robot
        return robot

    def robot(self, name: str) -> Robot:
        """The robot of that name.

        Raises
        ------
        KeyError
            There is none.
        """
        return self._robots[name]

    @property
    def robots(self) -> tuple[Robot, ...]:
        """All of them."""
        return tuple(self._robots.values())

    def path(self, name: str) -> str:
        """The address of a robot behind the host, which holds its token."""
        robot = self._robots[name]
        return CHATS[robot.kind].address.format(quote(robot.token, safe=""))

    def reset(self) -> None:
        """Forget what was sent, and all faults; the robots stay."""
        with self._lock:
            self._faults.clear()
            for robot in self._robots.values():
                robot.clear()

    # -- faults --------------------------------------------------------------------------------------------

    def fail(
        self,
        name: str = "*",
        *,
        kind: ChatFaultKind = "error",
        status: int = 500,
        seconds: float = 0.0,
        times: int | None = 1,
        carried_out: bool = False,
    ) -> None:
        """Let the next messages to a robot fail.

        Parameters
        ----------
        name
            Of the robot; ``*`` for any.
        kind
            ``error`` (a page of HTML with ``status``), ``redirect`` (to another host), ``reset`` (nobody is
            there), ``timeout`` (silence), ``slow`` (the answer after ``seconds``), ``truncated``.
        times
            How many messages; ``None`` until `heal`.
        carried_out
            The message is taken, and only the answer is lost.

        Raises
        ------
        ValueError
            There is no such robot.
        """
        if name != "*" and name not in self._robots:
            raise ValueError(f"There is no robot {name!r}.")
        with self._lock:
            self._faults.append((name, ChatFault(kind, status, seconds, times, carried_out)))

    def heal(self) -> None:
        """Let nothing fail any more."""
        with self._lock:
            self._faults.clear()

    # -- messages ------------------------------------------------------------------------------------------

    def handle(self, http: HttpRequest, source: str = "127.0.0.1") -> Answer:
        """Answer one request.

        Parameters
        ----------
        http
            What arrived; of its address, path and query count.
        source
            Where it came from.

        Raises
        ------
        Dropped
            A fault ends the connection without an answer.
        """
        post = Post(http, source, self.clock.now().timestamp())
        with self._lock:
            robot = self._addressed(post)
            if robot is None:
                return _unknown(post)
            fault = self._struck(robot.name)
            # A slow answer is one to a message that was taken.
            taken = fault is None or fault.carried_out or fault.kind in ("slow", "truncated")
            answer = _taken(robot, post) if taken else Answer(200, b"")
        return answer if fault is None else failed(fault, answer)

    def _addressed(self, post: Post) -> Robot | None:
        asked = urlsplit(post.http.url)
        for name, robot in self._robots.items():
            own = urlsplit(self.path(name))
            token = own.query.rpartition("&")[2]
            if own.path == asked.path and token in ("", *asked.query.split("&")):
                return robot
        return None

    def _struck(self, name: str) -> ChatFault | None:
        for pattern, fault in self._faults:
            if pattern in ("*", name) and fault.strike():
                return fault
        return None


def _taken(robot: Robot, post: Post) -> Answer:
    try:
        answer = CHATS[robot.kind].take(robot, post)
    except Refusal as refusal:
        answer = refusal.answer
        robot.refused.append(Refused(post.now, answer.status, answer.body.decode()))
    else:
        robot.received.append(Received(post.now, dict(post.http.headers), post.body or {}))
    return answer


def _unknown(post: Post) -> Answer:
    """What a chat says to an address that is none of its robots'."""
    first, _, _ = urlsplit(post.http.url).path.strip("/").partition("/")
    match first:
        case "robot":
            return dingtalk.unknown()
        case "open-apis":
            return feishu.unknown()
        case "cgi-bin":
            return wecom.unknown(post)
        case "services":
            return slack.unknown()
        case "workflows":
            return teams.unknown()
        case "webhookb2":
            return teams.unknown_connector()
        case "hooks":
            return receiver.unknown()
    return in_json({"error": "fakealiyun has no chat at this address."}, 501)
