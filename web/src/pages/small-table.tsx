// A plain table for a few rows. Where it is wider than its place it scrolls, and can then be scrolled with the keyboard.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

export interface SmallTableProps {
  /** What it is, for screen readers. */
  readonly label: string
  readonly class?: string
  /** A thead and a tbody. */
  readonly children: ComponentChildren
}

export function SmallTable({ label, class: name = '', children }: SmallTableProps) {
  const box = useRef<HTMLElement>(null)
  useEffect(() => {
    const element = box.current
    if (!element) return
    // Only what scrolls is a stop of the Tab key.
    const measure = (): void => {
      if (element.scrollWidth > element.clientWidth) element.tabIndex = 0
      else element.removeAttribute('tabindex')
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    if (element.firstElementChild) observer.observe(element.firstElementChild)
    return () => observer.disconnect()
  }, [])
  return (
    <section ref={box} class={`small-table ${name}`} aria-label={label}>
      <table>{children}</table>
    </section>
  )
}
