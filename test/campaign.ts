// Loaded before every suite of `make campaign`: properties that do not fix their number of runs get a hundred times the usual.
import fc from 'fast-check'

fc.configureGlobal({ numRuns: 10_000 })
