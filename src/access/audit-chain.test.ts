// The canonical form of RFC 8785 and the tree of RFC 9162, held against values from outside.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, leafHash, MerkleTree, plainJson, recordHash } from './audit-chain.ts'

describe('the canonical form', () => {
  test('is that of the example in RFC 8785, section 3.2.2 and 3.2.3', () => {
    const example = JSON.parse(String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`)
    expect(canonicalJson(example)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    )
  })

  test('has keys in the order of their UTF-16 units, as the example in section 3.2.3', () => {
    const example = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    expect(Object.values(JSON.parse(canonicalJson(example)))).toHaveLength(7)
    expect([...canonicalJson(example).matchAll(/:"(.)/g)].map(([, first]) => first).join('')).toBe('COCLEEH')
  })

  test('does not depend on the order in which the fields came, and reads back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const reversed = JSON.parse(JSON.stringify(value), (_key, field) =>
          field !== null && typeof field === 'object' && !Array.isArray(field)
            ? Object.fromEntries(Object.entries(field).toReversed())
            : field,
        )
        expect(canonicalJson(reversed)).toBe(canonicalJson(value))
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('what JSON cannot say is made what it will be read back as', () => {
    const date = new Date(0)
    const value = plainJson({ date, large: 10n, none: undefined, nan: Number.NaN, list: [undefined] })
    expect(value).toEqual({ date: '1970-01-01T00:00:00.000Z', large: '10', nan: null, list: [null] })
    expect(plainJson(undefined)).toBeNull()
  })
})

/** The eight leaves of the known test vectors of Certificate Transparency (RFC 6962, whose tree RFC 9162 keeps), in hex. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
/** Their roots, by the number of leaves. */
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

describe('the tree', () => {
  test('has the known roots of zero to eight leaves', () => {
    const tree = new MerkleTree()
    const roots = [tree.root]
    for (const leaf of LEAVES) {
      tree.add(leafHash(Buffer.from(leaf, 'hex')))
      roots.push(tree.root)
    }
    expect(roots).toEqual(ROOTS)
  })

  test('is the one that RFC 9162, section 2.1.1, defines by halves, for every size', () => {
    // MTH(D[n]) = SHA-256(0x01 || MTH(D[0:k]) || MTH(D[k:n])), k the largest power of two below n.
    const sha = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
    const rootOf = (leaves: readonly Buffer[]): Buffer => {
      if (leaves.length === 0) return sha()
      if (leaves.length === 1) return leaves[0]!
      let half = 1
      while (half * 2 < leaves.length) half *= 2
      return sha(Buffer.of(1), rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)))
    }
    const tree = new MerkleTree()
    const leaves: Buffer[] = []
    for (let size = 0; size <= 130; size++) {
      expect(tree.root).toBe(rootOf(leaves).toString('hex'))
      leaves.push(leafHash(Buffer.from(`leaf ${size}`)))
      tree.add(leaves.at(-1)!)
    }
  })

  test('a leaf is never a node: the hash of a record begins with a zero byte', () => {
    const { hash: _, ...record } = { a: 1, hash: 'x' }
    expect(recordHash(record as never)).toBe(
      createHash('sha256')
        .update(Buffer.concat([Buffer.of(0), Buffer.from('{"a":1}')]))
        .digest('hex'),
    )
  })
})
