// What the running of the house could not do, said the way every error of Quadrant is: what and why, the fix, a stable code.

export class OperationsError extends Error {
  override readonly name = 'OperationsError'
  readonly code: string
  readonly fix: string

  constructor(code: string, { message, fix }: { readonly message: string; readonly fix: string }) {
    super(message)
    this.code = code
    this.fix = fix
  }
}
