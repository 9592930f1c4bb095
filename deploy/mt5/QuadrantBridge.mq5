//+------------------------------------------------------------------+
//| QuadrantBridge.mq5: passes this terminal's market data to        |
//| Quadrant over TLS. It only reads: it cannot send an order.       |
//|                                                                  |
//| Protocol: SBP/1, described in README.md beside this file.        |
//| Install: copy to MQL5/Experts, compile, put on any chart, and    |
//| allow the gateway's host in Tools > Options > Expert Advisors.   |
//+------------------------------------------------------------------+
#property copyright "Quadrant, Apache-2.0"
#property version   "1.00"

#define EA_VERSION      "1.0.0"
#define SBP_VERSION     1
#define LINE_BYTES_MAX  65536
#define KEPT_LINES      4096
#define HEARTBEAT_MS    2000
#define MISSES_MAX      3
#define SWEEP_MS        50
#define REDIAL_MIN_MS   500
#define REDIAL_MAX_MS   30000
#define CONNECT_MS      3000
#define HANDSHAKE_MS    5000
#define CALENDAR_MS     60000
#define ACCOUNT_MS      5000
#define BYTES_PER_SWEEP 16384
#define BACKLOG_MAX     1048576
#define LISTING_BACKLOG 65536

input string InpHost       = "";      // Gateway: host name or address
input int    InpPort       = 8443;    // Gateway: port (443: TLS is implicit)
input string InpThumbprint = "";      // Gateway: SHA-1 thumbprint of its certificate, 40 hex digits
input string InpSecret     = "";      // Secret shared with the gateway, at least 32 characters
input bool   InpCalendar   = true;    // Pass the economic calendar on

enum STAGE { STAGE_DOWN, STAGE_HELLO, STAGE_AUTH, STAGE_OPEN };

//--- One symbol that the gateway reads.
struct Watched
  {
   string            name;
   int               digits;
   bool              book;
   long              lastMsc;      // broker's time of the last tick told
   int               toldAtLastMsc; // several ticks may share a millisecond
   datetime          barTime;      // opening of the minute in the making
  };

int      g_socket = INVALID_HANDLE;
STAGE    g_stage = STAGE_DOWN;
string   g_epoch = "";
ulong    g_sent = 0;              // our last line's number
ulong    g_received = 0;          // up to which nothing of the gateway's is missing
string   g_kept[KEPT_LINES];      // our lines by number modulo KEPT_LINES
ulong    g_heardMs = 0;
ulong    g_stageMs = 0;
ulong    g_beatMs = 0;
ulong    g_accountMs = 0;
ulong    g_calendarMs = 0;
ulong    g_redialAtMs = 0;
int      g_redialMs = REDIAL_MIN_MS;
int      g_offset = 0;            // broker's clock before UTC, seconds
bool     g_connected = false;     // terminal to broker
uchar    g_in[];                  // bytes of a line whose end has not come
uchar    g_chunk[];               // what one reading brought
uchar    g_out[];                 // bytes that the socket has not taken
ulong    g_calendarChange = 0;
Watched  g_watched[];
int      g_listAt = -1;           // the broker's symbol that is listed next; -1: no list was asked for

//+------------------------------------------------------------------+
//| Life                                                             |
//+------------------------------------------------------------------+
int OnInit()
  {
   if(InpHost == "" || StringLen(InpSecret) < 32 || StringLen(Normalised(InpThumbprint)) != 40)
     {
      Alert("QuadrantBridge: host, secret (32 characters or more) and thumbprint (40 hex digits) are needed");
      return INIT_PARAMETERS_INCORRECT;
     }
   if(MQLInfoInteger(MQL_TESTER))
     {
      Print("QuadrantBridge: there are no sockets in the tester");
      return INIT_FAILED;
     }
   g_epoch = NewEpoch();
   g_offset = BrokerOffset();
   if(!EventSetMillisecondTimer(SWEEP_MS))
      return INIT_FAILED;
   return INIT_SUCCEEDED;
  }

void OnDeinit(const int reason)
  {
   EventKillTimer();
   Drop("the advisor is taken off");
   for(int i = 0; i < ArraySize(g_watched); i++)
      if(g_watched[i].book)
         MarketBookRelease(g_watched[i].name);
  }

