// A reader of Prometheus' text format 0.0.4 that lets nothing pass which the format does not have.
import { expect } from 'vitest'

/** Text format 0.0.4: `# HELP`, `# TYPE`, then samples NAME{LABEL="VALUE",…} NUMBER of that family only. Anything else throws. */
export function readExposition(page: string): Map<string, { type: string; samples: Map<string, number> }> {
  const families = new Map<string, { type: string; samples: Map<string, number> }>()
  let help = ''
  let family = ''
  expect(page.endsWith('\n'), 'the last line ends').toBe(true)
  for (const line of page.split('\n').filter(text => text !== '')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line) ?? []
    if (kind === 'HELP') {
      help = name
    } else if (kind === 'TYPE') {
      expect(name, 'a type follows its help').toBe(help)
      expect(families.has(name), `${name} appears once`).toBe(false)
      expect(['counter', 'gauge', 'histogram', 'summary']).toContain(rest)
      families.set(name, { type: rest, samples: new Map() })
      family = name
    } else {
      const sample =
        /^([a-zA-Z_:][a-zA-Z0-9_:]*)((?:\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*\})?) (-?[0-9.]+(?:e[+-]?\d+)?|[+-]Inf|NaN|Nan)$/.exec(
          line,
        )
      expect(sample, line).not.toBeNull()
      const [, series = '', labels = '', value = ''] = sample!
      const { type, samples } = families.get(family)!
      const names = type === 'histogram' ? [`${family}_bucket`, `${family}_sum`, `${family}_count`] : [family]
      expect(names, `${line} belongs to ${family}`).toContain(series)
      expect(samples.has(series + labels), `${series}${labels} appears once`).toBe(false)
      samples.set(series + labels, Number(value))
    }
  }
  return families
}
