"""A stand-in for the MetaTrader5 package: its documented functions and return values, and a market that moves by itself.

Times are the broker's clock labelled as UTC, as the real package gives them. The environment sets the scene:
STANDIN_OFFSET (seconds of that clock before UTC), STANDIN_SHIFT_AFTER (ticks until it changes by an hour).
"""

import os
import time
from collections import namedtuple

COPY_TICKS_ALL = -1
TIMEFRAME_M1 = 1

Tick = namedtuple("Tick", "time bid ask last volume time_msc flags volume_real")
BookInfo = namedtuple("BookInfo", "type price volume volume_dbl")
AccountInfo = namedtuple(
    "AccountInfo", "login trade_mode leverage currency server balance equity margin margin_free margin_level"
)
TerminalInfo = namedtuple("TerminalInfo", "connected build name")
SymbolInfo = namedtuple(
    "SymbolInfo",
    "name path description currency_base currency_profit currency_margin digits trade_tick_size trade_contract_size "
    "volume_min volume_step volume_max trade_calc_mode trade_exemode trade_mode spread_float spread trade_stops_level "
    "trade_freeze_level swap_long swap_short swap_mode",
)

_offset = int(os.environ.get("STANDIN_OFFSET", "7200"))
_shift_after = int(os.environ.get("STANDIN_SHIFT_AFTER", "1000000000"))
_ticks = []
_book = set()

_EURUSD = SymbolInfo(
    "EURUSD", "Forex\\EURUSD", "Euro vs US Dollar", "EUR", "USD", "EUR", 5, 1e-05, 100000.0, 0.01, 0.01, 500.0,
    0, 2, 4, True, 1, 0, 0, -7.25, 2.1, 1,
)


def _broker_msc():
    shift = 3600 if len(_ticks) >= _shift_after else 0
    return int(time.time() * 1000) + (_offset + shift) * 1000


def _move():
    """A new price at each question; two ticks share every fifth millisecond, as they do in fast markets."""
    msc = _broker_msc()
    number = len(_ticks)
    for _ in range(2 if number % 5 == 4 else 1):
        number = len(_ticks)
        bid = round(1.0834 + (number % 7) * 1e-05, 5)
        _ticks.append(
            {
                "time": msc // 1000,
                "bid": bid,
                "ask": round(bid + 0.1 * 1e-04, 5),
                "last": 0.0,
                "volume": 0,
                "time_msc": msc,
                "flags": 6,
                "volume_real": 0.0,
            }
        )


def initialize(path=None):
    return True


def shutdown():
    return None


def last_error():
    return (1, "Success")


def account_info():
    return AccountInfo(5012345, 0, 100, "USD", "Broker-Demo", 10000.0, 10000.5, 0.0, 10000.5, 0.0)


def terminal_info():
    return TerminalInfo(True, 5150, "Stand-in")


def symbols_get(group=None):
    return (_EURUSD,)


def symbol_info(name):
    return _EURUSD if name == "EURUSD" else None


def symbol_select(name, enable=None):
    return name == "EURUSD"


def symbol_info_tick(name):
    _move()
    return Tick(**_ticks[-1])


def copy_ticks_from(name, date_from, count, flags):
    assert flags == COPY_TICKS_ALL
    _move()
    return [tick for tick in _ticks if tick["time"] >= date_from][:count]


def copy_rates_from_pos(name, timeframe, start, count):
    opening = (_broker_msc() // 60000) * 60
    return [
        {"time": opening - 60 * i, "open": 1.0834, "high": 1.0836, "low": 1.0833, "close": 1.0835, "tick_volume": 57,
         "spread": 1, "real_volume": 0}
        for i in range(start, start + count)
    ][::-1]


def market_book_add(name):
    _book.add(name)
    return True


def market_book_get(name):
    if name not in _book:
        return None
    return (BookInfo(1, 1.08360, 250, 2.5), BookInfo(2, 1.08345, 100, 1.0))


def market_book_release(name):
    _book.discard(name)
    return True