//--- Only for the chart's own symbol; the timer sweeps the others.
void OnTick()
  {
   if(g_stage != STAGE_OPEN)
      return;
   WatchClock();
   SweepTicks(_Symbol);
  }

void OnBookEvent(const string &symbol)
  {
   if(g_stage == STAGE_OPEN)
      SendBook(symbol);
  }

void OnTimer()
  {
   ulong now = GetTickCount64();
   if(g_stage == STAGE_DOWN)
     {
      if(now >= g_redialAtMs)
         Dial();
      return;
     }
   if(!Read() || !Flush())
      return;
   if(now - g_heardMs > (ulong)(MISSES_MAX * HEARTBEAT_MS))
     {
      Drop("the gateway is silent");
      return;
     }
   if(g_stage != STAGE_OPEN)
     {
      if(now - g_stageMs > HANDSHAKE_MS)
         Drop("the gateway does not answer");
      return;
     }

   WatchClock();
   WatchTerminal();
   SweepTicks("");
   SweepBars();
   ListSymbols();
   if(now - g_beatMs >= HEARTBEAT_MS)
     {
      g_beatMs = now;
      SendNumbered("hb", "");
     }
   if(now - g_accountMs >= ACCOUNT_MS)
     {
      g_accountMs = now;
      SendAccount();
     }
   if(InpCalendar && now - g_calendarMs >= CALENDAR_MS)
     {
      g_calendarMs = now;
      SendCalendarChanges();
     }
   Flush();
  }

//+------------------------------------------------------------------+
//| Connection                                                       |
//+------------------------------------------------------------------+
void Dial()
  {
   ResetLastError();
   g_socket = SocketCreate();
   if(g_socket == INVALID_HANDLE)
     {
      Redial("no socket: error " + IntegerToString(GetLastError()));
      return;
     }
   if(!SocketConnect(g_socket, InpHost, InpPort, CONNECT_MS))
     {
      Redial("cannot connect: error " + IntegerToString(GetLastError()) + " (is the host allowed in the options?)");
      return;
     }
   // On port 443 the terminal has done the handshake already.
   if(InpPort != 443 && !SocketTlsHandshake(g_socket, InpHost))
     {
      Redial("TLS failed: error " + IntegerToString(GetLastError()));
      return;
     }
   if(!IsPinned())
      return;

   g_sent = 0;
   g_received = 0;
   ArrayResize(g_in, 0);
   ArrayResize(g_out, 0);
   ArrayResize(g_watched, 0);
   g_listAt = -1;
   g_offset = BrokerOffset();
   g_connected = (bool)TerminalInfoInteger(TERMINAL_CONNECTED);
   g_heardMs = g_stageMs = GetTickCount64();
   g_stage = STAGE_HELLO;
   SendHello();
   Flush();
  }

//--- The certificate itself is trusted, not whoever signed it.
bool IsPinned()
  {
   string subject, issuer, serial, thumbprint;
   datetime expiration;
   if(!SocketTlsCertificate(g_socket, subject, issuer, serial, thumbprint, expiration))
     {
      Redial("the gateway showed no certificate: error " + IntegerToString(GetLastError()));
      return false;
     }
   if(Normalised(thumbprint) != Normalised(InpThumbprint))
     {
      Redial("ANOTHER CERTIFICATE than the one that was pinned: " + thumbprint);
      return false;
     }
   if(expiration < TimeGMT())
     {
      Redial("the gateway's certificate has expired");
      return false;
     }
   return true;
  }

void Redial(const string why)
  {
   Print("QuadrantBridge: ", why, "; again in ", g_redialMs, " ms");
   Close();
   // Full jitter: not all terminals at once.
   g_redialAtMs = GetTickCount64() + (ulong)(g_redialMs * (MathRand() / 32767.0));
   g_redialMs = (int)MathMin(2 * g_redialMs, REDIAL_MAX_MS);
  }

void Drop(const string why)
  {
   if(g_stage != STAGE_DOWN)
      Redial(why);
  }

