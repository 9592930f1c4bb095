// Runs inside the report: draws the charts, shows why at each entry and exit, and switches the theme. Talks to nobody.
;(() => {
  const { LightweightCharts, uPlot } = window
  const run = JSON.parse(document.getElementById('run-data').textContent)
  const repaint = []

  // A variable holds both themes' colours; a painted element tells which one is on.
  const probe = document.body.appendChild(document.createElement('i'))
  probe.hidden = true
  function colour(name, alpha = 1) {
    probe.style.color = `var(--${name})`
    const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g)
    return `rgba(${red}, ${green}, ${blue}, ${alpha})`
  }

  const font = '12px ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
  const grouped = text => text.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  function number(value, decimals) {
    const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.')
    return (value < 0 ? '−' : '') + grouped(whole) + (fraction ? `.${fraction}` : '')
  }
  const clock = seconds => new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')

  // ---- equity and drawdown ---------------------------------------------------------------------------------------

  const readout = document.getElementById('equity-readout')
  const hint = readout?.textContent

  function lineChart(id, values, { name, fill, format, range }) {
    const element = document.getElementById(id)
    if (!element) return

    const axis = { stroke: () => colour('quiet'), font, grid: { stroke: () => colour('rule'), width: 1 }, ticks: { show: false } }
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: element.clientHeight,
        padding: [10, 36, 0, 0],
        legend: { show: false },
        cursor: { sync: { key: 'account' }, y: false, points: { size: 7 } },
        tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
        scales: { y: { range } },
        axes: [
          { ...axis, space: 70, values: dates },
          { ...axis, size: 92, values: (_, ticks) => ticks.map(format) },
        ],
        series: [{}, { stroke: () => colour(name), width: 1.6, points: { show: false }, fill: () => colour(name, fill) }],
        hooks: { setCursor: [({ cursor }) => read(cursor.idx)] },
      },
      [run.equity.times, values],
      element,
    )
    repaint.push(() => chart.redraw())
    new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: element.clientHeight })).observe(element)
  }

  /** The day where it changes, and the time of day where ticks are closer than days. */
  function dates(_, ticks) {
    const step = ticks[1] - ticks[0]
    return ticks.map((seconds, index) => {
      const [day, time] = clock(seconds).split(' ')
      const fresh = index === 0 || day !== clock(ticks[index - 1]).slice(0, 10)
      if (!(step < 86_400)) return day
      return fresh ? `${time.slice(0, 5)}\n${day.slice(5)}` : time.slice(0, step < 60 ? 8 : 5)
    })
  }

  function read(index) {
    const { times, equity, drawdown } = run.equity
    readout.textContent =
      index == null
        ? hint
        : `${clock(times[index])} UTC · equity ${number(equity[index], 2)} ${run.currency} · drawdown ${number(drawdown[index] * 100, 2)} %`
  }

  /** Room above and below, also around a line that does not move. */
  function roomy(_, low, high) {
    const room = (high - low) * 0.06 || Math.abs(high) * 0.001 || 1
    return [low - room, high + room]
  }

  lineChart('equity-chart', run.equity.equity, {
    name: 'accent',
    fill: 0.07,
    range: roomy,
    format: value => number(value, Math.max(...run.equity.equity) - Math.min(...run.equity.equity) < 20 ? 2 : 0),
  })
  lineChart(
    'drawdown-chart',
    run.equity.drawdown.map(fall => -fall * 100),
    {
      name: 'loss',
      fill: 0.14,
      range: (_, low) => [Math.min(low * 1.08, -0.01), 0],
      format: value => `${number(value, Math.min(...run.equity.drawdown.map(fall => -fall * 100)) > -1 ? 2 : 1)} %`,
    },
  )

  // ---- price, entries and exits ------------------------------------------------------------------------------------

  const tip = document.getElementById('tip')
  const charts = new Map()

  /** Entries and exits of one instrument in order of time, each with what a person wants to know of it. */
  function eventsOf(instrument) {
    const closed = run.trades
      .filter(trade => trade.instrument === instrument)
      .flatMap(trade => [
        { time: trade.entry, kind: 'entry', side: trade.side, price: trade.entryPrice, reason: trade.entryReason },
        {
          time: trade.exit,
          kind: 'exit',
          side: trade.side,
          price: trade.exitPrice,
          reason: trade.exitReason,
          profit: trade.profit,
          currency: trade.currency,
        },
      ])
    const open = run.open
      .filter(position => position.instrument === instrument)
      .map(({ since, side, reason }) => ({ time: since, kind: 'entry', side: side === 'long' ? 'buy' : 'sell', reason }))
    return [...closed, ...open].sort((a, b) => a.time - b.time)
  }

  /** The bar an event falls into: the last one that opened at or before it. */
  function barAt(times, time) {
    let low = 0
    let high = times.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (times[middle] <= time) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Where markers would hide the price, entries become dots at their price and exits wait until one looks closer. */
  const CROWD = 160

  function marker({ kind, side, price, profit }, time) {
    if (kind === 'entry') {
      return side === 'buy'
        ? { time, position: 'belowBar', shape: 'arrowUp', color: colour('gain') }
        : { time, position: 'aboveBar', shape: 'arrowDown', color: colour('loss') }
    }
    const tone = profit.startsWith('-') ? 'loss' : 'gain'
    return { time, position: 'atPriceMiddle', price, shape: 'circle', color: colour(tone), size: 0.55 }
  }

  const dot = ({ side, price }, time) => {
    const place = price === undefined ? { position: 'inBar' } : { position: 'atPriceMiddle', price }
    return { time, ...place, shape: 'circle', color: colour(side === 'buy' ? 'gain' : 'loss'), size: 0.3 }
  }

  /** Bars the chart can hold: its times are whole seconds and strictly rise. */
  function barsOf({ opens, closes, open, high, low, close }) {
    const bars = []
    opens.forEach((start, index) => {
      const time = Math.floor(start)
      const last = bars.at(-1)
      if (last && last.time >= time) {
        Object.assign(last, { high: Math.max(last.high, high[index]), low: Math.min(last.low, low[index]), close: close[index] })
      } else bars.push({ time, until: closes[index], open: open[index], high: high[index], low: low[index], close: close[index] })
    })
    return bars
  }

  /** The library's kinds of tick: year, month, day, time, time with seconds. */
  function tickMark(seconds, kind) {
    const [day, time] = clock(seconds).split(' ')
    return [day.slice(0, 4), day.slice(0, 7), day.slice(5), time.slice(0, 5), time][kind]
  }

  function priceChart(element, series) {
    const bars = barsOf(series)
    const times = bars.map(bar => bar.time)
    const events = eventsOf(series.instrument).map(event => ({ ...event, index: barAt(times, event.time) }))
    const spansDays = times.at(-1) - times[0] > 3 * 86_400 && bars[0].until - bars[0].time >= 43_200

    const chart = LightweightCharts.createChart(element, {
      autoSize: true,
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.1, bottom: 0.1 } },
      timeScale: {
        borderVisible: false,
        timeVisible: !spansDays,
        secondsVisible: false,
        minBarSpacing: 0.05,
        tickMarkFormatter: tickMark,
      },
      handleScroll: { mouseWheel: false, vertTouchDrag: false },
      handleScale: { mouseWheel: false },
      localization: {
        priceFormatter: value => number(value, series.decimals),
        timeFormatter: seconds => `${clock(seconds)} UTC`,
      },
    })
    const prices = chart.addSeries(LightweightCharts.CandlestickSeries, {
      priceLineVisible: false,
      borderVisible: false,
      priceFormat: { type: 'price', precision: series.decimals, minMove: 10 ** -series.decimals },
    })
    prices.setData(bars.map(({ time, open, high, low, close }) => ({ time, open, high, low, close })))
    const marks = LightweightCharts.createSeriesMarkers(prices, [])

    function paint() {
      chart.applyOptions({
        layout: {
          background: { color: 'transparent' },
          textColor: colour('quiet'),
          fontFamily: font.slice(5),
          attributionLogo: true,
        },
        grid: { vertLines: { visible: false }, horzLines: { color: colour('rule') } },
        crosshair: { vertLine: { color: colour('quiet', 0.6) }, horzLine: { color: colour('quiet', 0.6) } },
      })
      prices.applyOptions({
        upColor: colour('bar-up'),
        wickUpColor: colour('bar-up'),
        downColor: colour('bar-down'),
        wickDownColor: colour('bar-down'),
      })
      mark()
    }

    let crowded = events.length > CROWD
    function mark() {
      const shown = crowded ? events.filter(event => event.kind === 'entry') : events
      marks.setMarkers(shown.map(event => (crowded ? dot : marker)(event, bars[event.index].time)))
    }
    chart.timeScale().subscribeVisibleLogicalRangeChange(range => {
      const before = crowded
      crowded = range !== null && events.filter(({ index }) => index >= range.from && index <= range.to).length > CROWD
      if (crowded !== before) mark()
    })
    paint()
    repaint.push(paint)

    // A little room at both ends, so that the first and the last label of the axis are not cut.
    const whole = () => {
      const room = (30 / element.clientWidth) * bars.length
      chart.timeScale().setVisibleLogicalRange({ from: -room, to: bars.length + room })
    }
    whole()
    chart.subscribeCrosshairMove(({ logical, point }) => {
      if (logical == null || !point) return hideTip()
      // A marker is wider than a bar when many bars are shown; look a few pixels around.
      const reach = Math.max(0.5, 8 / chart.timeScale().options().barSpacing)
      const visible = chart.timeScale().getVisibleLogicalRange()
      const perPixel = visible ? (visible.to - visible.from) / element.clientWidth : 0
      const near = events.filter(event => Math.abs(event.index - logical) <= Math.max(0.5, Math.min(reach, perPixel * 8)))
      near.sort((a, b) => Math.abs(a.index - logical) - Math.abs(b.index - logical) || a.time - b.time)
      showTip(near, element.getBoundingClientRect(), point, series.decimals)
    })
    charts.set(series.instrument, { chart, element, times, whole })
  }

  function showTip(events, box, point, decimals) {
    if (events.length === 0) return hideTip()
    tip.replaceChildren(...events.slice(0, 4).map(event => sentence(event, decimals)))
    if (events.length > 4) tip.append(paragraph(['', `and ${events.length - 4} more here; zoom in to see them`]))
    tip.hidden = false

    const x = Math.min(Math.max(12, box.left + point.x + 16), innerWidth - tip.offsetWidth - 12)
    const y = box.top + point.y + 18
    tip.style.left = `${x}px`
    tip.style.top = `${y + tip.offsetHeight > innerHeight ? Math.max(8, box.top + point.y - tip.offsetHeight - 14) : y}px`
  }

  function sentence({ kind, side, price, reason, profit, currency, time }, decimals) {
    const long = side === 'buy'
    const what = kind === 'entry' ? (long ? 'Long entry' : 'Short entry') : long ? 'Long closed' : 'Short closed'
    const at = price === undefined ? '' : ` at ${number(price, decimals)}`
    const result = profit === undefined ? '' : `, ${number(Number(profit), 2)} ${currency}`
    return paragraph([`${what}${at}${result}`, `${clock(time)} UTC`, reason])
  }

  function paragraph([title, ...lines]) {
    const element = document.createElement('p')
    const strong = document.createElement('b')
    strong.textContent = title
    element.append(strong)
    for (const line of lines) {
      const span = document.createElement('span')
      span.textContent = line
      element.append(title || line !== lines[0] ? document.createElement('br') : '', span)
    }
    return element
  }

  function hideTip() {
    tip.hidden = true
  }
  addEventListener('scroll', hideTip, { passive: true })

  const drawn = run.prices.filter(series => series.opens.length > 0)
  for (const [index, element] of document.querySelectorAll('.price-chart').entries()) priceChart(element, drawn[index])

  for (const group of document.querySelectorAll('.zoom')) {
    const { chart, times, whole } = charts.get(drawn[Number(group.dataset.chart)].instrument)
    group.addEventListener('click', event => {
      const scale = chart.timeScale()
      const zoom = event.target.dataset.zoom
      if (zoom === 'all') return whole()
      const { from, to } = scale.getVisibleLogicalRange()
      const [middle, half] = [(from + to) / 2, ((to - from) / 2) * (zoom === 'in' ? 0.5 : 2)]
      if (zoom === 'out' && half * 2 >= times.length) whole()
      else if (zoom) scale.setVisibleLogicalRange({ from: middle - half, to: middle + half })
    })
  }

  // A trade's number in the list shows it on the chart.
  document.querySelector('table.trades')?.addEventListener('click', event => {
    const trade = run.trades[event.target.dataset?.trade]
    const found = trade && charts.get(trade.instrument)
    if (!found) return
    const [from, to] = [barAt(found.times, trade.entry), barAt(found.times, trade.exit)]
    const room = Math.max(20, (to - from) * 0.6)
    found.chart.timeScale().setVisibleLogicalRange({ from: from - room, to: to + room })
    document.querySelector('tr.shown')?.classList.remove('shown')
    event.target.closest('tr').classList.add('shown')
    found.element.scrollIntoView({ block: 'center' })
  })

  // ---- theme -------------------------------------------------------------------------------------------------------

  const dark = matchMedia('(prefers-color-scheme: dark)')
  function paintAll() {
    for (const paint of repaint) paint()
  }
  document.getElementById('theme').addEventListener('click', () => {
    const now = document.documentElement.dataset.theme ?? (dark.matches ? 'dark' : 'light')
    document.documentElement.dataset.theme = now === 'dark' ? 'light' : 'dark'
    paintAll()
  })
  dark.addEventListener('change', paintAll)
})()
