#!/usr/bin/env python3
"""Quadrant's neighbour of a MetaTrader 5 terminal: reads its market data and passes them on over loopback.

It only reads. It needs the terminal running and logged in on the same machine, the MetaTrader5 package
(Windows: `pip install MetaTrader5`), and QUADRANT_MT5_SIDECAR_TOKEN in the environment. The protocol is
described in README.md beside this file.

The terminal labels the broker's clock as if it were UTC. Nothing is corrected here: every time is passed on as
the terminal gives it (`raw`), beside the measured offset of that clock (`tz`), or null while it is not known.
"""

import hmac
import json
import os
import selectors
import socket
import sys
import time

VERSION = 1
LINE_BYTES_MAX = 65_536
UNSENT_BYTES_MAX = 4_194_304
POLL_SECONDS = 0.02
STATE_SECONDS = 1.0
ACCOUNT_SECONDS = 5.0
TICKS_PER_POLL = 2_000
TOKEN_LENGTH_MIN = 16

# Offsets of clocks are whole quarters of an hour, the ticks they are measured by a little old.
OFFSET_STEP_SECONDS = 900
OFFSET_ERROR_SECONDS = 60
OFFSET_CONFIRMATIONS = 3

COPY_TICKS_ALL = -1
BARS_PER_REPLY_MAX = 10_000
TIMEFRAMES = ("M1", "M5", "M15", "M30", "H1", "H4", "D1")

SYMBOL_FIELDS = {
    "path": "path",
    "description": "description",
    "base": "currency_base",
    "profit": "currency_profit",
    "margin": "currency_margin",
    "digits": "digits",
    "calcMode": "trade_calc_mode",
    "executionMode": "trade_exemode",
    "tradeMode": "trade_mode",
    "spread": "spread",
    "stopsLevel": "trade_stops_level",
    "freezeLevel": "trade_freeze_level",
    "swapMode": "swap_mode",
}
SYMBOL_DECIMALS = {
    "tickSize": "trade_tick_size",
    "contractSize": "trade_contract_size",
    "volumeMin": "volume_min",
    "volumeStep": "volume_step",
    "volumeMax": "volume_max",
    "swapLong": "swap_long",
    "swapShort": "swap_short",
}


def decimal(value, digits=8):
    """A float as the shortest plain decimal text of at most so many digits: 0.1 is '0.1', 1e-05 is '0.00001'."""
    text = f"{float(value):.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def price(value, digits):
    """A price with all digits of its symbol. The terminal's floats are nearest to these decimals, so this is exact."""
    return f"{float(value):.{digits}f}"


class BrokerClock:
    """Measures how far the broker's clock is before UTC, from ticks that were seen to move.

    A tick that stands still may be days old, so only the time between two polls counts. An offset is taken when
    three moving ticks agree; when later ones disagree (a clock change), it is unknown until three agree again.
    """

    def __init__(self):
        self.offset = None
        self._candidate = None
        self._agreeing = 0

    def moved(self, raw_seconds, utc_seconds):
        difference = raw_seconds - utc_seconds
        rounded = round(difference / OFFSET_STEP_SECONDS) * OFFSET_STEP_SECONDS
        if abs(difference - rounded) > OFFSET_ERROR_SECONDS or abs(rounded) > 14 * 3600:
            return
        if rounded == self.offset:
            self._agreeing = 0
            return
        self._agreeing = self._agreeing + 1 if rounded == self._candidate else 1
        self._candidate = rounded
        self.offset = rounded if self._agreeing >= OFFSET_CONFIRMATIONS else None


class Watch:
    """One symbol that a client reads: where its ticks have been read to."""

    def __init__(self, name, digits, book):
        self.name = name
        self.digits = digits
        self.book = book
        self.last_msc = None
        self.seen_at_last_msc = 0
        self.last_book = None

    def fresh(self, ticks):
        """Those after the last one read; several may share a millisecond."""
        fresh = []
        at_last = 0
        for tick in ticks:
            msc = int(tick["time_msc"])
            if self.last_msc is not None and msc < self.last_msc:
                continue
            if msc == self.last_msc:
                at_last += 1
                if at_last <= self.seen_at_last_msc:
                    continue
            fresh.append(tick)
        for tick in fresh:
            msc = int(tick["time_msc"])
            self.seen_at_last_msc = self.seen_at_last_msc + 1 if msc == self.last_msc else 1
            self.last_msc = msc
        return fresh