void Close()
  {
   if(g_socket != INVALID_HANDLE)
      SocketClose(g_socket);
   g_socket = INVALID_HANDLE;
   g_stage = STAGE_DOWN;
  }

//--- False when the connection is gone. Never waits: only what has arrived is read.
bool Read()
  {
   for(int round = 0; round < 8; round++)
     {
      ArrayResize(g_chunk, 0);
      int available = SocketTlsReadAvailable(g_socket, g_chunk, BYTES_PER_SWEEP);
      if(available < 0 || !SocketIsConnected(g_socket))
        {
         Drop("the connection is lost: error " + IntegerToString(GetLastError()));
         return false;
        }
      if(available == 0)
         break;
      int held = ArraySize(g_in);
      if(held + available > 2 * LINE_BYTES_MAX)
        {
         Drop("a line is too long");
         return false;
        }
      ArrayCopy(g_in, g_chunk, held, ArraySize(g_chunk) - available, available);
      if(!TakeLines())
         return false;
     }
   return true;
  }

bool TakeLines()
  {
   int from = 0;
   int size = ArraySize(g_in);
   for(int i = 0; i < size; i++)
     {
      if(g_in[i] != '\n')
         continue;
      string line = CharArrayToString(g_in, from, i - from, CP_UTF8);
      from = i + 1;
      Hear(line);
      if(g_stage == STAGE_DOWN)
         return false;
     }
   if(from > 0)
      ArrayRemove(g_in, 0, from);
   return true;
  }

//--- False when the connection is gone. What the socket does not take waits.
bool Flush()
  {
   int size = ArraySize(g_out);
   if(size == 0)
      return true;
   int sent = SocketTlsSend(g_socket, g_out, (uint)size);
   if(sent < 0)
     {
      Drop("cannot send: error " + IntegerToString(GetLastError()));
      return false;
     }
   if(sent > 0)
      ArrayRemove(g_out, 0, sent);
   if(ArraySize(g_out) > BACKLOG_MAX)
     {
      Drop("the gateway does not take what is sent");
      return false;
     }
   return true;
  }

void Put(const string line)
  {
   uchar bytes[];
   int count = StringToCharArray(line + "\n", bytes, 0, WHOLE_ARRAY, CP_UTF8) - 1; // without the closing zero
   if(count <= 0)
      return;
   ArrayCopy(g_out, bytes, ArraySize(g_out), 0, count);
  }

//+------------------------------------------------------------------+
//| SBP/1: what is said                                              |
//+------------------------------------------------------------------+
void SendHello()
  {
   string accounting = AccountInfoInteger(ACCOUNT_MARGIN_MODE) == ACCOUNT_MARGIN_MODE_RETAIL_HEDGING ? "hedge" : "net";
   Put("{\"t\":\"hello\",\"v\":" + IntegerToString(SBP_VERSION) +
       ",\"ea\":" + Quoted(EA_VERSION) +
       ",\"login\":" + Quoted(IntegerToString(AccountInfoInteger(ACCOUNT_LOGIN))) +
       ",\"srv\":" + Quoted(AccountInfoString(ACCOUNT_SERVER)) +
       ",\"acct\":" + Quoted(accounting) +
       ",\"cur\":" + Quoted(AccountInfoString(ACCOUNT_CURRENCY)) +
       ",\"tz\":" + IntegerToString(g_offset) +
       ",\"build\":" + IntegerToString(TerminalInfoInteger(TERMINAL_BUILD)) +
       ",\"epoch\":" + Quoted(g_epoch) + "}");
  }

void SendAuth(const string nonce)
  {
   string login = IntegerToString(AccountInfoInteger(ACCOUNT_LOGIN));
   Put("{\"t\":\"auth\",\"kid\":\"k1\",\"mac\":" + Quoted(HmacSha256(InpSecret, nonce + "|" + login + "|" + g_epoch)) + "}");
  }

//--- `rest` is empty or begins with a comma.
void SendNumbered(const string type, const string rest)
  {
   // A line that is too long must not take a number: it could never be sent again either.
   if(StringLen(rest) > LINE_BYTES_MAX - 256)
      return;
   g_sent++;
   string line = Stamped(type, rest);
   g_kept[(int)(g_sent % KEPT_LINES)] = line;
   Put(line);
  }

