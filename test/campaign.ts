// Loaded before every suite of `make campaign`: properties that do not fix their number of runs get ten times the usual, in every round.
import fc from 'fast-check'

fc.configureGlobal({ numRuns: 1_000 })
