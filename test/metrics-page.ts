// docs/metrics.md, made from the table of metrics: `node test/metrics-page.ts` writes it, a test compares it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { METRICS, type MetricDefinition } from '../src/operations/metric-table.ts'
import { ROOT } from './source.ts'

export const PAGE = 'docs/metrics.md'

const OPENING = `# Metrics

\`quadrant serve\` shows its figures to [Prometheus](https://prometheus.io) at \`http://127.0.0.1:9090/metrics\`, in the text format
0.0.4. \`--metrics-port\` takes another port. It needs no sign-in and is bound to loopback, unless \`QUADRANT_METRICS_HOST\` names another
address: better is a tunnel or a proxy that knows who asks.

\`\`\`yaml
scrape_configs:
  - job_name: quadrant
    static_configs:
      - targets: ['127.0.0.1:9090']
\`\`\`

Units are seconds, bytes and ratios from 0 to 1. What ends in \`_total\` only grows, and begins at zero again when the process that
counts it does. An \`account\` is the name of a run's configuration, so a graph goes on from one run to the next; series of a run
leave the page when it ends. A \`percentile\` is 50, 99, 99.9 or 100 of the last reporting interval. A metric takes at most 2,000
series; what is beyond is counted in \`quadrant_metrics_series_refused_total\`.
`

const CLOSING = `## The process itself

The names that Prometheus' own client libraries use, of the server's process: \`process_cpu_user_seconds_total\`,
\`process_cpu_system_seconds_total\`, \`process_cpu_seconds_total\`, \`process_start_time_seconds\`,
\`process_resident_memory_bytes\`, \`nodejs_eventloop_lag_seconds\` with \`_min\`, \`_max\`, \`_mean\`, \`_stddev\`, \`_p50\`, \`_p90\` and
\`_p99\`, \`nodejs_active_handles\`, \`nodejs_active_requests\`, \`nodejs_active_resources\`, \`nodejs_heap_size_total_bytes\`,
\`nodejs_heap_size_used_bytes\`, \`nodejs_external_memory_bytes\`, \`nodejs_heap_space_size_used_bytes\`,
\`nodejs_gc_duration_seconds\`, \`nodejs_version_info\`; on Linux also \`process_open_fds\`, \`process_max_fds\`,
\`process_virtual_memory_bytes\` and \`process_heap_bytes\`.

This page is made from \`src/operations/metric-table.ts\` by \`node test/metrics-page.ts\`; a test compares the two.
`

const GROUPS: Readonly<Record<MetricDefinition['group'], string>> = {
  Data: 'Data and feeds',
  Trading: 'Trading',
  Engine: 'Engine and processes',
  Server: 'Server',
  People: 'People',
  House: 'The house',
}

export function metricsPage(): string {
  const sections = Object.entries(GROUPS).map(([group, title]) => {
    const rows = Object.entries(METRICS as Readonly<Record<string, MetricDefinition>>)
      .filter(([, definition]) => definition.group === group)
      .map(([name, { type, labels, help }]) => {
        const shown = labels.map(label => `\`${label}\``).join(', ')
        return `| \`${name}\` | ${type} | ${shown === '' ? '–' : shown} | ${help} |`
      })
    return [`## ${title}`, '', '| name | type | labels | what it says |', '|---|---|---|---|', ...rows, ''].join('\n')
  })
  return [OPENING, ...sections, CLOSING].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(join(ROOT, PAGE), metricsPage())