string Stamped(const string type, const string rest)
  {
   return "{\"t\":" + Quoted(type) +
          ",\"s\":" + IntegerToString((long)g_sent) +
          ",\"ack\":" + IntegerToString((long)g_received) +
          ",\"ts\":" + IntegerToString(UtcMillis()) + rest + "}";
  }

void SendTerminal()
  {
   SendNumbered("term", ",\"conn\":" + (g_connected ? "true" : "false") + ",\"trade\":false");
  }

void SendAccount()
  {
   int digits = (int)AccountInfoInteger(ACCOUNT_CURRENCY_DIGITS);
   SendNumbered("acct",
                ",\"bal\":" + Quoted(DoubleToString(AccountInfoDouble(ACCOUNT_BALANCE), digits)) +
                ",\"eq\":" + Quoted(DoubleToString(AccountInfoDouble(ACCOUNT_EQUITY), digits)) +
                ",\"mg\":" + Quoted(DoubleToString(AccountInfoDouble(ACCOUNT_MARGIN), digits)) +
                ",\"fm\":" + Quoted(DoubleToString(AccountInfoDouble(ACCOUNT_MARGIN_FREE), digits)) +
                ",\"ml\":" + Quoted(DoubleToString(AccountInfoDouble(ACCOUNT_MARGIN_LEVEL), 2)));
  }

void SendSymbol(const string name)
  {
   SendNumbered("sym",
                ",\"sym\":" + Quoted(name) +
                ",\"path\":" + Quoted(SymbolInfoString(name, SYMBOL_PATH)) +
                ",\"description\":" + Quoted(SymbolInfoString(name, SYMBOL_DESCRIPTION)) +
                ",\"base\":" + Quoted(SymbolInfoString(name, SYMBOL_CURRENCY_BASE)) +
                ",\"profit\":" + Quoted(SymbolInfoString(name, SYMBOL_CURRENCY_PROFIT)) +
                ",\"margin\":" + Quoted(SymbolInfoString(name, SYMBOL_CURRENCY_MARGIN)) +
                ",\"digits\":" + IntegerToString(SymbolInfoInteger(name, SYMBOL_DIGITS)) +
                ",\"tickSize\":" + Quoted(Decimal(SymbolInfoDouble(name, SYMBOL_TRADE_TICK_SIZE))) +
                ",\"contractSize\":" + Quoted(Decimal(SymbolInfoDouble(name, SYMBOL_TRADE_CONTRACT_SIZE))) +
                ",\"volumeMin\":" + Quoted(Decimal(SymbolInfoDouble(name, SYMBOL_VOLUME_MIN))) +
                ",\"volumeStep\":" + Quoted(Decimal(SymbolInfoDouble(name, SYMBOL_VOLUME_STEP))) +
                ",\"volumeMax\":" + Quoted(Decimal(SymbolInfoDouble(name, SYMBOL_VOLUME_MAX))) +
                ",\"calcMode\":" + IntegerToString(SymbolInfoInteger(name, SYMBOL_TRADE_CALC_MODE)) +
                ",\"executionMode\":" + IntegerToString(SymbolInfoInteger(name, SYMBOL_TRADE_EXEMODE)) +
                ",\"tradeMode\":" + IntegerToString(SymbolInfoInteger(name, SYMBOL_TRADE_MODE)) +
                ",\"spreadFloats\":" + (SymbolInfoInteger(name, SYMBOL_SPREAD_FLOAT) ? "true" : "false") +
                ",\"spread\":" + IntegerToString(SymbolInfoInteger(name, SYMBOL_SPREAD)) +
                ",\"stopsLevel\":" + IntegerToString(SymbolInfoInteger(name, SYMBOL_TRADE_STOPS_LEVEL)) +
                ",\"freezeLevel\":" + IntegerToString(SymbolInfoInteger(name, SYMBOL_TRADE_FREEZE_LEVEL)) +
                ",\"swapLong\":" + Quoted(Decimal(SymbolInfoDouble(name, SYMBOL_SWAP_LONG))) +
                ",\"swapShort\":" + Quoted(Decimal(SymbolInfoDouble(name, SYMBOL_SWAP_SHORT))) +
                ",\"swapMode\":" + IntegerToString(SymbolInfoInteger(name, SYMBOL_SWAP_MODE)));
  }

