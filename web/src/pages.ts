// Every page as a row: its address, its place in the navigation, the right it needs, and the script it is loaded from.
import type { ComponentType } from 'preact'
import type { Right } from '../../src/wire/route.ts'
import type { IconName } from './components/icon.tsx'

/** A page's module exports `default`, a component of these. Its state is in the query; `setQuery` of router.ts changes it. */
export interface PageProps {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
}

export type NavigationGroup = 'watch' | 'trade' | 'research' | 'house'

export interface PageRow {
  readonly path: string
  readonly title: string
  readonly icon: IconName
  /** Where it stands in the navigation; absent for pages that are reached from others. */
  readonly group?: NavigationGroup
  /** In the bar at the bottom of a phone; the others are in its sheet. */
  readonly bar?: true
  /** Who may not is not shown the page; the server decides anyway. */
  readonly right?: Right
  readonly load: () => Promise<{ readonly default: ComponentType<PageProps> }>
}

export const PAGES: readonly PageRow[] = [
  { path: '/', title: 'Home', icon: 'home', group: 'watch', bar: true, load: () => import('./pages/home.tsx') },
  { path: '/markets', title: 'Markets', icon: 'markets', group: 'watch', bar: true, load: () => import('./pages/markets.tsx') },
  { path: '/instruments/:id', title: 'Instrument', icon: 'markets', load: () => import('./pages/instrument.tsx') },
  { path: '/signals', title: 'Signals', icon: 'signals', group: 'watch', bar: true, load: () => import('./pages/signals.tsx') },
  {
    path: '/orders',
    title: 'Orders',
    icon: 'orders',
    group: 'trade',
    bar: true,
    right: 'account.read',
    load: () => import('./pages/orders.tsx'),
  },
  {
    path: '/positions',
    title: 'Positions and P&L',
    icon: 'positions',
    group: 'trade',
    right: 'account.read',
    load: () => import('./pages/positions.tsx'),
  },
  {
    path: '/risk',
    title: 'Risk',
    icon: 'risk',
    group: 'trade',
    bar: true,
    right: 'account.read',
    load: () => import('./pages/risk.tsx'),
  },
  { path: '/backtests', title: 'Backtests', icon: 'backtests', group: 'research', load: () => import('./pages/backtests.tsx') },
  { path: '/backtests/:id', title: 'Run', icon: 'backtests', right: 'account.read', load: () => import('./pages/backtest.tsx') },
  {
    path: '/compare',
    title: 'Compare runs',
    icon: 'backtests',
    right: 'account.read',
    load: () => import('./pages/compare.tsx'),
  },
  {
    path: '/replay',
    title: 'Time machine',
    icon: 'replay',
    group: 'research',
    right: 'account.read',
    load: () => import('./pages/replay.tsx'),
  },
  { path: '/data', title: 'Data and feeds', icon: 'data', group: 'research', load: () => import('./pages/data.tsx') },
  {
    path: '/system',
    title: 'System',
    icon: 'system',
    group: 'house',
    right: 'system.read',
    load: () => import('./pages/system.tsx'),
  },
  { path: '/audit', title: 'Audit', icon: 'audit', group: 'house', right: 'audit.read', load: () => import('./pages/audit.tsx') },
  {
    path: '/users',
    title: 'Users and tokens',
    icon: 'users',
    group: 'house',
    right: 'users.read',
    load: () => import('./pages/users.tsx'),
  },
  { path: '/settings', title: 'Settings', icon: 'settings', group: 'house', load: () => import('./pages/settings.tsx') },
]
