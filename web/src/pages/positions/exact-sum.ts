// Sums of exact decimals as text, so that a column of money adds up to the last digit.

interface Parts {
  readonly digits: bigint
  readonly decimals: number
}

const parse = (text: string): Parts => {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
  const digits = BigInt(whole + fraction)
  return { digits: text.startsWith('-') ? -digits : digits, decimals: fraction.length }
}

/** The exact sum of decimals such as '-1357.94213208', with as many decimals as the finest of them; '0' of none. */
export function exactSum(values: readonly string[]): string {
  const parts = values.map(parse)
  const decimals = parts.reduce((most, part) => Math.max(most, part.decimals), 0)
  const sum = parts.reduce((total, part) => total + part.digits * 10n ** BigInt(decimals - part.decimals), 0n)

  const negative = sum < 0n
  const text = (negative ? -sum : sum).toString().padStart(decimals + 1, '0')
  const body = decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`
  return negative ? `-${body}` : body
}