//--- As many of all that the broker has as the socket takes now; the rest with the next sweeps.
void ListSymbols()
  {
   if(g_listAt < 0)
      return;
   int total = SymbolsTotal(false);
   while(g_listAt < total && ArraySize(g_out) < LISTING_BACKLOG)
      SendSymbol(SymbolName(g_listAt++, false));
   if(g_listAt < total)
      return;
   g_listAt = -1;
   SendNumbered("end", ",\"of\":\"symbols\"");
  }

//--- `flags` 0: as it stands, telling nothing new.
void SendTick(const Watched &watched, const MqlTick &tick, const uint flags)
  {
   SendNumbered("tick",
                ",\"sym\":" + Quoted(watched.name) +
                ",\"b\":" + Quoted(DoubleToString(tick.bid, watched.digits)) +
                ",\"a\":" + Quoted(DoubleToString(tick.ask, watched.digits)) +
                ",\"l\":" + Quoted(DoubleToString(tick.last, watched.digits)) +
                ",\"v\":" + Quoted(Decimal(tick.volume_real)) +
                ",\"fl\":" + IntegerToString(flags) +
                ",\"tm\":" + IntegerToString(UtcOf(tick.time_msc)));
  }

void SendBook(const string name)
  {
   int at = WatchedAt(name);
   MqlBookInfo levels[];
   if(at < 0 || !g_watched[at].book || !MarketBookGet(name, levels))
      return;
   string list = "";
   for(int i = 0; i < ArraySize(levels); i++)
      list += (i == 0 ? "" : ",") + "[" + IntegerToString(levels[i].type) + "," +
              Quoted(DoubleToString(levels[i].price, g_watched[at].digits)) + "," +
              Quoted(Decimal(levels[i].volume_real)) + "]";
   // Depth has no time of its own: it is as of now.
   SendNumbered("book", ",\"sym\":" + Quoted(name) + ",\"tm\":" + IntegerToString(UtcMillis()) + ",\"lv\":[" + list + "]");
  }

//--- Everything the gateway needs to begin with.
void SendAll()
  {
   SendTerminal();
   SendAccount();
   for(int i = 0; i < ArraySize(g_watched); i++)
     {
      SendSymbol(g_watched[i].name);
      MqlTick tick;
      if(SymbolInfoTick(g_watched[i].name, tick) && tick.time_msc > 0)
        {
         SendTick(g_watched[i], tick, 0);
         g_watched[i].lastMsc = tick.time_msc;
         g_watched[i].toldAtLastMsc = 1;
        }
      SendBook(g_watched[i].name);
     }
   SendNumbered("snap", "");
   g_accountMs = g_beatMs = GetTickCount64();
  }

//--- All new ticks of one symbol, or of all when the name is empty.
void SweepTicks(const string only)
  {
   for(int i = 0; i < ArraySize(g_watched); i++)
     {
      if(only != "" && g_watched[i].name != only)
         continue;
      MqlTick latest;
      if(!SymbolInfoTick(g_watched[i].name, latest) || latest.time_msc <= g_watched[i].lastMsc)
         continue; // a later tick of the same millisecond is told with the next one
      MqlTick ticks[];
      int count = CopyTicks(g_watched[i].name, ticks, COPY_TICKS_ALL, (ulong)g_watched[i].lastMsc, 2000);
      if(count <= 0)
        {
         SendTick(g_watched[i], latest, TICK_FLAG_BID | TICK_FLAG_ASK);
         g_watched[i].lastMsc = latest.time_msc;
         g_watched[i].toldAtLastMsc = 1;
         continue;
        }
      int known = g_watched[i].toldAtLastMsc;
      for(int k = 0; k < count; k++)
        {
         bool sameMsc = ticks[k].time_msc == g_watched[i].lastMsc;
         if(sameMsc && known > 0)
           {
            known--;
            continue;
           }
         SendTick(g_watched[i], ticks[k], ticks[k].flags);
         g_watched[i].toldAtLastMsc = sameMsc ? g_watched[i].toldAtLastMsc + 1 : 1;
         g_watched[i].lastMsc = ticks[k].time_msc;
        }
     }
  }

