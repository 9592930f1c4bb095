// Which rows of a long list are in sight: the virtualiser of TanStack on our own scroll box.
import { useSignal } from '@preact/signals'
import { elementScroll, observeElementOffset, observeElementRect, type VirtualItem, Virtualizer } from '@tanstack/virtual-core'
import type { RefObject } from 'preact'
import { useLayoutEffect, useMemo } from 'preact/hooks'
import { themeChanges } from '../preferences.ts'

export interface VirtualRows {
  readonly items: readonly VirtualItem[]
  readonly height: number
  readonly rowHeight: number
  readonly scrollTo: (index: number) => void
}

export function useVirtualRows(box: RefObject<HTMLDivElement | null>, count: number): VirtualRows {
  const drawn = useSignal(0)
  void drawn.value
  void themeChanges.value
  const rowHeight = rowPixels()

  const options = {
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    // Before the box is measured, as many rows as a screen has.
    initialRect: { width: 800, height: 600 },
    scrollPaddingStart: rowHeight,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => {
      drawn.value++
    },
  }
  const virtualizer = useMemo(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options), [])
  virtualizer.setOptions(options)
  useLayoutEffect(() => virtualizer._didMount(), [])
  useLayoutEffect(() => virtualizer._willUpdate())
  useLayoutEffect(() => virtualizer.measure(), [rowHeight])

  return {
    items: virtualizer.getVirtualItems(),
    height: virtualizer.getTotalSize(),
    rowHeight,
    scrollTo: index => virtualizer.scrollToIndex(index),
  }
}

const rowPixels = (): number => Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--row')) || 32
