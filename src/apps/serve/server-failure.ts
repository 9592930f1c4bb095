// A failure whose HTTP status does not follow from the family of its code.
import { Failure } from '../failure.ts'

export class ServerFailure extends Failure {
  readonly status: number

  constructor(status: number, code: string, words: { readonly message: string; readonly fix: string }) {
    super(code, words)
    this.status = status
  }
}
