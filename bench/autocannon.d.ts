// The part of autocannon that the benches use; it comes without types.
declare module 'autocannon' {
  interface Options {
    readonly url: string
    readonly connections: number
    /** Requests a second, of all connections together. */
    readonly overallRate: number
    /** Seconds. */
    readonly duration: number
    readonly headers: Readonly<Record<string, string>>
    readonly tlsOptions: { readonly ca: string; readonly servername: string }
  }
  interface Result {
    /** Milliseconds. */
    readonly latency: { readonly p50: number; readonly p99: number; readonly max: number }
    readonly '2xx': number
    readonly non2xx: number
    readonly errors: number
  }
  export default function autocannon(options: Options): Promise<Result>
}