class Client:
    """One connection: its lines in and out, and what it watches."""

    def __init__(self, connection):
        self.connection = connection
        self.received = b""
        self.unsent = b""
        self.welcome = False
        self.closing = False
        self.count = 0
        self.watches = {}
        self.next_state = 0.0
        self.next_account = 0.0
        self.last_state = None

    def say(self, line):
        """A line after the welcome, numbered so that a reader sees whether one is missing."""
        self.count += 1
        self.write({"t": line["t"], "n": self.count, **line})

    def write(self, line):
        self.unsent += json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        if len(self.unsent) > UNSENT_BYTES_MAX:
            self.closing = True


class Sidecar:
    def __init__(self, terminal, token, now=time.time):
        self.mt5 = terminal
        self.token = token
        self.now = now
        self.clock = BrokerClock()
        self.clients = {}
        self.selector = selectors.DefaultSelector()
        self.server = None

    def listen(self, port):
        self.server = socket.create_server(("127.0.0.1", port))
        self.server.setblocking(False)
        self.selector.register(self.server, selectors.EVENT_READ)
        return self.server.getsockname()[1]

    def run(self):
        while True:
            for key, _ in self.selector.select(POLL_SECONDS):
                if key.fileobj is self.server:
                    self.accept()
                else:
                    self.read(self.clients[key.fileobj])
            for client in list(self.clients.values()):
                if client.welcome and not client.closing:
                    self.poll(client)
                self.flush(client)

    # Connections

    def accept(self):
        connection, _ = self.server.accept()
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.clients[connection] = Client(connection)
        self.selector.register(connection, selectors.EVENT_READ)

    def read(self, client):
        try:
            chunk = client.connection.recv(65_536)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            chunk = b""
        if not chunk:
            self.drop(client)
            return
        client.received += chunk
        while b"\n" in client.received and not client.closing:
            line, client.received = client.received.split(b"\n", 1)
            self.answer(client, line)
        if len(client.received) > LINE_BYTES_MAX:
            client.closing = True

    def flush(self, client):
        try:
            if client.unsent:
                sent = client.connection.send(client.unsent)
                client.unsent = client.unsent[sent:]
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.drop(client)
            return
        if client.closing and (not client.unsent or len(client.unsent) > UNSENT_BYTES_MAX):
            self.drop(client)

    def drop(self, client):
        if self.clients.pop(client.connection, None) is None:
            return
        self.selector.unregister(client.connection)
        client.connection.close()
        for watch in client.watches.values():
            others = (other.watches.get(watch.name) for other in self.clients.values())
            if watch.book and not any(other and other.book for other in others):
                self.mt5.market_book_release(watch.name)

    # What a client asks

    def answer(self, client, text):
        try:
            line = json.loads(text)
            kind = line["t"]
        except (ValueError, KeyError, TypeError):
            client.closing = True
            return
        if not client.welcome:
            self.greet(client, kind, line)
        elif kind == "ping":
            client.say({"t": "pong", "id": line.get("id")})
        elif kind == "watch":
            self.watch(client, line.get("symbols", []), set(line.get("books", [])))
        elif kind == "symbols":
            for symbol in self.mt5.symbols_get() or ():
                client.say({"t": "sym", **self.symbol(symbol)})
            client.say({"t": "end", "of": "symbols"})
        elif kind == "rates":
            self.rates(client, line)
        else:
            client.say({"t": "refused", "of": kind})

    def greet(self, client, kind, line):
        given = str(line.get("token", "")).encode()
        if kind != "hello" or line.get("v") != VERSION:
            return self.refuse(client, "version")
        if not hmac.compare_digest(given, self.token.encode()):
            return self.refuse(client, "token")
        account = self.mt5.account_info()
        if account is None:
            return self.refuse(client, "the terminal is not logged in")
        client.welcome = True
        client.write(
            {
                "t": "ok",
                "v": VERSION,
                "login": str(account.login),
                "server": account.server,
                "currency": account.currency,
                "demo": account.trade_mode != 2,
            }
        )

    def refuse(self, client, why):
        client.write({"t": "no", "why": why})
        client.closing = True

    def watch(self, client, symbols, books):
        for name in symbols:
            found = self.mt5.symbol_info(name)
            if found is None or not self.mt5.symbol_select(name, True):
                client.say({"t": "nosym", "sym": name})
                continue
            book = name in books and bool(self.mt5.market_book_add(name))
            client.watches[name] = Watch(name, found.digits, book)
            client.say({"t": "sym", **self.symbol(found)})

    def rates(self, client, line):
        name, frame = line.get("sym"), line.get("per")
        found = self.mt5.symbol_info(name)
        if found is None or frame not in TIMEFRAMES:
            client.say({"t": "refused", "of": "rates"})
            return
        count = min(int(line.get("count", 1000)), BARS_PER_REPLY_MAX)
        frame_code = getattr(self.mt5, "TIMEFRAME_" + frame)
        bars = self.mt5.copy_rates_from_pos(name, frame_code, int(line.get("from", 0)), count)
        for bar in () if bars is None else bars:
            client.say(
                {
                    "t": "bar",
                    "sym": name,
                    "per": frame,
                    "raw": int(bar["time"]) * 1000,
                    "tz": self.clock.offset,
                    **{short: price(bar[full], found.digits) for short, full in
                       (("o", "open"), ("h", "high"), ("l", "low"), ("c", "close"))},
                    "v": str(int(bar["tick_volume"])),
                }
            )
        client.say({"t": "end", "of": "rates"})

    def symbol(self, info):
        facts = {"sym": info.name, "spreadFloats": bool(info.spread_float)}
        facts.update({ours: getattr(info, theirs) for ours, theirs in SYMBOL_FIELDS.items()})
        facts.update({ours: decimal(getattr(info, theirs)) for ours, theirs in SYMBOL_DECIMALS.items()})
        return facts

    # What is told unasked

    def poll(self, client):
        for watch in client.watches.values():
            self.ticks(client, watch)
            if watch.book:
                self.book(client, watch)
        now = time.monotonic()
        if now >= client.next_state:
            client.next_state = now + STATE_SECONDS
            self.state(client)
        if now >= client.next_account:
            client.next_account = now + ACCOUNT_SECONDS
            self.account(client)

    def ticks(self, client, watch):
        if watch.last_msc is None:
            latest = self.mt5.symbol_info_tick(watch.name)
            if latest is None or latest.time_msc == 0:
                return
            # The first tick may be old: it is where reading begins, and says nothing of the clock.
            watch.last_msc, watch.seen_at_last_msc = latest.time_msc, 1
            self.tick(client, watch, {**latest._asdict(), "flags": 0})
            return
        ticks = self.mt5.copy_ticks_from(watch.name, watch.last_msc // 1000, TICKS_PER_POLL, COPY_TICKS_ALL)
        for tick in watch.fresh(() if ticks is None else ticks):
            self.clock.moved(int(tick["time_msc"]) / 1000, self.now())
            self.tick(client, watch, tick)

    def tick(self, client, watch, tick):
        client.say(
            {
                "t": "tick",
                "sym": watch.name,
                "b": price(tick["bid"], watch.digits),
                "a": price(tick["ask"], watch.digits),
                "l": price(tick["last"], watch.digits),
                "v": decimal(tick["volume_real"]),
                "fl": int(tick["flags"]),
                "raw": int(tick["time_msc"]),
                "tz": self.clock.offset,
            }
        )

    def book(self, client, watch):
        levels = self.mt5.market_book_get(watch.name)
        if levels is None:
            return
        told = [[level.type, price(level.price, watch.digits), decimal(level.volume_dbl)] for level in levels]
        if told == watch.last_book or watch.last_msc is None:
            return
        watch.last_book = told
        # Depth has no time of its own: it is as of the symbol's last tick.
        client.say({"t": "book", "sym": watch.name, "lv": told, "raw": watch.last_msc, "tz": self.clock.offset})

    def state(self, client):
        terminal = self.mt5.terminal_info()
        state = {"t": "state", "connected": bool(terminal and terminal.connected), "tz": self.clock.offset}
        if state != client.last_state:
            client.last_state = state
            client.say(state)

    def account(self, client):
        account = self.mt5.account_info()
        if account is None:
            return
        fields = (("bal", "balance"), ("eq", "equity"), ("mg", "margin"), ("fm", "margin_free"), ("ml", "margin_level"))
        client.say({"t": "acct", **{short: decimal(getattr(account, full)) for short, full in fields}})


def main():
    token = os.environ.get("QUADRANT_MT5_SIDECAR_TOKEN", "")
    if len(token) < TOKEN_LENGTH_MIN:
        sys.exit(f"QUADRANT_MT5_SIDECAR_TOKEN must have at least {TOKEN_LENGTH_MIN} characters")
    try:
        import MetaTrader5 as terminal
    except ImportError:
        sys.exit("the MetaTrader5 package is missing: pip install MetaTrader5 (Windows)")

    path = os.environ.get("QUADRANT_MT5_TERMINAL")
    if not (terminal.initialize(path) if path else terminal.initialize()):
        sys.exit(f"the terminal cannot be reached: {terminal.last_error()}")
    try:
        sidecar = Sidecar(terminal, token)
        port = sidecar.listen(int(os.environ.get("QUADRANT_MT5_SIDECAR_PORT", "7465")))
        print(f"listening on 127.0.0.1:{port}", flush=True)
        sidecar.run()
    except KeyboardInterrupt:
        pass
    finally:
        terminal.shutdown()


if __name__ == "__main__":
    main()
