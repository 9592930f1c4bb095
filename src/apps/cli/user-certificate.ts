// quadrant user certificate: a client certificate in a user's name, or one taken back. The password is asked for all the same.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { ClientCertificates } from '../../operations/client-certificates.ts'
import { Failure } from '../failure.ts'
import { operatorName } from '../kill-switch.ts'
import { HOME_OPTION, homeOf, onDesk } from './people-options.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  readonly out?: string
  readonly revoke?: string
  readonly days: string
  readonly home?: string
}

const DAYS_MAX = 825

export function define(command: Command, terminal: Terminal): void {
  command
    .argument('<name>', 'as `quadrant user list` shows it')
    .option('--out <file>', 'a new file for the certificate and its key, in PEM')
    .option('--days <count>', 'how long it lives', '365')
    .option('--revoke <serial>', 'take back the one with this serial number instead')
    .option(...HOME_OPTION)
    .action(async (name: string, { out, revoke, days, home = '' }: Options) => {
      if ((out === undefined) === (revoke === undefined)) throw usage('either --out or --revoke is needed', '--out FILE.pem')
      if (!/^\d{1,3}$/.test(days) || Number(days) < 1 || Number(days) > DAYS_MAX) {
        throw usage(`${JSON.stringify(days)} is no number of days`, `--days 365; at most ${DAYS_MAX}`)
      }
      // Nothing is made for somebody who is not there, not even the authority.
      await onDesk(home, desk => desk.requireUser(name))
      const clients = await ClientCertificates.open(join(homeOf(home), 'certificates'), Date.now)
      const record = (action: 'certificate.add' | 'certificate.revoke', serial: string) =>
        onDesk(home, desk => desk.recordCertificate(operatorName(), { action, user: name, serial }))

      if (revoke !== undefined) {
        const serial = serialIn(revoke)
        await record('certificate.revoke', serial)
        await clients.revoke(serial)
        terminal.answer(
          { user: name, revoked: serial },
          () => `${serial} counts no more; a running server knows it within a minute.`,
        )
        return
      }
      const issued = await clients.issue({ name, days: Number(days) })
      await keepNew(out!, `${issued.key}${issued.certificate}`, () => record('certificate.add', issued.serial))
      const expires = new Date(issued.expires).toISOString()
      terminal.answer({ user: name, file: out, serial: issued.serial, expires, authority: clients.authorityPath }, () =>
        [
          `${out} holds the certificate ${issued.serial} and its key until ${expires}.`,
          `For a browser: openssl pkcs12 -export -in ${out} -out ${name}.p12`,
          'The server asks for certificates from its next start on.',
        ].join('\n'),
      )
    })
}

/** A key is the reader's alone and never replaces another file; nothing is left of it when it cannot be recorded. */
async function keepNew(path: string, text: string, record: () => Promise<unknown>): Promise<void> {
  let file: number
  try {
    file = openSync(path, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw usage(`${path} is there already`, 'name a new file')
  }
  try {
    await record()
    writeSync(file, text)
    fsyncSync(file)
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
}

/** As programs print it: 4AB3…, 4a:b3:… */
function serialIn(text: string): string {
  const serial = text.replaceAll(':', '').toLowerCase()
  if (/^[0-9a-f]{2,40}$/.test(serial)) return serial
  throw usage(`${JSON.stringify(text.slice(0, 60))} is no serial number`, 'give the one that was printed when it was made')
}

const usage = (message: string, fix: string): Failure => new Failure('USAGE_USER', { message, fix })