//--- Each minute's bar, once it is complete.
void SweepBars()
  {
   for(int i = 0; i < ArraySize(g_watched); i++)
     {
      datetime opening = iTime(g_watched[i].name, PERIOD_M1, 0);
      if(opening <= g_watched[i].barTime)
         continue;
      bool first = g_watched[i].barTime == 0;
      g_watched[i].barTime = opening;
      MqlRates rates[];
      if(first || CopyRates(g_watched[i].name, PERIOD_M1, 1, 1, rates) != 1)
         continue;
      int digits = g_watched[i].digits;
      SendNumbered("bar",
                   ",\"sym\":" + Quoted(g_watched[i].name) +
                   ",\"per\":\"M1\"" +
                   ",\"tm\":" + IntegerToString(UtcOf((long)rates[0].time * 1000)) +
                   ",\"o\":" + Quoted(DoubleToString(rates[0].open, digits)) +
                   ",\"h\":" + Quoted(DoubleToString(rates[0].high, digits)) +
                   ",\"l\":" + Quoted(DoubleToString(rates[0].low, digits)) +
                   ",\"c\":" + Quoted(DoubleToString(rates[0].close, digits)) +
                   ",\"v\":" + Quoted(IntegerToString(rates[0].tick_volume)));
     }
  }

//--- What the terminal's own economic calendar has changed since it was last asked.
void SendCalendarChanges()
  {
   MqlCalendarValue values[];
   ulong before = g_calendarChange;
   int count = CalendarValueLast(g_calendarChange, values);
   // The first call only gives the mark from which changes are told.
   if(before == 0 || count <= 0)
      return;
   for(int i = 0; i < count; i++)
     {
      MqlCalendarEvent entry;
      MqlCalendarCountry country;
      if(!CalendarEventById(values[i].event_id, entry) || !CalendarCountryById(entry.country_id, country))
         continue;
      SendNumbered("cal",
                   ",\"id\":" + Quoted(IntegerToString((long)entry.id) + "-" + IntegerToString((long)values[i].id)) +
                   ",\"cur\":" + Quoted(country.currency) +
                   ",\"imp\":" + IntegerToString(entry.importance) +
                   ",\"name\":" + Quoted(entry.name) +
                   ",\"tm\":" + IntegerToString(UtcOf((long)values[i].time * 1000)) +
                   ",\"act\":" + Quoted(Figure(values[i].HasActualValue(), values[i].GetActualValue(), entry)) +
                   ",\"fc\":" + Quoted(Figure(values[i].HasForecastValue(), values[i].GetForecastValue(), entry)) +
                   ",\"prev\":" + Quoted(Figure(values[i].HasPreviousValue(), values[i].GetPreviousValue(), entry)));
     }
  }

//--- In full: thousands and millions are written out. Empty when not given.
string Figure(const bool given, const double value, const MqlCalendarEvent &entry)
  {
   if(!given)
      return "";
   double times = 1;
   if(entry.multiplier == CALENDAR_MULTIPLIER_THOUSANDS)
      times = 1e3;
   if(entry.multiplier == CALENDAR_MULTIPLIER_MILLIONS)
      times = 1e6;
   if(entry.multiplier == CALENDAR_MULTIPLIER_BILLIONS)
      times = 1e9;
   if(entry.multiplier == CALENDAR_MULTIPLIER_TRILLIONS)
      times = 1e12;
   return Decimal(value * times);
  }

//--- A changed clock (summer time) is told before anything that is stamped by it.
void WatchClock()
  {
   int offset = BrokerOffset();
   if(offset == g_offset)
      return;
   g_offset = offset;
   SendNumbered("tz", ",\"tz\":" + IntegerToString(g_offset));
  }

void WatchTerminal()
  {
   bool connected = (bool)TerminalInfoInteger(TERMINAL_CONNECTED);
   if(connected == g_connected)
      return;
   g_connected = connected;
   SendTerminal();
  }

