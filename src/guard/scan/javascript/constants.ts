// Texts that are certain before the program runs: 'ran' + 'dom', `random`, String.fromCharCode(114, …).
import type { Expression } from '../program/program.ts'

/** The text an expression certainly is when it is used as a key: 'b' of a['b'], '0' of a[0]. Undefined when that depends. */
export function constantKey(expression: Expression): string | undefined {
  const constant = constantOf(expression)
  return constant === undefined ? undefined : String(constant.value)
}

type Constant = { readonly value: string | number | boolean | null | undefined }

function constantOf(expression: Expression): Constant | undefined {
  switch (expression.kind) {
    case 'literal':
      return expression
    case 'template': {
      const parts = expression.parts.map(constantOf)
      return parts.every(part => part !== undefined) ? { value: parts.map(part => String(part.value)).join('') } : undefined
    }
    case 'operation':
      return expression.operator === '+' && expression.operands.length > 1
        ? sumOf(expression.operands.map(constantOf))
        : undefined
    case 'call':
      return charactersOf(expression.callee, expression.args)
    default:
      return undefined
  }
}

function sumOf(terms: readonly (Constant | undefined)[]): Constant | undefined {
  let sum: string | number | undefined
  for (const term of terms) {
    const value = term?.value
    if (typeof value !== 'string' && typeof value !== 'number') return undefined
    sum = sum === undefined ? value : typeof sum === 'number' && typeof value === 'number' ? sum + value : `${sum}${value}`
  }
  return { value: sum }
}

function charactersOf(callee: Expression, args: readonly Expression[]): Constant | undefined {
  if (callee.kind !== 'member' || callee.object.kind !== 'name' || callee.object.name !== 'String') return undefined
  if (callee.property !== 'fromCharCode' && callee.property !== 'fromCodePoint') return undefined

  const codes = args.map(constantOf).map(code => code?.value)
  return codes.every(code => typeof code === 'number' && Number.isInteger(code) && code >= 0 && code <= 0xffff)
    ? { value: String.fromCharCode(...(codes as number[])) }
    : undefined
}
