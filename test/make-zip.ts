// Builds small zip archives for tests, so that every fault of an archive can be made on purpose.
import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipPart {
  readonly name: string
  readonly content: string | Buffer
  /** What the directory says, when that is to be a lie. */
  readonly claimedCrc?: number
  readonly claimedSize?: number
  /** General purpose bit 0: encrypted. */
  readonly flags?: number
}

/** A zip archive of deflated entries, after PKWARE's APPNOTE 6.3.3, sections 4.3.7, 4.3.12 and 4.3.16. */
export function makeZip(parts: readonly ZipPart[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0

  for (const part of parts) {
    const content = Buffer.from(part.content)
    const packed = deflateRawSync(content)
    const name = Buffer.from(part.name)

    const sizes = Buffer.alloc(26)
    sizes.writeUInt16LE(20, 0)
    sizes.writeUInt16LE(part.flags ?? 0, 2)
    sizes.writeUInt16LE(8, 4)
    sizes.writeUInt32LE(part.claimedCrc ?? crc32(content), 10)
    sizes.writeUInt32LE(packed.length, 14)
    sizes.writeUInt32LE(part.claimedSize ?? content.length, 18)
    sizes.writeUInt16LE(name.length, 22)

    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), sizes, name, packed])
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), Buffer.from([20, 0]), sizes, tail, name]))
    locals.push(local)
    offset += local.length
  }

  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(listing.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, listing, end])
}
