// The process of one file: reads its text on stdin, says what was found on stdout.
import { deserialize, serialize } from 'node:v8'
import { openPython } from '../python/python.ts'
import { examineText } from './examine.ts'
import type { Subject } from './examined.ts'

const parts: Buffer[] = []
for await (const part of process.stdin) parts.push(part as Buffer)
const subject = deserialize(Buffer.concat(parts)) as Subject

if (subject.language === 'python') await openPython()
process.stdout.write(serialize(examineText(subject)))
