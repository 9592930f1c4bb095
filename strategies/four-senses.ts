// Trades the fused opinion of WHY, HOW, WHAT and WHEN: in when it is clear, out when it is not.
import { atr, exit, hold, long, number, opinion, short, strategy } from 'quadrant'

export default strategy({
  name: 'four-senses',
  bar: '15m',
  params: {
    enter: number(0.62, { min: 0.5, max: 0.99 }),
    leave: number(0.5, { min: 0.3, max: 0.7 }),
    confidence: number(0.25, { min: 0, max: 1 }),
    stopAtrs: number(2.5, { min: 0.5, max: 10 }),
  },
  check: p => (p.leave < p.enter ? [] : ['leave must be smaller than enter']),
  features: () => ({ opinion: opinion(), atr: atr(14) }),
  decide({ bar, f, p, position }) {
    const up = f.opinion.probabilityUp
    if (position?.side === 'long') return up < p.leave ? exit('the opinion turned') : hold('the opinion holds')
    if (position?.side === 'short') return up > 1 - p.leave ? exit('the opinion turned') : hold('the opinion holds')
    if (!f.opinion.speaks) return hold('no opinion yet')
    if (f.opinion.standAside !== '') return hold(f.opinion.standAside)
    if (f.opinion.conflict) return hold('the senses contradict each other')
    if (f.opinion.confidence < p.confidence) return hold('the opinion is not confident')
    const distance = p.stopAtrs * f.atr.now
    if (up >= p.enter) return long({ stop: bar.close - distance, target: '2R', why: 'the senses agree on up' })
    if (up <= 1 - p.enter) return short({ stop: bar.close + distance, target: '2R', why: 'the senses agree on down' })
    return hold('the opinion is not clear')
  },
})
