import { expect, test } from 'vitest'
import { featureContract } from '../../../test/contracts/feature.ts'
import { bookImbalanceOf, rows } from '../../../test/contracts/feature-definitions.ts'
import { bookInputs } from '../../../test/contracts/feature-inputs.ts'
import { BookImbalance } from './book-imbalance.ts'

featureContract('book-imbalance(5)', {
  create: () => new BookImbalance(5),
  inputs: bookInputs,
  batch: books => rows(bookImbalanceOf(books, 5)),
  memory: 'window',
  laws: [
    {
      name: 'sides trade places',
      input: book => ({ bidSizes: book.askSizes, askSizes: book.bidSizes }),
      output: ([rho]) => [-rho!],
    },
    {
      name: 'sizes × 4',
      input: book => ({
        bidSizes: Array.from(book.bidSizes, size => size * 4),
        askSizes: Array.from(book.askSizes, size => size * 4),
      }),
      output: values => values,
    },
  ],
  degenerate: [
    { name: 'empty book', inputs: [{ bidSizes: [], askSizes: [] }], expected: { values: [0], degenerate: true } },
    { name: 'only bids', inputs: [{ bidSizes: [3], askSizes: [] }], expected: { values: [1], degenerate: false } },
    { name: 'only asks', inputs: [{ bidSizes: [], askSizes: [3] }], expected: { values: [-1], degenerate: false } },
  ],
  hard: [[{ bidSizes: [1e-8], askSizes: [1e8] }]],
  refused: [
    { bidSizes: [Number.NaN], askSizes: [1] },
    { bidSizes: [1], askSizes: [Number.POSITIVE_INFINITY] },
    { bidSizes: [-1], askSizes: [1] },
  ],
})

test('30 against 10 on the best two levels is one half, whatever rests behind', () => {
  const imbalance = new BookImbalance(2)
  imbalance.update({ bidSizes: [10, 20, 500], askSizes: [4, 6, 9000] })

  expect(imbalance.value, '(30 - 10) / 40').toBe(0.5)
})