//+------------------------------------------------------------------+
//| SBP/1: what is heard                                             |
//+------------------------------------------------------------------+
void Hear(const string line)
  {
   g_heardMs = GetTickCount64();
   string type = Field(line, "t");
   if(g_stage == STAGE_HELLO)
     {
      string nonce = Field(line, "n");
      if(type != "chal" || StringLen(nonce) != 64)
        {
         Drop("no challenge");
         return;
        }
      SendAuth(nonce);
      g_stage = STAGE_AUTH;
      return;
     }
   if(g_stage == STAGE_AUTH)
     {
      if(type != "ok")
        {
         Drop("not let in");
         return;
        }
      g_stage = STAGE_OPEN;
      g_redialMs = REDIAL_MIN_MS;
      Print("QuadrantBridge: connected to ", InpHost);
      return;
     }

   if(type == "resend")
     {
      Resend((ulong)StringToInteger(Field(line, "from")));
      return;
     }
   ulong number = (ulong)StringToInteger(Field(line, "s"));
   if(number <= g_received)
      return;
   if(number > g_received + 1)
     {
      Put(Stamped("resend", ",\"from\":" + IntegerToString((long)(g_received + 1))));
      return;
     }
   g_received = number;
   if(type == "sub")
      Subscribe(Field(line, "syms"), Field(line, "books"));
   else if(type == "symbols")
      g_listAt = 0;
   else if(type != "hb")
      SendNumbered("res", ",\"of\":" + Quoted(type) + ",\"ret\":\"refused\"");
  }

void Subscribe(const string symbols, const string books)
  {
   string names[];
   int count = StringSplit(symbols, ',', names);
   ArrayResize(g_watched, 0);
   for(int i = 0; i < count; i++)
     {
      if(names[i] == "")
         continue;
      if(!SymbolSelect(names[i], true))
        {
         SendNumbered("nosym", ",\"sym\":" + Quoted(names[i]));
         continue;
        }
      int at = ArraySize(g_watched);
      ArrayResize(g_watched, at + 1);
      g_watched[at].name = names[i];
      g_watched[at].digits = (int)SymbolInfoInteger(names[i], SYMBOL_DIGITS);
      g_watched[at].lastMsc = 0;
      g_watched[at].toldAtLastMsc = 0;
      g_watched[at].barTime = 0;
      g_watched[at].book = StringFind("," + books + ",", "," + names[i] + ",") >= 0 && MarketBookAdd(names[i]);
     }
   SendAll();
  }

void Resend(const ulong from)
  {
   if(from == 0 || from > g_sent + 1)
      return;
   if(g_sent - from + 1 > KEPT_LINES)
     {
      Put(Stamped("reset", ""));
      SendAll();
      return;
     }
   for(ulong number = from; number <= g_sent; number++)
      Put(g_kept[(int)(number % KEPT_LINES)]);
  }

int WatchedAt(const string name)
  {
   for(int i = 0; i < ArraySize(g_watched); i++)
      if(g_watched[i].name == name)
         return i;
   return -1;
  }

//+------------------------------------------------------------------+
//| Time                                                             |
//+------------------------------------------------------------------+
//--- Rounded to quarters of an hour: the two clocks are read one after the other, and this machine's may be off a little.
int BrokerOffset()
  {
   return (int)MathRound((double)((long)TimeTradeServer() - (long)TimeGMT()) / 900.0) * 900;
  }

long UtcOf(const long brokerMsc)
  {
   return brokerMsc - (long)g_offset * 1000;
  }

//--- To the second of this machine's clock, with its running milliseconds.
long UtcMillis()
  {
   static long  second = 0;
   static ulong since = 0;
   long  now = (long)TimeGMT();
   ulong ticks = GetTickCount64();
   if(now != second)
     {
      second = now;
      since = ticks;
     }
   return second * 1000 + (long)MathMin(ticks - since, (ulong)999);
  }

