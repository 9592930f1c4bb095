// A sheet at the side of a page for one row of it: the page stays where it was, Escape closes, the address says what is open.
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'
import './drawer.css'

export interface DrawerProps {
  readonly title: ComponentChildren
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** Open as long as it is drawn; on a phone it covers the page. */
export function Drawer({ title, onClose, children }: DrawerProps) {
  const drawer = useRef<HTMLDialogElement>(null)
  const heading = useId()
  const latest = useRef(onClose)
  latest.current = onClose
  useEffect(() => {
    const element = drawer.current
    // What is outside of the sheet belongs to the dialog's own box: its backdrop.
    const outside = (event: MouseEvent): void => {
      if (event.target === element) latest.current()
    }
    element?.showModal()
    element?.addEventListener('click', outside)
    return () => {
      element?.removeEventListener('click', outside)
      element?.close()
    }
  }, [])

  return (
    <dialog
      ref={drawer}
      class="drawer"
      aria-labelledby={heading}
      onCancel={event => {
        event.preventDefault()
        onClose()
      }}
    >
      <div class="drawer-sheet">
        <header class="drawer-head">
          <h2 id={heading}>{title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        <div class="drawer-body">{children}</div>
      </div>
    </dialog>
  )
}
