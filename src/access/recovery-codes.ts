// Recovery codes: ten ways in for whoever lost the authenticator, each good once; only their hashes are kept.
import { createHash } from 'node:crypto'

const COUNT = 10
const GROUPS = 6
const GROUP_LENGTH = 4
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** ABCD-EFGH-IJKL-MNOP-QRST-UVWX: 24 characters of five bits are 120 bits. So many need no slow hash. */
export const newRecoveryCodes = (random: (bytes: number) => Buffer): readonly string[] =>
  Array.from({ length: COUNT }, () =>
    Array.from({ length: GROUPS }, () => Array.from(random(GROUP_LENGTH), byte => ALPHABET.charAt(byte & 31)).join('')).join('-'),
  )

/** Written with or without dashes, it is the same code. */
export const recoveryHash = (code: string): string => createHash('sha256').update(code.replaceAll('-', '')).digest('hex')
