// Several replies as the bytes of one piece, each as it came behind its length: what port 5035 itself carries.
import type { Frame } from '../../connectivity/conversation.ts'

//   ┌───────────────┬──────────────┐
//   │ length, 4, BE │ message      │  …
//   └───────────────┴──────────────┘
const HEAD_BYTES = 4

export function joinedPages(frames: readonly Frame[]): Uint8Array {
  return Buffer.concat(
    frames.flatMap(frame => {
      const bytes = Buffer.from(frame as Uint8Array)
      const head = Buffer.alloc(HEAD_BYTES)
      head.writeUInt32BE(bytes.length)
      return [head, bytes]
    }),
  )
}

/** Undefined where the bytes do not end with a message. */
export function splitPages(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const pages: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + HEAD_BYTES > bytes.length) return undefined
    const end = at + HEAD_BYTES + view.getUint32(at)
    if (end > bytes.length) return undefined
    pages.push(bytes.subarray(at + HEAD_BYTES, end))
    at = end
  }
  return pages
}