//+------------------------------------------------------------------+
//| Text                                                             |
//+------------------------------------------------------------------+
//--- The shortest plain decimal of at most eight digits.
string Decimal(const double value)
  {
   string text = DoubleToString(value, 8);
   int end = StringLen(text);
   while(end > 0 && StringGetCharacter(text, end - 1) == '0')
      end--;
   if(end > 0 && StringGetCharacter(text, end - 1) == '.')
      end--;
   text = StringSubstr(text, 0, end);
   return text == "-0" || text == "" ? "0" : text;
  }

string Quoted(const string text)
  {
   string quoted = "\"";
   for(int i = 0; i < StringLen(text); i++)
     {
      ushort letter = StringGetCharacter(text, i);
      if(letter == '"' || letter == '\\')
         quoted += "\\" + ShortToString(letter);
      else if(letter >= 32)
         quoted += ShortToString(letter);
     }
   return quoted + "\"";
  }

//--- A field of a flat object, as the gateway writes it: no spaces, nothing escaped. Empty when it is not there.
string Field(const string line, const string name)
  {
   string key = "\"" + name + "\":";
   int at = StringFind(line, key);
   if(at < 0)
      return "";
   at += StringLen(key);
   bool isText = StringGetCharacter(line, at) == '"';
   if(isText)
      at++;
   int end = at;
   while(end < StringLen(line))
     {
      ushort letter = StringGetCharacter(line, end);
      if(isText ? letter == '"' : (letter == ',' || letter == '}'))
         break;
      end++;
     }
   return StringSubstr(line, at, end - at);
  }

//--- A thumbprint without colons and spaces, in capitals.
string Normalised(const string thumbprint)
  {
   string text = thumbprint;
   StringReplace(text, ":", "");
   StringReplace(text, " ", "");
   StringToUpper(text);
   return text;
  }

//--- New at each start. It need not be secret, only never the same again.
string NewEpoch()
  {
   MathSrand((int)(GetTickCount() ^ (uint)TimeLocal()));
   uchar bytes[], digest[], none[];
   StringToCharArray(IntegerToString(GetMicrosecondCount()) + "|" + IntegerToString((long)TimeLocal()) + "|" +
                     IntegerToString(ChartID()) + "|" + IntegerToString(MathRand()), bytes, 0, WHOLE_ARRAY, CP_UTF8);
   ArrayResize(none, 0);
   CryptEncode(CRYPT_HASH_SHA256, bytes, none, digest);
   return StringSubstr(Hex(digest), 0, 32);
  }

//+------------------------------------------------------------------+
//| HMAC-SHA256 (RFC 2104) from CryptEncode, which has only the hash |
//+------------------------------------------------------------------+
string HmacSha256(const string secret, const string message)
  {
   uchar key[], text[], none[], inner[], outer[], digest[];
   int keySize = StringToCharArray(secret, key, 0, WHOLE_ARRAY, CP_UTF8) - 1;
   ArrayResize(key, keySize);
   int textSize = StringToCharArray(message, text, 0, WHOLE_ARRAY, CP_UTF8) - 1;
   ArrayResize(text, textSize);
   ArrayResize(none, 0);

   if(keySize > 64)
     {
      uchar hashed[];
      CryptEncode(CRYPT_HASH_SHA256, key, none, hashed);
      ArrayResize(key, 0);
      ArrayCopy(key, hashed);
      keySize = ArraySize(key);
     }
   ArrayResize(key, 64);
   for(int i = keySize; i < 64; i++)
      key[i] = 0;

   ArrayResize(inner, 64);
   ArrayResize(outer, 64);
   for(int i = 0; i < 64; i++)
     {
      inner[i] = (uchar)(key[i] ^ 0x36);
      outer[i] = (uchar)(key[i] ^ 0x5c);
     }
   ArrayCopy(inner, text, 64);
   CryptEncode(CRYPT_HASH_SHA256, inner, none, digest);
   ArrayCopy(outer, digest, 64);
   uchar mac[];
   CryptEncode(CRYPT_HASH_SHA256, outer, none, mac);
   return Hex(mac);
  }

string Hex(const uchar &bytes[])
  {
   string text = "";
   for(int i = 0; i < ArraySize(bytes); i++)
      text += StringFormat("%02x", bytes[i]);
   return text;
  }
