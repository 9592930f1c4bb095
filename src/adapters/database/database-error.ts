// What the database could not do, said the way every error of Quadrant is: what, why, the fix, a stable code.

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly code: string
  readonly fix: string

  constructor(code: string, { message, fix }: { readonly message: string; readonly fix: string }) {
    super(message)
    this.code = code
    this.fix = fix
  }
}
