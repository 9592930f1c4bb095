// What the server says of an error, as a sentence: begun large and ended, unless it begins with a command or a name.

/** 'the run is not known' → 'The run is not known.'; 'quadrant doctor says more' keeps its small letter. */
export function sentence(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') return ''
  const [first = ''] = trimmed.split(/\s/, 1)
  const isWord = /^[a-z]+[,;:]?$/.test(first) && first !== 'quadrant' && first !== 'make'
  const begun = isWord ? trimmed[0]!.toUpperCase() + trimmed.slice(1) : trimmed
  return /[.!?…]$/.test(begun) || /[\w/-]+\.(ya?ml|json|sock|crt)$/.test(begun) ? begun : `${begun}.`
}
