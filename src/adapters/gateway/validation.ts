// Whether what came has the form that the contract gives it. Nothing is guessed, dropped or added but the written defaults.
import type { FastifySchemaCompiler } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { Value } from 'typebox/value'

/** A fault in what was sent, in words that quote nothing of it but the names of fields. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
  readonly statusCode = 400
}

const PART_NAMES: Readonly<Record<string, string>> = {
  body: 'body',
  params: 'path',
  querystring: 'query',
  headers: 'headers',
}

/** Addresses are text, so in them a number may be written out; a body must say what it means. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart = 'body' }) => {
  const validator = Compile(schema)
  const where = PART_NAMES[httpPart] ?? httpPart
  const isText = httpPart === 'params' || httpPart === 'querystring'

  return (sent: unknown) => {
    const meant = isText ? numbersIn(schema as TObject, sent) : sent
    const whole = Value.Default(schema, meant)
    return validator.Check(whole) ? { value: whole } : { error: new Malformed(faultsOf(validator, whole, where)) }
  }
}

/** Turns the text of whole and decimal numbers into numbers; every other text stays, and is then refused. */
function numbersIn(schema: TObject, sent: unknown): unknown {
  if (typeof sent !== 'object' || sent === null) return sent
  return Object.fromEntries(
    Object.entries(sent).map(([name, value]) => {
      const type = Object.hasOwn(schema.properties, name) ? (schema.properties[name] as { type?: unknown }).type : undefined
      const isNumber = (type === 'integer' || type === 'number') && typeof value === 'string'
      return [name, isNumber && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value) ? Number(value) : value]
    }),
  )
}

function faultsOf(validator: Validator, value: unknown, where: string): string {
  const faults = validator
    .Errors(value)
    // A field too many is said twice: by the object that has it, and by itself, whose form is then `false`.
    .filter(({ keyword }) => keyword !== 'boolean')
    .slice(0, 3)
    .map(({ instancePath, message, params }) => {
      const extra = (params as { additionalProperties?: readonly string[] }).additionalProperties
      const names = extra === undefined ? '' : `: ${extra.map(name => name.slice(0, 40)).join(', ')}`
      return `${where}${instancePath} ${message}${names}`
    })
  return printable(faults.join('; ')) || `The ${where} has another form than the documentation gives it.`
}

/** Names of fields came from outside: what could start a new line, or hide, is shown as a question mark. */
const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 400)
