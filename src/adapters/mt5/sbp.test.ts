// The numbering of SBP/1 under loss, and the proof against published vectors.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSameMac, SBP_KEPT_LINES, type SbpBody, SbpChannel, type SbpReceived, sbpMac } from './sbp.ts'

const body = (n: number): SbpBody => ({ t: 'x', n })

describe('the proof', () => {
  test('is HMAC-SHA256 over question, login and run', () => {
    // Computed apart: printf 'aa|1|e' | openssl dgst -sha256 -hmac secret
    expect(sbpMac('secret', { nonce: 'aa', login: '1', epoch: 'e' })).toBe(OPENSSL)
  })

  test('is compared whole', () => {
    const mac = sbpMac('secret', { nonce: 'aa', login: '1', epoch: 'e' })
    expect(isSameMac(mac.toUpperCase(), mac)).toBe(true)
    expect(isSameMac(`${mac.slice(0, -1)}${mac.endsWith('0') ? '1' : '0'}`, mac)).toBe(false)
    expect(isSameMac('', mac)).toBe(false)
  })
})

describe('lines', () => {
  test('carry number, acknowledgement and time before all else', () => {
    const channel = new SbpChannel()
    expect(channel.write({ t: 'hb' }, 1_795_500_000_000.9)).toBe('{"t":"hb","s":1,"ack":0,"ts":1795500000000}')
  })

  test('a line beyond a gap is not taken, and what is missing is asked for once, then again after two heartbeats', () => {
    const [ours, theirs] = [new SbpChannel(), new SbpChannel()]
    const lines = [1, 2, 3, 4].map(n => theirs.write(body(n), 0))
    expect(ours.read(lines[0]!, 0).kind).toBe('line')
    expect(ours.read(lines[2]!, 0)).toMatchObject({ kind: 'gap', expected: 2, got: 3, ask: expect.stringContaining('"from":2') })
    expect(ours.read(lines[3]!, 10)).toEqual({ kind: 'gap', expected: 2, got: 4 })
    expect(ours.read(lines[3]!, 4000)).toMatchObject({ kind: 'gap', ask: expect.stringContaining('"from":2') })
  })

  test('the asked send again; what is no longer kept is a reset', () => {
    const [ours, theirs] = [new SbpChannel(), new SbpChannel()]
    for (let n = 1; n <= SBP_KEPT_LINES + 1; n++) ours.write(body(n), 0)
    expect(theirs.read(ours.write(body(0), 0), 0).kind).toBe('gap')

    const ask = (from: number) => `{"t":"resend","s":0,"ack":0,"ts":0,"from":${from}}`
    const lines = (received: SbpReceived) => (received.kind === 'resend' ? received.lines : [])
    expect(lines(ours.read(ask(3), 0))).toHaveLength(SBP_KEPT_LINES)
    const [reset] = lines(ours.read(ask(1), 0))
    expect(reset).toContain('"t":"reset"')

    expect(theirs.read(reset!, 0)).toEqual({ kind: 'reset' })
    expect(theirs.read(ours.write(body(7), 0), 0), 'numbers go on after the reset').toMatchObject({ kind: 'line' })
  })

  test('nobody acknowledges what was never sent', () => {
    expect(new SbpChannel().read('{"t":"hb","s":1,"ack":5,"ts":0}', 0)).toMatchObject({ kind: 'malformed' })
  })

  test('whatever is lost, doubled or swapped, the other side has every line once and in order', () => {
    const mishap = fc.constantFrom('pass', 'pass', 'pass', 'drop', 'double', 'swap')
    fc.assert(
      fc.property(fc.array(mishap, { minLength: 1, maxLength: 200 }), mishaps => {
        const [sender, receiver] = [new SbpChannel(), new SbpChannel()]
        const got: unknown[] = []
        let millis = 0
        const deliver = (text: string): void => {
          millis += 10
          const received = receiver.read(text, millis)
          if (received.kind === 'line') got.push(received.line['n'])
          if (received.kind === 'gap' && received.ask !== undefined) {
            const answer = sender.read(received.ask, millis)
            if (answer.kind === 'resend') for (const line of answer.lines) deliver(line)
          }
        }
        let held: string | undefined
        mishaps.forEach((what, i) => {
          const line = sender.write(body(i), millis)
          if (what === 'swap' && held === undefined) held = line
          else {
            if (what !== 'drop') deliver(line)
            if (what === 'double') deliver(line)
            if (held !== undefined) deliver(held)
            held = undefined
          }
        })
        // What comes last repairs what was lost before it.
        millis += 10_000
        deliver(sender.write(body(mishaps.length), millis))
        expect(got).toEqual(Array.from({ length: mishaps.length + 1 }, (_, i) => i))
      }),
    )
  })

  test('any text at all is read without a throw', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), text => void new SbpChannel().read(text, 0)))
  })
})

const OPENSSL = 'c154acd9fe0ae87a3291b8837880ccb96738fb0e77a01fa460ba03f8bc9bdb60'
